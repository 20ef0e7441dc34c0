//! What may be wrong with what others write, each told once a lane.
//!
//! Kinds and words only: where a lane is read, it is decided.

use std::fmt;

/// What a writer did wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The header is not what it was when the board was made. It is put right again.
    Header,
    /// The board's file is shorter than it was: nothing more can be read.
    Shrunk,
    /// Counts that no writer can have come to in the time.
    Counts,
    /// A count became less.
    Backwards,
    /// Records are missing that should stand in the ring by the counts, or are another's.
    Records,
    /// A time lies before the board was made, in the future, or an end before its beginning.
    Times,
    /// Another process or thread stands in a lane that was not claimed anew.
    ClaimedTwice,
    /// The claim of a lane was never finished.
    HalfClaimed,
    /// More names than there is room for, or a task whose name is none of them.
    Names,
    /// The connection sent what is no message of the protocol.
    Message,
    /// A lane was claimed so often that its writers are no longer told apart.
    Turnover,
}

impl Fault {
    /// How many kinds there are.
    pub(super) const COUNT: usize = 11;

    /// What is told of it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Header => "the board's header was overwritten; it was put right again",
            Self::Shrunk => "the board's file was cut short; nothing more can be read from it",
            Self::Counts => "counts more tasks than can be in the time",
            Self::Backwards => "a count of tasks became less",
            Self::Records => "records of tasks are missing or out of order",
            Self::Times => "times are not those of CLOCK_MONOTONIC, or go backwards",
            Self::ClaimedTwice => "two threads write the same lane",
            Self::HalfClaimed => "a lane's claim was never finished",
            Self::Names => "a task's name is none of the lane's names",
            Self::Message => "what came through the connection is no message of the protocol",
            Self::Turnover => "lanes change hands so often that their writers are not told apart any more",
        }
    }
}

/// Something wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OutsideComplaint {
    /// What.
    pub fault: Fault,
    /// In which lane of the memory; `None` when it is the board as a whole.
    pub lane: Option<usize>,
    /// The process that the lane said it belongs to, if any.
    pub pid: Option<u32>,
}

impl fmt::Display for OutsideComplaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.lane, self.pid) {
            (Some(lane), Some(pid)) => write!(f, "lane {lane} (pid {pid}): ")?,
            (Some(lane), None) => write!(f, "lane {lane}: ")?,
            (None, _) => {}
        }
        f.write_str(self.fault.words())
    }
}
