//! Who does it? Workers, hired in one way or another, who all run the same loop over the same board.
//!
//! ```text
//!            Board (memfd, shared by all)
//!   ┌────────┬────────────────┬──────────────────────────┐
//!   │ header │ lane a worker  │ record a task, or        │◄── the engine and the screen only read
//!   │        │                │ histogram a worker       │
//!   └───▲────┴───────▲────────┴───────────▲──────────────┘
//!       │ next claim │ task in hand       │ start, end, result
//!       └────────────┴─── Worker::work ───┘
//!              ▲              ▲                ▲
//!           serial         threads     processes, hybrid ◄── nursery
//! ```
//!
//! Where a scenario has an interpreter's lock, each process has one (`gil`), and a worker holds it but while it sleeps
//! or runs native code.
//!
//! Nothing here knows of trials, repeats or speedups, and nothing here prints.

mod board;
mod clock;
mod crew;
mod futex;
mod gil;
mod histogram;
mod interpreter;
mod layout;
mod nursery;
mod payload;
mod pipe;
mod processes;
mod reading;
mod reason;
mod salvage;
mod schedule;
mod serial;
#[cfg(test)]
mod tests;
mod threads;
mod wire;
mod worker;

use std::path::Path;
use std::sync::{Arc, OnceLock};

pub use board::{Board, RECORDS_MAX, Shape};
pub use clock::{Clock, Scale};
pub use crew::{Broken, Crew, Departure, Notice};
pub use nursery::{COMMAND as NURSERY_COMMAND, run as run_nursery};
pub use reading::{Doing, LaneReading, LockReading, RecordReading, Standing, Totals};
pub use worker::panics_are_caught;

use processes::Processes;
use worker::Bench;

use crate::scenario::{BackendKind, Dispatch, Job};

/// Hires the workers of a run, trial after trial, for one job at a time.
pub struct Agency {
    job: Job,
    bench: OnceLock<Arc<Bench>>,
    processes: Processes,
}

impl Agency {
    /// An agency for one job; `program` is started again as the nursery when processes are wanted.
    pub fn new(job: &Job, program: &Path) -> Self {
        Self { job: job.clone(), bench: OnceLock::new(), processes: Processes::new(program, job) }
    }

    /// Turns to another job: what was prepared for the one before is let go of, and nothing is prepared yet.
    pub fn turn_to(&mut self, job: &Job) {
        if self.job != *job {
            self.job = job.clone();
            self.bench = OnceLock::new();
            self.processes.turn_to(job);
        }
    }

    /// Does once per job what a backend needs before it can hire: not part of any start-up time.
    ///
    /// # Errors
    /// [`Broken`] when the workload cannot be prepared or the nursery cannot be started.
    pub fn prepare(&self, backend: BackendKind, dispatch: Dispatch) -> Result<(), Broken> {
        if dispatch == Dispatch::Pipe {
            // The dispatcher sends tasks in their order, and that may depend on what the workload knows.
            self.bench()?;
        }
        match backend {
            BackendKind::Serial | BackendKind::Threads => self.bench().map(drop),
            BackendKind::Processes | BackendKind::Hybrid => self.processes.prepare(),
        }
    }

    /// Hires as many workers as the board has lanes; they come to its gate.
    ///
    /// # Errors
    /// [`Broken`] when the system refuses.
    pub fn hire(&self, backend: BackendKind, board: &Arc<Board>) -> Result<Box<dyn Crew>, Broken> {
        match backend {
            BackendKind::Processes if board.shape().dispatch == Dispatch::Pipe => {
                self.processes.hire_by_pipe(board, &self.bench()?)
            }
            BackendKind::Serial => serial::hire(board, &self.bench()?),
            BackendKind::Threads => threads::hire(board, &self.bench()?),
            BackendKind::Processes | BackendKind::Hybrid => self.processes.hire(board),
        }
    }

    fn bench(&self) -> Result<Arc<Bench>, Broken> {
        if let Some(bench) = self.bench.get() {
            return Ok(Arc::clone(bench));
        }
        let bench = Bench::prepare(&self.job).map_err(|error| Broken(error.to_string()))?;
        Ok(Arc::clone(self.bench.get_or_init(|| Arc::new(bench))))
    }
}
