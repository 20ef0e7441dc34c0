//! `[interpreter]`: under which lock the tasks are run, if any. What the lock does is `backend`'s affair.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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
