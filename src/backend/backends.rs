//! The one table of who starts the workers of which backend, and the backends of a run that it makes.
//!
//! What is told of a backend stands in its row in `scenario`; how it starts workers in its own file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::board::Board;
use super::external::programs::{ProgramExtras, Programs};
use super::external::pythons::Pythons;
use super::forked::forkserver_client::ForkserverClient;
use super::forked::processes::Processes;
use super::local::serial::Serial;
use super::local::threads::Threads;
use super::pool::{Backend, Broken, Pool, Unready};
use super::ranks::Ranks;
use super::worker::LazyJob;
use crate::scenario::{BackendKind, Config, Job, KindSpec, Runtime};
use crate::workload::{IsWanted, spec};

/// What the backends of a run have in common.
struct RunResources {
    /// Started when workers are first to be forked.
    forkserver: Arc<ForkserverClient>,
    /// parlab's own binary.
    program: PathBuf,
    /// What starts ranks of MPI, as the scenario says it.
    launcher: String,
    /// What programs are started with from now on.
    extras: Arc<Mutex<ProgramExtras>>,
}

/// Makes a backend for a run.
type Make = fn(&RunResources) -> Box<dyn Backend>;

/// Each backend once.
const TABLE: &[(BackendKind, Make)] = &[
    (BackendKind::SERIAL, |_| Box::new(Serial)),
    (BackendKind::THREADS, |_| Box::new(Threads)),
    (BackendKind::PROCESSES, forked),
    (BackendKind::HYBRID, forked),
    (BackendKind::PROGRAM, |resources| Box::new(Programs::new(&resources.program, &resources.extras))),
    (BackendKind::PYTHON_THREADS, |resources| python(BackendKind::PYTHON_THREADS, resources)),
    (BackendKind::PYTHON_PROCESSES, |resources| python(BackendKind::PYTHON_PROCESSES, resources)),
    (BackendKind::JOBLIB_LOKY, |resources| python(BackendKind::JOBLIB_LOKY, resources)),
    (BackendKind::JOBLIB_THREADING, |resources| python(BackendKind::JOBLIB_THREADING, resources)),
    (BackendKind::DASK, |resources| python(BackendKind::DASK, resources)),
    (BackendKind::MPI, |resources| Box::new(Ranks::new(&resources.program, &resources.launcher))),
];

fn forked(resources: &RunResources) -> Box<dyn Backend> {
    Box::new(Processes::new(&resources.forkserver))
}

fn python(backend: BackendKind, resources: &RunResources) -> Box<dyn Backend> {
    Box::new(Pythons::new(backend, &resources.program))
}

/// Starts the workers of a run, trial after trial, for one job at a time.
pub struct Backends {
    job: LazyJob,
    made: Vec<(BackendKind, Box<dyn Backend>)>,
    /// One loop, too, but in an interpreter of Python.
    python_loop: Box<dyn Backend>,
    extras: Arc<Mutex<ProgramExtras>>,
}

impl Backends {
    /// The backends for a job; `program` is started again as the forkserver when processes are wanted, and by `launcher` as
    /// the ranks when those are.
    pub fn new(job: &Job, program: &Path, launcher: &str) -> Self {
        let resources = RunResources {
            forkserver: Arc::new(ForkserverClient::new(program)),
            program: program.to_owned(),
            launcher: launcher.to_owned(),
            extras: Arc::default(),
        };
        let made = TABLE.iter().map(|(kind, make)| (*kind, make(&resources))).collect();
        let python_loop = python(BackendKind::SERIAL, &resources);
        Self { job: LazyJob::new(0, job), made, python_loop, extras: resources.extras }
    }

    /// Turns to another job: what was prepared for the one before is let go of, and nothing is prepared yet.
    pub fn set_job(&mut self, job: &Job) {
        if self.job.job != *job {
            self.job = LazyJob::new(self.job.number + 1, job);
        }
    }

    /// Has programs started with these extras from now on.
    pub fn set_extras(&self, extras: ProgramExtras) {
        *self.extras.lock().unwrap_or_else(PoisonError::into_inner) = extras;
    }

    /// Does once per job what a backend needs before it can start workers: not part of any start-up time.
    ///
    /// # Errors
    /// [`Unready`] when the workload cannot be prepared, the forkserver cannot be started, or neither is wanted any
    /// more.
    pub fn prepare(&self, config: &Config, is_wanted: &IsWanted<'_>) -> Result<(), Unready> {
        self.of(config.backend)?.prepare(&self.job, config, is_wanted)
    }

    /// Starts a worker for each lane of the board; they come to its gate.
    ///
    /// # Errors
    /// [`Broken`] when the system refuses.
    pub fn start(&self, backend: BackendKind, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        self.of(backend)?.start(&self.job, board)
    }

    fn of(&self, kind: BackendKind) -> Result<&dyn Backend, Broken> {
        if kind.spec().runtime == Runtime::Parlab && spec(&self.job.job.kind).is_some_and(KindSpec::is_python) {
            return Ok(&*self.python_loop);
        }
        let made = self.made.iter().find(|(made, _)| *made == kind);
        made.map(|(_, backend)| &**backend).ok_or_else(|| Broken(format!("no such backend here: {}", kind.word())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_backend_has_a_row() {
        let rows: Vec<BackendKind> = TABLE.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(rows, BackendKind::ALL);
    }
}
