//! What a task may ask of its worker: to say how far it is, to wait, to give up.
//!
//! Only passes on: to the worker's lane, to its interpreter's lock and to the board.

use std::os::fd::BorrowedFd;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use nix::sys::resource::Usage;

use super::interpreter::LaneInterpreter;
use super::{Worker, counts};
use crate::system::futex;
use crate::workload::{Cancelled, ReleasedGil, SharedCells, TaskContext, until_readable};

impl TaskContext for Worker<'_> {
    fn progress(&self, fraction: f64) -> Result<(), Cancelled> {
        self.lane.fraction.store((fraction as f32).to_bits(), Relaxed);
        if self.cancelled() {
            return Err(Cancelled);
        }
        self.interpreter.as_ref().map_or(Ok(()), LaneInterpreter::look)
    }

    fn cancelled(&self) -> bool {
        self.board.is_cancelled()
    }

    fn sleep(&self, duration: Duration) -> Result<(), Cancelled> {
        self.lane.waits_ns.store(duration.as_nanos().min(u64::MAX.into()) as u64, Relaxed);
        let begun = Instant::now();
        self.release(ReleasedGil::Blocked);
        loop {
            if self.cancelled() {
                return Err(Cancelled);
            }
            let Some(left) = duration.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else {
                return self.reacquire();
            };
            futex::wait(&self.board.header().cancel.0, 0, Some(left));
        }
    }

    fn await_input(&self, source: BorrowedFd<'_>, expected: Duration) -> Result<(), Cancelled> {
        self.lane.waits_ns.store(expected.as_nanos().min(u64::MAX.into()) as u64, Relaxed);
        self.release(ReleasedGil::Blocked);
        until_readable(source, &|| self.cancelled())?;
        self.reacquire()
    }

    fn service(&self) -> Option<u16> {
        self.board.shape().service
    }

    fn fail(&self, reason: &str) -> Cancelled {
        self.failure.set(Some(reason.to_owned()));
        Cancelled
    }

    fn release(&self, away: ReleasedGil) {
        if let Some(interpreter) = &self.interpreter {
            interpreter.release(away);
        }
    }

    fn reacquire(&self) -> Result<(), Cancelled> {
        self.interpreter.as_ref().map_or(Ok(()), LaneInterpreter::enter)
    }

    fn worker(&self) -> u32 {
        self.number
    }

    fn shared_cells(&self) -> &SharedCells {
        self.board.shared_cells()
    }

    fn count_in(&self, usage: &Usage) {
        self.lane.usage.add(counts(usage));
    }
}
