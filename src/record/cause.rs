//! How a worker, or a program, came to its end.

use serde::{Deserialize, Serialize};

/// How a worker went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// By a signal, given by name, e.g. `SIGKILL`.
    Signal(String),
    /// By an exit with this status.
    Exit(i32),
}
