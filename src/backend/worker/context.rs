//! What a task may ask of its worker: to say how far it is, to wait, to give up.
//!
//! Only passes on: to the worker's lane, to its interpreter's lock and to the board.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use nix::sys::resource::Usage;

use super::Worker;
use super::interpreter::LaneInterpreter;
use super::usage::counts;
use crate::backend::board::Activity;
use crate::system::launch::Ended;
use crate::workload::{Cancelled, ReleasedGil, ServiceAddress, SharedCells, TaskContext, until_readable};

impl TaskContext for Worker<'_> {
    fn progress(&self, fraction: f64) -> Result<(), Cancelled> {
        self.lane.progress(fraction);
        if self.cancelled() {
            return Err(Cancelled);
        }
        self.interpreter.as_ref().map_or(Ok(()), LaneInterpreter::look)
    }

    fn cancelled(&self) -> bool {
        self.board.is_cancelled()
    }

    fn sleep(&self, duration: Duration) -> Result<(), Cancelled> {
        self.lane.expect_wait(duration);
        let begun = Instant::now();
        self.release(ReleasedGil::Blocked);
        loop {
            if self.cancelled() {
                return Err(Cancelled);
            }
            let Some(left) = duration.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else {
                return self.reacquire();
            };
            self.board.sleep(left);
        }
    }

    fn await_input(&self, source: BorrowedFd<'_>, expected: Duration) -> Result<(), Cancelled> {
        self.lane.expect_wait(expected);
        self.release(ReleasedGil::Blocked);
        until_readable(source, &|| self.cancelled())?;
        self.reacquire()
    }

    fn service(&self) -> Option<ServiceAddress> {
        self.board.spec().service
    }

    fn fail(&self, reason: &str) -> Cancelled {
        self.failure.set(Some(reason.to_owned()));
        Cancelled
    }

    fn release(&self, away: ReleasedGil) {
        match (away, &self.interpreter) {
            (ReleasedGil::Blocked, _) => self.turn_to(Activity::Blocked),
            (ReleasedGil::Native, Some(interpreter)) => interpreter.let_go(Activity::Native),
            // Where there is no lock, all code is native.
            (ReleasedGil::Native, None) => {}
        }
    }

    fn reacquire(&self) -> Result<(), Cancelled> {
        match &self.interpreter {
            Some(interpreter) => interpreter.enter(),
            None => {
                self.lane.resume();
                Ok(())
            }
        }
    }

    fn worker(&self) -> u32 {
        self.number
    }

    fn shared_cells(&self) -> &SharedCells {
        self.board.shared_cells()
    }

    fn count_program(&self, end: &Ended) {
        self.lane.count_usage([end.user_us, end.system_us, end.voluntary, end.involuntary]);
        end.peak_rss_kib.into_iter().for_each(|peak| self.lane.peak_memory(peak));
    }

    fn count_in(&self, usage: &Usage) {
        self.lane.count_usage(counts(usage));
    }
}
