//! The kernel's clocks that the standard library does not have, or not as plain numbers.

use std::time::Duration;

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};

/// CPU time that the calling thread has taken so far.
pub fn thread_cpu_time() -> Duration {
    read(ClockId::CLOCK_THREAD_CPUTIME_ID).into()
}

/// CPU time that this process has taken so far, all of its threads, those that have ended among them.
pub fn process_cpu_time() -> Duration {
    read(ClockId::CLOCK_PROCESS_CPUTIME_ID).into()
}

/// `CLOCK_MONOTONIC` in nanoseconds: the same in all processes of the machine.
#[inline]
pub fn monotonic_ns() -> u64 {
    let now = read(ClockId::CLOCK_MONOTONIC);
    now.tv_sec() as u64 * 1_000_000_000 + now.tv_nsec() as u64
}

/// As [`monotonic_ns`], and the time during which the machine was suspended counts, too.
pub fn boottime_ns() -> u64 {
    let now = read(ClockId::CLOCK_BOOTTIME);
    now.tv_sec() as u64 * 1_000_000_000 + now.tv_nsec() as u64
}

/// Every Linux has these clocks, so that reading them cannot fail.
#[inline]
fn read(clock: ClockId) -> TimeSpec {
    clock_gettime(clock).unwrap_or(TimeSpec::new(0, 0))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn sleeping_takes_time_and_no_cpu_time() {
        let (cpu, ns, instant) = (thread_cpu_time(), monotonic_ns(), Instant::now());
        std::thread::sleep(Duration::from_millis(50));
        let (ns, cpu) = (monotonic_ns() - ns, thread_cpu_time() - cpu);
        assert!((50_000_000..=instant.elapsed().as_nanos()).contains(&u128::from(ns)), "{ns}");
        assert!(cpu < Duration::from_millis(50), "{cpu:?}");
    }

    #[test]
    fn computing_takes_cpu_time() {
        let before = thread_cpu_time();
        while thread_cpu_time() - before < Duration::from_millis(1) {
            std::hint::black_box((0..1_000_u64).sum::<u64>());
        }
        let elsewhere = std::thread::spawn(thread_cpu_time).join().unwrap();
        assert!(elsewhere < thread_cpu_time(), "another thread's is another");
    }
}
