//! A worker and its interpreter's lock: when it takes it, when it lets go, and what of that stands on its lane.

use std::cell::Cell;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::gil::Gil;
use crate::backend::board::Board;
use crate::backend::board::layout::{InterpreterCells, activity};
use crate::workload::{Cancelled, ReleasedGil};

/// One worker's side of the lock. Lets go when dropped.
pub(in crate::backend) struct LaneInterpreter<'a> {
    gil: &'a Gil,
    board: &'a Board,
    cells: &'a InterpreterCells,
    worker: u32,
    holds: Cell<bool>,
}

impl<'a> LaneInterpreter<'a> {
    /// A worker that does not hold the lock yet.
    pub(in crate::backend) fn new(gil: &'a Gil, board: &'a Board, worker: u32) -> Self {
        Self { gil, board, cells: &board.lane(worker).interpreter, worker, holds: Cell::new(false) }
    }

    /// Before interpreted code that may follow native code or nothing: takes the lock, or looks whether it is wanted.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was called off while it waited.
    pub(in crate::backend) fn enter(&self) -> Result<(), Cancelled> {
        if self.holds.get() { self.look() } else { self.take() }
    }

    /// In the middle of interpreted code: hands the lock over if somebody wants it. Nothing while it is not held.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was called off while it waited to have it back.
    pub(in crate::backend) fn look(&self) -> Result<(), Cancelled> {
        if !self.holds.get() || !self.gil.is_wanted() {
            return Ok(());
        }
        count(&self.cells.handovers);
        self.let_go(activity::WAITING);
        self.take()
    }

    /// Lets go, in order to wait or to run native code.
    pub(in crate::backend) fn release(&self, away: ReleasedGil) {
        self.let_go(match away {
            ReleasedGil::Blocked => activity::BLOCKED,
            ReleasedGil::Native => activity::NATIVE,
        });
    }

    /// Lets go, because there is nothing more to interpret.
    pub(in crate::backend) fn end(&self) {
        self.let_go(activity::NOTHING);
    }

    fn take(&self) -> Result<(), Cancelled> {
        if !self.gil.try_take(self.worker) {
            self.turn(activity::WAITING);
            count(&self.cells.waits);
            if !self.gil.take(self.worker, || self.board.is_cancelled()) {
                self.turn(activity::NOTHING);
                return Err(Cancelled);
            }
        }
        self.holds.set(true);
        self.turn(activity::RUNNING);
        Ok(())
    }

    fn let_go(&self, next: u32) {
        self.turn(next);
        if self.holds.take() {
            self.gil.release(|| self.board.is_cancelled());
        }
    }

    /// Closes the account of what it did, and begins that of what it does now.
    fn turn(&self, next: u32) {
        let (cells, now) = (self.cells, self.board.shape().clock.now());
        let before = cells.activity.load(Relaxed);
        let since = cells.since.load(Relaxed);
        // In this order: who looks on in between sees too little for an instant, and never twice as much.
        cells.since.store(now, Relaxed);
        if let Some(spent) = cells.spent.get(before as usize) {
            spent.store(spent.load(Relaxed) + now.saturating_sub(since), Relaxed);
        }
        cells.activity.store(next, Release);
    }
}

impl Drop for LaneInterpreter<'_> {
    fn drop(&mut self) {
        if self.holds.get() {
            self.end();
        }
    }
}

/// Adds 1 to a cell that only this worker writes.
fn count(cell: &std::sync::atomic::AtomicU64) {
    cell.store(cell.load(Relaxed) + 1, Relaxed);
}
