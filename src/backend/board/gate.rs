//! The gate of a board, and what lies behind it: workers come, start together, are called off, and have nothing left to
//! do.
//!
//! Only counts and wakes; what a worker does is its own affair, and what a loss means is the engine's.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use super::layout::{LaneCells, worker_state};
use super::memory::Board;
use crate::system::futex;
use crate::system::lock::RobustLock;

impl Board {
    /// Workers that have come to the gate and are not lost.
    pub fn arrived(&self) -> u32 {
        let has_come =
            |lane: &&LaneCells| !matches!(lane.worker_state.load(Acquire), worker_state::ABSENT | worker_state::LOST);
        self.lanes().filter(has_come).count() as u32
    }

    /// Counts a worker that comes to the gate.
    pub(super) fn count_arrival(&self) {
        let arrivals = &self.header().gate.arrivals;
        // Only the last one to come is waited for.
        if arrivals.fetch_add(1, Release) + 1 >= self.spec().lanes {
            futex::wake_all(arrivals);
        }
    }

    /// Waits until there is a worker at each lane; may return early, and does when the time is up.
    pub fn wait_for_arrivals(&self, timeout: Duration) {
        let arrivals = &self.header().gate.arrivals;
        let seen = arrivals.load(Acquire);
        if self.arrived() < self.spec().lanes {
            futex::wait(arrivals, seen, Some(timeout));
        }
    }

    /// Has workers at the gate look at the CPUs that they are on, while all of them are there and none works yet.
    pub fn call_for_looks(&self) {
        let look = &self.header().gate.look;
        look.store(1, Release);
        futex::wake_all(look);
    }

    /// Sleeps until workers are to look at their CPUs, and says whether this one is to: it is not when the gate is open
    /// already, as it is for a replacement, or the work called off.
    pub(in crate::backend) fn is_called_to_look(&self, worker: u32) -> bool {
        let gate = &self.header().gate;
        if worker >= self.spec().looks {
            return false;
        }
        while gate.look.load(Acquire) == 0 && !self.is_cancelled() {
            futex::wait(&gate.look, 0, None);
        }
        gate.open.load(Acquire) == 0 && !self.is_cancelled()
    }

    /// Counts a worker that has looked.
    pub(super) fn count_look(&self) {
        let looked = &self.header().gate.looked;
        if looked.fetch_add(1, Release) + 1 >= self.spec().looks {
            futex::wake_all(looked);
        }
    }

    /// Whether all workers that are to look at their CPUs have done so.
    pub fn all_looked(&self) -> bool {
        self.lanes().take(self.spec().looks as usize).all(|lane| lane.looked.load(Acquire) != 0)
    }

    /// Waits until that is so; may return early, and does when the time is up.
    pub fn wait_for_looks(&self, timeout: Duration) {
        let looked = &self.header().gate.looked;
        let seen = looked.load(Acquire);
        if !self.all_looked() {
            futex::wait(looked, seen, Some(timeout));
        }
    }

    /// Lets the work begin, and returns the instant in ticks.
    pub fn open_gate(&self) -> u64 {
        let gate = &self.header().gate;
        let now = self.spec().clock.now();
        gate.open.store(1, Release);
        futex::wake_all(&gate.open);
        now
    }

    /// Whether the work may begin.
    pub fn is_open(&self) -> bool {
        self.header().gate.open.load(Acquire) != 0
    }

    /// Sleeps until the work may begin, or is called off.
    pub(in crate::backend) fn wait_at_gate(&self) {
        let gate = &self.header().gate;
        while gate.open.load(Acquire) == 0 && !self.is_cancelled() {
            futex::wait(&gate.open, 0, None);
        }
    }

    /// Whether all workers have nothing left to do.
    pub fn all_finished(&self) -> bool {
        self.lanes().all(|lane| lane.worker_state.load(Acquire) == worker_state::FINISHED)
    }

    /// Stays, with nothing left to do, until all may go or the trial is called off.
    pub(in crate::backend) fn linger(&self) {
        let leave = &self.header().gate.leave;
        while leave.load(Acquire) == 0 && !self.is_cancelled() {
            // Calling off a trial wakes none of those that have nothing left to do.
            futex::wait(leave, 0, Some(Duration::from_millis(20)));
        }
    }

    /// Lets workers go that linger.
    pub fn let_go(&self) {
        let gate = &self.header().gate;
        gate.leave.store(1, Release);
        futex::wake_all(&gate.leave);
    }

    /// Asks all workers to end, and wakes those that sleep.
    pub fn cancel(&self) {
        let header = self.header();
        header.cancel.0.store(1, Release);
        // A worker that is just about to wait at the gate must find it open.
        header.gate.look.store(1, Release);
        header.gate.open.store(1, Release);
        futex::wake_all(&header.cancel.0);
        futex::wake_all(&header.gate.look);
        futex::wake_all(&header.gate.open);
        header.pipe_locks.iter().for_each(RobustLock::wake_waiters);
    }

    /// Sleeps for so long, or until the trial is called off; may return early.
    pub(in crate::backend) fn sleep(&self, duration: Duration) {
        futex::wait(&self.header().cancel.0, 0, Some(duration));
    }

    /// Whether the workers were asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.header().cancel.0.load(Relaxed) != 0
    }

    /// Whether a worker has left its loop in good order.
    pub fn is_finished(&self, worker: u32) -> bool {
        self.lane(worker).worker_state.load(Acquire) == worker_state::FINISHED
    }

    /// Tasks finished so far, failed ones included, and those that failed.
    pub fn progress(&self) -> (u64, u64) {
        self.lanes().fold((0, 0), |(done, failed), lane| {
            let lost = lane.failed.load(Relaxed);
            (done + lane.done.load(Relaxed) + lost, failed + lost)
        })
    }
}
