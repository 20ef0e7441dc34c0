//! Whether a thread of another process is still there: by `/proc`, where one that waits to be reaped is gone already.
//!
//! It looks, and never signals.

use std::fs;

/// A thread that runs or waits: when it was started, in the kernel's ticks since the machine was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Birth(u64);

/// When the thread was started; `None` when it is no more.
pub(super) fn birth(pid: u32, tid: u32) -> Option<Birth> {
    let stat = fs::read_to_string(format!("/proc/{pid}/task/{tid}/stat")).ok()?;
    // The name before it may hold anything, brackets among it.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    let state = fields.next()?;
    let started = fields.nth(18)?.parse().ok()?;
    (!matches!(state, "Z" | "X" | "x")).then_some(Birth(started))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_that_waits_to_be_reaped_is_gone() {
        let own = std::process::id();
        assert!(birth(own, own).is_some());
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let id = child.id();
        let born = birth(id, id);
        assert!(born.is_some() && born == birth(id, id));
        assert_eq!(birth(own, id), None, "it is no thread of this process");
        child.kill().unwrap();
        while birth(id, id).is_some() {
            std::thread::yield_now();
        }
        assert!(fs::exists(format!("/proc/{id}/stat")).unwrap());
        child.wait().unwrap();
        assert_eq!(birth(id, id), None);
    }
}
