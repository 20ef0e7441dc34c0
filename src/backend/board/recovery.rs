//! What the engine writes to lanes: what becomes of the task, the claim and the account of a worker that is gone.
//!
//! A claim may be lost with its worker, killed after it moved the shared cursor and before it wrote down what it had
//! got. That window is a few instructions wide, but tasks can be as short as that. Each lane keeps the sum of the
//! starts of all ranges it has taken; the sum over all ranges there are is known beforehand; so when all workers have
//! left and one range is missing, the difference of the two sums is where it starts.

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

    /// The range that no worker ran although all of them were handed out: `None` if there is none, or if there are
    /// several, which cannot be told apart. Only to be asked when all workers have left.
    pub fn lost_claim(&self) -> Option<Range<u64>> {
        let spec = self.spec();
        if spec.dispatch == Dispatch::Pipe {
            // Nothing is taken from the cursor, and the dispatcher knows what it has sent.
            return None;
        }
        let missing = spec.tasks.checked_sub(self.progress().0).filter(|&missing| missing > 0)?;
        let claimed = self.lanes().map(starts_of).fold(0, u64::wrapping_add);
        let start = sum_of_starts(spec)?.wrapping_sub(claimed);
        let range = start..start.checked_add(missing)?;
        (range.end <= spec.tasks && share_at(spec, start) == missing).then_some(range)
    }

    /// Gives a range to a worker that has left, for its replacement to run.
    pub fn hand_over(&self, worker: u32, range: &Range<u64>) {
        let lane = self.lane(worker);
        let taken = lane.taken.load(Acquire);
        let claim = &lane.claims[((taken + 1) % 2) as usize];
        claim.start.store(range.start, Relaxed);
        claim.end.store(range.end, Relaxed);
        claim.base.store(lane.done.load(Relaxed) + lane.failed.load(Relaxed), Relaxed);
        claim.starts.store(starts_of(lane).wrapping_add(range.start), Relaxed);
        lane.taken.store(taken + 1, Release);
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
