//! What a look at the board of ranks hands out: plain figures, nothing concluded.

use std::sync::Arc;

use super::calls::{Call, CallClass};

/// A rank of an MPI program, at the instant of a look.
#[derive(Debug, Clone, PartialEq)]
pub struct RankLook {
    /// Which `MPI_COMM_WORLD`, counted from 0: a program started by the launcher of another MPI has one of a single rank for
    /// each of its processes.
    pub world: u32,
    /// The rank in it.
    pub rank: u32,
    /// How many ranks that world has.
    pub size: u32,
    /// Its process.
    pub pid: u32,
    /// The thread that called `MPI_Init`.
    pub tid: u32,
    /// Which MPI, with its version, as it names itself: `Open MPI v4.1.4`.
    pub library: String,
    /// Whether several threads of it may be in MPI at once.
    pub may_be_threaded: bool,
    /// Whether several have called MPI, or are known to be at work: what it waits for cannot be told for certain then.
    pub is_threaded: bool,
    /// How far it has come.
    pub life: RankLife,
    /// When `MPI_Init` returned, in nanoseconds of `CLOCK_MONOTONIC`.
    pub began_ns: u64,
    /// When it called `MPI_Finalize` or was seen to be gone; `None` before.
    pub ended_ns: Option<u64>,
    /// The call that it is in; `None` while it computes.
    pub call: Option<CallInHand>,
    /// Nanoseconds in calls so far, the one in hand included, by [`CallClass`].
    pub spent_ns: [u64; CallClass::COUNT],
    /// Calls that have returned.
    pub calls: u64,
    /// What it sent, to whom: no entry where that is nothing.
    pub sent: Arc<[Sent]>,
    /// The communicators that its calls have named.
    pub communicators: Vec<Communicator>,
    /// What is known of its being where the board cannot be reached; `None` for ranks beside this process.
    pub elsewhere: Option<Elsewhere>,
}

/// A rank that cannot reach the board, as it told of itself last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Which of such ranks, in the order in which they came.
    pub number: u32,
    /// Its node, as that calls itself.
    pub node: Arc<str>,
    /// How far off its times may be, in nanoseconds: clocks were compared by messages that took as long.
    pub clock_ns: u64,
    /// When it was as it is told here, in nanoseconds of this machine's `CLOCK_MONOTONIC`.
    pub told_ns: u64,
    /// CPU nanoseconds of the thread that called `MPI_Init`.
    pub ran_ns: u64,
    /// The same of all its other threads.
    pub ran_beside_ns: u64,
}

/// How far a rank has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankLife {
    /// Between `MPI_Init` and `MPI_Finalize`.
    Running,
    /// It has called `MPI_Finalize`: it sends and takes no message any more.
    Finalized,
    /// It has called `MPI_Abort` with this code.
    Aborted(i32),
    /// Its process is gone, without a call of `MPI_Finalize`.
    Gone,
}

/// A call that has not returned.
#[derive(Debug, Clone, PartialEq)]
pub struct CallInHand {
    /// Which.
    pub call: &'static Call,
    /// Since when, in nanoseconds of `CLOCK_MONOTONIC`.
    pub since_ns: u64,
    /// Whom it deals with.
    pub peers: Peers,
    /// The tag of the message that it sends, or takes; `None` for any, and where the call has none.
    pub tag: Option<i32>,
    /// The communicator; 0 where that is not known.
    pub communicator: u64,
    /// Of a collective: which of its communicator's, counted from 1 by this rank; else 0.
    pub number: u64,
}

/// The ranks of its own world that a call deals with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peers {
    /// Those to which it sends.
    pub to: Vec<u32>,
    /// Those from which it receives.
    pub from: Vec<u32>,
    /// Whether it takes from any rank of the communicator.
    pub from_any: bool,
    /// Whether there are others, which are not known: ranks of another world, or too many to be told.
    pub others: bool,
}

/// What a rank has sent to another one by messages of two sides, not by collectives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// To which rank of its world.
    pub to: u32,
    /// Messages.
    pub messages: u64,
    /// Bytes, without envelopes.
    pub bytes: u64,
    /// Of the messages, how many sends were begun by calls that do not wait, and not seen to be done.
    pub sending: u64,
    /// Receives from that rank that were begun likewise, and not seen to be done.
    pub receiving: u64,
}

/// A communicator, as one rank knows it. Those of the same ranks are one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Communicator {
    /// The same on all ranks; never 0.
    pub id: u64,
    /// Its ranks, as those of the world, in order.
    pub members: Arc<[u32]>,
    /// Collectives that this rank has entered on it.
    pub collectives: u64,
    /// The last of these.
    pub last: Option<&'static Call>,
}

/// A collective that one rank has left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CollectiveRecord {
    /// The place of the rank among those of the look.
    pub place: u32,
    /// The communicator.
    pub communicator: u64,
    /// How many ranks that has.
    pub members: u32,
    /// Which of its collectives, counted from 1.
    pub number: u64,
    /// Which call.
    pub call: &'static Call,
    /// When this rank came, in nanoseconds of `CLOCK_MONOTONIC`.
    pub came_ns: u64,
    /// When it left.
    pub left_ns: u64,
}

/// All ranks, at one instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MpiLook {
    /// When, in nanoseconds of `CLOCK_MONOTONIC`.
    pub at_ns: u64,
    /// Those that were seen so far, by world and rank.
    pub ranks: Vec<RankLook>,
    /// Collectives that ranks have left since the look before.
    pub collectives: Vec<CollectiveRecord>,
    /// How many of these were overwritten before they could be read.
    pub lost: u64,
    /// Ranks for which the board had no lane.
    pub refused: u64,
}

impl MpiLook {
    /// The last instant of which all ranks have told that run, in nanoseconds of `CLOCK_MONOTONIC`: what is not known later
    /// may have changed meanwhile.
    pub fn known_ns(&self) -> u64 {
        let running = self.ranks.iter().filter(|rank| rank.life == RankLife::Running);
        let told = running.filter_map(|rank| Some(rank.elsewhere.as_ref()?.told_ns));
        told.min().map_or(self.at_ns, |told_ns| told_ns.min(self.at_ns))
    }
}
