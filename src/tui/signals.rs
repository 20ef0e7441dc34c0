//! Signals, as messages: a thread waits for them, so that nothing happens inside a handler.

use std::io;
use std::thread::JoinHandle;

use nix::sys::signal::{SigSet, Signal, kill, raise};
use nix::unistd::Pid;
use signal_hook::iterator::{Handle, Signals};

const WATCHED: [Signal; 6] =
    [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGTSTP, Signal::SIGCONT, Signal::SIGWINCH];

/// The thread that waits for signals. Dropping it ends it.
#[derive(Debug)]
pub struct Watcher {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Catches signals from now on.
    ///
    /// # Errors
    /// When they cannot be caught, or there is no thread to be had.
    pub fn start(mut deliver: impl FnMut(Signal) + Send + 'static) -> io::Result<Self> {
        let mut signals = Signals::new(WATCHED.map(|signal| signal as i32))?;
        let handle = signals.handle();
        // Whoever started parlab may have blocked them, which is handed down, also to the thread that is started here.
        SigSet::from_iter(WATCHED).thread_unblock()?;
        let wait = move || signals.forever().filter_map(|number| Signal::try_from(number).ok()).for_each(&mut deliver);
        let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(wait)?;
        Ok(Self { handle, thread: Some(thread) })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            // If it panicked, that was reported when it happened.
            let _ = thread.join();
        }
    }
}

/// Stops this process until it is told to continue; with `group`, everything else in its process group too, as
/// Ctrl-Z does: a shell that waits for `cargo run` would not notice that only its child has stopped.
pub fn stop(group: bool) {
    // SIGSTOP, since SIGTSTP is caught. An error leaves us running, which is the best that can be had then.
    let _ = if group { kill(Pid::from_raw(0), Signal::SIGSTOP) } else { raise(Signal::SIGSTOP) };
}
