//! `[interpreter]`: under which lock the tasks are run, if any. What the lock does is `backend`'s affair.

use super::diagnostics::Diagnostics;
use super::kind::Bounds;
use super::model::Interpreter;
use super::section::Section;

/// The keys of `[interpreter]`.
pub(super) const KEYS: [&str; 2] = ["gil", "switch_interval_ms"];

pub(super) const SWITCH_INTERVAL_MS: Bounds = Bounds { min: 0.001, max: 10_000.0 };

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
