//! The one fold of a process, and those who watch it: journal, progress, history.

use super::event::Stamped;
use super::state::RunState;

/// Is told each event of a run, with the state that it led to.
pub trait Observer {
    /// Takes in an event, which `state` knows of already. Called in the order of the events.
    fn observe(&mut self, event: &Stamped, state: &RunState);
}

impl<T: Observer> Observer for Option<T> {
    fn observe(&mut self, event: &Stamped, state: &RunState) {
        if let Some(observer) = self {
            observer.observe(event, state);
        }
    }
}

impl RunState {
    /// Takes in the next event, and tells the observers in order.
    pub fn tell(&mut self, event: &Stamped, observers: &mut [&mut dyn Observer]) {
        self.apply(event);
        for observer in observers {
            observer.observe(event, self);
        }
    }
}
