//! A scenario after checking: every default filled in, every bound held, every LIST expanded.
//!
//! These types are what the rest of the program sees; they are made by [`super::parse`](super::parse()) alone and are never
//! half valid. They serialise, so that a forked-off forkserver can be told what it is to run.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::interpreter::Interpreter;
use super::list::Layout;
use super::wording::{plain, plain_whole};

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
}

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

/// Who runs the tasks, how often, under which rules.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sweep {
    /// The backends to compare, each at most once.
    pub backends: Vec<BackendKind>,
    /// The numbers of workers in the order given, each at most once, each at least 1.
    pub workers: Vec<u32>,
    /// Processes with threads, for `hybrid`; each at most once.
    pub layouts: Vec<Layout>,
    /// What speedups are relative to.
    pub baseline: Baseline,
    /// Counted trials of each configuration, at least 1.
    pub repeats: u32,
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
    /// Whether speedups count the hiring of workers too.
    pub include_startup: bool,
    /// A trial that takes longer is ended.
    pub timeout: Duration,
}

/// How workers are hired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackendKind {
    /// One loop, nobody hired.
    Serial,
    /// A rayon thread pool.
    Threads,
    /// Forked processes.
    Processes,
    /// Forked processes with a thread pool each.
    Hybrid,
}

/// The configuration that speedups are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// True serial execution.
    #[default]
    Serial,
    /// A pool of one thread.
    Threads,
    /// A pool of one process.
    Processes,
    /// No speedups.
    None,
}

/// Which worker gets which task (OpenMP's words; `stealing` is rayon's).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Decided beforehand: one contiguous block a worker, or blocks of `chunk` tasks dealt in turn.
    Static,
    /// The next `chunk` tasks to whoever asks.
    #[default]
    Dynamic,
    /// As dynamic, with shares that shrink towards `chunk` as the work runs out.
    Guided,
    /// Rayon splits the range, idle threads steal halves.
    Stealing,
}

/// How tasks get to forked workers, and their results back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dispatch {
    /// Through memory that all of them share.
    #[default]
    Shared,
    /// As messages through a pipe each way, as Python's `multiprocessing.Pool` sends them.
    Pipe,
}

/// The order in which tasks are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// As written.
    #[default]
    Given,
    /// Costliest first, by the kind's own estimate of a task's cost.
    LongestFirst,
    /// Cheapest first.
    ShortestFirst,
    /// Drawn from the seed.
    Shuffled,
}

impl BackendKind {
    /// All backends, in the order they are listed.
    pub const ALL: [Self; 4] = [Self::Serial, Self::Threads, Self::Processes, Self::Hybrid];

    /// The word used in TOML, reports and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Threads => "threads",
            Self::Processes => "processes",
            Self::Hybrid => "hybrid",
        }
    }
}

impl Baseline {
    /// All baselines, in the order they are listed.
    pub const ALL: [Self; 4] = [Self::Serial, Self::Threads, Self::Processes, Self::None];

    /// The word used in TOML.
    pub fn word(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Threads => "threads",
            Self::Processes => "processes",
            Self::None => "none",
        }
    }

    /// The backend of the baseline's single worker, if there is a baseline.
    pub fn backend(self) -> Option<BackendKind> {
        match self {
            Self::Serial => Some(BackendKind::Serial),
            Self::Threads => Some(BackendKind::Threads),
            Self::Processes => Some(BackendKind::Processes),
            Self::None => None,
        }
    }
}

impl Schedule {
    /// All schedules, in the order they are listed.
    pub const ALL: [Self; 4] = [Self::Static, Self::Dynamic, Self::Guided, Self::Stealing];

    /// The word used in TOML, reports and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Dynamic => "dynamic",
            Self::Guided => "guided",
            Self::Stealing => "stealing",
        }
    }
}

impl Dispatch {
    /// Both ways, in the order they are listed.
    pub const ALL: [Self; 2] = [Self::Shared, Self::Pipe];

    /// The word used in TOML, reports and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Pipe => "pipe",
        }
    }
}

impl Order {
    /// All orders, in the order they are listed.
    pub const ALL: [Self; 4] = [Self::Given, Self::LongestFirst, Self::ShortestFirst, Self::Shuffled];

    /// The word used in TOML and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::LongestFirst => "longest-first",
            Self::ShortestFirst => "shortest-first",
            Self::Shuffled => "shuffled",
        }
    }
}

impl Inputs {
    /// How many tasks there are.
    pub fn len(&self) -> u64 {
        match self {
            Self::Range { tasks } => *tasks,
            Self::List(list) => list.len() as u64,
            Self::Repeat { times, .. } => *times,
            Self::Grid(axes) => axes.iter().map(|axis| axis.values.len() as u64).product(),
        }
    }

    /// Whether there are no tasks; never so in a checked scenario.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The input `x` of a task; 1 in a grid without an axis `x`.
    ///
    /// # Panics
    /// If a list is shorter than `task`.
    pub fn x(&self, task: u64) -> f64 {
        match self {
            Self::Range { .. } => task as f64,
            Self::List(list) => list[task as usize],
            Self::Repeat { value, .. } => *value,
            Self::Grid(_) => self.grid_value("x", task).and_then(Value::as_number).unwrap_or(1.0),
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
    let mut stride: u64 = axes.iter().map(|axis| axis.values.len() as u64).product();
    axes.iter().map(move |axis| {
        let radix = axis.values.len() as u64;
        stride /= radix;
        (axis.key.as_str(), &axis.values[(task / stride % radix) as usize])
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
        }
    }
}

impl Value {
    /// The value as a number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Whole(n) => Some(*n as f64),
            Self::Number(x) => Some(*x),
            Self::Flag(_) | Self::Word(_) => None,
        }
    }

    /// The value as a word, if it is one.
    pub fn as_word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Whole(_) | Self::Number(_) | Self::Flag(_) => None,
        }
    }
}
