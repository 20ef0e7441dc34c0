//! `command`: a program a task, filled in with the task's input or its values of the grid; the workers are of any backend.
//!
//! A trial has a launcher of its own, which the workers have start the programs, and which ends them with the trial. Here
//! is said what is started for a task, and what its end means.

mod attempt;
mod outcome;

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::time::Duration;

use regex::bytes::Regex;

use self::attempt::{Attempt, Attempted};
use super::cancelled::Cancelled;
use super::program::{BASICS, check_places, expects};
use super::python::INTERPRETER;
use super::score::Score;
use super::task::{BuildError, ReleasedGil, Service, ServiceAddress, TaskContext, Values, Workload};
use super::template::filled;
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, MAX_VALUES, Nature, ParamSpec, Value, ValueSpec};
use crate::system::launch::{Launcher, LauncherLine, ProgramOrder};
use crate::system::secret::Secret;

/// Figures that a scenario may find in the output: those that are measured take the other places of a result.
const FIGURES_MAX: usize = MAX_VALUES - MEASURED.len();

const MEASURED: &[ValueSpec] = &[
    ValueSpec {
        name: "cpu_s",
        unit: "s",
        doc: "CPU time of the program and what it waited for, all attempts together",
    },
    ValueSpec {
        name: "peak_rss_bytes",
        unit: "bytes",
        doc: "the largest resident set of any of its processes; absent where it is smaller than the launcher",
    },
];

pub(super) const SPEC: KindSpec = KindSpec {
    name: "command",
    summary: "runs a program: {x}, {input} or the keys of the grid in its command are replaced, task by task",
    nature: Nature::Outside,
    is_filled_in: true,
    takes_texts: true,
    input: Bounds { min: f64::MIN, max: f64::MAX },
    params: &[
        BASICS[0],
        ParamSpec { name: "args", unit: "", doc: "further arguments", domain: Domain::Arguments },
        BASICS[1],
        BASICS[2],
        BASICS[3],
        BASICS[4],
        BASICS[5],
        ParamSpec {
            name: "timeout_s",
            unit: "s",
            doc: "how long one attempt at a task may take",
            domain: Domain::Number { default: 86_400.0, bounds: Bounds { min: 0.001, max: 604_800.0 } },
        },
        ParamSpec {
            name: "retries",
            unit: "attempts",
            doc: "how often a task that failed is tried again",
            domain: Domain::Whole { default: 0, min: 0, max: 100 },
        },
        ParamSpec {
            name: "outputs",
            unit: "",
            doc: "the folder for what tasks write, a file each",
            domain: Domain::Place,
        },
        ParamSpec {
            name: "output_limit",
            unit: "bytes",
            doc: "how much of it each file holds at most",
            domain: Domain::Whole { default: 1 << 20, min: 1, max: 1 << 40 },
        },
        ParamSpec {
            name: "values",
            unit: "",
            doc: "figures of the result, by regular expressions that find them in the output: what the first brackets \
                  match, where it matches last",
            domain: Domain::Patterns { most: FIGURES_MAX },
        },
        ParamSpec {
            name: BEST,
            unit: "",
            doc: "which is the best of a grid, by the first figure",
            domain: Domain::Word { choices: &["lowest", "highest"] },
        },
        INTERPRETER[0],
        INTERPRETER[1],
    ],
    measured: MEASURED,
    ..KindSpec::PLAIN
};

/// The parameter that says which combination is the best.
const BEST: &str = "best";

/// The score of a job that searches a grid for it: the first of the figures.
pub(super) fn score(job: &Job) -> Option<Score> {
    let name =
        patterns(job).next().map(|(name, _)| name.to_owned()).filter(|_| matches!(job.inputs, Inputs::Grid(_)))?;
    let is_lowest_best = job.params.get(BEST).and_then(Value::as_word) != Some("highest");
    Some(Score { name, is_lowest_best, search: None })
}

/// The names of a result's values: the scenario's own first.
pub(super) fn value_names(job: &Job) -> Vec<String> {
    let own = patterns(job).map(|(name, _)| name.to_owned());
    own.chain(MEASURED.iter().map(|value| value.name.to_owned())).collect()
}

fn patterns(job: &Job) -> impl Iterator<Item = (&str, &str)> {
    let given = job.params.get("values").and_then(Value::as_words).unwrap_or_default();
    given.iter().filter_map(|pair| pair.split_once('='))
}

/// A launcher that the workers of a trial have their programs started by.
struct LauncherService {
    _launcher: Launcher,
    address: ServiceAddress,
}

/// Starts the launcher of a trial; `program` is parlab's own binary.
pub(super) fn serve(program: &Path) -> io::Result<Box<dyn Service>> {
    let mut launcher = Launcher::start(program)?;
    let secret = launcher.listen()?;
    Ok(Box::new(LauncherService { _launcher: launcher, address: ServiceAddress { port: 0, secret } }))
}

impl Service for LauncherService {
    fn address(&self) -> ServiceAddress {
        self.address
    }
}

thread_local! {
    /// This worker's line to the launcher, and where that listens.
    static LINE: RefCell<Option<(Secret, LauncherLine)>> = const { RefCell::new(None) };
}

struct Commands {
    inputs: Inputs,
    job: Job,
    timeout: Duration,
    retries: u64,
    figures: Vec<(String, Regex)>,
}

/// Makes ready what the tasks share, and looks whether there is what the job names.
///
/// # Errors
/// When a folder, a file or the program is not there, or a folder cannot be made.
pub(super) fn build(job: &Job) -> Result<Box<dyn Workload>, BuildError> {
    check_places(job)?;
    let unfit = |why: String| BuildError::Unfit(why);
    if let Some(folder) = place(job, "outputs") {
        let refused = |error| unfit(format!("{}: cannot be made: {error}", crate::foreign::escaped(folder)));
        std::fs::create_dir_all(folder).map_err(refused)?;
    }
    let figure =
        |(name, pattern): (&str, &str)| Ok((name.to_owned(), Regex::new(pattern).map_err(|e| unfit(e.to_string()))?));
    let figures = patterns(job).map(figure).collect::<Result<_, BuildError>>()?;
    let number = |name: &str| job.params.get(name).and_then(Value::as_number).unwrap_or(0.0);
    Ok(Box::new(Commands {
        inputs: job.inputs.clone(),
        job: job.clone(),
        timeout: Duration::from_secs_f64(number("timeout_s").clamp(0.0, 1e9)),
        retries: number("retries") as u64,
        figures,
    }))
}

fn place<'j>(job: &'j Job, name: &str) -> Option<&'j str> {
    job.params.get(name).and_then(Value::as_word).filter(|word| !word.is_empty())
}

impl Commands {
    /// What a key in braces stands for in a task.
    fn value(&self, task: u64, key: &str) -> Option<String> {
        match (&self.inputs, key) {
            (_, "task") => Some(task.to_string()),
            (_, "python") => self.job.python_needs().map(|needs| needs.python.to_owned()),
            (Inputs::Texts(_), "input") => self.inputs.text(task).map(str::to_owned),
            (Inputs::Grid(_), key) => self.inputs.grid_value(key, task).map(as_argument),
            (_, "input" | "x") => Some(as_argument(&Value::Number(self.inputs.x(task)))),
            _ => None,
        }
    }

    fn order(&self, task: u64) -> ProgramOrder {
        let fill = |text: &String| filled(text, |key| self.value(task, key));
        let words =
            |name: &str| self.job.params.get(name).and_then(Value::as_words).unwrap_or_default().iter().map(fill);
        let shell: &[&str] = if self.job.params.get("shell") == Some(&Value::Flag(true)) { &["sh", "-c"] } else { &[] };
        let own = words("env").filter_map(|pair| pair.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())));
        ProgramOrder {
            words: shell.iter().map(|word| (*word).to_owned()).chain(words("command")).chain(words("args")).collect(),
            environment: own.chain([("PARLAB_TASK".to_owned(), task.to_string())]).collect(),
            folder: place(&self.job, "cwd").map(str::to_owned),
        }
    }

    /// Runs the program of a task once.
    fn attempt(&self, task: u64, context: &dyn TaskContext) -> Result<Attempted, String> {
        let service = context.service().ok_or("there is no launcher to start programs")?;
        let limit = self.job.params.get("output_limit").and_then(Value::as_number).unwrap_or(0.0) as u64;
        let file = place(&self.job, "outputs").map(|folder| (Path::new(folder).join(format!("{task:06}.txt")), limit));
        let attempt = Attempt::new(self.order(task), place(&self.job, "stdin"), file, self.timeout);
        LINE.with_borrow_mut(|kept| {
            let mut line = match kept.take() {
                Some((secret, line)) if secret == service.secret => line,
                _ => LauncherLine::open(service.secret).map_err(|error| format!("no line to the launcher: {error}"))?,
            };
            let attempted = attempt.run(&mut line, &|| context.cancelled())?;
            *kept = Some((service.secret, line));
            Ok(attempted)
        })
    }
}

/// A value as programs take it: numbers without an exponent.
fn as_argument(value: &Value) -> String {
    match value {
        Value::Whole(n) => n.to_string(),
        Value::Number(x) => x.to_string(),
        other => other.as_word().map_or_else(|| other.to_string(), str::to_owned),
    }
}

impl Workload for Commands {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        if let Some(recorded) = self.job.recorded.get(&task) {
            let mut values = Values::default();
            let told = values.iter_mut().zip(recorded);
            told.for_each(|(slot, value)| *slot = value.unwrap_or(f64::NAN));
            return Ok(values);
        }
        let mut tries = 0;
        let mut cpu_us = 0;
        loop {
            let attempted = context.without_lock(ReleasedGil::Blocked, || self.attempt(task, context))?;
            if context.cancelled() {
                return Err(Cancelled);
            }
            let judged = attempted.and_then(|attempted| {
                attempted.end.iter().for_each(|end| context.count_program(end));
                cpu_us += attempted.end.as_ref().map_or(0, |end| end.user_us + end.system_us);
                outcome::judge(&attempted, &self.figures, |how| expects(&self.job, how))
            });
            match judged {
                Ok((figures, peak_bytes)) => {
                    let measured = [cpu_us as f64 * 1e-6, peak_bytes.unwrap_or(f64::NAN)];
                    let mut values = Values::default();
                    let all = figures.into_iter().chain(measured);
                    values.iter_mut().zip(all).for_each(|(slot, value)| *slot = value);
                    return Ok(values);
                }
                Err(why) if tries >= self.retries => return Err(context.fail(&told(&why, tries))),
                Err(_) => tries += 1,
            }
        }
    }

    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}

/// Why a task failed, after so many retries.
fn told(why: &str, retries: u64) -> String {
    if retries == 0 { why.to_owned() } else { format!("{} attempts, the last: {why}", retries + 1) }
}
