//! What was seen of the ranks of an MPI program, while it ran and at its end: plain figures.
//!
//! Their lanes stand with those of all trials. Nothing is sampled here, and nothing is concluded.

use serde::{Deserialize, Serialize};

/// Pairs of ranks that messages are told of, those with the most bytes before others.
pub const FLOWS_MAX: usize = 65_536;

/// Kinds of collectives that are told apart.
pub const COLLECTIVES_MAX: usize = 32;

/// The ranks of an MPI program at one instant, or at its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WatchedMpi {
    /// Which MPI, with its version, as it names itself; empty before any rank has told.
    pub library: String,
    /// How many `MPI_COMM_WORLD`s there are: one, unless ranks start further ones, or the launcher is that of another MPI.
    pub worlds: u32,
    /// How many ranks these have together, also those that were not seen: on other nodes, or linked without shared libraries.
    pub ranks: u32,
    /// Those that were seen, by world and rank; the lanes are in this order.
    pub by_rank: Vec<RankFigures>,
    /// Messages of two sides, without those that collectives are made of: those pairs alone that had any.
    pub flows: Vec<MessageFlow>,
    /// Pairs left out of these.
    #[serde(default)]
    pub flows_left_out: u64,
    /// Who is in a call that waits for others, those that wait longest first.
    pub waits: Vec<RankWait>,
    /// For how long ranks waited for others in calls of two sides, as looks found them, the longest first.
    pub waited: Vec<WaitedFor>,
    /// Collectives by call and communicator, those with the most time lost first; at most [`COLLECTIVES_MAX`].
    pub collectives: Vec<CollectiveFigures>,
    /// Collectives that went by too quickly to be read.
    #[serde(default)]
    pub collectives_unread: u64,
    /// What is wrong, or looks so, the worst first.
    pub troubles: Vec<MpiTrouble>,
}

/// A rank, and what it did with its time. Ranks are told by their place in [`WatchedMpi::by_rank`] everywhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RankFigures {
    /// Which world it is of, from 0.
    pub world: u32,
    /// Its rank there.
    pub rank: u32,
    /// Its process.
    pub pid: u32,
    /// Seconds from `MPI_Init`'s return to `MPI_Finalize`, or to now.
    pub life_s: f64,
    /// Of these, in calls for messages between two ranks.
    pub point_to_point_s: f64,
    /// In collectives.
    pub collective_s: f64,
    /// In calls that wait for what was begun before, or ask for it.
    pub wait_s: f64,
    /// Calls that have returned.
    pub calls: u64,
    /// Whether it has called `MPI_Finalize`.
    pub finalized: bool,
    /// The node that it is on, as that calls itself, where it told of itself over the network; else `None`.
    #[serde(default)]
    pub node: Option<String>,
    /// How far off its times may be, in seconds: as well as the clock of that node could be compared with this one's.
    #[serde(default)]
    pub clock_s: Option<f64>,
}

impl RankFigures {
    /// Seconds in no call of MPI that is watched.
    pub fn computing_s(&self) -> f64 {
        (self.life_s - self.mpi_s()).max(0.0)
    }

    /// Seconds in calls of MPI.
    pub fn mpi_s(&self) -> f64 {
        self.point_to_point_s + self.collective_s + self.wait_s
    }
}

/// Messages from one rank to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFlow {
    /// Who sent them, by place.
    pub from: u32,
    /// To which rank of the same world.
    pub to: u32,
    /// How many.
    pub messages: u64,
    /// Bytes of all of them, without envelopes.
    pub bytes: u64,
}

/// A rank that is in a call that waits.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RankWait {
    /// Which, by place.
    pub rank: u32,
    /// In which call: `MPI_Recv`.
    pub call: String,
    /// For how long.
    pub seconds: f64,
    /// For which ranks, by place: those that are to send or receive, those that have not come to a collective. Empty where
    /// that cannot be told.
    pub on: Vec<u32>,
    /// Whether any of these will do, rather than all of them.
    pub any: bool,
}

/// For how long a rank waited for another one that was not in the call that it waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct WaitedFor {
    /// Which, by place.
    pub rank: u32,
    /// For which.
    pub on: u32,
    /// Seconds, by looks.
    pub seconds: f64,
}

/// Collectives of one call, on communicators of the same ranks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CollectiveFigures {
    /// Which call: `MPI_Allreduce`.
    pub call: String,
    /// How many ranks its communicator has.
    pub members: u32,
    /// How many of them all ranks have left: these count.
    pub count: u64,
    /// Seconds from the first rank's coming to the last one's, of all together.
    pub spread_s: f64,
    /// The same of the one where they were farthest apart.
    pub worst_spread_s: f64,
    /// Seconds that ranks waited for the last one, of all ranks and all of them together.
    pub waited_s: f64,
    /// Which rank came last most often, by place, and how often.
    pub last: (u32, u64),
    /// Which rank came first most often, and how often.
    pub first: (u32, u64),
}

/// What is wrong with the ranks, or looks so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MpiTrouble {
    /// These wait for each other, in a circle where there is one: each for the next, the last for the first.
    Deadlock {
        /// What each of them is in.
        waits: Vec<RankWait>,
    },
    /// A rank waits for others of which all that could end it have left MPI.
    WaitsForGone {
        /// What it is in.
        wait: RankWait,
        /// Those that have left.
        gone: Vec<u32>,
    },
    /// Ranks called different collectives where they have to call the same one.
    Mismatch {
        /// One of them, in the call that it sits in.
        wait: RankWait,
        /// Another.
        other: u32,
        /// What that one called.
        called: String,
    },
    /// A rank called `MPI_Abort`.
    Aborted {
        /// Which.
        rank: u32,
        /// With which code.
        code: i32,
    },
    /// Ranks whose process ended without `MPI_Finalize`.
    Gone {
        /// Which.
        ranks: Vec<u32>,
    },
    /// Ranks on other nodes that have not told of themselves for some time.
    Silent {
        /// Which.
        ranks: Vec<u32>,
    },
    /// Several worlds of one rank each, as when the launcher is of another MPI than the program.
    Alone {
        /// How many.
        worlds: u32,
    },
    /// Ranks that do not tell of themselves.
    Unseen {
        /// How many.
        ranks: u32,
    },
}
