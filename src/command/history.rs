//! Remembers which scenarios were run to their end, with the screen or without.

use std::path::PathBuf;

use super::history_file;
use crate::record::{Event, History, Past, RunState, Stamped, Status};
use crate::results::Figures;
use crate::scenario::library::is_bundled;

/// What was run before; nothing where nothing can be remembered.
pub(super) fn history() -> History {
    history_file().map(|file| History::read(&file)).unwrap_or_default()
}

/// Follows a run by its events, and remembers it if it was done.
pub(super) struct HistoryKeeper {
    file: Option<PathBuf>,
    state: RunState,
}

impl HistoryKeeper {
    /// Nothing has happened yet.
    pub(super) fn new() -> Self {
        Self { file: history_file(), state: RunState::default() }
    }

    /// Of a run that is to be forgotten.
    pub(super) fn none() -> Self {
        Self { file: None, state: RunState::default() }
    }

    /// Takes in an event. After the last one the run is written down, if there is a place for that.
    pub(super) fn take(&mut self, stamped: &Stamped) {
        if self.file.is_none() {
            return;
        }
        match &stamped.event {
            Event::TrialFinished { trial, outcome } => {
                // Nobody here asks for single results, of which there may be many.
                let mut outcome = outcome.clone();
                outcome.results = None;
                let event = Event::TrialFinished { trial: *trial, outcome };
                self.state.apply(&Stamped { event, ..*stamped });
            }
            Event::RunFinished { .. } => {
                self.state.apply(stamped);
                self.write_down();
            }
            _ => self.state.apply(stamped),
        }
    }

    fn write_down(&self) {
        if let (Some(file), Some(past)) = (&self.file, past(&self.state)) {
            // That it is not remembered is no reason to say anything: the run itself is well.
            let _ = History::remember(file, past);
        }
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
