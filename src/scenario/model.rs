//! A scenario after checking: every default filled in, every bound held, every LIST expanded.
//!
//! These types are what the rest of the program sees; they are made by [`super::parse`](super::parse()) alone and are
//! never half valid. They serialise, so that a forked-off forkserver can be told what it is to run.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::backends::BackendKind;
use super::growth::Growth;
use super::schedule::{Dispatch, Order, Schedule};
use super::wording::{escaped, plain, plain_whole};

/// What is to be run, complete and checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// The name it is called by: the file's stem.
    pub name: String,
    /// Its title.
    pub title: String,
    /// One line for the library.
    pub summary: String,
    /// Words to filter by.
    pub tags: Vec<String>,
    /// What to look for, shown beside the results.
    pub lesson: String,
    /// SHA-256 of the TOML text, in hexadecimal.
    pub sha256: String,
    /// What the tasks do, and on which inputs.
    pub job: Job,
    /// Who does them, and how often.
    pub sweep: Sweep,
    /// What takes several values in one run, with these values.
    pub vary: Option<Axis>,
    /// The tasks of parlab's own that are run beside those of a function of Python, on the same inputs.
    pub emulated: Option<Job>,
}

/// The tasks of a scenario: all that a worker needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The workload's kind: a name in the registry table.
    pub kind: String,
    /// Its parameters, defaults included.
    pub params: Params,
    /// One input a task.
    pub inputs: Inputs,
    /// The order in which positions of the schedule are mapped to tasks.
    pub order: Order,
    /// Decides all randomness.
    pub seed: u64,
    /// The interpreter whose lock its tasks are run under, if any.
    pub interpreter: Option<Interpreter>,
    /// What tasks came to in a run that was cut short, of a kind that need not run these again.
    #[serde(default, skip_serializing_if = "RecordedResults::is_empty")]
    pub recorded: RecordedResults,
}

/// Values of results by task, in the order of their kind; `None` for one that there is not.
pub type RecordedResults = BTreeMap<u64, Vec<Option<f64>>>;

impl Job {
    /// What of its work grows with the number of workers, if something does: weak scaling.
    pub fn growth(&self) -> Option<Growth> {
        let text = self.params.get(GROWTH)?.as_word()?;
        Growth::parse(text).ok()
    }
}

/// The parameter that says what grows with the number of workers.
pub const GROWTH: &str = "weak";

/// Parameters by name; complete for the kind they belong to.
pub type Params = BTreeMap<String, Value>;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Whole(u64),
    /// A real number, finite.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A word or a text; or a file, as [`data`](super::data()) understands it, empty if there is none.
    Word(String),
    /// Texts in a row: a program with its arguments, or variables as `NAME=VALUE`.
    Words(Vec<String>),
    /// Whole numbers in a row.
    Wholes(Vec<u64>),
}

/// The inputs of all tasks. A task is known by its index alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inputs {
    /// `tasks = n`: the inputs 0, 1, …, n − 1.
    Range {
        /// How many.
        tasks: u64,
    },
    /// `inputs = […]`.
    List(Vec<f64>),
    /// `inputs = { repeat = value, times = n }`.
    Repeat {
        /// The input of every task.
        value: f64,
        /// How many tasks.
        times: u64,
    },
    /// Texts: those of `inputs = […]`, files, or lines of a file.
    Texts(Vec<String>),
    /// `[grid]`: one task a combination, the first key varying slowest.
    Grid(Vec<Axis>),
}

/// One key of a grid with the values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// A parameter of the kind, or `x` for the input.
    pub key: String,
    /// Its values, at least one.
    pub values: Vec<Value>,
}

/// An emulated interpreter that lets one thread at a time run interpreted code, as CPython does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interpreter {
    /// How long a thread waits for the lock before it asks for it, in milliseconds; more than 0.
    pub switch_interval_ms: f64,
}

impl Default for Interpreter {
    fn default() -> Self {
        Self { switch_interval_ms: Self::SWITCH_INTERVAL_MS }
    }
}

impl Interpreter {
    /// CPython's own `sys.getswitchinterval()`.
    pub(super) const SWITCH_INTERVAL_MS: f64 = 5.0;

    /// How long a thread waits for the lock before it asks for it.
    pub fn switch_interval(self) -> Duration {
        Duration::from_secs_f64(self.switch_interval_ms / 1e3)
    }
}

/// Who runs the tasks, how often, under which rules.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sweep {
    /// The backends to compare, each at most once.
    pub backends: Vec<BackendKind>,
    /// The numbers of workers in the order given, each at most once, each at least 1.
    pub workers: Vec<u32>,
    /// Processes with threads, for `hybrid`; each at most once.
    pub layouts: Vec<Layout>,
    /// What speedups are relative to: one worker of this backend; `None` for no speedups.
    pub baseline: Option<BackendKind>,
    /// Counted trials of each configuration, at least 1; where the run decides, those that it begins with.
    pub repeats: u32,
    /// How long the run adds blocks of trials to these; `None` where it adds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto: Option<AutoRepeats>,
    /// Uncounted trials of each configuration before these.
    pub warmup: u32,
    /// Which worker gets which task.
    pub schedule: Schedule,
    /// Tasks handed out at a time; `None` leaves it to the schedule.
    pub chunk: Option<u64>,
    /// The ways that tasks take to forked workers, each at most once.
    pub dispatch: Vec<Dispatch>,
    /// Bytes that each task is sent with, and that its result brings back.
    pub payload: u64,
    /// Whether speedups count the start of workers, too.
    pub include_startup: bool,
    /// A trial that takes longer is ended.
    pub timeout: Duration,
    /// What starts ranks of MPI, words with blanks between them; empty for the usual one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub launcher: String,
    /// Whether it is the file that says so, and not who runs it.
    #[serde(skip)]
    pub launcher_is_of_file: bool,
}

/// Repeats that a run adds until its figures are sure enough, or one of the limits is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct AutoRepeats {
    /// How wide the 95 % interval of every speedup may be, from end to end, as a part of the speedup.
    pub precision: f64,
    /// The most counted trials of each configuration.
    pub max_repeats: u32,
    /// The most seconds from the start of the first counted trial on.
    pub max_seconds: f64,
}

impl AutoRepeats {
    /// Blocks that every such run begins with: fewer give no interval.
    pub(super) const FIRST: u64 = 3;
}

/// Processes with threads: `2x4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Layout {
    /// How many processes.
    pub processes: u32,
    /// How many threads each of them has.
    pub threads: u32,
}

impl Layout {
    /// How many workers that makes.
    pub fn workers(self) -> u32 {
        self.processes * self.threads
    }
}

impl Inputs {
    /// How many tasks there are.
    pub fn len(&self) -> u64 {
        match self {
            Self::Range { tasks } => *tasks,
            Self::List(list) => list.len() as u64,
            Self::Repeat { times, .. } => *times,
            Self::Texts(texts) => texts.len() as u64,
            // A journal may tell of any grid; no checked scenario comes near.
            Self::Grid(axes) => axes.iter().map(|axis| axis.values.len() as u64).fold(1, u64::saturating_mul),
        }
    }

    /// Whether there are no tasks; never so in a checked scenario.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The input `x` of a task; its number among texts; 1 in a grid without an axis `x`.
    ///
    /// # Panics
    /// If a list is shorter than `task`.
    pub fn x(&self, task: u64) -> f64 {
        match self {
            Self::Range { .. } | Self::Texts(_) => task as f64,
            Self::List(list) => list[task as usize],
            Self::Repeat { value, .. } => *value,
            Self::Grid(_) => self.grid_value("x", task).and_then(Value::as_number).unwrap_or(1.0),
        }
    }

    /// The text that is the input of a task, if it is one.
    pub fn text(&self, task: u64) -> Option<&str> {
        if let Self::Texts(texts) = self { texts.get(usize::try_from(task).ok()?).map(String::as_str) } else { None }
    }

    /// The input of a task by name: `x`, or the grid's keys. Empty where there is no such task, as a journal that was
    /// tampered with may tell.
    pub fn input(&self, task: u64) -> BTreeMap<String, Value> {
        if task >= self.len() {
            return BTreeMap::new();
        }
        match self {
            Self::Grid(axes) => grid_values(axes, task).map(|(key, value)| (key.to_owned(), value.clone())).collect(),
            Self::Texts(texts) => BTreeMap::from([("input".to_owned(), Value::Word(texts[task as usize].clone()))]),
            _ => BTreeMap::from([("x".to_owned(), Value::Number(self.x(task)))]),
        }
    }

    /// What a grid says of one key for a task, if it is a grid and has that key.
    pub fn grid_value(&self, key: &str, task: u64) -> Option<&Value> {
        let Self::Grid(axes) = self else { return None };
        grid_values(axes, task).find(|(axis, _)| *axis == key).map(|(_, value)| value)
    }

    /// What a grid says of a task: each key with its value there. Empty for other inputs.
    pub fn grid_point(&self, task: u64) -> Vec<(&str, &Value)> {
        match self {
            Self::Grid(axes) => grid_values(axes, task).collect(),
            _ => Vec::new(),
        }
    }
}

/// The combination numbered `task`, as digits of a mixed-radix number whose first digit varies slowest.
fn grid_values(axes: &[Axis], task: u64) -> impl Iterator<Item = (&str, &Value)> {
    let mut stride = axes.iter().map(|axis| axis.values.len() as u64).fold(1, u64::saturating_mul);
    axes.iter().map(move |axis| {
        let radix = axis.values.len() as u64;
        stride /= radix;
        (axis.key.as_str(), &axis.values[(task / stride.max(1) % radix) as usize])
    })
}

impl fmt::Display for Value {
    /// As one would type it into a scenario, words without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(n) => f.write_str(&plain_whole(*n)),
            Self::Number(x) => f.write_str(&plain(*x)),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => f.write_str(&words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")),
            Self::Wholes(all) => f.write_str(&all.iter().map(|&n| plain_whole(n)).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// A text among others, in quotes where one could not tell where it ends.
fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || matches!(c, '\'' | '"' | '\\'));
    let text = escaped(text);
    if is_plain { text.into_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

impl Value {
    /// The value as a number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Whole(n) => Some(*n as f64),
            Self::Number(x) => Some(*x),
            Self::Flag(_) | Self::Word(_) | Self::Words(_) | Self::Wholes(_) => None,
        }
    }

    /// The value as a word, if it is one.
    pub fn as_word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The value as texts, if it is some.
    pub fn as_words(&self) -> Option<&[String]> {
        if let Self::Words(words) = self { Some(words) } else { None }
    }

    /// The value as whole numbers, if it is one or some.
    pub fn as_wholes(&self) -> &[u64] {
        match self {
            Self::Wholes(all) => all,
            Self::Whole(n) => std::slice::from_ref(n),
            _ => &[],
        }
    }
}
