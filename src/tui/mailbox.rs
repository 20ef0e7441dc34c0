//! Messages on their way to the screen: what people and the system say overtakes what a run tells.
//!
//! A run of many short trials may send events faster than they can be shown; a key must not wait for them all. What a
//! run tells bears its number, so that a run that was given up is heard no more.
//!
//! None types ahead by thousands of keys. So many at once come from something that was pasted, faster than keys can be
//! made sense of: of those, the latest are kept.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::update::Msg;

/// The most keys that wait to be made sense of: what that takes is soon over.
const KEYS_MAX: usize = 1000;

/// A queue with a fast lane. Any thread may post; one takes.
#[derive(Debug, Default)]
pub struct Mailbox {
    queues: Mutex<Queues>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Queues {
    urgent: VecDeque<Mail>,
    /// What was typed: at most [`KEYS_MAX`].
    typed: VecDeque<Mail>,
    rest: VecDeque<Mail>,
}

/// A message on its way.
#[derive(Debug)]
pub struct Mail {
    /// The number of the run that it is from; `None` if it is from elsewhere.
    pub run: Option<u64>,
    /// What it says.
    pub msg: Msg,
}

impl Mailbox {
    /// Adds a message.
    pub fn post(&self, msg: Msg) {
        self.add(Mail { run: None, msg });
    }

    /// Adds what a run tells.
    pub fn post_of_run(&self, run: u64, msg: Msg) {
        self.add(Mail { run: Some(run), msg });
    }

    fn add(&self, mail: Mail) {
        let mut queues = self.lock();
        queues.add(mail);
        drop(queues);
        self.arrived.notify_one();
    }

    /// Takes the next message; waits for it until `deadline` if there is none.
    pub fn take(&self, deadline: Instant) -> Option<Mail> {
        let mut queues = self.lock();
        loop {
            if let Some(mail) = queues.next() {
                return Some(mail);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return None;
            }
            queues = self.arrived.wait_timeout(queues, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes the next message if there is one.
    pub fn take_now(&self) -> Option<Mail> {
        self.lock().next()
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        // Whatever panicked elsewhere, a queue between two operations is whole.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    fn add(&mut self, mail: Mail) {
        match mail.msg {
            Msg::Signal(_) => self.urgent.push_back(mail),
            Msg::Key(_) | Msg::Paste(_) | Msg::CursorAt(_) | Msg::InputClosed => {
                // What was typed last counts: it may be the end of what came by mistake.
                if self.typed.len() >= KEYS_MAX {
                    self.typed.pop_front();
                }
                self.typed.push_back(mail);
            }
            _ => self.rest.push_back(mail),
        }
    }

    fn next(&mut self) -> Option<Mail> {
        self.urgent.pop_front().or_else(|| self.typed.pop_front()).or_else(|| self.rest.pop_front())
    }
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
        (0..10_000).for_each(|trial| mailbox.post_of_run(7, event(trial)));
        let is_event = |mail: Option<Mail>, number: usize| match mail {
            Some(Mail { run: Some(7), msg: Msg::Engine(event) }) => event.trials_done == number,
            _ => false,
        };
        assert!(is_event(mailbox.take_now(), 0));
        mailbox.post(Msg::Key(Key::Char('c')));
        assert!(matches!(mailbox.take_now(), Some(Mail { run: None, msg: Msg::Key(Key::Char('c')) })));
        for expected in 1..10_000 {
            assert!(is_event(mailbox.take(Instant::now()), expected));
        }
        assert!(mailbox.take(Instant::now()).is_none());
    }

    #[test]
    fn of_a_flood_of_keys_the_latest_are_kept_and_signals_overtake_them() {
        let mailbox = Mailbox::default();
        (0..1_000_000).for_each(|_| mailbox.post(Msg::Key(Key::Char('x'))));
        mailbox.post(Msg::Key(Key::Char('q')));
        mailbox.post(Msg::InputClosed);
        mailbox.post(Msg::Signal(nix::sys::signal::Signal::SIGTERM));
        let kept: Vec<Msg> = std::iter::from_fn(|| mailbox.take_now()).map(|mail| mail.msg).collect();
        assert_eq!(kept.len(), KEYS_MAX + 1);
        assert!(matches!(kept[0], Msg::Signal(_)));
        assert!(matches!(kept[KEYS_MAX - 1..], [Msg::Key(Key::Char('q')), Msg::InputClosed]));
    }

    #[test]
    fn who_waits_is_woken() {
        let mailbox = Mailbox::default();
        std::thread::scope(|scope| {
            scope.spawn(|| mailbox.post(Msg::InputClosed));
            let mail = mailbox.take(Instant::now() + Duration::from_secs(60));
            assert!(matches!(mail, Some(Mail { run: None, msg: Msg::InputClosed })));
        });
    }
}
