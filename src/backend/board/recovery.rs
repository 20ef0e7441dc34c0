//! What the engine writes to lanes: what becomes of the task, the claim and the account of a worker that is gone.
//!
//! A claim may be lost with its worker, killed after it moved the shared cursor and before it wrote down what it had
//! got. That window is a few instructions wide, but tasks can be as short as that. So a worker writes down where the
//! range begins that it is going to take; whether it has got it, or another was quicker, is not known when it is killed.
//! Each lane keeps the sum of the starts of all ranges it has taken, and the sum over all ranges there are is known
//! beforehand. When all workers have left and tasks are missing, they are those of the doubtful ranges that make up the
//! difference of the two sums. Where two sets of them do, or none does, that is for the engine to tell: nothing is guessed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::layout::{LaneCells, verdict, worker_state};
use super::memory::Board;
use super::schedule::share_at;
use super::spec::BoardSpec;
use crate::scenario::{Dispatch, Schedule};

impl Board {
    /// Marks a worker as lost, and returns the task it held.
    pub fn mark_lost(&self, worker: u32) -> Option<u64> {
        let lane = self.lane(worker);
        lane.activity.close(self.spec().clock.now());
        lane.worker_state.store(worker_state::LOST, Relaxed);
        lane.hand.load(Relaxed).checked_sub(1)
    }

    /// Where the range begins that a lost worker was about to take, or had just taken, without a word on its lane. To be
    /// asked before it is replaced.
    pub fn doubtful_claim(&self, worker: u32) -> Option<u64> {
        let lane = self.lane(worker);
        let aim = lane.aim.load(Acquire).checked_sub(1)?;
        let taken = lane.taken.load(Acquire);
        let is_told = taken > 0 && lane.claims[(taken % 2) as usize].start.load(Relaxed) == aim;
        (!is_told).then_some(aim)
    }

    /// Gives up the task that a lost worker held; its replacement goes on with the next.
    pub fn give_up_task(&self, worker: u32, task: u64) {
        let lane = self.lane(worker);
        if let Some(record) = self.record(task) {
            let now = self.spec().clock.now();
            record.start.store(lane.started.load(Relaxed), Relaxed);
            record.end.store(now, Relaxed);
            record.verdict.store(verdict::FAILED | u64::from(worker) << 32, Release);
        }
        lane.last_end.store(self.spec().clock.now(), Relaxed);
        lane.hand.store(0, Relaxed);
        lane.failed.fetch_add(1, Release);
    }

    /// Notes that a worker was stopped from outside, or goes on.
    pub fn mark_stalled(&self, worker: u32, stopped: bool) {
        let lane = self.lane(worker);
        let (from, to) = if stopped {
            (worker_state::RUNNING, worker_state::STALLED)
        } else {
            (worker_state::STALLED, worker_state::RUNNING)
        };
        // If it has moved on by itself in the meantime, what it says counts.
        let _ = lane.worker_state.compare_exchange(from, to, Relaxed, Relaxed);
    }

    /// The ranges that no worker ran although all of them were handed out, by where those begin that lost workers leave
    /// in doubt; empty if that does not tell. Only to be asked when all workers have left.
    pub fn lost_claims(&self, doubtful: &BTreeSet<u64>) -> Vec<Range<u64>> {
        let spec = self.spec();
        if spec.dispatch == Dispatch::Pipe {
            // Nothing is taken from the cursor, and the dispatcher knows what it has sent.
            return Vec::new();
        }
        let Some(missing) = spec.tasks.checked_sub(self.progress().0).filter(|&missing| missing > 0) else {
            return Vec::new();
        };
        let Some(starts) = sum_of_starts(spec) else { return Vec::new() };
        let starts = starts.wrapping_sub(self.lanes().map(starts_of).fold(0, u64::wrapping_add));
        let range = |start| start..start + share_at(spec, start);
        let ranges: Vec<_> = doubtful.iter().filter(|&&start| start < spec.tasks).map(|&start| range(start)).collect();
        Sought { missing, starts }.among(&ranges).unwrap_or_default()
    }

    /// Gives a range to a worker that has left, for its replacement to run. Until that comes to its own end, the lane is
    /// that of a worker that has not.
    pub fn hand_over(&self, worker: u32, range: &Range<u64>) {
        let lane = self.lane(worker);
        let taken = lane.taken.load(Acquire);
        let claim = &lane.claims[((taken + 1) % 2) as usize];
        claim.start.store(range.start, Relaxed);
        claim.end.store(range.end, Relaxed);
        claim.base.store(lane.done.load(Relaxed) + lane.failed.load(Relaxed), Relaxed);
        claim.starts.store(starts_of(lane).wrapping_add(range.start), Relaxed);
        lane.taken.store(taken + 1, Release);
        lane.worker_state.store(worker_state::ABSENT, Release);
    }

    /// Takes back what a lost worker had fetched through the pipe and not delivered; empty if there is none. Of a chunk
    /// from which a task was given up nothing was delivered.
    pub(in crate::backend) fn take_back(&self, worker: u32, given_up: bool) -> Range<u64> {
        let lane = self.lane(worker);
        let claim = &lane.claims[(lane.taken.load(Acquire) % 2) as usize];
        let start = claim.start.load(Relaxed);
        let settled = lane.done.load(Relaxed) + lane.failed.load(Relaxed);
        let delivered = !given_up && settled > claim.base.load(Relaxed);
        let end = if delivered { start } else { claim.end.load(Relaxed) };
        // Its replacement, should that be lost too, must not give it back again.
        claim.end.store(start, Relaxed);
        start..end
    }
}

/// What ranges that were lost come to together.
#[derive(Clone, Copy)]
struct Sought {
    /// Their tasks.
    missing: u64,
    /// The sum of their starts, modulo 2⁶⁴.
    starts: u64,
}

impl Sought {
    /// The only set of ranges that comes to this; `None` if there is none, or another one, or no end to the search.
    fn among(self, ranges: &[Range<u64>]) -> Option<Vec<Range<u64>>> {
        /// Sets that are looked at; with 20 workers killed in the middle of a claim there are not as many.
        const LOOKS: u32 = 1 << 20;
        let mut search = SubsetSearch { chosen: Vec::new(), found: None, looks: LOOKS };
        search.go(self, ranges).then_some(search.found)?
    }
}

/// A search through all sets.
struct SubsetSearch {
    chosen: Vec<Range<u64>>,
    found: Option<Vec<Range<u64>>>,
    looks: u32,
}

impl SubsetSearch {
    /// Looks at all sets of these ranges beside those chosen; `false` if that was too much, or found a second one.
    fn go(&mut self, sought: Sought, ranges: &[Range<u64>]) -> bool {
        let Some(looks) = self.looks.checked_sub(1) else { return false };
        self.looks = looks;
        if sought.missing == 0 {
            return sought.starts != 0 || self.found.replace(self.chosen.clone()).is_none();
        }
        let Some((first, others)) = ranges.split_first() else { return true };
        let without = self.go(sought, others);
        let Some(missing) = sought.missing.checked_sub(first.end - first.start) else { return without };
        self.chosen.push(first.clone());
        let with = self.go(Sought { missing, starts: sought.starts.wrapping_sub(first.start) }, others);
        self.chosen.pop();
        without && with
    }
}

/// Sum of the starts of all ranges that a lane has taken.
pub(in crate::backend) fn starts_of(lane: &LaneCells) -> u64 {
    lane.claims[(lane.taken.load(Acquire) % 2) as usize].starts.load(Relaxed)
}

/// Sum of the starts of all ranges there are, modulo 2⁶⁴; `None` for schedules without a cursor.
fn sum_of_starts(spec: &BoardSpec) -> Option<u64> {
    match spec.schedule {
        Schedule::Dynamic => {
            let chunk = u128::from(spec.chunk.unwrap_or(1));
            let ranges = u128::from(spec.tasks).div_ceil(chunk);
            // At most 10¹² ranges of at most 10¹² tasks: the product of three such would not fit, but it does not
            // have to.
            Some((ranges * (ranges - 1) / 2).wrapping_mul(chunk) as u64)
        }
        Schedule::Guided => {
            let next = |&start: &u64| Some(start + share_at(spec, start)).filter(|&next| next < spec.tasks);
            Some(std::iter::successors(Some(0), next).fold(0, u64::wrapping_add))
        }
        Schedule::Static | Schedule::Stealing => None,
    }
}
