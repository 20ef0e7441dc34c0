//! The program that a run is about, where it is about one alone.

use std::sync::LazyLock;

use super::state::RunMonitor;
use crate::record::WatchedProgram;

/// A program of which nothing was seen yet.
static UNSEEN: LazyLock<WatchedProgram> = LazyLock::new(WatchedProgram::default);

impl RunMonitor {
    /// The program that is watched, where the run is about one alone: as last seen, or as it ended.
    pub fn only_program(&self) -> Option<&WatchedProgram> {
        let plan = self.record.plan()?;
        let is_one = matches!(plan.configs.as_slice(), [only] if only.backend.spec().is_program());
        let ended = || self.record.finished.last().and_then(|(_, outcome)| outcome.program.as_ref());
        is_one.then(|| ended().or(self.snapshot.program.as_deref()).unwrap_or(&UNSEEN))
    }
}
