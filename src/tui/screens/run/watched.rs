//! The program that a run is about, where it is about one alone.

use std::sync::LazyLock;

use super::state::RunMonitor;
use crate::record::WatchedProgram;

/// A program of which nothing was seen yet.
static UNSEEN: LazyLock<WatchedProgram> = LazyLock::new(WatchedProgram::default);

impl RunMonitor {
    /// The program that is watched, where the run is about one alone: as it is seen now, or as it ended last.
    pub fn only_program(&self) -> Option<&WatchedProgram> {
        let plan = self.record.plan()?;
        let is_one = matches!(plan.configs.as_slice(), [only] if only.backend.spec().is_program());
        let ended = || self.record.finished.last().and_then(|(_, outcome)| outcome.program.as_ref());
        let seen = self.snapshot.program.as_deref();
        let now = seen.filter(|_| self.record.current.is_some());
        is_one.then(|| now.or_else(ended).or(seen).unwrap_or(&UNSEEN))
    }
}
