//! How tasks are handed out: by which rule, by what way, and in which order. Words only; nothing here hands out any.

use serde::{Deserialize, Serialize};

/// Which worker gets which task (OpenMP's words; `stealing` is rayon's).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Decided beforehand: one contiguous block a worker, or blocks of `chunk` tasks dealt in turn.
    Static,
    /// The next `chunk` tasks to the worker that asks.
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
