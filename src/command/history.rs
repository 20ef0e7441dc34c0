//! Remembers which scenarios were run to their end, with the screen or without.

use std::path::PathBuf;

use super::environment::history_file;
use crate::record::{Event, History, Observer, Past, RunState, Stamped, Status};
use crate::results::Figures;
use crate::scenario::library::is_bundled;

/// What was run before; nothing where nothing can be remembered.
pub(super) fn history() -> History {
    history_file().map(|file| History::read(&file)).unwrap_or_default()
}

/// Watches a run, and remembers it if it was done: after its last event it is written down, if there is a place for
/// that.
pub(super) struct HistoryKeeper {
    file: Option<PathBuf>,
}

impl HistoryKeeper {
    /// Nothing has happened yet.
    pub(super) fn new() -> Self {
        Self { file: history_file() }
    }
}

impl Observer for HistoryKeeper {
    fn observe(&mut self, event: &Stamped, state: &RunState) {
        if let (Event::RunFinished { .. }, Some(file), Some(past)) = (&event.event, &self.file, past(state)) {
            // That it is not remembered is no reason to say anything: the run itself is well.
            let _ = History::remember(file, past);
        }
    }
}

/// Remembers a run that has ended, if it was done.
pub(super) fn remember(state: &RunState) {
    if let Some((file, past)) = history_file().zip(past(state)) {
        // As above: what is not remembered is not told either.
        let _ = History::remember(&file, past);
    }
}

/// What is to be remembered of a run; `None` if it was not done.
fn past(state: &RunState) -> Option<Past> {
    let planned = state.planned.as_ref().filter(|_| state.status == Some(Status::Done))?;
    let facts = &planned.scenario;
    Some(Past {
        name: facts.name.clone(),
        bundled: is_bundled(&facts.name, &facts.sha256),
        sha256: facts.sha256.clone(),
        at: planned.started_at.clone(),
        best_speedup: Figures::of(state).best_speedup(),
    })
}
