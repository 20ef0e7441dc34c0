//! A run from the moment that the screen asks for it: what may take time before it begins, such as loading data,
//! happens on a thread of its own; then it goes on as a [`Session`].
//!
//! A run that is dropped before it began is left behind: its thread ends when it notices, between two jobs. Nothing
//! waits for it, since neither a slow disk nor a large memory can be hurried.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::failure::Failure;
use super::limits;
use crate::engine::Session;
use crate::record::Snapshot;
use crate::scenario::Scenario;
use crate::tui::port::LiveRun;

/// A run that is being prepared, or that has begun.
pub(super) struct PreparedRun {
    phase: Arc<Mutex<Phase>>,
}

/// How far it has come.
enum Phase {
    /// It has not begun.
    Preparing,
    /// It has.
    Begun(Session),
    /// It is not wanted any more.
    GivenUp,
}

impl PreparedRun {
    /// Begins to prepare a run, which `begin` begins when all is ready; why it will not begin, `refuse` is told.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(super) fn start(
        scenario: Scenario,
        begin: impl FnOnce(Scenario) -> io::Result<Session> + Send + 'static,
        refuse: impl FnOnce(String) + Send + 'static,
    ) -> Result<Self, String> {
        let phase = Arc::new(Mutex::new(Phase::Preparing));
        let watched = Arc::clone(&phase);
        let body = move || {
            let begun = prepare(&scenario, &watched)
                .map_err(|failure| failure.message)
                .and_then(|()| go_on(scenario, begin, &watched));
            if let Err(why) = begun {
                refuse(why);
            }
        };
        let thread = std::thread::Builder::new().name("preparation".to_owned()).spawn(body);
        thread.map_err(|error| format!("cannot start the run: {error}"))?;
        Ok(Self { phase })
    }

    fn session<T>(&self, look: impl FnOnce(&Session) -> T) -> Option<T> {
        if let Phase::Begun(session) = &*lock(&self.phase) { Some(look(session)) } else { None }
    }
}

/// Sees to it that a scenario can be run here, and that its data is there and can be used.
fn prepare(scenario: &Scenario, phase: &Mutex<Phase>) -> Result<(), Failure> {
    limits::check(scenario, false)?;
    limits::check_workload(scenario, &|| matches!(*lock(phase), Phase::Preparing))
}

/// Begins the run, unless it was given up meanwhile.
fn go_on(
    scenario: Scenario,
    begin: impl FnOnce(Scenario) -> io::Result<Session>,
    phase: &Mutex<Phase>,
) -> Result<(), String> {
    let mut phase = lock(phase);
    if matches!(*phase, Phase::Preparing) {
        *phase = Phase::Begun(begin(scenario).map_err(|error| format!("cannot start the run: {error}"))?);
    }
    Ok(())
}

fn lock(phase: &Mutex<Phase>) -> MutexGuard<'_, Phase> {
    phase.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LiveRun for PreparedRun {
    fn snapshot(&self) -> Snapshot {
        self.session(|session| session.control().snapshot()).unwrap_or_default()
    }

    fn cancel(&self) {
        let mut phase = lock(&self.phase);
        match &*phase {
            Phase::Begun(session) => session.control().cancel(),
            Phase::Preparing | Phase::GivenUp => *phase = Phase::GivenUp,
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
        // A session ends with its drop, which waits for that: not while its phase is locked.
        let phase = std::mem::replace(&mut *lock(&self.phase), Phase::GivenUp);
        drop(phase);
    }
}
