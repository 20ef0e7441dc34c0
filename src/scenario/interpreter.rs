//! `[interpreter]`: under which lock the tasks are run, if any. What the lock does is `backend`'s affair.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::diagnostics::Diagnostics;
use super::kind::Bounds;
use super::section::Section;

/// The keys of `[interpreter]`.
pub(super) const KEYS: [&str; 2] = ["gil", "switch_interval_ms"];

pub(super) const SWITCH_INTERVAL_MS: Bounds = Bounds { min: 0.001, max: 10_000.0 };

/// An emulated interpreter that lets one thread at a time run interpreted code, as CPython does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interpreter {
    /// How long a thread waits for the lock before it asks for it, in milliseconds; more than 0.
    pub switch_interval_ms: f64,
}

impl Default for Interpreter {
    /// With CPython's own `sys.getswitchinterval()`.
    fn default() -> Self {
        Self { switch_interval_ms: 5.0 }
    }
}

impl Interpreter {
    /// How long a thread waits for the lock before it asks for it.
    pub fn switch_interval(self) -> Duration {
        Duration::from_secs_f64(self.switch_interval_ms / 1e3)
    }
}

/// Reads the table: the interpreter, if it says that there is a lock.
pub(super) fn read(section: &mut Section<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Interpreter> {
    let (gil, interval) = (section.get("gil"), section.get("switch_interval_ms"));
    if let (None, Some(interval)) = (&gil, &interval) {
        diagnostics.about(interval, "means nothing without the lock; add gil = true or remove this");
    }
    let switch_interval_ms = match &interval {
        Some(given) => given.number(diagnostics, SWITCH_INTERVAL_MS),
        None => Some(Interpreter::default().switch_interval_ms),
    };
    let has_lock = gil.and_then(|given| given.flag(diagnostics))?;
    // Without the lock its interval is kept to its bounds all the same: somebody may switch it on again.
    switch_interval_ms.filter(|_| has_lock).map(|switch_interval_ms| Interpreter { switch_interval_ms })
}
