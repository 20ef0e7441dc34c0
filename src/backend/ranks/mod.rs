//! Workers that are ranks of an MPI program: this one, started by a launcher as often as there are workers.
//!
//! ```text
//!   parlab ── launcher ── mpirun ── rank 0 … rank n
//!     ranks, rank_pool               rank ── worker ── lane of the board
//!           └─ order: the job, where the board is ─┘  └── MPI: whose tasks are next
//! ```
//!
//! A rank on another node cannot reach the board: it works at one of its own, and `link` and `host` carry between the two
//! what has to be known of each other, in `frames`.
//!
//! Tasks are taken by MPI's own means: from a counter in memory that ranks share on a node, or by fetch-and-op across
//! nodes. What a rank does with them is what every worker does.

mod frames;
mod host;
mod link;
mod order;
mod rank;
mod rank_pool;
mod starting;

pub use rank::{COMMAND, run};
pub(super) use starting::Ranks;
pub use starting::{check_launcher, ranks_reach};
