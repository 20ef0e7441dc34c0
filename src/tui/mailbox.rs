//! Messages on their way to the screen: what people and the system say overtakes what a run tells.
//!
//! A run of many short trials may send events faster than they can be shown; a key must not wait for them all.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::update::Msg;

/// A queue with a fast lane. Any thread may post; one takes.
#[derive(Debug, Default)]
pub struct Mailbox {
    queues: Mutex<Queues>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Queues {
    urgent: VecDeque<Msg>,
    rest: VecDeque<Msg>,
}

impl Mailbox {
    /// Adds a message.
    pub fn post(&self, msg: Msg) {
        let mut queues = self.lock();
        let queue = if is_urgent(&msg) { &mut queues.urgent } else { &mut queues.rest };
        queue.push_back(msg);
        drop(queues);
        self.arrived.notify_one();
    }

    /// Takes the next message; waits for it until `deadline` if there is none.
    pub fn take(&self, deadline: Instant) -> Option<Msg> {
        let mut queues = self.lock();
        loop {
            if let Some(msg) = queues.next() {
                return Some(msg);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return None;
            }
            queues = self.arrived.wait_timeout(queues, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes the next message if there is one.
    pub fn take_now(&self) -> Option<Msg> {
        self.lock().next()
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        // Whatever panicked elsewhere, a queue between two operations is whole.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    fn next(&mut self) -> Option<Msg> {
        self.urgent.pop_front().or_else(|| self.rest.pop_front())
    }
}

fn is_urgent(msg: &Msg) -> bool {
    matches!(msg, Msg::Key(_) | Msg::Signal(_) | Msg::InputClosed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Event, Stamped};
    use crate::tui::keys::Key;

    fn event(trial: usize) -> Msg {
        Msg::Engine(Stamped { elapsed_s: 0.0, trials_done: trial, event: Event::TrialStarted { trial } })
    }

    #[test]
    fn a_key_overtakes_a_flood_of_events_which_stay_in_order() {
        let mailbox = Mailbox::default();
        (0..10_000).for_each(|trial| mailbox.post(event(trial)));
        assert!(matches!(mailbox.take_now(), Some(Msg::Engine(first)) if first.trials_done == 0));
        mailbox.post(Msg::Key(Key::Char('c')));
        assert!(matches!(mailbox.take_now(), Some(Msg::Key(Key::Char('c')))));
        for expected in 1..10_000 {
            let next = mailbox.take(Instant::now());
            assert!(matches!(next, Some(Msg::Engine(event)) if event.trials_done == expected));
        }
        assert!(mailbox.take(Instant::now()).is_none());
    }

    #[test]
    fn who_waits_is_woken() {
        let mailbox = Mailbox::default();
        std::thread::scope(|scope| {
            scope.spawn(|| mailbox.post(Msg::InputClosed));
            let msg = mailbox.take(Instant::now() + Duration::from_secs(60));
            assert!(matches!(msg, Some(Msg::InputClosed)));
        });
    }
}
