//! What parlab and its launcher say to each other. Numbers of programs are parlab's: each is used once.

use std::collections::BTreeMap;

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

/// What parlab asks of the launcher.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    /// Start a program; its standard input, output and error come beside this message. Answered by [`Word::Started`] or
    /// [`Word::Refused`].
    Start {
        /// What it is called by from now on.
        program: u64,
        order: ProgramOrder,
    },
    /// Take in lines at the socket that comes beside this message.
    Listen,
    /// Send a signal to the group of a program, if that still runs.
    Signal { program: u64, signal: i32 },
}

/// A program to be started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramOrder {
    /// The program, a path or a name to be found in `PATH`, and its arguments.
    pub words: Vec<String>,
    /// Variables of its environment besides those of parlab's own.
    pub environment: BTreeMap<String, String>,
    /// The folder to run it in; parlab's own if there is none.
    pub folder: Option<String>,
}

/// What the launcher has to say of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It runs.
    Started {
        /// Which.
        program: u64,
        /// Its process id, which is also that of its group.
        pid: u32,
        /// When it was about to be started: `CLOCK_MONOTONIC`, in nanoseconds.
        at_ns: u64,
        /// Whether a handle of it, a pidfd, comes beside this message.
        has_handle: bool,
    },
    /// It cannot be started.
    Refused {
        /// Which.
        program: u64,
        /// Why, in words.
        why: String,
    },
    /// It was stopped from outside, or goes on.
    Stalled {
        /// Which.
        program: u64,
        /// Whether it is stopped now.
        stopped: bool,
    },
    /// It has ended, and what it left behind is gone, too.
    Ended {
        /// Which.
        program: u64,
        /// How, and what it used.
        end: Ended,
    },
}

/// How a program ended, and what it used, with all of its descendants that were waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When it was waited for: `CLOCK_MONOTONIC`, in nanoseconds.
    pub at_ns: u64,
    /// How it ended.
    pub how: How,
    /// CPU time in user mode, in microseconds.
    pub user_us: u64,
    /// CPU time in the kernel, in microseconds.
    pub system_us: u64,
    /// Voluntary context switches.
    pub voluntary: u64,
    /// Involuntary context switches.
    pub involuntary: u64,
    /// The largest resident set of any of its processes, in KiB; `None` where it was smaller than the launcher is, from
    /// which the kernel counts on.
    pub peak_rss_kib: Option<u64>,
    /// Processes that it left behind, and that were killed.
    pub left_behind: u32,
    /// Whether some of them could not be killed, as those of another user.
    pub left_some: bool,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// With an exit status.
    Exit(i32),
    /// By a signal.
    Signal(i32),
}

impl Default for How {
    fn default() -> Self {
        Self::Exit(0)
    }
}

impl How {
    /// As a clause: `exit status 3`, `killed by SIGSEGV`.
    pub fn in_words(self) -> String {
        match self {
            Self::Exit(status) => format!("exit status {status}"),
            Self::Signal(number) => format!("killed by {}", signal_name(number)),
        }
    }

    /// The status that a shell gives for it.
    pub fn shell_status(self) -> i32 {
        match self {
            Self::Exit(status) => status,
            Self::Signal(number) => 128 + number,
        }
    }
}

/// What a signal is called: `SIGKILL`; `signal 40` where it has no name.
pub fn signal_name(number: i32) -> String {
    Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_in_words_and_as_a_shell_has_it() {
        let told = [How::Exit(3), How::Signal(11), How::Signal(40)].map(|how| (how.in_words(), how.shell_status()));
        let expected = [("exit status 3", 3), ("killed by SIGSEGV", 139), ("killed by signal 40", 168)];
        assert_eq!(told, expected.map(|(words, status)| (words.to_owned(), status)));
    }
}
