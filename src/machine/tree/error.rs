//! Why a process cannot be watched.

use std::path::Path;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, geteuid};

use crate::machine::proc_lists::own_id;
use crate::machine::status_file::StatusFile;

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
    let Ok(status) = StatusFile::of(&proc.join(pid.to_string())) else {
        return Err(if is_there(pid) { TreeError::Hidden(pid) } else { TreeError::NoSuchProcess(pid) });
    };
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn it_is_told_why_a_process_cannot_be_watched() {
        let folder = tempfile::tempdir().unwrap();
        let me = std::process::id();
        assert_eq!(check(folder.path(), me), Err(TreeError::NoProc));
        symlink("7", folder.path().join("self")).unwrap();
        // It is there, and not shown.
        assert_eq!(check(folder.path(), me), Err(TreeError::Hidden(me)));
        assert_eq!(check(folder.path(), u32::MAX), Err(TreeError::NoSuchProcess(u32::MAX)));
        let write = |text: String| {
            fs::create_dir_all(folder.path().join("9")).unwrap();
            fs::write(folder.path().join("9/status"), text).unwrap();
            check(folder.path(), 9)
        };
        let user = geteuid().as_raw();
        assert_eq!(write(format!("State:\tS (sleeping)\nTgid:\t9\nUid:\t{user}\t0\t0\t0\n")), Ok(()));
        assert_eq!(write(format!("State:\tZ (zombie)\nTgid:\t9\nUid:\t{user}\n")), Err(TreeError::HasEnded(9)));
        let thread = write(format!("State:\tS\nTgid:\t8\nUid:\t{user}\n"));
        assert_eq!(thread, Err(TreeError::IsThread { thread: 9, process: 8 }));
        let others = write(format!("State:\tS\nTgid:\t9\nUid:\t{}\n", user + 1));
        let expected = if user == 0 { Ok(()) } else { Err(TreeError::NotOwn { pid: 9, user: user + 1 }) };
        assert_eq!(others, expected);
    }
}
