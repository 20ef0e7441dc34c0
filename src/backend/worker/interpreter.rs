//! A worker and its interpreter's lock: when it takes it, when it lets go, and what it does meanwhile, told to its
//! lane.

use std::cell::Cell;

use super::gil::Gil;
use crate::backend::board::{Activity, Board, LaneWriter};
use crate::workload::Cancelled;

/// One worker's side of the lock. Lets go when dropped.
pub(in crate::backend) struct LaneInterpreter<'a> {
    gil: &'a Gil,
    board: &'a Board,
    lane: LaneWriter<'a>,
    worker: u32,
    holds: Cell<bool>,
}

impl<'a> LaneInterpreter<'a> {
    /// A worker that does not hold the lock yet.
    pub(super) fn new(gil: &'a Gil, board: &'a Board, lane: LaneWriter<'a>, worker: u32) -> Self {
        Self { gil, board, lane, worker, holds: Cell::new(false) }
    }

    /// Before interpreted code that may follow native code or nothing: takes the lock, or looks whether it is wanted.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was called off while it waited.
    pub(super) fn enter(&self) -> Result<(), Cancelled> {
        if self.holds.get() { self.look() } else { self.take() }
    }

    /// In the middle of interpreted code: hands the lock over if another worker wants it. Nothing while it is not held.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was called off while it waited to have it back.
    pub(super) fn look(&self) -> Result<(), Cancelled> {
        if !self.holds.get() || !self.gil.is_wanted() {
            return Ok(());
        }
        self.lane.count_lock_handover();
        self.let_go(Activity::WaitingForLock);
        self.take()
    }

    /// Lets go, in order to do what needs no lock.
    pub(super) fn let_go(&self, next: Activity) {
        self.lane.activity_now(next);
        if self.holds.take() {
            self.gil.release(|| self.board.is_cancelled());
        }
    }

    fn take(&self) -> Result<(), Cancelled> {
        if !self.gil.try_take(self.worker) {
            self.lane.activity_now(Activity::WaitingForLock);
            self.lane.count_lock_wait();
            if !self.gil.take(self.worker, || self.board.is_cancelled()) {
                self.lane.activity_now(Activity::Idle);
                return Err(Cancelled);
            }
        }
        self.holds.set(true);
        self.lane.activity_now(Activity::Running);
        Ok(())
    }
}

impl Drop for LaneInterpreter<'_> {
    fn drop(&mut self) {
        if self.holds.get() {
            self.let_go(Activity::Idle);
        }
    }
}
