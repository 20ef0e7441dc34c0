//! Waiting for children with what they used: wait4(2), which neither nix nor rustix has.

use nix::errno::Errno;
use nix::libc;

use super::message::How;

/// ChildNews of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChildNews {
    pub(super) pid: i32,
    pub(super) what: Change,
}

/// What became of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It ended, and was waited for.
    Ended(How, ChildUsage),
    /// It was stopped, or goes on.
    Stopped(bool),
}

/// What a child used, with all of its own children that it waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ChildUsage {
    pub(super) user_us: u64,
    pub(super) system_us: u64,
    pub(super) voluntary: u64,
    pub(super) involuntary: u64,
    pub(super) peak_rss_kib: u64,
}

/// What is to be heard of children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReapedNews {
    ChildNews(ChildNews),
    /// There are some, of which there is no news.
    Nothing,
    /// There are none.
    NoChildren,
}

impl ChildUsage {
    /// What two used together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            user_us: self.user_us + other.user_us,
            system_us: self.system_us + other.system_us,
            voluntary: self.voluntary + other.voluntary,
            involuntary: self.involuntary + other.involuntary,
            peak_rss_kib: self.peak_rss_kib.max(other.peak_rss_kib),
        }
    }
}

/// The next news of any child; it does not wait for any.
#[expect(unsafe_code, reason = "wait4 has no safe interface")]
pub(super) fn next() -> ReapedNews {
    let mut status = 0;
    // SAFETY: an account of numbers, for which all zeroes is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let flags = libc::WNOHANG | libc::WUNTRACED | libc::WCONTINUED;
    loop {
        // SAFETY: both are written to by the kernel, and live until it returns.
        let pid = unsafe { libc::wait4(-1, &raw mut status, flags, &raw mut usage) };
        match Errno::result(pid) {
            Ok(0) => return ReapedNews::Nothing,
            Ok(pid) => return ReapedNews::ChildNews(ChildNews { pid, what: change(status, &usage) }),
            Err(Errno::EINTR) => {}
            Err(_) => return ReapedNews::NoChildren,
        }
    }
}

fn change(status: i32, usage: &libc::rusage) -> Change {
    if libc::WIFSTOPPED(status) {
        Change::Stopped(true)
    } else if libc::WIFCONTINUED(status) {
        Change::Stopped(false)
    } else if libc::WIFSIGNALED(status) {
        Change::Ended(How::Signal(libc::WTERMSIG(status)), used(usage))
    } else {
        Change::Ended(How::Exit(libc::WEXITSTATUS(status)), used(usage))
    }
}

fn used(usage: &libc::rusage) -> ChildUsage {
    let us = |time: libc::timeval| (time.tv_sec * 1_000_000 + time.tv_usec).cast_unsigned();
    ChildUsage {
        user_us: us(usage.ru_utime),
        system_us: us(usage.ru_stime),
        voluntary: usage.ru_nvcsw.cast_unsigned(),
        involuntary: usage.ru_nivcsw.cast_unsigned(),
        peak_rss_kib: usage.ru_maxrss.cast_unsigned(),
    }
}
