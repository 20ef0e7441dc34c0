//! A run from the moment that the screen asks for it: what may take time before it begins, such as loading data, happens
//! on a thread of its own; then it goes on as a [`Session`].
//!
//! A run that is dropped before it began is left behind: its thread ends when it notices, between two jobs. Nothing waits
//! for it, since neither a slow disk nor a large memory can be hurried.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::failure::Failure;
use super::{limits, program, setting};
use crate::engine::Session;
use crate::record::{Snapshot, Stamped};
use crate::scenario::{Prediction, Scenario};
use crate::tui::port::LiveRun;

/// A run that is being prepared, or that has begun.
pub(super) struct PreparedRun {
    stage: Arc<Mutex<Stage>>,
}

/// How far it has come.
enum Stage {
    /// It has not begun.
    Preparing,
    /// It has.
    Begun(Session),
    /// It is not wanted any more.
    GivenUp,
}

impl PreparedRun {
    /// Begins to prepare a run. Its events are handed to `tell` as they happen; why there will be none, to `refuse`.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(super) fn start(
        scenario: Scenario,
        predictions: Vec<Prediction>,
        tell: impl FnMut(Stamped) + Send + 'static,
        refuse: impl FnOnce(String) + Send + 'static,
    ) -> Result<Self, String> {
        let stage = Arc::new(Mutex::new(Stage::Preparing));
        let watched = Arc::clone(&stage);
        let body = move || {
            let begun = prepare(&scenario, &watched)
                .map_err(|failure| failure.message)
                .and_then(|()| begin(scenario, predictions, tell, &watched));
            if let Err(why) = begun {
                refuse(why);
            }
        };
        let thread = std::thread::Builder::new().name("preparation".to_owned()).spawn(body);
        thread.map_err(|error| format!("cannot start the run: {error}"))?;
        Ok(Self { stage })
    }

    fn session<T>(&self, look: impl FnOnce(&Session) -> T) -> Option<T> {
        if let Stage::Begun(session) = &*lock(&self.stage) { Some(look(session)) } else { None }
    }
}

/// Sees to it that a scenario can be run here, and that its data is there and can be used.
fn prepare(scenario: &Scenario, stage: &Mutex<Stage>) -> Result<(), Failure> {
    limits::check(scenario, false)?;
    limits::check_workload(scenario, &|| matches!(*lock(stage), Stage::Preparing))
}

/// Begins the run, unless it was given up meanwhile.
fn begin(
    scenario: Scenario,
    predictions: Vec<Prediction>,
    tell: impl FnMut(Stamped) + Send + 'static,
    stage: &Mutex<Stage>,
) -> Result<(), String> {
    let setting = setting(predictions);
    let mut stage = lock(stage);
    if matches!(*stage, Stage::Preparing) {
        let session = Session::start(scenario, setting, program(), tell);
        *stage = Stage::Begun(session.map_err(|error| format!("cannot start the run: {error}"))?);
    }
    Ok(())
}

fn lock(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LiveRun for PreparedRun {
    fn snapshot(&self) -> Snapshot {
        self.session(|session| session.control().snapshot()).unwrap_or_default()
    }

    fn cancel(&self) {
        let mut stage = lock(&self.stage);
        match &*stage {
            Stage::Begun(session) => session.control().cancel(),
            Stage::Preparing | Stage::GivenUp => *stage = Stage::GivenUp,
        }
    }

    fn kill(&self) {
        if self.session(|session| session.control().kill()).is_none() {
            self.cancel();
        }
    }

    fn stood_still(&self) {
        self.session(|session| session.control().disturb());
    }
}

impl Drop for PreparedRun {
    fn drop(&mut self) {
        // A session ends with its drop, which waits for that: not while its stage is locked.
        let stage = std::mem::replace(&mut *lock(&self.stage), Stage::GivenUp);
        drop(stage);
    }
}
