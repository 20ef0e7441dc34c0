//! Libraries of Python as backends: an interpreter runs a scenario's function through one of them, with parlab's runner.
//!
//! ```text
//!   pythons ── Launcher ── python: runner ── the library's workers
//!                            │ a line each way     │ tasks
//!      lanes of the board ◄──┴─────────────────────┴── an outside board
//! ```
//!
//! The library makes its workers and hands out tasks by its own rules. What there must be for it is asked before anything
//! is started.

use std::collections::HashMap;
use std::fs::File;
use std::io::{PipeReader, PipeWriter, pipe};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::copied_lanes::CopiedLanes;
use super::launching::SharedLauncher;
use super::output::OutputReader;
use super::python_pool::{PythonPool, RunnerLine};
use crate::backend::board::Board;
use crate::backend::pool::{Backend, Broken, Pool, Unready};
use crate::backend::worker::{LazyJob, PreparedJob};
use crate::protocol::BOARD_VARIABLE;
use crate::python::{self, Missing, RunnerFolder, RunnerInput, RunnerOrder};
use crate::scenario::{BackendKind, Config, Job, data, data_path};
use crate::system::launch::ProgramOrder;
use crate::workload::{IsWanted, PythonCall, python_call};

/// A library: the backend, what joblib calls it, and the packages that it needs.
const LIBRARIES: [(BackendKind, &str, &[&str]); 6] = [
    (BackendKind::SERIAL, "", &[]),
    (BackendKind::PYTHON_THREADS, "", &[]),
    (BackendKind::PYTHON_PROCESSES, "", &[]),
    (BackendKind::JOBLIB_LOKY, "loky", &["joblib"]),
    (BackendKind::JOBLIB_THREADING, "threading", &["joblib"]),
    (BackendKind::DASK, "", &["distributed"]),
];

/// Runs functions through one library.
pub(in crate::backend) struct Pythons {
    backend: BackendKind,
    /// parlab's own binary.
    program: PathBuf,
    launcher: SharedLauncher,
}

impl Pythons {
    pub(in crate::backend) fn new(backend: BackendKind, program: &Path) -> Self {
        Self { backend, program: program.to_owned(), launcher: SharedLauncher::default() }
    }

    fn library(&self) -> &'static str {
        LIBRARIES.iter().find(|(backend, ..)| *backend == self.backend).map_or("", |(_, library, _)| library)
    }

    /// Writes down what the runner is to do, and how it is started for that.
    fn order(
        &self,
        job: &Job,
        prepared: &PreparedJob,
        board: &Board,
        folder: &RunnerFolder,
    ) -> Result<ProgramOrder, Broken> {
        let call = python_call(job);
        let input = |task: u64| match job.inputs.text(task) {
            Some(text) => RunnerInput::Text(text),
            None => RunnerInput::Number(job.inputs.x(task)),
        };
        let tasks = (0..board.spec().tasks).map(|position| prepared.task_at(position));
        let inputs: Vec<(u64, RunnerInput<'_>)> = tasks.map(|task| (task, input(task))).collect();
        let arguments = folder.put_order(&RunnerOrder {
            file: &function_file(&call, folder)?,
            function: &call.function,
            backend: self.backend.word(),
            library: self.library(),
            workers: board.spec().lanes,
            chunk: board.spec().chunk,
            start_method: &call.start_method,
            inputs: &inputs,
        });
        let path = folder.python_path().into_string();
        let words = arguments.map_err(|error| refused(&error))?.into_iter().map(std::ffi::OsString::into_string);
        let words: Result<Vec<String>, _> = words.collect();
        let (Ok(words), Ok(path)) = (words, path) else {
            return Err(Broken("cannot start Python: a path is no text".to_owned()));
        };
        let environment = call.environment.into_iter().chain([("PYTHONPATH".to_owned(), path)]).collect();
        let words = [call.python].into_iter().chain(words).collect();
        Ok(ProgramOrder { words, environment, folder: None })
    }
}

/// Where the function is, written to the folder if it has no file.
fn function_file(call: &PythonCall, folder: &RunnerFolder) -> Result<PathBuf, Broken> {
    if let Some(path) = data_path(&call.file) {
        return Ok(path.to_owned());
    }
    let text = data(&call.file).map_err(|problem| Broken(problem.to_string()))?;
    let name = call.file.rsplit(':').next().unwrap_or_default();
    folder.put_function(name, &text).map_err(|error| refused(&error))
}

fn refused(error: &std::io::Error) -> Broken {
    Broken(format!("cannot start Python: {error}"))
}

/// Looks whether there is the interpreter that a job needs, with the packages that it and backends need. One that was found
/// is not asked again.
///
/// # Errors
/// What is missing, with what to install.
pub fn check_python(job: &Job, backends: impl IntoIterator<Item = BackendKind>) -> Result<(), Missing> {
    static KNOWN: Mutex<Option<HashMap<PathBuf, python::Found>>> = Mutex::new(None);
    let Some(needs) = job.python_needs() else { return Ok(()) };
    let of_backend = |backend| LIBRARIES.iter().filter(move |(of, ..)| *of == backend);
    let of_backends = backends.into_iter().flat_map(of_backend).flat_map(|(.., packages)| packages.iter());
    let needed: Vec<&str> = of_backends.copied().chain(needs.packages.iter().map(String::as_str)).collect();
    let program = PathBuf::from(needs.python);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let found = match known().get_or_insert_default().get(&program).cloned() {
        Some(found) if found.knows_of(&needed) => found,
        before => python::find_with(&program, before.as_ref(), &needed)?,
    };
    known().get_or_insert_default().insert(program, found.clone());
    found.need(&needed)
}

impl Backend for Pythons {
    fn prepare(&self, job: &LazyJob, _: &Config, is_wanted: &IsWanted<'_>) -> Result<(), Unready> {
        check_python(&job.job, [self.backend]).map_err(|missing| Broken(missing.to_string()))?;
        job.prepare(is_wanted)?;
        self.launcher.ready(&self.program)?;
        Ok(())
    }

    fn start(&self, job: &LazyJob, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        let folder = RunnerFolder::create().map_err(|error| refused(&error))?;
        let lanes = CopiedLanes::new(board.spec().lanes, board.spec().tasks).map_err(|error| refused(&error))?;
        let mut order = self.order(&job.job, &*job.prepared()?, board, &folder)?;
        order.environment.insert(BOARD_VARIABLE.to_owned(), lanes.address().to_owned());
        let [asking, telling] = pipes()?;
        let (reader, errors) = OutputReader::start(None).map_err(|error| refused(&error))?;
        let files = [OwnedFd::from(asking.0), OwnedFd::from(telling.1), OwnedFd::from(errors)];
        let program = self.launcher.order(&order, files.each_ref().map(|file| file.as_fd()))?;
        let line = RunnerLine::new(telling.0, File::from(OwnedFd::from(asking.1))).map_err(|error| refused(&error))?;
        Ok(Box::new(PythonPool::new(self.launcher.clone(), program, Arc::clone(board), lanes, line, folder, reader)))
    }
}

fn pipes() -> Result<[(PipeReader, PipeWriter); 2], Broken> {
    let made = || pipe().map_err(|error| refused(&error));
    Ok([made()?, made()?])
}
