//! `dispatch = "pipe"`: tasks and results as messages, the way `multiprocessing.Pool` moves them.
//!
//! ```text
//!   parlab                                               forked workers
//!   dispatcher ── inputs ──▶ pipe ──▶ worker with the turn ──┐
//!       ▲                                                    │ Worker runs the chunk
//!       └─ results ◀── pipe ◀── worker with the turn ◀───────┘
//! ```
//!
//! One pipe each way for all workers, and a turn for each end that they share, as Python's pool has a lock. A chunk
//! is one message. A task counts as done when its result has been sent: what a worker had not delivered when it was
//! lost is sent out again, and a worker that is lost in the middle of a message ends the trial, because no reader can
//! tell where the next message begins.
//!
//! Nothing here knows what a task does, and nothing but messages goes through the pipes.

mod client;
mod dispatcher;
mod ends;
mod frame;
mod pool;
mod work;

pub(in crate::backend) use ends::PipeEnds;
pub(in crate::backend) use pool::PipePool;
pub(in crate::backend) use work::work;
