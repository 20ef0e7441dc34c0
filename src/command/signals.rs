//! Signals of a run without a screen: the first ends it cleanly, the second by force.

use std::io;
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::engine::Control;

/// How long the end by force may take before the program leaves everything to its children's own means: they die
/// with it.
const LAST_GRACE: Duration = Duration::from_millis(100);

/// The signal that ended the run, if one did.
#[derive(Clone, Default)]
pub(super) struct Heard(Arc<AtomicI32>);

impl Heard {
    /// The exit code that a shell expects of a program ended by this signal.
    pub(super) fn exit_code(&self) -> Option<u8> {
        u8::try_from(self.0.load(Relaxed)).ok().filter(|&signal| signal > 0).map(exit_code_of)
    }
}

/// Starts to listen.
///
/// # Errors
/// When the system refuses a handler or a thread.
pub(super) fn listen(control: Arc<Control>) -> io::Result<Heard> {
    let heard = Heard::default();
    // Under `nohup`, or in the background of a script, some are ignored from the start and are to stay so.
    let ignored = ignored();
    let ends = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    let mut signals = Signals::new(ends.chain([SIGCONT]))?;
    let first = heard.clone();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            if signal == SIGCONT {
                control.disturb();
            } else if first.0.compare_exchange(0, signal, Relaxed, Relaxed).is_ok() {
                control.cancel();
            } else {
                control.kill();
                std::thread::sleep(LAST_GRACE);
                exit(i32::from(exit_code_of(signal as u8)));
            }
        }
    })?;
    Ok(heard)
}

/// The signals that are ignored at present, as a set of bits: signal 1 is the lowest.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let set = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    set.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).unwrap_or(0)
}

fn exit_code_of(signal: u8) -> u8 {
    128 + signal
}
