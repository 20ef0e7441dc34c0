//! A thread for what may take time, such as files: the screen's thread hands it over and goes on.
//!
//! What is handed over is done in order; it answers by whatever it posts itself.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What is handed over.
type Errand = Box<dyn FnOnce() + Send>;

/// How often it is looked whether the thread is done.
const LOOK: Duration = Duration::from_millis(5);

/// The thread.
#[derive(Debug)]
pub struct Background {
    work: Sender<Errand>,
    thread: JoinHandle<()>,
}

impl Background {
    /// Starts the thread, with nothing to do yet.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start() -> io::Result<Self> {
        let (work, rest) = channel::<Errand>();
        let body = move || rest.into_iter().for_each(|work| work());
        let thread = std::thread::Builder::new().name("background".to_owned()).spawn(body)?;
        Ok(Self { work, thread })
    }

    /// Hands something over. It is not done if something before it panicked, which ends the screen.
    pub fn hand_over(&self, work: impl FnOnce() + Send + 'static) {
        let _ = self.work.send(Box::new(work));
    }

    /// Waits until everything is done, so that no file is left half-way, but no longer than until `deadline`.
    pub fn finish(self, deadline: Instant) {
        drop(self.work);
        while !self.thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(LOOK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_in_order_and_waited_for() {
        let (done, seen) = channel();
        let background = Background::start().expect("a thread");
        for number in 0..9 {
            let done = done.clone();
            background.hand_over(move || done.send(number).expect("the test listens"));
        }
        background.finish(Instant::now() + Duration::from_secs(60));
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn what_never_ends_is_waited_for_no_longer_than_is_allowed() {
        let background = Background::start().expect("a thread");
        let (never, forever) = channel::<()>();
        background.hand_over(move || {
            let _ = forever.recv();
        });
        let begun = Instant::now();
        background.finish(begun + Duration::from_millis(50));
        assert!(begun.elapsed() >= Duration::from_millis(50));
        drop(never);
    }
}
