//! The shared cells: a small block of memory that all workers of a trial share, threads and forked processes alike, for
//! kinds whose lesson is shared data.
//!
//! It is zero when a trial begins, and the engine reads it when the trial is over. All of it is atomics, so tasks may
//! handle it as carelessly as their lesson wants without undefined behaviour. What stands where is each kind's own
//! business; nothing here knows.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::cancelled::Cancelled;
use crate::system::lock::{HeldLock, Patience, RobustLock, WaitCancelled};

/// How long a sleep over the lock lasts that nothing ends: a cancelled trial does not know which tasks sleep here.
const PATIENCE: Patience = Patience { looks: 100, nap: Duration::from_millis(5) };

/// Shared cells, and a lock for those that want one. All zero is a valid state: nothing counted, the lock free.
#[repr(C, align(128))]
pub struct SharedCells {
    lock: RobustLock,
    cells: [AtomicU64; SharedCells::LINES * SharedCells::LINE],
}

impl SharedCells {
    /// Lines of cells. Two lines never share a cache line: they are twice as long as those of most processors, which
    /// like to fetch two at a time.
    pub const LINES: usize = 64;
    /// Cells in a line.
    pub const LINE: usize = 16;

    /// A block of its own, all zero.
    pub const fn new() -> Self {
        Self { lock: RobustLock::new(), cells: [const { AtomicU64::new(0) }; Self::LINES * Self::LINE] }
    }

    /// All cells, line after line.
    pub fn cells(&self) -> &[AtomicU64] {
        &self.cells
    }

    /// The first cell of a line.
    ///
    /// # Panics
    /// If there is no such line.
    pub fn line(&self, line: usize) -> &AtomicU64 {
        &self.cells[line * Self::LINE]
    }

    /// Waits until the lock is free or the wait is called off, and takes it for a worker.
    #[inline]
    pub(super) fn take_lock(&self, worker: u32, cancelled: impl Fn() -> bool) -> Result<HeldLock<'_>, Cancelled> {
        self.lock.take(worker, &PATIENCE, cancelled).map_err(|WaitCancelled| Cancelled)
    }

    /// Frees the lock from a worker that was lost while it held it; to be called by its replacement, which has its
    /// number.
    pub fn free_lock_of(&self, worker: u32) {
        self.lock.release_dead(worker);
    }
}

impl Default for SharedCells {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_the_lock_are_apart() {
        let shared_cells = SharedCells::new();
        let at = |cell: &AtomicU64| std::ptr::from_ref(cell).addr();
        let lines: Vec<usize> = (0..SharedCells::LINES).map(|line| at(shared_cells.line(line)) / 128).collect();
        assert!(lines.is_sorted_by(|a, b| a < b));
        assert!(std::ptr::from_ref(&shared_cells.lock).addr() / 128 < lines[0]);
        assert_eq!(shared_cells.cells().len(), SharedCells::LINES * SharedCells::LINE);
    }
}
