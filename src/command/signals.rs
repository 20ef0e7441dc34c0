//! Signals of a run without a screen: the first that asks for it ends it cleanly, the second by force; Ctrl-Z stops it
//! with its workers.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::engine::Control;
use crate::report::readers;
use crate::system::jobs::{self, Extent};
use crate::system::last_resort::{end_now, end_when};
use crate::system::process::signal_groups;
use crate::system::signals::{ENDS, SignalListener, ends, exit_code, insists};

/// How long a run that was told to end may take, however much it has to end.
const END_GRACE: Duration = Duration::from_secs(5);

/// How long the reader of a report may take nothing of it once a signal asked for the end: it may never read.
const DELIVERY_GRACE: Duration = Duration::from_secs(1);

/// How often it is looked how far the end is.
const LOOK: Duration = Duration::from_millis(20);

/// What was heard of signals.
#[derive(Clone, Default)]
pub(super) struct SignalState(Arc<SignalWatch>);

#[derive(Default)]
struct SignalWatch {
    /// The first signal that asked for the end; 0 before.
    first: AtomicI32,
    /// Whether the run is over, and only its report is to be delivered.
    is_over: AtomicBool,
}

impl SignalState {
    /// The exit code that a shell expects of a program ended by this signal.
    pub(super) fn exit_code(&self) -> Option<u8> {
        Signal::try_from(self.0.first.load(Relaxed)).ok().map(exit_code)
    }

    /// Says that the run is over: a signal from now on is no longer for the engine to hear.
    pub(super) fn run_is_over(&self) {
        self.0.is_over.store(true, Relaxed);
    }

    fn is_over(&self) -> bool {
        self.0.is_over.load(Relaxed)
    }

    /// Whether this is the first signal.
    fn is_first(&self, signal: Signal) -> bool {
        self.0.first.compare_exchange(0, signal as i32, Relaxed, Relaxed).is_ok()
    }

    /// Waits until the run had its time to end, and then until no reader takes anything of its report any more.
    fn wait_until_stuck(&self) {
        let begun = Instant::now();
        while !self.is_over() && begun.elapsed() < END_GRACE {
            std::thread::sleep(LOOK);
        }
        let (mut taken, mut since) = (readers::bytes_taken(), Instant::now());
        while self.is_over() && since.elapsed() < DELIVERY_GRACE {
            std::thread::sleep(LOOK);
            // A file is written to however long its disk takes.
            if !readers::is_awaited() || readers::bytes_taken() != taken {
                (taken, since) = (readers::bytes_taken(), Instant::now());
            }
        }
    }
}

/// Makes a file beyond the size that is allowed (`ulimit -f`) an error that can be told: unheard, its signal kills.
/// The board counts as a file, too.
///
/// # Errors
/// When the system refuses a handler.
pub(super) fn outlive_file_limits() -> io::Result<()> {
    signal_hook::flag::register(Signal::SIGXFSZ as i32, Arc::default()).map(drop)
}

/// Starts to listen.
///
/// # Errors
/// When the system refuses a handler or a thread.
pub(super) fn listen(control: Arc<Control>) -> io::Result<SignalState> {
    let heard = SignalState::default();
    let heeded: Vec<Signal> = ENDS.into_iter().chain([Signal::SIGTSTP]).collect();
    let state = heard.clone();
    SignalListener::start(&heeded, move |signal| obey(signal, &state, &control))?.keep_on();
    Ok(heard)
}

/// Does what a signal asks for; returns if that is not the end by force.
fn obey(signal: Signal, state: &SignalState, control: &Control) {
    match signal {
        Signal::SIGTSTP => stop(control),
        _ if !ends(signal) => {}
        _ if state.is_first(signal) => {
            control.cancel_by(signal);
            let watched = state.clone();
            // Without a thread for it, a second signal is the way out.
            let _ = end_when(move || watched.wait_until_stuck(), || {}, exit_code(signal));
        }
        _ if insists(signal) => {
            control.kill();
            end_now(|| {}, exit_code(signal));
        }
        _ => {}
    }
}

/// Stops with all workers until a shell has the program go on. Where no shell could, it goes on at once, as the kernel
/// has it for programs that know nothing of SIGTSTP.
fn stop(control: &Control) {
    if !jobs::can_be_resumed() {
        return;
    }
    // Also before, since the engine may look up before this thread does when all go on.
    control.disturb();
    signal_groups(Signal::SIGSTOP);
    // An error leaves parlab running, which is the best that can be had then. The terminal told the others of its group.
    let _ = jobs::stop(Extent::Process);
    // Again, in case another trial had begun by then; before the workers go on, or this could hit the next.
    control.disturb();
    signal_groups(Signal::SIGCONT);
}
