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
//!           serial         threads     processes, hybrid ◄── forkserver
//! ```
//!
//! Where a scenario has an interpreter's lock, each process has one (`gil`), and a worker holds it but while it sleeps
//! or runs native code.
//!
//! Nothing here knows of trials, repeats or speedups, and nothing here prints.

mod board;
mod forked;
mod local;
mod pool;
#[cfg(test)]
mod tests;
mod worker;

use std::path::Path;
use std::sync::{Arc, OnceLock};

pub use board::{
    Activity, Board, BoardSpec, Clock, LaneReading, LockReading, RECORDS_MAX, RecordReading, TickScale, Totals,
    WorkerState,
};
pub use forked::forkserver::{COMMAND as FORKSERVER_COMMAND, run as run_forkserver};
pub use pool::{Broken, Departure, Notice, Pool};
pub use worker::panics_are_caught;

use forked::processes::Processes;
use local::{serial, threads};
use worker::PreparedJob;

use crate::scenario::{BackendKind, Dispatch, Job};

/// Hires the workers of a run, trial after trial, for one job at a time.
pub struct Backends {
    job: Job,
    prepared: OnceLock<Arc<PreparedJob>>,
    processes: Processes,
}

impl Backends {
    /// An backends for one job; `program` is started again as the forkserver when processes are wanted.
    pub fn new(job: &Job, program: &Path) -> Self {
        Self { job: job.clone(), prepared: OnceLock::new(), processes: Processes::new(program, job) }
    }

    /// Turns to another job: what was prepared for the one before is let go of, and nothing is prepared yet.
    pub fn set_job(&mut self, job: &Job) {
        if self.job != *job {
            self.job = job.clone();
            self.prepared = OnceLock::new();
            self.processes.set_job(job);
        }
    }

    /// Does once per job what a backend needs before it can hire: not part of any start-up time.
    ///
    /// # Errors
    /// [`Broken`] when the workload cannot be prepared or the forkserver cannot be started.
    pub fn prepare(&self, backend: BackendKind, dispatch: Dispatch) -> Result<(), Broken> {
        if dispatch == Dispatch::Pipe {
            // The dispatcher sends tasks in their order, and that may depend on what the workload knows.
            self.prepared()?;
        }
        match backend {
            BackendKind::Serial | BackendKind::Threads => self.prepared().map(drop),
            BackendKind::Processes | BackendKind::Hybrid => self.processes.prepare(),
        }
    }

    /// Hires as many workers as the board has lanes; they come to its gate.
    ///
    /// # Errors
    /// [`Broken`] when the system refuses.
    pub fn start(&self, backend: BackendKind, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        match backend {
            BackendKind::Processes if board.shape().dispatch == Dispatch::Pipe => {
                self.processes.start_with_pipe(board, &self.prepared()?)
            }
            BackendKind::Serial => serial::start(board, &self.prepared()?),
            BackendKind::Threads => threads::start(board, &self.prepared()?),
            BackendKind::Processes | BackendKind::Hybrid => self.processes.start(board),
        }
    }

    fn prepared(&self) -> Result<Arc<PreparedJob>, Broken> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(Arc::clone(prepared));
        }
        let prepared = PreparedJob::prepare(&self.job).map_err(|error| Broken(error.to_string()))?;
        Ok(Arc::clone(self.prepared.get_or_init(|| Arc::new(prepared))))
    }
}
