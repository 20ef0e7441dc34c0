//! Whether ranks wait for each other for good: a suspicion, told where nothing that is known speaks against it.
//!
//! Of those that have waited for a second, the largest set is found in which none can go on but by another of it, or by one
//! that has left MPI. The model is that of AND and OR: who needs a message of one of several waits for any of them, who
//! sits in a collective for all. A rank that can be answered now is in no such set, however long that takes: a long
//! transfer is none, nor is a long computation.

use std::collections::HashSet;

use super::calls::{Call, CallKind};
use super::look::{CallInHand, MpiLook, RankLife, RankLook};
use super::waiting::{Wait, waits};

/// Shorter waits are none, in nanoseconds.
const LONG_NS: u64 = 1_000_000_000;

/// The time between two looks that have to agree, in nanoseconds.
const APART_NS: u64 = 200_000_000;

/// What is suspected.
#[derive(Debug, Clone, PartialEq)]
pub enum Suspicion {
    /// These wait for each other, each for the next, the last for the first; or none is in such a circle, and all of them
    /// are told.
    Deadlock(Vec<Wait>),
    /// One waits, and all that could end that have left MPI.
    WaitsForGone(Wait, Vec<u32>),
    /// One sits in a collective where another rank has called another one.
    Mismatch {
        /// The one that sits.
        wait: Wait,
        /// The other.
        other: u32,
        /// What that one called.
        called: &'static Call,
    },
}

/// Tells what was so in two looks and did not change between them, until it does. Ranks that are ended meanwhile do not make
/// it another: who ends a program that is stuck wants to read why.
#[derive(Debug, Default)]
pub struct StuckWatch {
    before: HashSet<Seen>,
    before_ns: u64,
    found: Vec<Suspicion>,
    /// The ranks that these are about.
    held: Vec<(u32, Seen)>,
    ranks: usize,
}

/// A rank that was stuck: who it is, since when it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Seen {
    pid: u32,
    since_ns: u64,
    calls: u64,
}

impl StuckWatch {
    /// What is suspected after this look, the worst first.
    pub fn see(&mut self, look: &MpiLook) -> &[Suspicion] {
        if look.known_ns() < self.before_ns.saturating_add(APART_NS)
            && !look.ranks.iter().any(|rank| rank.life == RankLife::Gone)
        {
            return &self.found;
        }
        let waits = waits(look);
        let lasting: Vec<Wait> = waits.iter().filter(|wait| self.before.contains(&seen(look, wait))).cloned().collect();
        if !self.holds(look) {
            let stuck = stuck(look, &lasting);
            self.found = suspicions(look, &stuck);
            self.held = stuck.iter().map(|wait| (wait.place, seen(look, wait))).collect();
            self.ranks = look.ranks.len();
        }
        self.before = stuck(look, &waits).into_iter().map(|wait| seen(look, wait)).collect();
        self.before_ns = look.known_ns();
        &self.found
    }
}

impl StuckWatch {
    /// Whether what was found is still so, as far as its ranks are there.
    fn holds(&self, look: &MpiLook) -> bool {
        let stands = |(place, seen): &(u32, Seen)| {
            let rank = &look.ranks[*place as usize];
            let is_in_call = rank.call.as_ref().is_some_and(|call| call.since_ns == seen.since_ns);
            rank.life == RankLife::Gone || (is_in_call && rank.calls == seen.calls)
        };
        let some_are_gone = |(place, _): &(u32, Seen)| look.ranks[*place as usize].life == RankLife::Gone;
        !self.found.is_empty()
            && self.ranks == look.ranks.len()
            && self.held.iter().any(some_are_gone)
            && self.held.iter().all(stands)
    }
}

fn seen(look: &MpiLook, wait: &Wait) -> Seen {
    let rank = &look.ranks[wait.place as usize];
    Seen { pid: rank.pid, since_ns: wait.since_ns, calls: rank.calls }
}

/// The waits that nothing can end, as far as is known.
fn stuck<'a>(look: &MpiLook, waits: &'a [Wait]) -> Vec<&'a Wait> {
    let mut is_stuck = vec![false; look.ranks.len()];
    let known_ns = look.known_ns();
    let mut candidates: Vec<&Wait> = waits
        .iter()
        .filter(|wait| known_ns.saturating_sub(wait.since_ns) >= LONG_NS)
        .filter(|wait| !look.ranks[wait.place as usize].is_threaded)
        .collect();
    candidates.iter().for_each(|wait| is_stuck[wait.place as usize] = true);
    // Each round takes some away, until none goes.
    loop {
        let stays = |wait: &&Wait| !can_go_on(wait, look, &is_stuck);
        let kept: Vec<&Wait> = candidates.iter().copied().filter(stays).collect();
        if kept.len() == candidates.len() {
            return kept;
        }
        is_stuck.fill(false);
        kept.iter().for_each(|wait| is_stuck[wait.place as usize] = true);
        candidates = kept;
    }
}

/// Whether a wait may end, when those that are stuck stay so.
fn can_go_on(wait: &Wait, look: &MpiLook, is_stuck: &[bool]) -> bool {
    let rank = &look.ranks[wait.place as usize];
    let is_hopeless = |other: &u32| is_stuck[*other as usize] || has_left(&look.ranks[*other as usize]);
    if wait.call.kind == CallKind::Collective {
        // One that never comes is enough.
        return !wait.on.iter().any(is_hopeless) && !is_mismatched(wait, look);
    }
    let may_answer = |other: &u32| may_meet(rank, &look.ranks[*other as usize]);
    wait.others || wait.on.iter().any(|other| !is_hopeless(other) || may_answer(other))
}

fn has_left(rank: &RankLook) -> bool {
    rank.life != RankLife::Running
}

/// Whether what a rank waits for may come of what another has begun: of the call that it sits in, or of one that did not
/// wait.
fn may_meet(rank: &RankLook, other: &RankLook) -> bool {
    let Some(own) = &rank.call else { return true };
    let begun = other.sent.iter().find(|sent| sent.to == rank.rank);
    let (sends, receives) = (sends_to(own, other.rank), receives_from(own, other.rank));
    if begun.is_some_and(|begun| (receives && begun.sending > 0) || (sends && begun.receiving > 0)) {
        return true;
    }
    let Some(call) = &other.call else { return false };
    let is_same = own.communicator == call.communicator || own.communicator == 0 || call.communicator == 0;
    let is_tag = own.tag.is_none() || call.tag.is_none() || own.tag == call.tag;
    let meets = (sends && receives_from(call, rank.rank)) || (receives && sends_to(call, rank.rank));
    is_same && is_tag && meets
}

fn sends_to(call: &CallInHand, rank: u32) -> bool {
    call.peers.to.contains(&rank)
}

fn receives_from(call: &CallInHand, rank: u32) -> bool {
    call.peers.from_any || call.peers.from.contains(&rank)
}

/// A rank of the same communicator that called another collective in this one's place.
fn mismatch(wait: &Wait, look: &MpiLook) -> Option<(u32, &'static Call)> {
    let rank = &look.ranks[wait.place as usize];
    let hand = rank.call.as_ref().filter(|_| wait.call.kind == CallKind::Collective)?;
    let others = look.ranks.iter().enumerate().filter(|(_, other)| other.world == rank.world);
    others.into_iter().find_map(|(place, other)| {
        let known = other.communicators.iter().find(|known| known.id == hand.communicator)?;
        let called = known.last.filter(|last| known.collectives == hand.number && *last != hand.call)?;
        Some((place as u32, called))
    })
}

fn is_mismatched(wait: &Wait, look: &MpiLook) -> bool {
    mismatch(wait, look).is_some()
}

/// What is to be told of those that are stuck.
fn suspicions(look: &MpiLook, stuck: &[&Wait]) -> Vec<Suspicion> {
    let mut found = Vec::new();
    let mismatched = stuck.iter().find_map(|wait| Some((*wait, mismatch(wait, look)?)));
    if let Some((wait, (other, called))) = mismatched {
        found.push(Suspicion::Mismatch { wait: wait.clone(), other, called });
    }
    if let Some(circle) = circle(look, stuck) {
        found.push(Suspicion::Deadlock(circle));
    }
    for wait in stuck {
        let gone: Vec<u32> = wait.on.iter().copied().filter(|on| has_left(&look.ranks[*on as usize])).collect();
        let is_all = gone.len() == wait.on.len() || wait.call.kind == CallKind::Collective;
        if !gone.is_empty() && is_all {
            found.push(Suspicion::WaitsForGone((*wait).clone(), gone));
        }
    }
    // Each waits for any of others that are stuck: there is a knot, and no circle of one for one.
    if found.is_empty() && !stuck.is_empty() {
        found.push(Suspicion::Deadlock(stuck.iter().map(|wait| (*wait).clone()).collect()));
    }
    found
}

/// The ranks of a circle, each waiting for the next: from every stuck rank to the first stuck one that it waits for.
fn circle(look: &MpiLook, stuck: &[&Wait]) -> Option<Vec<Wait>> {
    let mut by_place: Vec<Option<&Wait>> = vec![None; look.ranks.len()];
    stuck.iter().for_each(|wait| by_place[wait.place as usize] = Some(wait));
    let next = |wait: &Wait| wait.on.iter().find_map(|on| by_place[*on as usize]);
    let mut visited = vec![usize::MAX; look.ranks.len()];
    for (walk, start) in stuck.iter().enumerate() {
        let mut at = *start;
        while visited[at.place as usize] == usize::MAX {
            visited[at.place as usize] = walk;
            match next(at) {
                Some(on) => at = on,
                None => break,
            }
        }
        if visited[at.place as usize] == walk && next(at).is_some() {
            return Some(round(at, &next));
        }
    }
    None
}

/// The circle that a rank is in, its lowest rank first.
fn round<'a>(start: &'a Wait, next: &dyn Fn(&Wait) -> Option<&'a Wait>) -> Vec<Wait> {
    let mut circle = vec![start.clone()];
    let mut at = start;
    while let Some(on) = next(at).filter(|on| on.place != start.place) {
        circle.push(on.clone());
        at = on;
    }
    let lowest = circle.iter().enumerate().min_by_key(|(_, wait)| wait.place).map_or(0, |(at, _)| at);
    circle.rotate_left(lowest);
    circle
}
