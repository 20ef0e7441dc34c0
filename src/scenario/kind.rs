//! How a kind of workload is described: its parameters, what its results mean, how it behaves.
//!
//! Only the *shape* of a description lives here, so that scenarios can be checked against it; the table of
//! descriptions itself belongs to `workload`, which hands it in. Nothing here runs anything.

use serde::{Deserialize, Serialize};

pub(super) use super::domain::{Bounds, Domain};
use super::runtime::Runtime;

/// A kind of workload, as the registry table states it.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    /// The name used in `[workload] kind = "…"`.
    pub name: &'static str,
    /// One line: what a task does with its input `x`.
    pub summary: &'static str,
    /// Whether its tasks compute, wait, or misbehave, and what they do about an interpreter's lock.
    pub nature: Nature,
    /// Its parameters besides the inputs, in the order they are documented.
    pub params: &'static [ParamSpec],
    /// What an input may be: inclusive bounds of `x`.
    pub input: Bounds,
    /// The values of one result: the same whichever worker runs the task, and at whatever time.
    pub values: &'static [ValueSpec],
    /// Values that follow them in a result but are measurements, different each time: no checksum counts them.
    pub measured: &'static [ValueSpec],
    /// What all tasks of a trial together leave in what they share, the most telling first: told of the trial, and
    /// allowed to differ from one to the next.
    pub tally: &'static [ValueSpec],
    /// Whether its tasks report the fraction done while they run.
    pub tells_progress: bool,
    /// Why only processes can run it, if only they can.
    pub processes_only: Option<&'static str>,
    /// How it searches a `[grid]`, if that is what it does.
    pub search: Option<GridSearch>,
    /// The program that its tasks run in, and so which backends can run them.
    pub runtime: Runtime,
    /// Whether its command is filled in task by task: its grid may have keys of any name.
    pub is_filled_in: bool,
    /// Whether its inputs may be texts, files or lines of a file.
    pub takes_texts: bool,
}

impl KindSpec {
    /// A kind that has no parameters and whose results are all there is to it: a kind states what it has besides.
    pub const PLAIN: Self = Self {
        name: "",
        summary: "",
        nature: Nature::Computes,
        params: &[],
        input: Bounds { min: f64::MIN, max: f64::MAX },
        values: &[],
        measured: &[],
        tally: &[],
        tells_progress: false,
        processes_only: None,
        search: None,
        runtime: Runtime::Parlab,
        is_filled_in: false,
        takes_texts: false,
    };

    /// Whether it runs programs that its scenario names, or code.
    pub fn starts_programs(&self) -> bool {
        self.runtime != Runtime::Parlab || self.is_filled_in
    }

    /// Whether its one task is a program that is parallel by itself: it has no inputs, and a backend of its own.
    pub fn is_program(&self) -> bool {
        self.runtime == Runtime::Given
    }

    /// Whether it may stand for a function of Python: a task takes one input, runs in parlab, and leaves nothing but its
    /// result.
    pub fn can_emulate(&self) -> bool {
        let is_plain = self.search.is_none() && self.processes_only.is_none() && self.tally.is_empty();
        is_plain && !self.starts_programs()
    }

    /// Whether its tasks are a function's of Python, which libraries of Python hand out.
    pub fn is_python(&self) -> bool {
        self.runtime == Runtime::Python
    }

    /// All values of one result, measurements last; at most [`MAX_VALUES`].
    pub fn results(&self) -> impl Iterator<Item = &'static ValueSpec> + Clone {
        self.values.iter().chain(self.measured)
    }
}

/// A kind whose tasks are the combinations of a `[grid]`, each given a score in several parts.
#[derive(Debug, Clone, Copy)]
pub struct GridSearch {
    /// The parameters that the grid may vary; the others are the same for all tasks.
    pub varies: &'static [&'static str],
    /// What a part is called: the key of the axis that is added innermost where a task takes one part only.
    pub part: &'static str,
    /// The whole-number parameter that says how many parts a combination has.
    pub parts: &'static str,
    /// The parameter that says how combinations are split into tasks, and its word for a task a part.
    pub split: (&'static str, &'static str),
    /// The value that tells how good a combination is: the higher the better.
    pub score: &'static str,
    /// The value that is 1 where all of a task's score is what the search was after, and less where some of it was
    /// stopped before.
    pub settled: &'static str,
}

/// The most values a single task's result can hold.
pub const MAX_VALUES: usize = 5;

/// What the tasks of a kind spend their time on, and thereby whether they hold an interpreter's lock, where there is
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// Keeps a core busy from start to end, as interpreted code: holds the lock.
    Computes,
    /// Keeps a core busy from start to end, as native code that lets go of the lock meanwhile.
    Native,
    /// Leaves the core idle while it waits, and lets go of the lock meanwhile.
    Waits,
    /// Some tasks compute, others wait.
    Mixed,
    /// Kills or blocks its worker on purpose.
    Misbehaves,
    /// Is another program, which does what it likes.
    Outside,
}

/// One parameter of a kind.
#[derive(Debug, Clone, Copy)]
pub struct ParamSpec {
    /// Its key in `[workload]` and `[grid]`.
    pub name: &'static str,
    /// Its unit, or what it counts; empty for words.
    pub unit: &'static str,
    /// One line: what it does.
    pub doc: &'static str,
    /// Its type, default and bounds.
    pub domain: Domain,
}

/// One value of a task's result.
#[derive(Debug, Clone, Copy)]
pub struct ValueSpec {
    /// Its name in reports.
    pub name: &'static str,
    /// Its unit, or what it counts.
    pub unit: &'static str,
    /// One line: what it means.
    pub doc: &'static str,
}
