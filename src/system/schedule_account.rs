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
        let [ran, runnable] = self.read()?;
        ran.checked_add(runnable)
    }

    /// Nanoseconds that the thread waited for a CPU so far; `None` if the kernel does not tell.
    pub fn runnable_ns(&self) -> Option<u64> {
        self.read().map(|[_, runnable]| runnable)
    }

    /// What it ran, and what it waited for a CPU.
    fn read(&self) -> Option<[u64; 2]> {
        let mut text = [0; 96];
        let length = self.0.read_at(&mut text, 0).ok()?;
        let text = std::str::from_utf8(&text[..length]).ok()?;
        let mut numbers = text.split_whitespace().map(str::parse::<u64>);
        Some([numbers.next()?.ok()?, numbers.next()?.ok()?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
