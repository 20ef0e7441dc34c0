//! `program`: any program, started whole, that is parallel by itself and is told how many workers it should have.
//!
//! Its one task is the program from its start to its exit. What is started is worked out here; who starts it is the
//! backend's matter.

use std::collections::BTreeMap;
use std::path::Path;

use super::cancelled::Cancelled;
use super::python::{INTERPRETER, LIBRARY_THREADS};
use super::task::{BuildError, TaskContext, Values, Workload};
use super::template::filled;
use crate::foreign::escaped;
use crate::scenario::{Bounds, Domain, GROWTH, Job, KindSpec, Nature, ParamSpec, Runtime, Value, ValueSpec};
use crate::system::launch::{How, ProgramOrder};

/// What every kind that runs programs is told of them.
pub(super) const BASICS: [ParamSpec; 6] = [
    ParamSpec { name: "command", unit: "", doc: "the program and its arguments", domain: Domain::Command },
    ParamSpec {
        name: "shell",
        unit: "",
        doc: "whether the command is one text for sh",
        domain: Domain::Flag { default: false },
    },
    ParamSpec { name: "env", unit: "", doc: "variables of its environment", domain: Domain::Environment },
    ParamSpec { name: "cwd", unit: "", doc: "the folder it is run in", domain: Domain::Place },
    ParamSpec { name: "stdin", unit: "", doc: "the file it reads as its standard input", domain: Domain::Place },
    ParamSpec {
        name: "expect_status",
        unit: "",
        doc: "the exit statuses of runs that went well; none: whatever comes",
        domain: Domain::Wholes { default: &[0], max: 255 },
    },
];

pub(super) const SPEC: KindSpec = KindSpec {
    name: "program",
    summary: "is a program of your own, from its start to its exit: {workers} in it is the number of workers",
    nature: Nature::Outside,
    runtime: Runtime::Given,
    input: Bounds { min: 0.0, max: 0.0 },
    params: &[
        BASICS[0],
        BASICS[1],
        BASICS[2],
        ParamSpec {
            name: GROWTH,
            unit: "",
            doc: "what grows with the workers, for weak scaling: a variable of its environment, and {NAME} in arguments",
            domain: Domain::Growth,
        },
        ParamSpec {
            name: "tell_workers",
            unit: "",
            doc: "whether OMP_NUM_THREADS and its like tell it how many workers to have",
            domain: Domain::Flag { default: true },
        },
        BASICS[3],
        BASICS[4],
        BASICS[5],
        ParamSpec {
            name: SCRIPT,
            unit: "",
            doc: "the file that {script} in the command stands for; a bundled one is written down for the run",
            domain: Domain::File { instead_of: &[] },
        },
        INTERPRETER[0],
        INTERPRETER[1],
    ],
    measured: &[ValueSpec { name: "status", unit: "", doc: "its exit status" }],
    ..KindSpec::PLAIN
};

/// Variables by which programs are told how many workers to have.
const WORKERS: [&str; 7] = [
    "PARLAB_WORKERS",
    "RAYON_NUM_THREADS",
    "GOMAXPROCS",
    "JULIA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    // CPython from 3.13 on, and joblib: what they take the number of CPUs for.
    "PYTHON_CPU_COUNT",
    "LOKY_MAX_CPU_COUNT",
];

/// The parameter that names a file of the program's.
const SCRIPT: &str = "script";

/// What stands for the launcher of MPI programs in a command, and how it is called.
const LAUNCHER: &str = "mpirun";

/// The shell of POSIX, for commands that are one text.
const SHELL: [&str; 2] = ["sh", "-c"];

/// How a program is to be run, and what its end means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramCall {
    /// What is started.
    pub order: ProgramOrder,
    /// The file that is its standard input; nothing to read if there is none.
    pub input: Option<String>,
    /// The exit statuses of a run that went well.
    expected: Vec<u64>,
}

impl ProgramCall {
    /// Why a run that ended so did not go well; `None` if it did.
    pub fn failure(&self, how: How) -> Option<String> {
        match how {
            // Whatever comes.
            _ if self.expected.is_empty() => None,
            How::Exit(status) if self.expected.iter().any(|&expected| i64::try_from(expected) == Ok(status.into())) => {
                None
            }
            how => Some(how.in_words()),
        }
    }
}

/// The file that `{script}` stands for in a checked job, as [`data`](crate::scenario::data()) understands it.
pub fn program_script(job: &Job) -> Option<&str> {
    job.params.get(SCRIPT)?.as_word().filter(|file| !file.is_empty())
}

/// How the program of a checked job is run with so many workers; `script` is where its file is that is named so.
pub fn program_call(job: &Job, workers: u32, script: &Path) -> ProgramCall {
    let count = workers.to_string();
    let growth = job.growth().and_then(|growth| Some((growth.value(workers).ok()?, growth.name)));
    let known = |key: &str| match (&growth, key) {
        (_, "workers") => Some(count.clone()),
        (Some((value, name)), key) if key == name => Some(value.clone()),
        (_, SCRIPT) => program_script(job).and(script.to_str()).map(str::to_owned),
        (_, "python") => job.python_needs().map(|needs| needs.python.to_owned()),
        (_, LAUNCHER) => Some(launcher(job)),
        _ => None,
    };
    let fill = |text: &String| filled(text, known);
    let words = |name: &str| job.params.get(name).and_then(Value::as_words).unwrap_or_default().iter().map(fill);
    let place = |name: &str| job.params.get(name).and_then(Value::as_word).filter(|w| !w.is_empty()).map(str::to_owned);
    let shell = SHELL.iter().filter(|_| job.params.get("shell") == Some(&Value::Flag(true)));
    let tells = job.params.get("tell_workers") != Some(&Value::Flag(false));
    let told = WORKERS.iter().chain(&LIBRARY_THREADS).filter(|_| tells).map(|name| ((*name).to_owned(), count.clone()));
    let told = told.chain(growth.iter().map(|(value, name)| (name.clone(), value.clone())));
    let own =
        words("env").filter_map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
    ProgramCall {
        order: ProgramOrder {
            words: shell.map(|word| (*word).to_owned()).chain(words("command")).collect(),
            environment: told.chain(own).collect::<BTreeMap<_, _>>(),
            folder: place("cwd"),
        },
        input: place("stdin"),
        expected: job.params.get("expect_status").map_or(&[][..], Value::as_wholes).to_vec(),
    }
}

/// The launcher of the MPI that the job's Python has: that of the environment where it is, else the one in `PATH`. Ranks that
/// another MPI's starts find no others.
fn launcher(job: &Job) -> String {
    let python = job.python_needs().map(|needs| Path::new(needs.python));
    let beside = python.and_then(Path::parent).map(|folder| folder.join(LAUNCHER)).filter(|at| at.is_file());
    let beside = beside.and_then(|at| at.into_os_string().into_string().ok());
    beside.unwrap_or_else(|| LAUNCHER.to_owned())
}

/// Whether the end of a program of a checked job is one of a run that went well.
pub(super) fn expects(job: &Job, how: How) -> bool {
    let expected = job.params.get("expect_status").map_or(&[][..], Value::as_wholes);
    expected.is_empty()
        || matches!(how, How::Exit(status) if expected.iter().any(|&expected| i64::try_from(expected) == Ok(status.into())))
}

/// What a checked job would run, in words: the command as it stands in its file, and what goes with it.
pub(super) fn in_words(job: &Job) -> Vec<String> {
    let said = |name: &str| {
        let value = job.params.get(name)?;
        let is_something = match value {
            Value::Words(words) => !words.is_empty(),
            Value::Word(word) => !word.is_empty(),
            _ => false,
        };
        is_something.then(|| value.to_string())
    };
    let is_for_shell = job.params.get("shell") == Some(&Value::Flag(true));
    let command = said("command").map(|command| if is_for_shell { format!("sh -c {command}") } else { command });
    let others = ["args", "env", "cwd", "stdin", SCRIPT, "python"]
        .into_iter()
        .filter_map(|name| Some(format!("{name}: {}", said(name)?)));
    command.into_iter().chain(others).collect()
}

/// Looks whether there is what the job names.
///
/// # Errors
/// When a folder, a file or the program is not there.
pub(super) fn build(job: &Job) -> Result<Box<dyn Workload>, BuildError> {
    check_places(job)?;
    Ok(Box::new(WholeProgram))
}

/// Looks whether there is what a job that runs programs names, as far as that can be told before they are run.
///
/// # Errors
/// When a folder, a file or the program is not there.
pub(super) fn check_places(job: &Job) -> Result<(), BuildError> {
    let call = program_call(job, 1, Path::new(""));
    let folder = call.order.folder.as_deref();
    let lacks = |what: &str, name: &str| Err(BuildError::Unfit(format!("{}: {what}", escaped(name))));
    if let Some(folder) = folder.filter(|folder| !Path::new(folder).is_dir()) {
        return lacks("there is no such folder to run the program in", folder);
    }
    if let Some(input) = call.input.as_deref().filter(|input| !Path::new(input).exists()) {
        return lacks("there is no such file for the program to read", input);
    }
    let name = call.order.words.first().map_or("", String::as_str);
    let is_path = name.contains('/');
    let at = Path::new(folder.unwrap_or("")).join(name);
    let is_there = if is_path { at.exists() } else { is_in_path(name) };
    // What the number of workers is part of is not known before.
    let is_open = |words: &[String]| words[0].contains('{') && words[0] != format!("{{{LAUNCHER}}}");
    if !is_there && !job.params.get("command").and_then(Value::as_words).is_some_and(is_open) {
        let why = match (is_path, name) {
            (true, _) => "there is no such program",
            (false, LAUNCHER) => "there is no such program in PATH; python3 -m pip install mpi4py mpich brings one",
            (false, _) => "there is no such program in PATH",
        };
        return lacks(why, name);
    }
    Ok(())
}

fn is_in_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// What stands for the program where a workload is asked for.
struct WholeProgram;

impl Workload for WholeProgram {
    fn run(&self, _: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        Err(context.fail("only the backend \"program\" can run a program"))
    }

    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Inputs, Order};

    fn job(params: &[(&str, Value)]) -> Job {
        Job {
            kind: "program".to_owned(),
            params: params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            inputs: Inputs::Range { tasks: 1 },
            order: Order::Given,
            seed: 1,
            interpreter: None,
            recorded: std::collections::BTreeMap::new(),
        }
    }

    fn words(all: &[&str]) -> Value {
        Value::Words(all.iter().map(|&word| word.to_owned()).collect())
    }

    #[test]
    fn the_number_of_workers_is_told_in_arguments_and_environment() {
        let params = [
            ("command", words(&["./prog", "-j{workers}", "{print $1}", "{workers}x{workers}"])),
            ("env", words(&["OMP_NUM_THREADS=1", "RANKS={workers}", "FLAGS=a=b"])),
        ];
        let call = program_call(&job(&params), 12, Path::new(""));
        assert_eq!(call.order.words, ["./prog", "-j12", "{print $1}", "12x12"], "other braces are the program's own");
        let told = |name: &str| call.order.environment.get(name).map(String::as_str);
        let names = ["PARLAB_WORKERS", "GOMAXPROCS", "OMP_NUM_THREADS", "RANKS", "FLAGS"];
        assert_eq!(names.map(told), [Some("12"), Some("12"), Some("1"), Some("12"), Some("a=b")]);
    }

    #[test]
    fn what_grows_is_told_in_both_as_well() {
        let growth = ("weak", Value::Word("SIZE={workers}*1000".to_owned()));
        let call = program_call(&job(&[("command", words(&["./prog", "{SIZE}", "{size}"])), growth]), 3, Path::new(""));
        assert_eq!(call.order.words, ["./prog", "3000", "{size}"]);
        assert_eq!(call.order.environment.get("SIZE").map(String::as_str), Some("3000"));
    }

    #[test]
    fn a_shell_is_asked_for_only_where_that_is_said() {
        let text = words(&["a | b {workers}"]);
        let call = program_call(&job(&[("command", text), ("shell", Value::Flag(true))]), 2, Path::new(""));
        assert_eq!(call.order.words, ["sh", "-c", "a | b 2"]);
    }

    #[test]
    fn an_end_fails_unless_it_was_expected() {
        let call = program_call(
            &job(&[("command", words(&["x"])), ("expect_status", Value::Wholes(vec![0, 3]))]),
            1,
            Path::new(""),
        );
        let failures = [How::Exit(0), How::Exit(3), How::Exit(1), How::Signal(9)].map(|how| call.failure(how));
        let told = ["exit status 1", "killed by SIGKILL"].map(|why| Some(why.to_owned()));
        assert_eq!(failures, [None, None, told[0].clone(), told[1].clone()]);
    }

    #[test]
    fn what_is_not_there_is_told_before_anything_is_started() {
        let why = |params: &[(&str, Value)]| build(&job(params)).err().map(|error| error.to_string());
        let there = ("command", words(&["sh", "-c", "true"]));
        assert_eq!(why(std::slice::from_ref(&there)), None);
        let missing = why(&[("command", words(&["no-such-program-anywhere"]))]);
        assert_eq!(missing.unwrap(), "no-such-program-anywhere: there is no such program in PATH");
        assert!(why(&[("command", words(&["./no/such"]))]).unwrap().contains("no such program"));
        let folder = Value::Word("/no/such".to_owned());
        assert!(why(&[there.clone(), ("cwd", folder.clone())]).unwrap().contains("folder"));
        assert!(why(&[there, ("stdin", folder)]).unwrap().contains("file"));
    }
}
