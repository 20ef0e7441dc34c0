//! How long tasks took, in a few figures.

use serde::{Deserialize, Serialize};

/// Durations of the tasks of a trial, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TaskTimes {
    /// The shortest.
    pub min: f64,
    /// The median.
    pub median: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The longest.
    pub max: f64,
}
