//! Calls of the system by their numbers: what they are called, and what is known of a thread that sleeps in one.
//!
//! Numbers are those of this machine's architecture. Names come from the `syscalls` crate. Nothing is read here.

use std::fmt;

use serde::{Serialize, Serializer};
use syscalls::Sysno;

/// Calls that wait for time, for events or for other threads: never for a disk.
const NEVER_ON_DISK: &[&str] = &[
    "accept",
    "accept4",
    "clock_nanosleep",
    "connect",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "flock",
    "futex",
    "futex_wait",
    "futex_waitv",
    "nanosleep",
    "pause",
    "poll",
    "ppoll",
    "pselect6",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "restart_syscall",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "select",
    "sendmsg",
    "sendto",
    "wait4",
    "waitid",
];

/// A call of the system, by its number on this machine's architecture. It is shown, and recorded, by its name; one that
/// has none here as `call 999`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemCall(pub u32);

impl SystemCall {
    /// Its name: `read`. `None` for a number that is not known.
    pub fn name(self) -> Option<&'static str> {
        Some(Sysno::new(self.0 as usize)?.name())
    }

    /// Whether a thread that sleeps in it waits on an address in memory: for a lock, a condition, a barrier or the end
    /// of a thread, which the kernel does not tell apart.
    pub(super) fn is_futex(self) -> bool {
        matches!(self.name(), Some("futex" | "futex_wait" | "futex_waitv"))
    }

    /// Whether it goes on with what was interrupted, and does not tell what that was.
    pub(super) fn is_restart(self) -> bool {
        self.name() == Some("restart_syscall")
    }

    /// Whether a thread that sleeps in it may wait for a disk, so that its state is worth a look.
    pub(super) fn may_be_on_disk(self) -> bool {
        self.name().is_none_or(|name| NEVER_ON_DISK.binary_search(&name).is_err())
    }
}

impl fmt::Display for SystemCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "call {}", self.0),
        }
    }
}

impl Serialize for SystemCall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a thread's `syscall` file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InKernel {
    /// It runs, or could.
    Runnable,
    /// It sleeps in a call, whose first argument is this.
    Call(SystemCall, u64),
    /// It is held up elsewhere: on a page fault, or stopped while it computed.
    Elsewhere,
}

impl InKernel {
    /// Reads `running`, `-1 SP PC`, or the number and six arguments of a call.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let mut words = str::from_utf8(line).ok()?.split_ascii_whitespace();
        match words.next()? {
            "running" => Some(Self::Runnable),
            "-1" => Some(Self::Elsewhere),
            number => {
                let first = words.next()?.strip_prefix("0x")?;
                Some(Self::Call(SystemCall(number.parse().ok()?), u64::from_str_radix(first, 16).ok()?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str) -> SystemCall {
        (0..1000).map(SystemCall).find(|call| call.name() == Some(name)).unwrap()
    }

    #[test]
    fn calls_have_names() {
        assert_eq!(call("read").to_string(), "read");
        assert_eq!(SystemCall(99_999).to_string(), "call 99999");
        assert_eq!(serde_json::to_value(call("ppoll")).unwrap(), "ppoll");
        assert!(call("futex").is_futex() && call("futex_waitv").is_futex() && !call("read").is_futex());
        assert!(call("restart_syscall").is_restart());
    }

    #[test]
    fn what_sleeps_by_itself_is_on_no_disk() {
        assert!(NEVER_ON_DISK.is_sorted());
        assert!(call("read").may_be_on_disk() && call("fsync").may_be_on_disk() && SystemCall(99_999).may_be_on_disk());
        assert!(!call("clock_nanosleep").may_be_on_disk() && !call("futex").may_be_on_disk());
    }

    #[test]
    fn the_file_is_read() {
        let read = |line: &str| InKernel::parse(line.as_bytes());
        assert_eq!(read("running\n"), Some(InKernel::Runnable));
        assert_eq!(read("-1 0x7ffc 0x7f98\n"), Some(InKernel::Elsewhere));
        let line = "202 0x7f98aa 0x80 0x0 0x0 0x0 0x0 0x7ffc 0x7f98\n";
        assert_eq!(read(line), Some(InKernel::Call(SystemCall(202), 0x7f98aa)));
        for wrong in ["", "x 0x1", "202", "202 7", "202 0xg", "-2 0x1"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
