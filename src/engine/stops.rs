//! Which of a trial's workers were stopped from outside, as far as their parent hears of it.

use std::collections::BTreeSet;

/// Which workers are stopped, and whether any was.
#[derive(Debug, Default)]
pub(super) struct Stops {
    workers: BTreeSet<u32>,
    forkserver: bool,
    seen: bool,
}

impl Stops {
    /// A worker was stopped, or goes on.
    pub(super) fn worker(&mut self, worker: u32, stopped: bool) {
        self.seen = true;
        if stopped {
            self.workers.insert(worker);
        } else {
            self.workers.remove(&worker);
        }
    }

    /// The process that forks the workers was stopped, or goes on: its workers may have been stopped with it, which it
    /// could not tell.
    pub(super) fn forkserver(&mut self, stopped: bool) {
        self.seen = true;
        self.forkserver = stopped;
    }

    /// A worker is gone.
    pub(super) fn gone(&mut self, worker: u32) {
        self.workers.remove(&worker);
    }

    /// Whether there were any, all of which are over. What is stopped for good is for the time limit to end.
    pub(super) fn are_over(&self) -> bool {
        self.seen && self.workers.is_empty() && !self.forkserver
    }
}
