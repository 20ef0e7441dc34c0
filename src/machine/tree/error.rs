//! Why a process cannot be watched.

use std::path::Path;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, geteuid};

use crate::machine::proc_lists::own_id;
use crate::system::files::read_head;

/// Why a process cannot be watched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// There is no `/proc`, or it is not this system's.
    #[error("/proc is not mounted here, and nothing else tells what a process does")]
    NoProc,
    /// No process has this number.
    #[error("there is no process {0}")]
    NoSuchProcess(u32),
    /// It has ended, and its parent has not asked for its status.
    #[error("process {0} has ended")]
    HasEnded(u32),
    /// The number is that of a thread.
    #[error("{thread} is a thread of process {process}: name that")]
    IsThread {
        /// The number that was asked for.
        thread: u32,
        /// Its process.
        process: u32,
    },
    /// It is another user's.
    #[error("process {pid} belongs to user {user}: only own processes can be watched, or all by root")]
    NotOwn {
        /// The process.
        pid: u32,
        /// The number of the user.
        user: u32,
    },
    /// The system shows only own processes, and it is not ours.
    #[error("process {0} is hidden: /proc is mounted with hidepid, and it is not yours")]
    Hidden(u32),
}

/// Whether a process can be watched.
pub(super) fn check(proc: &Path, pid: u32) -> Result<(), TreeError> {
    if own_id(proc).is_none() {
        return Err(TreeError::NoProc);
    }
    let Ok(status) = read_head(&proc.join(format!("{pid}/status")), 1 << 16) else {
        return Err(if is_there(pid) { TreeError::Hidden(pid) } else { TreeError::NoSuchProcess(pid) });
    };
    let status = Status(String::from_utf8_lossy(&status).into_owned());
    let process = status.number("Tgid:").unwrap_or(pid);
    if process != pid {
        return Err(TreeError::IsThread { thread: pid, process });
    }
    if status.first_word("State:").is_some_and(|letter| matches!(letter, "Z" | "X")) {
        return Err(TreeError::HasEnded(pid));
    }
    let (own, user) = (geteuid().as_raw(), status.number("Uid:"));
    match user {
        Some(user) if own != 0 && user != own => Err(TreeError::NotOwn { pid, user }),
        _ => Ok(()),
    }
}

/// Whether a process is there that may be hidden.
fn is_there(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().filter(|pid| *pid > 0) else { return false };
    matches!(kill(Pid::from_raw(pid), None), Ok(()) | Err(Errno::EPERM))
}

/// The text of a `status` file.
pub(super) struct Status(pub(super) String);

impl Status {
    /// The first word of a line.
    pub(super) fn first_word(&self, key: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(key)?.split_ascii_whitespace().next())
    }

    /// The same as a number.
    pub(super) fn number<N: std::str::FromStr>(&self, key: &str) -> Option<N> {
        self.first_word(key)?.parse().ok()
    }
}
