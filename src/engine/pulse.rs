//! Whether this program stood still while it timed something: a thread that does nothing but sleep and look at clocks.
//!
//! A stopped program (SIGSTOP, a frozen control group) and a suspended machine have one thing in common: the thread
//! comes later than it should, and neither ran nor waited for a CPU meanwhile. What it waited for a CPU is what a busy
//! machine costs, and no standstill. That a signal came which lets a stopped program go on says nothing: it may not have
//! been stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::system::clock::{boottime_ns, monotonic_ns};
use crate::system::schedule_account::ScheduleAccount;

/// How often the thread looks beside what is timed to be compared.
pub(super) const BEAT: Duration = Duration::from_millis(25);
/// And beside a program that is run once and watched, and not run again for a stop: none that a person makes is shorter.
pub(super) const BEAT_OF_A_WATCH: Duration = Duration::from_millis(100);
/// What a look may come late for reasons that are on no account, with the scheduler's account and without one.
const SLACK: Duration = Duration::from_millis(25);
const SLACK_IN_THE_DARK: Duration = Duration::from_secs(1);
/// How long a look that is overdue is waited for.
const OVERDUE_MAX: Duration = Duration::from_secs(1);

/// Watches from its start until it is dropped.
pub(super) struct Pulse {
    beat: Duration,
    beats: Arc<Beats>,
    /// `None` if the system refused a thread: then no standstill is seen.
    thread: Option<JoinHandle<()>>,
}

/// What the thread has seen.
#[derive(Default)]
struct Beats {
    /// When it last looked, by the clock that counts suspension.
    last_ns: AtomicU64,
    stopped_ns: AtomicU64,
    suspended_ns: AtomicU64,
    is_over: AtomicBool,
}

/// How long this program stood still.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Standstill {
    /// Stopped, while the machine went on.
    pub(super) stopped: Duration,
    /// With the whole machine.
    pub(super) suspended: Duration,
}

impl Pulse {
    /// Begins to watch, looking so often.
    pub(super) fn start(beat: Duration) -> Self {
        let beats = Arc::new(Beats { last_ns: AtomicU64::new(boottime_ns()), ..Beats::default() });
        let watched = Arc::clone(&beats);
        let thread = std::thread::Builder::new().name("pulse".to_owned()).spawn(move || watched.watch(beat));
        Self { beat, beats, thread: thread.ok() }
    }

    /// What there was since this was last asked, up to now.
    pub(super) fn take(&self) -> Standstill {
        let until = Instant::now() + OVERDUE_MAX;
        while self.is_overdue() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        let [stopped, suspended] =
            [&self.beats.stopped_ns, &self.beats.suspended_ns].map(|ns| Duration::from_nanos(ns.swap(0, Relaxed)));
        Standstill { stopped, suspended }
    }

    /// Whether the next look comes late, so that it may have something to tell.
    fn is_overdue(&self) -> bool {
        let since = Duration::from_nanos(boottime_ns().saturating_sub(self.beats.last_ns.load(Relaxed)));
        self.thread.is_some() && since > self.beat + SLACK / 2
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.beats.is_over.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

impl Beats {
    fn watch(&self, beat: Duration) {
        let account = ScheduleAccount::open();
        let slack = if account.is_some() { SLACK } else { SLACK_IN_THE_DARK };
        let mut before = Clocks::read(account.as_ref());
        while !self.is_over.load(Relaxed) {
            std::thread::park_timeout(beat);
            let now = Clocks::read(account.as_ref());
            let Standstill { stopped, suspended } = before.standstill_until(&now, beat);
            for (ns, seen) in [(&self.stopped_ns, stopped), (&self.suspended_ns, suspended)] {
                if seen > slack {
                    ns.fetch_add(seen.as_nanos() as u64, Relaxed);
                }
            }
            self.last_ns.store(now.boottime_ns, Relaxed);
            before = now;
        }
    }
}

/// All clocks of the thread at one instant.
struct Clocks {
    boottime_ns: u64,
    monotonic_ns: u64,
    /// What it ran and waited for a CPU.
    awake_ns: u64,
}

impl Clocks {
    fn read(account: Option<&ScheduleAccount>) -> Self {
        let awake_ns = account.and_then(ScheduleAccount::awake_ns).unwrap_or(0);
        Self { boottime_ns: boottime_ns(), monotonic_ns: monotonic_ns(), awake_ns }
    }

    /// What cannot be accounted for from one look to the next, which was to come after a beat.
    fn standstill_until(&self, later: &Self, beat: Duration) -> Standstill {
        let gone = later.monotonic_ns.saturating_sub(self.monotonic_ns);
        let suspended = later.boottime_ns.saturating_sub(self.boottime_ns).saturating_sub(gone);
        let awake = later.awake_ns.saturating_sub(self.awake_ns);
        let stopped = gone.saturating_sub(beat.as_nanos() as u64).saturating_sub(awake);
        Standstill { stopped: Duration::from_nanos(stopped), suspended: Duration::from_nanos(suspended) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen between two looks, with everything in milliseconds.
    fn seen(monotonic: u64, boottime: u64, awake: u64) -> [u128; 2] {
        seen_with(BEAT, monotonic, boottime, awake)
    }

    fn seen_with(beat: Duration, monotonic: u64, boottime: u64, awake: u64) -> [u128; 2] {
        let clocks = |boottime, monotonic, awake| Clocks {
            boottime_ns: boottime * 1_000_000,
            monotonic_ns: monotonic * 1_000_000,
            awake_ns: awake * 1_000_000,
        };
        let later = clocks(1000 + boottime, 500 + monotonic, 7 + awake);
        let standstill = clocks(1000, 500, 7).standstill_until(&later, beat);
        [standstill.stopped.as_millis(), standstill.suspended.as_millis()]
    }

    #[test]
    fn only_what_no_account_explains_is_a_standstill() {
        assert_eq!(seen(25, 25, 0), [0, 0]);
        assert_eq!(seen(10, 10, 0), [0, 0], "woken early");
        assert_eq!(seen(825, 825, 800), [0, 0], "it waited for a CPU");
        assert_eq!(seen(3025, 3025, 0), [3000, 0], "stopped");
        assert_eq!(seen(3225, 3225, 200), [3000, 0], "stopped on a busy machine");
        assert_eq!(seen(25, 60_025, 0), [0, 60_000], "suspended");
        // Clocks are read one after the other.
        assert_eq!(seen(26, 25, 2), [0, 0]);
        assert_eq!(seen_with(BEAT_OF_A_WATCH, 101, 101, 1), [0, 0]);
        assert_eq!(seen_with(BEAT_OF_A_WATCH, 1100, 2100, 0), [1000, 1000]);
    }

    #[test]
    fn a_program_that_goes_on_stands_never_still() {
        let pulse = Pulse::start(BEAT);
        let until = Instant::now() + 8 * BEAT;
        while Instant::now() < until {
            std::hint::black_box((0..1_000_u64).sum::<u64>());
        }
        assert_eq!(pulse.take(), Standstill::default());
    }
}
