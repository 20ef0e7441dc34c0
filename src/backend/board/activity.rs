//! Where a lane's time goes: ticks for each activity, which together are the lane's time.
//!
//! A change of activity is one store that says what is done now and since when, and one that closes the account of what
//! was done before. No tick is counted twice or left out, whatever the clock does.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use serde::{Deserialize, Serialize};

use super::lane_cell::LaneCell;

/// What a worker does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// Waits at the gate for the start.
    AtGate,
    /// Runs a task; under an interpreter's lock: holds it, also between tasks.
    Running,
    /// Waits for an interpreter's lock.
    WaitingForLock,
    /// Sleeps, or waits for something outside, in a task.
    Blocked,
    /// Runs native code in a task, without the interpreter's lock that it otherwise holds.
    Native,
    /// Gets its next task.
    Fetching,
    /// Gives back results.
    Delivering,
    /// Has nothing left to do, or is gone.
    #[default]
    Idle,
    /// Could run, and has no CPU: seen of threads of other programs alone.
    Queued,
    /// Waits for CPython's own lock: seen of threads of other programs alone.
    WaitingForGil,
    /// Sends a message: seen of ranks of MPI programs alone, as what follows.
    Sending,
    /// Receives a message, or waits for one.
    Receiving,
    /// Is in a call that all ranks of a communicator make together.
    InCollective,
    /// Waits for messages that are under way, or asks for them.
    WaitingForMessages,
}

impl Activity {
    /// How many there are.
    pub const COUNT: usize = 14;
    /// All of them, each at the place of its number.
    pub const ALL: [Self; Self::COUNT] = [
        Self::AtGate,
        Self::Running,
        Self::WaitingForLock,
        Self::Blocked,
        Self::Native,
        Self::Fetching,
        Self::Delivering,
        Self::Idle,
        Self::Queued,
        Self::WaitingForGil,
        Self::Sending,
        Self::Receiving,
        Self::InCollective,
        Self::WaitingForMessages,
    ];
}

/// Bits of a word that hold the activity; those above hold ticks.
const ACTIVITY_BITS: u32 = 4;
/// Numbers that these bits can hold: an account has a place for each, so that none has to be checked.
const PLACES: usize = 1 << ACTIVITY_BITS;

/// Turns kept of each lane: two threads that hand a lock over every 5 ms fill them in a third of a second.
pub(super) const TURNS: usize = 64;

/// The activities that a turn is kept for when it leads there or away, a bit each.
const KEPT: u32 = 1 << Activity::WaitingForLock as u32 | 1 << Activity::Blocked as u32 | 1 << Activity::Native as u32;

/// A lane's account of its time. By its worker, and by the engine when that is gone.
#[repr(C)]
pub(in crate::backend) struct ActivityCells {
    /// When the lane's first worker came to the gate, in ticks; 0 before.
    began: AtomicU64,
    /// What is done, in the lowest 4 bits, and since when, in ticks, in those above.
    now: AtomicU64,
    /// Ticks spent in each activity before that, by its number.
    spent: [AtomicU64; PLACES],
    /// The last turns to or from waiting and native code, each as `now` was then: the n-th stands at n modulo their
    /// number. What is done by the million a second, one task after the other, is not among them.
    turns: [AtomicU64; TURNS],
    /// How many turns there were.
    turned: AtomicU64,
    /// How often an interpreter's lock was found taken.
    lock_waits: AtomicU64,
    /// How often it was asked to let go of the lock, and did.
    lock_handovers: AtomicU64,
}

/// A lane's account of its time, in ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActivityReading {
    /// When the lane's first worker came to the gate; 0 before.
    pub began: u64,
    /// What is done.
    pub activity: Activity,
    /// Since when.
    pub since: u64,
    /// Ticks in each activity before that, by its number: together, those from `began` to `since`.
    pub spent: [u64; Activity::COUNT],
    /// How often an interpreter's lock was found taken.
    pub lock_waits: u64,
    /// How often it was asked to let go of the lock, and did.
    pub lock_handovers: u64,
}

impl ActivityReading {
    /// Ticks in an activity until `now`.
    pub fn ticks(&self, activity: Activity, now: u64) -> u64 {
        let open = if self.activity == activity { now.saturating_sub(self.since) } else { 0 };
        self.spent[activity as usize] + open
    }
}

impl Default for ActivityCells {
    fn default() -> Self {
        let zero = AtomicU64::default;
        Self {
            began: zero(),
            now: zero(),
            spent: Default::default(),
            turns: std::array::from_fn(|_| zero()),
            turned: zero(),
            lock_waits: zero(),
            lock_handovers: zero(),
        }
    }
}

impl ActivityCells {
    /// Begins the account, or goes on with that of an earlier worker: one is at the gate since `at`.
    pub(super) fn begin(&self, at: u64) {
        if self.began.load(Relaxed) == 0 {
            self.now.store(packed(Activity::AtGate, at), Relaxed);
            self.began.store(at, Release);
        } else {
            self.turn_to(Activity::AtGate, at);
        }
    }

    /// Closes the account of what was done until `at`, in ticks, and begins that of what is done from then on.
    #[inline]
    pub(super) fn turn_to(&self, next: Activity, at: u64) {
        let word = self.now.load(Relaxed);
        let (before, since) = (word as usize % PLACES, word >> ACTIVITY_BITS);
        // Clocks of two CPUs may disagree by a tick.
        let at = at.max(since);
        // In this order: a reader in between sees too little for an instant, and never twice as much.
        self.now.store(packed(next, at), Relaxed);
        let spent = &self.spent[before];
        spent.store(spent.load(Relaxed) + (at - since), Release);
        if (KEPT >> before | KEPT >> next as u32) & 1 == 1 {
            self.keep(packed(next, at));
        }
    }

    fn keep(&self, turn: u64) {
        let turned = self.turned.load(Relaxed);
        self.turns[turned as usize % TURNS].store(turn, Relaxed);
        self.turned.store(turned + 1, Release);
    }

    /// The last turns: to what, and since when in ticks, oldest first. What was overwritten meanwhile is left out.
    pub(super) fn read_turns(&self) -> Vec<(Activity, u64)> {
        let turned = self.turned.load(Acquire);
        let first = turned.saturating_sub(TURNS as u64);
        let words: Vec<u64> = (first..turned).map(|n| self.turns[n as usize % TURNS].load(Acquire)).collect();
        // One more may be on its way than is counted.
        let overwritten = (self.turned.load(Acquire) + 1).saturating_sub(TURNS as u64).saturating_sub(first);
        let turn = |word: u64| (numbered(word), word >> ACTIVITY_BITS);
        words.into_iter().skip(overwritten as usize).map(turn).collect()
    }

    /// Closes the account of a worker that was killed: what it did last, it did until `at`, and whatever it had no time
    /// to count belongs to that.
    pub(super) fn close(&self, at: u64) {
        let reading = self.read();
        if reading.began == 0 {
            return;
        }
        let at = at.max(reading.since);
        let missing = (at - reading.began).saturating_sub(reading.spent.iter().sum());
        self.spent[reading.activity as usize].fetch_add(missing, Relaxed);
        self.now.store(packed(Activity::Idle, at), Release);
    }

    /// All cells, in the order in which they are stored: see `carried`.
    pub(super) fn cells<'a>(&'a self, into: &mut Vec<LaneCell<'a>>) {
        let Self { began, now, spent, turns, turned, lock_waits, lock_handovers } = self;
        into.extend(turns.iter().map(|turn| LaneCell::PackedTick(turn, ACTIVITY_BITS)));
        into.push(LaneCell::Plain(turned));
        into.extend(spent.iter().chain([lock_waits, lock_handovers]).map(LaneCell::Plain));
        into.extend([LaneCell::PackedTick(now, ACTIVITY_BITS), LaneCell::Tick(began)]);
    }

    /// Counts that the lock was found taken.
    pub(super) fn count_wait(&self) {
        self.lock_waits.store(self.lock_waits.load(Relaxed) + 1, Relaxed);
    }

    /// Counts that the lock was handed over.
    pub(super) fn count_handover(&self) {
        self.lock_handovers.store(self.lock_handovers.load(Relaxed) + 1, Relaxed);
    }

    /// What is done at this instant.
    pub(super) fn read_activity(&self) -> Activity {
        numbered(self.now.load(Relaxed))
    }

    /// The account at this instant.
    pub(super) fn read(&self) -> ActivityReading {
        let spent = Activity::ALL.map(|activity| self.spent[activity as usize].load(Acquire));
        let word = self.now.load(Acquire);
        ActivityReading {
            began: self.began.load(Relaxed),
            activity: numbered(word),
            since: word >> ACTIVITY_BITS,
            spent,
            lock_waits: self.lock_waits.load(Relaxed),
            lock_handovers: self.lock_handovers.load(Relaxed),
        }
    }
}

/// The activity of a word; a word that no worker wrote may hold any number.
fn numbered(word: u64) -> Activity {
    Activity::ALL.get(word as usize % PLACES).copied().unwrap_or_default()
}

fn packed(activity: Activity, since: u64) -> u64 {
    since << ACTIVITY_BITS | activity as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_activity_stands_at_the_place_of_its_number() {
        assert!(Activity::ALL.iter().enumerate().all(|(number, activity)| *activity as usize == number));
    }

    #[test]
    fn the_last_turns_to_and_from_waiting_are_kept_in_their_order() {
        let cells = ActivityCells::default();
        cells.begin(1);
        cells.turn_to(Activity::Running, 2);
        cells.turn_to(Activity::Fetching, 3);
        cells.turn_to(Activity::Running, 4);
        assert!(cells.read_turns().is_empty(), "nothing was waited for");
        for round in 0..100 {
            cells.turn_to(Activity::WaitingForLock, 10 + 2 * round);
            cells.turn_to(Activity::Running, 11 + 2 * round);
        }
        let turns = cells.read_turns();
        assert_eq!(turns.len(), TURNS - 1, "the oldest may be overwritten while it is read");
        assert_eq!(turns.last(), Some(&(Activity::Running, 209)));
        assert!(turns.windows(2).all(|pair| pair[0].1 + 1 == pair[1].1 && pair[0].0 != pair[1].0));
    }

    proptest! {
        #[test]
        fn the_sums_are_the_time_whatever_the_clock_says(
            first in 1..1u64 << 40,
            turns in prop::collection::vec((0..Activity::COUNT, 0..1u64 << 41), 0..50),
        ) {
            let cells = ActivityCells::default();
            cells.begin(first);
            for (next, at) in turns {
                cells.turn_to(Activity::ALL[next], at);
                let reading = cells.read();
                prop_assert_eq!(reading.activity, Activity::ALL[next]);
                prop_assert_eq!(reading.spent.iter().sum::<u64>(), reading.since - reading.began);
            }
        }

        #[test]
        fn the_time_of_a_worker_that_was_killed_is_all_there(
            first in 1..1u64 << 40,
            ran in 0..1u64 << 30,
            died in 0..1u64 << 30,
            came in 0..1u64 << 30,
            half_done in any::<bool>(),
        ) {
            let cells = ActivityCells::default();
            cells.begin(first);
            cells.turn_to(Activity::Running, first + 1);
            if half_done {
                // Killed between the two stores of a change.
                cells.now.store(packed(Activity::Blocked, first + 1 + ran), Relaxed);
            }
            cells.close(first + 1 + ran + died);
            cells.begin(first + 1 + ran + died + came);
            let reading = cells.read();
            prop_assert_eq!(reading.spent.iter().sum::<u64>(), reading.since - reading.began);
            let last = if half_done { Activity::Blocked } else { Activity::Running };
            prop_assert_eq!(reading.spent[last as usize], ran + died);
            prop_assert_eq!(reading.spent[Activity::Idle as usize], came);
        }
    }
}
