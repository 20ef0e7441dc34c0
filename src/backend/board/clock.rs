//! The clock that tasks are timed with: the processor's time-stamp counter where the kernel itself trusts it,
//! `clock_gettime` elsewhere.
//!
//! Two readings a task would otherwise be the larger part of what a tiny task costs. Workers only ever store
//! raw ticks; the engine, when it reads the board, turns them into seconds with a [`TickScale`] measured over the life
//! of the program, so threads and processes share one time line without any of them calibrating anything.

use serde::{Deserialize, Serialize};

use crate::system::clock::monotonic_ns;

/// A source of ticks, the same in all processes of one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clock {
    /// The time-stamp counter.
    TimeStampCounter,
    /// `CLOCK_MONOTONIC` in nanoseconds.
    Monotonic,
}

impl Clock {
    /// The better of the two that this machine has.
    ///
    /// Linux uses the counter for its own clock only after it found it constant and equal on all cores, so its
    /// choice is the test.
    pub fn detect() -> Self {
        const CHOICE: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
        let trusted = cfg!(target_arch = "x86_64") && std::fs::read_to_string(CHOICE).is_ok_and(|s| s.trim() == "tsc");
        if trusted { Self::TimeStampCounter } else { Self::Monotonic }
    }

    /// What it is called in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::TimeStampCounter => "tsc",
            Self::Monotonic => "clock_monotonic",
        }
    }

    /// The time, in ticks.
    #[inline]
    pub fn now(self) -> u64 {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: every x86-64 processor has the instruction, and Linux leaves it to user code.
            #[expect(unsafe_code, reason = "the intrinsic is the only way to read the counter")]
            Self::TimeStampCounter => unsafe { std::arch::x86_64::_rdtsc() },
            _ => monotonic_ns(),
        }
    }
}

/// How long a tick is: measured against the monotonic clock from the moment it is made.
#[derive(Debug, Clone, Copy)]
pub struct TickScale {
    clock: Clock,
    ticks: u64,
    ns: u64,
}

impl TickScale {
    /// Starts to measure the clock.
    pub fn new(clock: Clock) -> Self {
        let (ticks, ns) = reading(clock);
        Self { clock, ticks, ns }
    }

    /// Seconds a tick, as known by now: the longer ago the scale was made, the more exact.
    pub fn seconds_per_tick(&self) -> f64 {
        if self.clock == Clock::Monotonic {
            return 1e-9;
        }
        // A reading is good to some 50 ns, so after 5 ms the scale is good to 1 in 10⁵.
        const SETTLED_NS: u64 = 5_000_000;
        loop {
            let (ticks, ns) = reading(self.clock);
            if ns - self.ns >= SETTLED_NS {
                return (ns - self.ns) as f64 * 1e-9 / (ticks - self.ticks) as f64;
            }
            std::thread::sleep(std::time::Duration::from_nanos(SETTLED_NS));
        }
    }
}

/// Both clocks at one instant: the tightest of a few attempts.
fn reading(clock: Clock) -> (u64, u64) {
    let attempt = |_| {
        let before = clock.now();
        let ns = monotonic_ns();
        let after = clock.now();
        (after - before, before + (after - before) / 2, ns)
    };
    let (_, ticks, ns) = (0..5).map(attempt).min().unwrap_or((0, clock.now(), monotonic_ns()));
    (ticks, ns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn ticks_agree_with_the_monotonic_clock() {
        for clock in [Clock::detect(), Clock::Monotonic] {
            let scale = TickScale::new(clock);
            let (ticks, instant) = (clock.now(), Instant::now());
            std::thread::sleep(Duration::from_millis(50));
            let (ticks, elapsed) = (clock.now() - ticks, instant.elapsed());
            let ratio = ticks as f64 * scale.seconds_per_tick() / elapsed.as_secs_f64();
            assert!((0.99..1.01).contains(&ratio), "{clock:?}: {ratio}");
        }
    }
}
