//! Which signals the screen hears of, as messages; those that ask for the end come true whatever the screen waits for.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::terminal::give_back;
use crate::system::last_resort::{end_now, end_when};
use crate::system::signals::{ENDS, SignalListener, ends, exit_code, insists};

/// How long the screen may take to end once a signal asked for it.
const END_GRACE: Duration = Duration::from_millis(1600);

/// The first signal that asked for the end; 0 before.
static ASKED: AtomicI32 = AtomicI32::new(0);

/// Catches signals for as long as the process lives: even when the screen has ended, something may keep the program from
/// doing so.
///
/// # Errors
/// When they cannot be caught, or there is no thread to be had.
pub fn listen(mut deliver: impl FnMut(Signal) + Send + 'static) -> io::Result<()> {
    let watched: Vec<Signal> = ENDS.into_iter().chain([Signal::SIGTSTP, Signal::SIGCONT, Signal::SIGWINCH]).collect();
    let hear = move |signal| {
        if ends(signal) {
            insist(signal);
        }
        deliver(signal);
    };
    SignalListener::start(&watched, hear)?.keep_on();
    Ok(())
}

/// Whether a signal has asked for the end.
pub fn asked_to_end() -> bool {
    ASKED.load(Relaxed) != 0
}

/// Sees to it that the program ends: after a while at the first signal, at once when the user insists.
fn insist(signal: Signal) {
    if ASKED.compare_exchange(0, signal as i32, Relaxed, Relaxed).is_ok() {
        end_within(END_GRACE, exit_code(signal));
    } else if insists(signal) {
        end_now(give_back, Signal::try_from(ASKED.load(Relaxed)).map_or(1, exit_code));
    }
}

/// Ends the program by force if it has not ended by itself within this time.
pub fn end_within(grace: Duration, code: u8) {
    // Without a thread for it, a second signal is the way out.
    let _ = end_when(move || std::thread::sleep(grace), give_back, code);
}
