//! Signals, as calls on a thread of their own: nothing happens inside a handler.
//!
//! What a signal means is the caller's matter.

use std::io;
use std::thread::JoinHandle;

use nix::sys::signal::{SigSet, Signal};
use signal_hook::iterator::{Handle, Signals};

/// Those that ask a program to end: from a user, a terminal, a batch system that warns before time is up, or the kernel
/// where a limit is reached. Each would end it at once, with nothing told.
pub const ENDS: [Signal; 13] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGTERM,
    Signal::SIGSTKFLT,
    Signal::SIGXCPU,
    Signal::SIGVTALRM,
    Signal::SIGPROF,
    Signal::SIGIO,
    Signal::SIGPWR,
];

/// Whether a signal asks for the end.
pub fn ends(signal: Signal) -> bool {
    ENDS.contains(&signal)
}

/// Whether a user insists who sends it again. Others may come by the dozen from the kernel or from a batch system, which
/// repeat themselves whatever is done about it.
pub fn insists(signal: Signal) -> bool {
    matches!(signal, Signal::SIGHUP | Signal::SIGINT | Signal::SIGQUIT | Signal::SIGTERM)
}

/// The exit code that a shell expects of a program that this signal ended.
pub fn exit_code(signal: Signal) -> u8 {
    128 + signal as i32 as u8
}

/// The thread that waits for signals. Dropping it ends it, and leaves the signals caught and unheard.
#[derive(Debug)]
pub struct SignalListener {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl SignalListener {
    /// Catches these signals from now on, and hands on each. Those that are ignored stay so: under `nohup`, or in the
    /// background of a script, some are from the start.
    ///
    /// # Errors
    /// When they cannot be caught, or there is no thread to be had.
    pub fn start(signals: &[Signal], mut deliver: impl FnMut(Signal) + Send + 'static) -> io::Result<Self> {
        let ignored = ignored();
        let heeded = || signals.iter().copied().filter(|&signal| !ignored.contains(signal));
        let mut caught = Signals::new(heeded().map(|signal| signal as i32))?;
        let handle = caught.handle();
        // The process that started this one may have blocked them, which is handed down: they would never come then.
        // The thread that is started here inherits what is unblocked.
        heeded().collect::<SigSet>().thread_unblock()?;
        let wait = move || caught.forever().filter_map(|number| Signal::try_from(number).ok()).for_each(&mut deliver);
        let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(wait)?;
        Ok(Self { handle, thread: Some(thread) })
    }

    /// Listens for as long as the process lives.
    pub fn keep_on(self) {
        std::mem::forget(self);
    }
}

impl Drop for SignalListener {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            // If it panicked, that was reported when it happened.
            let _ = thread.join();
        }
    }
}

/// The signals that are ignored at present: under `nohup`, or in the background of a script, some are from the start.
pub fn ignored() -> SigSet {
    // There is no safe call that asks for a disposition without setting one.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let bits = bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
    Signal::iterator().filter(|&signal| bits & (1 << (signal as u32 - 1)) != 0).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use nix::sys::signal::raise;

    use super::*;

    #[test]
    fn signals_are_handed_on_even_if_they_were_blocked() {
        let guard = Duration::from_secs(60);
        SigSet::from(Signal::SIGWINCH).thread_block().unwrap();
        let (tell, told) = mpsc::channel();
        let signals = [Signal::SIGWINCH, Signal::SIGURG];
        let listener = SignalListener::start(&signals, move |signal| tell.send(signal).unwrap()).unwrap();
        for signal in signals {
            raise(signal).unwrap();
            // Other tests raise some of them, too.
            while told.recv_timeout(guard).expect("a signal that was raised") != signal {}
        }
        drop(listener);
        assert!(told.try_iter().count() < 1000 && told.recv().is_err(), "the thread has ended");
    }

    #[test]
    fn what_is_ignored_is_known() {
        // Rust's start-up ignores it in every program.
        assert!(ignored().contains(Signal::SIGPIPE));
        assert!(!ignored().contains(Signal::SIGCHLD));
    }
}
