//! The board: one block of shared memory for each trial, where workers write what they do, and the engine and the
//! screen read it.
//!
//! ```text
//!   layout ── spec ── memory          what lies where, and the mapping itself
//!      lane · gate · schedule         what workers do with it
//!      recovery                       what the engine does about a worker that is gone
//!      carried                        what of it goes to another machine's board
//!      reading · audit                what there is to see, and whether all of it is there
//! ```
//!
//! Nothing here runs a task, and nothing here starts a worker.

mod activity;
mod audit;
mod carried;
mod checksum;
mod claims;
mod clock;
mod gate;
mod histogram;
pub(super) mod lane;
mod lane_cell;
mod layout;
mod lost_claims;
mod memory;
pub(super) mod payload;
mod reading;
mod reason;
mod recovery;
mod schedule;
mod spec;

pub use activity::{Activity, ActivityReading};
pub(super) use carried::RECORD_WORDS;
pub(super) use checksum::fingerprint;
pub use clock::{Clock, TickScale};
pub use histogram::DurationHistogram;
pub(super) use lane::{LaneWriter, TimedTask};
pub use memory::Board;
pub use reading::{LaneReading, RecordReading, Totals, WorkerState};
pub(super) use schedule::{RemoteCursor, TaskCursor, next_range};
pub use spec::{BoardSpec, RECORDS_MAX};
