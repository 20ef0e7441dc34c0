//! What the kernel says that threads and processes used.

use crate::system::schedule_account::ScheduleAccount;
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// Of this thread; `None` where the kernel does not tell.
pub(in crate::backend) fn thread_usage() -> Option<Usage> {
    getrusage(UsageWho::RUSAGE_THREAD).ok()
}

/// Microseconds in user mode and in the kernel, voluntary and involuntary context switches.
pub(in crate::backend) fn counts(usage: &Usage) -> [u64; 4] {
    let us = |time: TimeVal| (time.tv_sec() * 1_000_000 + time.tv_usec()) as u64;
    let switches = [usage.voluntary_context_switches(), usage.involuntary_context_switches()];
    [us(usage.user_time()), us(usage.system_time()), switches[0] as u64, switches[1] as u64]
}

/// What this thread has used since `before`, counted as in [`counts`]; `None` where the kernel does not tell.
pub(in crate::backend) fn counts_since(before: Option<Usage>) -> Option<[u64; 4]> {
    let (before, after) = (counts(&before?), counts(&thread_usage()?));
    Some(std::array::from_fn(|i| after[i] - before[i]))
}

/// What the kernel had on a thread's account when it began to work.
pub(super) struct AtWork {
    usage: Usage,
    /// Its account with the scheduler, kept open, and what it had waited for a CPU by then.
    waited: Option<(ScheduleAccount, u64)>,
}

/// What a thread has used since it began to work.
pub(super) struct Used {
    /// As in [`counts`].
    pub(super) counts: [u64; 4],
    /// Nanoseconds that it could have run and had no CPU.
    pub(super) runnable_ns: Option<u64>,
}

/// Opens the calling thread's account with the scheduler: what it has waited for a CPU so far.
pub(super) fn open_account() -> Option<(ScheduleAccount, u64)> {
    let account = ScheduleAccount::open()?;
    let waited_ns = account.runnable_ns()?;
    Some((account, waited_ns))
}

impl AtWork {
    /// From now on, with what it had waited for a CPU; `None` where the kernel does not tell what threads use.
    pub(super) fn begin(waited: Option<(ScheduleAccount, u64)>) -> Option<Self> {
        thread_usage().map(|usage| Self { usage, waited })
    }

    /// Until now.
    pub(super) fn end(self) -> Option<Used> {
        let runnable_ns = self.waited.and_then(|(account, before)| account.runnable_ns()?.checked_sub(before));
        Some(Used { counts: counts_since(Some(self.usage))?, runnable_ns })
    }
}

/// The largest resident set of this process, in KiB. Not `ru_maxrss`, which also remembers what the program used
/// that this one was started from, however large that was.
pub(super) fn peak_rss_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}
