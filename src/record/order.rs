//! How the tasks of a trial filled their workers' time, and what another order would have made of them: the figures
//! that are kept of it. They are worked out by the engine, which ran the trial.

use serde::{Deserialize, Serialize};

/// Where the workers' time went, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrderFigures {
    /// The longest task.
    pub longest_s: f64,
    /// All tasks together.
    pub total_s: f64,
    /// Workers × wall time, less all tasks: getting tasks, and standing by when there were none left.
    pub idle_s: f64,
    /// What these tasks would take if each went, in the order of the trial, to the worker who is free first
    /// (`analysis::as_given`). `None` for runs of more than 10 000 tasks, as below.
    pub as_given_s: Option<f64>,
    /// The same with the longest first (`analysis::longest_first`).
    pub longest_first_s: Option<f64>,
}
