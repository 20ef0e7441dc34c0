//! `python`: a function of Python that is called with each input, by a library of Python.
//!
//! What is called is worked out here; who starts the interpreter is the backend's matter.

use std::collections::BTreeMap;

use super::cancelled::Cancelled;
use super::task::{BuildError, Needs, TaskContext, Values, Workload};
use crate::foreign::escaped;
use crate::scenario::{
    Domain, Inputs, Job, KindSpec, Nature, ParamSpec, Runtime, Value, ValueSpec, data, data_label, data_path,
};

/// What every kind that may run Python is told of it.
pub(super) const INTERPRETER: [ParamSpec; 2] = [
    ParamSpec {
        name: "python",
        unit: "",
        doc: "the interpreter, such as python3.12 or that of an environment; without this that of PARLAB_PYTHON, if that is \
              set",
        domain: Domain::Interpreter { default: "python3" },
    },
    ParamSpec {
        name: "packages",
        unit: "",
        doc: "what must be installed for it, as pip calls it, besides what backends need",
        domain: Domain::Packages,
    },
];

/// Variables by which numerical libraries are told how many threads to have.
pub(super) const LIBRARY_THREADS: [&str; 6] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
];

pub(super) const SPEC: KindSpec = KindSpec {
    name: "python",
    summary: "calls a function of Python, in CPython itself: with an int where x is whole, a float elsewhere, or a str",
    nature: Nature::Outside,
    runtime: Runtime::Python,
    takes_texts: true,
    params: &[
        ParamSpec {
            name: "function",
            unit: "",
            doc: "the function and the file that it is in",
            domain: Domain::Function,
        },
        INTERPRETER[0],
        INTERPRETER[1],
        ParamSpec {
            name: "library_threads",
            unit: "threads",
            doc: "how many threads of their own numerical libraries such as NumPy's may have in each process, said by \
                  OMP_NUM_THREADS and its like",
            domain: Domain::Limit { max: 1024 },
        },
        ParamSpec {
            name: "start_method",
            unit: "",
            doc: "how python-processes starts its workers",
            domain: Domain::Word { choices: &["fork", "spawn", "forkserver"] },
        },
    ],
    values: &[ValueSpec { name: "value", unit: "", doc: "what the function returns: a number, or None for 0" }],
    ..KindSpec::PLAIN
};

/// The most tasks of a trial: all of their results are in memory at once, as Python has them.
pub const PYTHON_TASKS_MAX: u64 = 1_000_000;

/// What is called in which interpreter.
#[derive(Debug, Clone, PartialEq)]
pub struct PythonCall {
    /// Where the file with the function is, as [`data`] understands it.
    pub file: String,
    /// The function's name in it.
    pub function: String,
    /// The interpreter: a name to be found in PATH, or a path.
    pub python: String,
    /// How processes are started: `fork`, `spawn` or `forkserver`.
    pub start_method: String,
    /// Variables of the interpreter's environment.
    pub environment: BTreeMap<String, String>,
}

/// What a checked job of this kind calls.
pub fn python_call(job: &Job) -> PythonCall {
    let word = |name: &str| job.params.get(name).and_then(Value::as_word).unwrap_or_default();
    let (file, function) = word("function").rsplit_once(':').unwrap_or_default();
    let [file, function, python, start_method] =
        [file, function, word("python"), word("start_method")].map(str::to_owned);
    let count = library_threads(job).map(|threads| threads.to_string());
    let told = LIBRARY_THREADS.iter().filter_map(|name| Some(((*name).to_owned(), count.clone()?)));
    PythonCall { file, function, python, start_method, environment: told.collect() }
}

/// How many threads libraries may have in each process, if that is said.
fn library_threads(job: &Job) -> Option<u32> {
    match job.params.get("library_threads") {
        Some(Value::Whole(threads)) => u32::try_from(*threads).ok(),
        _ => None,
    }
}

/// Whatever else its tasks need, these threads want CPUs.
pub(super) fn needs(job: &Job) -> Needs {
    Needs { inner_threads: library_threads(job).unwrap_or(1), ..Needs::LITTLE }
}

/// What a checked job would run, in words.
pub(super) fn in_words(job: &Job) -> Vec<String> {
    let PythonCall { file, function, python, .. } = python_call(job);
    vec![format!("{python}, to call {function} of {}", data_label(&file))]
}

/// Looks whether the file can be read, as far as that can be told before it is run.
///
/// # Errors
/// When there is no such file, or there are more tasks than Python has room for.
pub(super) fn build(job: &Job) -> Result<Box<dyn Workload>, BuildError> {
    let call = python_call(job);
    let tasks = job.inputs.len();
    if tasks > PYTHON_TASKS_MAX {
        return Err(BuildError::Unfit(format!(
            "{tasks} tasks are more than the {PYTHON_TASKS_MAX} that Python is given"
        )));
    }
    let is_there = match data_path(&call.file) {
        Some(path) => path.is_file(),
        None => data(&call.file).is_ok(),
    };
    if !is_there {
        let file = data_label(&call.file);
        return Err(BuildError::Unfit(format!("{}: there is no such file of Python", escaped(&file))));
    }
    Ok(Box::new(PythonTasks { inputs: job.inputs.clone() }))
}

/// What stands for the function where a workload is asked for.
struct PythonTasks {
    inputs: Inputs,
}

impl Workload for PythonTasks {
    fn run(&self, _: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        Err(context.fail("only a backend of Python can call a function of Python"))
    }

    fn cost(&self, task: u64) -> f64 {
        match self.inputs {
            // Nothing is known of what a text costs.
            Inputs::Texts(_) => 1.0,
            _ => self.inputs.x(task),
        }
    }
}
