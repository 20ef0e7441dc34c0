//! What is known of the clock that tasks are timed with. It is measured by those who read it.

use serde::{Deserialize, Serialize};

/// A clock, and what it takes to time a task with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockFacts {
    /// Which clock it is: `tsc`, `clock_monotonic`.
    pub source: String,
    /// Seconds of its smallest step that was seen.
    pub resolution_s: f64,
    /// Seconds that reading it takes.
    pub reading_s: f64,
    /// Seconds that a worker takes for a task that does nothing; `None` where that could not be measured.
    pub empty_task_s: Option<f64>,
}
