//! Signals of a run without a screen: the first ends it cleanly, the second by force.

use std::io;
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::Relaxed};
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::engine::Control;
use crate::system::signals::{SignalListener, ignored};

/// How long the end by force may take before the program leaves everything to its children's own means: they die
/// with it.
const LAST_GRACE: Duration = Duration::from_millis(100);

/// How long the delivery of a report may take once a signal came after the run: its reader may never read.
const DELIVERY_GRACE: Duration = Duration::from_secs(1);

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
        u8::try_from(self.0.first.load(Relaxed)).ok().filter(|&signal| signal > 0).map(exit_code_of)
    }

    /// Says that the run is over: a signal from now on is no longer for the engine to hear.
    pub(super) fn run_is_over(&self) {
        self.0.is_over.store(true, Relaxed);
    }

    /// Whether this is the first signal.
    fn is_first(&self, signal: Signal) -> bool {
        self.0.first.compare_exchange(0, signal as i32, Relaxed, Relaxed).is_ok()
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
    // Under `nohup`, or in the background of a script, some are ignored from the start and are to stay so.
    let ignored = ignored();
    let ends =
        [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().filter(|&signal| !ignored.contains(signal));
    let heeded: Vec<Signal> = ends.collect();
    let state = heard.clone();
    SignalListener::start(&heeded, move |signal| obey(signal, &state, &control))?.keep_on();
    Ok(heard)
}

/// Does what a signal asks for; returns if that is not the end by force.
fn obey(signal: Signal, state: &SignalState, control: &Control) {
    let grace = match (state.is_first(signal), state.0.is_over.load(Relaxed)) {
        (true, false) => return control.cancel(),
        (true, true) => DELIVERY_GRACE,
        (false, _) => LAST_GRACE,
    };
    control.kill();
    std::thread::sleep(grace);
    exit(i32::from(exit_code_of(signal as u8)));
}

fn exit_code_of(signal: u8) -> u8 {
    128 + signal
}
