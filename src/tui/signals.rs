//! Which signals the screen hears of, as messages, and how it stops as Ctrl-Z has it.

use std::io;

use nix::sys::signal::{Signal, kill, raise};
use nix::unistd::Pid;

use crate::system::signals::SignalListener;

const WATCHED: [Signal; 6] =
    [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGTSTP, Signal::SIGCONT, Signal::SIGWINCH];

/// Catches signals until the listener is dropped.
///
/// # Errors
/// When they cannot be caught, or there is no thread to be had.
pub fn listen(deliver: impl FnMut(Signal) + Send + 'static) -> io::Result<SignalListener> {
    SignalListener::start(&WATCHED, deliver)
}

/// Stops this process until it is told to continue; with `group`, everything else in its process group too, as
/// Ctrl-Z does: a shell that waits for `cargo run` would not notice that only its child has stopped.
pub fn stop(group: bool) {
    // SIGSTOP, since SIGTSTP is caught. An error leaves parlab running, which is the best that can be had then.
    let _ = if group { kill(Pid::from_raw(0), Signal::SIGSTOP) } else { raise(Signal::SIGSTOP) };
}
