//! One lane of an outside board, followed from look to look: what its writer says is checked against what can be, and
//! taken only so far.
//!
//! Nothing that a lane says reaches beyond the lane: no size, place or loop goes by it.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};

use super::activity::{SpentNs, Told};
use super::complaint::{Fault, OutsideComplaint};
use super::layout::{ACTIVITIES, RING_RECORDS, THREAD_NAME_WORDS, WORD, lane};
use super::life::{Birth, birth};
use super::look::{Life, OutsideLane, OutsideTask};
use super::looking::{Looking, SLACK_NS};
use super::names::{TaskNames, text};
use super::ring::{RingPlace, number_at};
use crate::system::outside_memory::Shrunk;

/// No task takes less, with its being noted.
const TASK_NS_MIN: u64 = 4;
/// A claim takes microseconds: after this long, its writer was stopped in the middle of it, or never meant it.
const CLAIM_NS_MAX: u64 = 10_000_000_000;
/// How often it is looked whether a thread is there.
const LIFE_EVERY_NS: u64 = 100_000_000;

/// What a writer has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    /// Tasks ended.
    done: u64,
    /// Of these, failed.
    failed: u64,
    /// Records besides.
    extra: u64,
}

impl Counts {
    /// The number of the last record.
    fn number(self) -> u64 {
        self.done.wrapping_add(self.extra)
    }
}

/// The cells of a lane that are read at each look.
struct LaneHead([u64; lane::HEAD_BYTES / WORD]);

impl LaneHead {
    fn word(&self, at: usize) -> u64 {
        self.0[at / WORD]
    }

    fn counts(&self, [done, failed, extra]: [usize; 3]) -> Counts {
        Counts { done: self.word(done), failed: self.word(failed), extra: self.word(extra) }
    }
}

/// A lane, and what is known of it.
#[derive(Debug, Default)]
pub(super) struct LaneWatch {
    slot: usize,
    generation: u64,
    /// Since when a claim is under way.
    claimed_since: Option<u64>,
    /// Its writer's place among the lanes that were seen.
    writer: Option<usize>,
    identity: [u64; 2],
    birth: Option<Birth>,
    life_seen_at: u64,
    /// What has been taken for true.
    taken: Counts,
    looked_at: u64,
    /// What was wrong at the last look: only what is so twice in a row is told, since words come one after the other.
    doubt: Option<Fault>,
    told: [bool; Fault::COUNT],
    names: TaskNames,
    ring: RingPlace,
    /// Records since the look before, by nanosecond.
    pub(super) rate: f64,
}

impl LaneWatch {
    /// The lane of a number, of which nothing is known.
    pub(super) fn new(slot: usize) -> Self {
        Self { slot, ..Self::default() }
    }

    /// Whether it was ever claimed.
    pub(super) fn is_taken(&self) -> bool {
        self.generation > 0
    }

    /// Looks at it.
    pub(super) fn look(&mut self, look: &mut Looking<'_>) -> Result<(), Shrunk> {
        if look.served.is_some_and(|served| served.lanes[self.slot].is_nonsense.load(Acquire)) {
            self.complain(Fault::Message, look);
        }
        let Some(head) = self.head(look)? else { return Ok(()) };
        let is_new = head.word(lane::GENERATION) != self.generation;
        if is_new {
            self.change_hands(&head, look)?;
        } else if self.identity != [head.word(lane::PID), head.word(lane::TID)] {
            self.complain(Fault::ClaimedTwice, look);
        }
        let before = self.taken.number();
        self.take(head.counts([lane::DONE, lane::FAILED, lane::EXTRA]), look)?;
        let progress = self.taken.number() - before;
        self.rate = progress as f64 / (look.now - self.looked_at).max(1) as f64;
        self.looked_at = look.now;
        self.tell(&head, is_new || progress > 0, look)
    }

    /// The cells, when the lane has a writer and is not changing hands.
    fn head(&mut self, look: &mut Looking<'_>) -> Result<Option<LaneHead>, Shrunk> {
        let at = look.shape.lane_at(self.slot);
        let generation = look.memory.word(at + lane::GENERATION)?;
        if generation % 2 == 1 {
            let since = *self.claimed_since.get_or_insert(look.now);
            if look.now - since > CLAIM_NS_MAX {
                self.complain(Fault::HalfClaimed, look);
            }
            return Ok(None);
        }
        self.claimed_since = None;
        if generation < self.generation {
            self.complain(Fault::Backwards, look);
            return Ok(None);
        }
        if generation == 0 {
            return Ok(None);
        }
        let mut head = LaneHead([0; lane::HEAD_BYTES / WORD]);
        look.memory.read(at, &mut head.0)?;
        self.settle_hand(&mut head, look)?;
        let is_settled = look.memory.word(at + lane::GENERATION)? == generation && head.0[0] == generation;
        Ok(is_settled.then_some(head))
    }

    /// The task in hand and its beginning are two words: they are read until both are of one task.
    fn settle_hand(&self, head: &mut LaneHead, look: &Looking<'_>) -> Result<(), Shrunk> {
        const HOT: std::ops::Range<usize> = lane::STARTED / WORD..lane::HEAD_BYTES / WORD;
        for _ in 0..4 {
            let mut again = [0; HOT.end - HOT.start];
            look.memory.read(look.shape.lane_at(self.slot) + lane::STARTED, &mut again)?;
            if again == head.0[HOT] {
                break;
            }
            head.0[HOT].copy_from_slice(&again);
        }
        Ok(())
    }

    /// Another writer has claimed the lane: what was counted before is the last one's.
    fn change_hands(&mut self, head: &LaneHead, look: &mut Looking<'_>) -> Result<(), Shrunk> {
        let base = head.counts([lane::BASE_DONE, lane::BASE_FAILED, lane::BASE_EXTRA]);
        let claimed_at = head.word(lane::CLAIMED_AT);
        let claimed_at = if look.can_be(claimed_at) { claimed_at.min(look.now) } else { look.now };
        let generations = head.word(lane::GENERATION) - self.generation;
        if generations > 2 && base != self.taken {
            self.end_writer(claimed_at, None, look);
            let since = self.writer.map_or(claimed_at, |writer| look.lanes[writer].looked_at.min(claimed_at));
            self.enter([0, 0], since, "".into(), look);
            self.ring.begin_several(since);
        }
        self.take(base, look)?;
        self.end_writer(claimed_at, Some(head.word(lane::PREVIOUS_HAND)), look);
        self.generation = head.word(lane::GENERATION);
        let at = lane::THREAD_NAME / WORD;
        let name = text(&head.0[at..at + THREAD_NAME_WORDS]).unwrap_or_default();
        self.enter([head.word(lane::PID), head.word(lane::TID)], claimed_at, name.into(), look);
        Ok(())
    }

    /// Closes the account of the writer so far, whose lane is another's since `at`.
    fn end_writer(&mut self, at: u64, hand: Option<u64>, look: &mut Looking<'_>) {
        let Some(writer) = self.writer else { return };
        let last = &mut look.lanes[writer];
        let since = last.hand.as_ref().map_or(at, |task| task.since);
        let hand = hand.and_then(|hand| self.task(hand, since));
        last.ended_at.get_or_insert(at.max(last.looked_at));
        last.life = if hand.is_none() { Life::Left } else { Life::Gone };
        last.pending.clear();
        self.account(0, last.spent_ns, hand, last);
    }

    fn enter(&mut self, identity: [u64; 2], claimed_at: u64, name: Arc<str>, look: &mut Looking<'_>) {
        /// Writers that are told apart, by lane.
        const WRITERS_MAX: usize = 64;
        self.identity = identity;
        (self.birth, self.life_seen_at) = (None, 0);
        self.ring.begin_writer(claimed_at);
        if let Some(writer) = self.writer.filter(|_| look.lanes.len() >= WRITERS_MAX * look.shape.lanes) {
            (look.lanes[writer].life, look.lanes[writer].ended_at) = (Life::Alive, None);
            return self.complain(Fault::Turnover, look);
        }
        let [pid, tid] = identity.map(|number| u32::try_from(number).unwrap_or(0));
        self.writer = Some(look.lanes.len());
        look.lanes.push(OutsideLane {
            slot: self.slot,
            pid,
            tid,
            name,
            claimed_at,
            looked_at: look.now,
            ended_at: None,
            life: Life::Alive,
            hand: None,
            done: 0,
            failed: 0,
            lost: 0,
            busy_ns: 0,
            activity: super::OutsideActivity::Idle,
            since: claimed_at,
            spent_ns: [0; ACTIVITIES],
            memory: 0,
            pending: Vec::new(),
        });
    }

    /// The writer counts a failed task before it is done: one that is between the two has not failed yet.
    fn settled(&self, counts: Counts) -> Counts {
        let grown = counts.done.saturating_sub(self.taken.done);
        let ahead =
            counts.failed.checked_sub(self.taken.failed).is_some_and(|failed| failed > grown && failed - grown == 1);
        Counts { failed: counts.failed - u64::from(ahead), ..counts }
    }

    /// Takes counts for true as far as the ring bears them out, and the records that they tell of.
    fn take(&mut self, counts: Counts, look: &mut Looking<'_>) -> Result<(), Shrunk> {
        let lane_at = look.shape.lane_at(self.slot);
        // Read after the counts, before which the names that they need were stored.
        let used = look.memory.word(lane_at + lane::NAMES_USED)?;
        if !self.names.read(look.memory, lane_at, used)? {
            self.complain(Fault::Names, look);
        }
        let counts = self.settled(counts);
        if let Some(fault) = self.objection(counts, look)? {
            if self.doubt.replace(fault) == Some(fault) {
                self.complain(fault, look);
            }
            return Ok(());
        }
        self.doubt = None;
        let grown = Counts {
            done: counts.done - self.taken.done,
            failed: counts.failed - self.taken.failed,
            extra: counts.extra - self.taken.extra,
        };
        self.taken = counts;
        let Some(writer) = self.writer else { return Ok(()) };
        let lane = &mut look.lanes[writer];
        lane.failed += grown.failed;
        lane.done += grown.done - grown.failed.min(grown.done);
        let faults = self.ring.read(self.taken.number(), writer, &self.names, look)?;
        faults.into_iter().flatten().for_each(|fault| self.complain(fault, look));
        Ok(())
    }

    /// What speaks against counts.
    fn objection(&self, counts: Counts, look: &Looking<'_>) -> Result<Option<Fault>, Shrunk> {
        let taken = self.taken;
        if counts.done < taken.done || counts.failed < taken.failed || counts.extra < taken.extra {
            return Ok(Some(Fault::Backwards));
        }
        let since = if self.looked_at == 0 { look.created } else { self.looked_at };
        let most = look.now.saturating_sub(since).saturating_add(SLACK_NS) / TASK_NS_MIN;
        let grown = counts.done - taken.done;
        if grown > most || counts.extra - taken.extra > most || counts.failed - taken.failed > grown {
            return Ok(Some(Fault::Counts));
        }
        let number = counts.number();
        // What a connection could not send in time is missing, and wrong is none of it.
        if number == taken.number() || look.served.is_some() {
            return Ok(None);
        }
        let stands = number_at(look, self.slot, number)?;
        let is_borne_out = stands >= number && (stands - number).is_multiple_of(RING_RECORDS as u64);
        Ok((!is_borne_out).then_some(Fault::Records))
    }

    /// Writes what the lane shows now.
    fn tell(&mut self, head: &LaneHead, has_moved: bool, look: &mut Looking<'_>) -> Result<(), Shrunk> {
        let Some(writer) = self.writer else { return Ok(()) };
        if has_moved && look.lanes[writer].life == Life::Gone {
            // Its number means nothing here: it is of another name space.
            (look.lanes[writer].life, look.lanes[writer].ended_at) = (Life::Alive, None);
        }
        if look.lanes[writer].ended_at.is_none() {
            self.see_life(writer, head, has_moved, look);
        }
        let end = look.lanes[writer].ended_at.unwrap_or(look.now);
        let started = head.word(lane::STARTED);
        let is_timed = look.can_be(started);
        let hand = self.task(head.word(lane::HAND), if is_timed { started.min(end) } else { look.now });
        if hand.is_some() && !is_timed {
            self.complain(Fault::Times, look);
        }
        let hand = hand.map(|task| OutsideTask { fraction: fraction(head.word(lane::FRACTION)), ..task });
        let lane = &mut look.lanes[writer];
        lane.looked_at = look.now;
        let spent = std::array::from_fn(|one| head.0[lane::SPENT / WORD + one]);
        self.account(head.word(lane::ACTIVITY), spent, hand, lane);
        lane.memory = head.word(lane::MEMORY);
        lane.pending.clear();
        if lane.life == Life::Alive {
            lane.pending =
                self.names.pending(look.memory, look.shape.lane_at(self.slot), head.word(lane::PENDING_NAMES))?;
        }
        Ok(())
    }

    /// Makes the account of a lane's time, up to its end or the look.
    fn account(&self, word: u64, spent: SpentNs, hand: Option<OutsideTask>, lane: &mut OutsideLane) {
        let end = lane.ended_at.unwrap_or(lane.looked_at);
        let since = hand.as_ref().map_or(self.ring.last_end, |task| task.since).min(end).max(lane.claimed_at);
        let in_hand = hand.as_ref().map_or(0, |task| end.saturating_sub(task.since));
        let life = end.saturating_sub(lane.claimed_at);
        let busy = self.ring.busy.saturating_add(in_hand).min(life);
        let told = Told { word, spent, busy, life, since, is_in_task: hand.is_some(), now: end };
        (lane.activity, lane.since) = told.now();
        lane.spent_ns = told.account();
        lane.busy_ns = busy;
        lane.hand = hand;
    }

    /// Whether its thread is there.
    fn see_life(&mut self, writer: usize, head: &LaneHead, has_moved: bool, look: &mut Looking<'_>) {
        let lane = &mut look.lanes[writer];
        let left_at = head.word(lane::LEFT_AT);
        if left_at != 0 {
            // One that is told of by another cannot vanish: it is said to have left, and with what in hand.
            let is_lost = lane.is_elsewhere() && head.word(lane::HAND) != 0;
            lane.life = if is_lost { Life::Gone } else { Life::Left };
            lane.ended_at = Some(left_at.clamp(lane.claimed_at, look.now));
        } else if let Some(served) = look.served.map(|served| &served.lanes[self.slot]) {
            served.seen.store(self.taken.number(), Release);
            let closed = served.closed.load(Acquire);
            if closed != 0 && (look.is_last || !has_moved) {
                lane.life = Life::Gone;
                lane.ended_at = Some(closed.clamp(lane.claimed_at, look.now));
            }
        } else if look.is_last || !has_moved && look.now - self.life_seen_at >= LIFE_EVERY_NS {
            self.life_seen_at = look.now;
            let born = birth(lane.pid, if lane.tid == 0 { lane.pid } else { lane.tid });
            let is_same = born.is_some() && (self.birth.is_none() || self.birth == born);
            self.birth = self.birth.or(born);
            if !is_same {
                lane.life = Life::Gone;
                lane.ended_at = Some(look.now);
            }
        }
    }

    /// The task that a word of `hand` means.
    fn task(&self, hand: u64, since: u64) -> Option<OutsideTask> {
        let key = self.names.key(hand.checked_sub(1)?);
        Some(OutsideTask { name: key.name, index: key.index, since, fraction: None })
    }

    /// Tells what is wrong, once.
    fn complain(&mut self, fault: Fault, look: &mut Looking<'_>) {
        if !std::mem::replace(&mut self.told[fault as usize], true) {
            let pid = u32::try_from(self.identity[0]).ok().filter(|&pid| pid != 0);
            look.complaints.push(OutsideComplaint { fault, lane: Some(self.slot), pid });
        }
    }
}

fn fraction(word: u64) -> Option<f64> {
    let fraction = f64::from_bits(word);
    (fraction > 0.0 && fraction <= 1.0).then_some(fraction)
}
