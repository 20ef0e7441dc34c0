//! Remembers which scenarios were run to their end, with the screen or without, and says where that cannot be done.

use std::path::PathBuf;

use super::environment::history_file;
use crate::foreign::name;
use crate::record::{Event, History, Observer, Past, RunState, Stamped, Status, read_history};
use crate::results::Figures;
use crate::scenario::library::is_bundled;

/// What was run before, nothing where nothing can be remembered; and why it is not known.
pub(super) fn history() -> (History, Option<String>) {
    match history_file().map(|file| read_history(&file)) {
        None => (History::default(), None),
        Some(Ok(history)) => (history, None),
        Some(Err(error)) => (History::default(), Some(error.to_string())),
    }
}

/// Watches a run, and remembers it if it was done: after its last event it is written down, if there is a place for
/// that.
pub(super) struct HistoryKeeper {
    file: Option<PathBuf>,
    trouble: Option<String>,
}

impl HistoryKeeper {
    /// Nothing has happened yet.
    pub(super) fn new() -> Self {
        Self { file: history_file(), trouble: None }
    }

    /// What the user should know of it, told once.
    pub(super) fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }
}

impl Observer for HistoryKeeper {
    fn observe(&mut self, event: &Stamped, state: &RunState) {
        if let (Event::RunFinished { .. }, Some(file), Some(past)) = (&event.event, &self.file, past(state)) {
            self.trouble = written(file, past);
        }
    }
}

/// Remembers a run that has ended, if it was done; what the user should know of that.
pub(super) fn remember(state: &RunState) -> Option<String> {
    let (file, past) = history_file().zip(past(state))?;
    written(&file, past)
}

/// Writes a run down. That it is not remembered does not make it a worse run, but it is told.
fn written(file: &std::path::Path, past: Past) -> Option<String> {
    match crate::record::remember(file, past) {
        Ok(None) => None,
        Ok(Some(moved)) => Some(format!(
            "the history of runs {} could not be understood; it is kept as {}, and a new one was begun",
            name(&moved.file),
            name(&moved.aside)
        )),
        Err(error) => Some(error.to_string()),
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
