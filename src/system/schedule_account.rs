//! What the kernel's scheduler has on a thread's account: how long it ran, and how long it could have run and had no CPU.
//! Time that is neither, nor slept, is time in which the thread was stopped.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// The account of the thread that opened it, kept open.
#[derive(Debug)]
pub struct ScheduleAccount(File);

impl ScheduleAccount {
    /// That of the calling thread; `None` where the kernel keeps none.
    pub fn open() -> Option<Self> {
        let account = Self(File::open("/proc/thread-self/schedstat").ok()?);
        // A thread that asks has run.
        account.awake_ns().filter(|&ns| ns > 0).map(|_| account)
    }

    /// Nanoseconds that the thread ran or waited for a CPU so far; `None` if the kernel does not tell.
    pub fn awake_ns(&self) -> Option<u64> {
        let times = self.read()?;
        times.ran_ns.checked_add(times.runnable_ns)
    }

    /// Nanoseconds that the thread waited for a CPU so far; `None` if the kernel does not tell.
    pub fn runnable_ns(&self) -> Option<u64> {
        self.read().map(|times| times.runnable_ns)
    }

    fn read(&self) -> Option<ScheduleTimes> {
        let mut text = [0; 96];
        let length = self.0.read_at(&mut text, 0).ok()?;
        ScheduleTimes::parse(&text[..length])
    }
}

/// What a thread's account holds: the one line of a `schedstat` file.
///
/// While a thread runs, its time is brought up to date at each tick of the kernel's clock; while it waits for a CPU,
/// when it gets one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScheduleTimes {
    /// Nanoseconds on a CPU.
    pub ran_ns: u64,
    /// Nanoseconds in which it could have run and had no CPU.
    pub runnable_ns: u64,
    /// How often it was given a CPU.
    pub turns: u64,
}

impl ScheduleTimes {
    /// Reads the line; `None` for what is none.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let mut numbers = str::from_utf8(line).ok()?.split_ascii_whitespace().map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Self { ran_ns: next()?, runnable_ns: next()?, turns: next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_three_numbers() {
        let times = ScheduleTimes { ran_ns: 16664, runnable_ns: 7, turns: 3 };
        assert_eq!(ScheduleTimes::parse(b"16664 7 3\n"), Some(times));
        for wrong in ["", "1 2", "1 2 x", "1 -2 3"] {
            assert_eq!(ScheduleTimes::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn what_a_thread_computes_is_on_its_account() {
        let Some(account) = ScheduleAccount::open() else { return };
        let before = account.awake_ns().expect("an account");
        let begun = crate::system::clock::thread_cpu_time();
        while (crate::system::clock::thread_cpu_time() - begun).as_millis() < 20 {
            std::hint::black_box((0..1_000_u64).sum::<u64>());
        }
        assert!(account.awake_ns().expect("an account") - before > 10_000_000);
    }
}
