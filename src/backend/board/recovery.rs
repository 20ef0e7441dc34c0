//! What the engine writes to lanes: what becomes of the task, the claim and the account of a worker that is gone.

use std::ops::Range;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::layout::{verdict, worker_state};
use super::memory::Board;

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

    /// Gives a range to a worker that has left, for its replacement to run. Until that comes to its own end, the lane is
    /// that of a worker that has not.
    pub fn hand_over(&self, worker: u32, range: &Range<u64>) {
        let lane = self.lane(worker);
        lane.claim(range);
        lane.worker_state.store(worker_state::ABSENT, Release);
    }

    /// Takes back what a lost worker had fetched through the pipe and not delivered; empty if there is none. Of a chunk
    /// from which a task was given up nothing was delivered.
    pub(in crate::backend) fn take_back(&self, worker: u32, given_up: bool) -> Range<u64> {
        let lane = self.lane(worker);
        let claim = &lane.claims[(lane.taken.load(Acquire) % 2) as usize];
        let start = claim.start.load(Relaxed);
        let delivered = !given_up && lane.settled() > claim.base.load(Relaxed);
        let end = if delivered { start } else { claim.end.load(Relaxed) };
        // Its replacement, should that be lost too, must not give it back again.
        claim.end.store(start, Relaxed);
        start..end
    }
}
