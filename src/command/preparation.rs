//! A run from the moment that the screen asks for it: what may take time before it begins, such as loading data,
//! happens on a thread of its own; then it goes on as a [`Session`].
//!
//! A run that is dropped before it began is left behind: its thread ends when it notices, soon. Nothing waits for it,
//! since neither a slow disk nor a large memory can be hurried.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::Signal;

use super::rehearsal::rehearse;
use super::task_room;
use crate::engine::{Control, Session};
use crate::record::Snapshot;
use crate::scenario::Scenario;
use crate::tui::port::LiveRun;
use crate::workload::DataFacts;

/// A run that is being prepared, or that has begun.
pub(super) struct PreparedRun {
    phase: Arc<Mutex<Phase>>,
    control: Arc<Control>,
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
        begin: impl FnOnce(Scenario, Option<DataFacts>, Arc<Control>) -> io::Result<Session> + Send + 'static,
        refuse: impl FnOnce(String) + Send + 'static,
    ) -> Result<Self, String> {
        let phase = Arc::new(Mutex::new(Phase::Preparing));
        let watched = Arc::clone(&phase);
        let control = Arc::new(Control::default());
        let heeded = Arc::clone(&control);
        let body = move || {
            let scenario = Arc::new(scenario);
            let begun = task_room::check(&scenario)
                .and_then(|()| rehearse(&scenario, false, &heeded))
                .map_err(|failure| failure.message)
                .and_then(|data| go_on(&watched, || begin(Arc::unwrap_or_clone(scenario), data, heeded)));
            if let Err(why) = begun {
                refuse(why);
            }
        };
        let thread = std::thread::Builder::new().name("preparation".to_owned()).spawn(body);
        thread.map_err(|error| format!("cannot start the run: {error}"))?;
        Ok(Self { phase, control })
    }

    /// What has not begun by now never will.
    fn give_up_preparation(&self) {
        let mut phase = lock(&self.phase);
        if matches!(*phase, Phase::Preparing) {
            *phase = Phase::GivenUp;
        }
    }

    fn session<T>(&self, look: impl FnOnce(&Session) -> T) -> Option<T> {
        if let Phase::Begun(session) = &*lock(&self.phase) { Some(look(session)) } else { None }
    }
}

/// Begins the run, unless it was given up meanwhile.
fn go_on(phase: &Mutex<Phase>, begin: impl FnOnce() -> io::Result<Session>) -> Result<(), String> {
    let mut phase = lock(phase);
    if matches!(*phase, Phase::Preparing) {
        *phase = Phase::Begun(begin().map_err(|error| format!("cannot start the run: {error}"))?);
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
        // As a terminal asks the program in it, of which Ctrl-C comes here first.
        self.control.cancel_by(Signal::SIGINT);
        self.give_up_preparation();
    }

    fn kill(&self) {
        self.control.kill();
        self.give_up_preparation();
    }

    fn stood_still(&self) {
        self.control.disturb();
    }
}

impl Drop for PreparedRun {
    fn drop(&mut self) {
        // A session ends with its drop, which waits for that: not while its phase is locked.
        self.control.cancel();
        let phase = std::mem::replace(&mut *lock(&self.phase), Phase::GivenUp);
        drop(phase);
    }
}
