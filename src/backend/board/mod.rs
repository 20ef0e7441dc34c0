//! The board: one block of shared memory for each trial, where workers write what they do and everybody else reads it.
//!
//! Nothing here runs a task, and nothing starts a worker.

mod clock;
pub(super) mod histogram;
pub(super) mod layout;
mod memory;
pub(super) mod payload;
mod reading;
mod reason;
pub(super) mod recovery;
pub(super) mod schedule;
mod spec;

pub use clock::{Clock, TickScale};
pub use memory::Board;
pub use reading::{Activity, LaneReading, LockReading, RecordReading, Totals, WorkerState};
pub use spec::{BoardSpec, RECORDS_MAX};
