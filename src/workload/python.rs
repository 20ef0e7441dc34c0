//! `python`: a function of Python that is called with each input, by a library of Python.
//!
//! What is called is worked out here; who starts the interpreter is the backend's matter.

use super::cancelled::Cancelled;
use super::task::{BuildError, TaskContext, Values, Workload};
use crate::foreign::escaped;
use crate::scenario::{
    Domain, Inputs, Job, KindSpec, Nature, ParamSpec, Runtime, Value, ValueSpec, data, data_label, data_path,
};

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
        ParamSpec {
            name: "python",
            unit: "",
            doc: "the interpreter, such as python3.12 or that of an environment",
            domain: Domain::Interpreter { default: "python3" },
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
}

/// What a checked job of this kind calls.
pub fn python_call(job: &Job) -> PythonCall {
    let word = |name: &str| job.params.get(name).and_then(Value::as_word).unwrap_or_default();
    let (file, function) = word("function").rsplit_once(':').unwrap_or_default();
    let [file, function, python, start_method] =
        [file, function, word("python"), word("start_method")].map(str::to_owned);
    PythonCall { file, function, python, start_method }
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
