//! Who does it? Workers, started in one way or another, that all run the same loop over the same board.
//!
//! ```text
//!            Board (memfd, shared by all)
//!   ┌────────┬────────────────┬──────────────────────────┐
//!   │ header │ lane a worker  │ record a task, or        │◄── the engine and the screen only read
//!   │        │                │ histogram a worker       │
//!   └───▲────┴───────▲────────┴───────────▲──────────────┘
//!       │ next claim │ task in hand       │ start, end, result
//!       └────────────┴─── Worker::work ───┘
//!              ▲              ▲                ▲
//!           serial         threads     processes, hybrid ◄── forkserver     mpi ◄── mpirun
//! ```
//!
//! Where a scenario has an interpreter's lock, each process has one (`gil`), and a worker holds it except while it
//! sleeps or runs native code.
//!
//! Nothing here knows of trials, repeats or speedups, and nothing here prints.

mod backends;
mod board;
mod broken;
mod cost;
mod external;
mod forked;
mod local;
mod pool;
mod ranks;
#[cfg(test)]
mod tests;
mod worker;

pub use backends::Backends;
pub use board::{
    Activity, ActivityReading, Board, BoardSpec, Clock, DurationHistogram, LaneReading, RECORDS_MAX, RecordReading,
    TickScale, Totals, WorkerState,
};
pub use broken::{Broken, Unready};
pub use cost::clock_facts;
pub use external::output::KeptOutput;
pub use external::programs::ProgramExtras;
pub use external::pythons::check_python;
pub use forked::forkserver::{COMMAND as FORKSERVER_COMMAND, run as run_forkserver};
pub use pool::{Departure, Notice, Pool, ProgramView};
pub use ranks::{COMMAND as RANK_COMMAND, check_launcher, ranks_reach, run as run_rank};
pub use worker::panics_are_caught;
