//! Taking turns at a pipe: a lock between processes that survives the death of whoever holds it.
//!
//! It says who has it and whether that one is in the middle of a message. If not, nothing is lost with it.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Duration;

use super::super::board::Board;
use super::super::futex;
use super::super::layout::PipeLock;
use crate::workload::Cancelled;

/// Set in the holder's number while a message is half read or half written.
const MIDST: u32 = 1 << 31;
/// Looks at the turn before a worker goes to sleep over it: about as many as a small message takes.
const LOOKS: u32 = 200;
/// A waiter whose waking was lost with somebody looks again after this.
const BACKSTOP: Duration = Duration::from_millis(250);

/// What a lost worker leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LockRemains {
    /// The turn was not its own.
    Nothing,
    /// It had the turn and had touched nothing: somebody else may have it now.
    PipeLock,
    /// Half a message.
    Message,
}

impl PipeLock {
    /// Waits for the turn.
    pub(super) fn take(&self, board: &Board, worker: u32) -> Result<(), Cancelled> {
        let mine = || self.holder.compare_exchange(0, worker + 1, SeqCst, Relaxed);
        for _ in 0..LOOKS {
            if mine().is_ok() {
                return Ok(());
            }
            std::hint::spin_loop();
        }
        while let Err(holder) = mine() {
            if board.is_cancelled() {
                return Err(Cancelled);
            }
            self.waiting.fetch_add(1, SeqCst);
            futex::wait(&self.holder, holder, Some(BACKSTOP));
            self.waiting.fetch_sub(1, SeqCst);
        }
        Ok(())
    }

    /// Notes that the holder begins a message, or is between two.
    pub(super) fn mark(&self, worker: u32, in_message: bool) {
        self.holder.store(if in_message { (worker + 1) | MIDST } else { worker + 1 }, SeqCst);
    }

    /// Lets the next one have the turn.
    pub(super) fn pass(&self) {
        self.holder.store(0, SeqCst);
        if self.waiting.load(SeqCst) > 0 {
            futex::wake_one(&self.holder);
        }
    }

    /// Looks after what a worker that is gone may have held, and lets the others go on if they can.
    pub(super) fn release_dead(&self, worker: u32) -> LockRemains {
        let holder = self.holder.load(SeqCst);
        if holder == (worker + 1) | MIDST {
            return LockRemains::Message;
        }
        let held = holder == worker + 1;
        if held {
            self.holder.store(0, SeqCst);
        }
        // It may also have died before it woke the next one.
        futex::wake_all(&self.holder);
        if held { LockRemains::PipeLock } else { LockRemains::Nothing }
    }
}
