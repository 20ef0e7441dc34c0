//! The journal: a run as lines of JSON, so that it can be told, shown again or gone on with without its scenario file.
//!
//! ```text
//! {"format":"parlab.journal","major":1,"minor":0,"parlab":"0.1.0"}
//! {"elapsed_s":0.0,"trials_done":0,"event":"planned", … the scenario's text, its job, the plan, the machine … }
//! {"elapsed_s":0.1,"trials_done":0,"event":"trial_started","trial":0}
//! …
//! ```
//! The first line says what the file is; every other one is a [`Stamped`](super::Stamped) event, whose outcomes tell
//! results by their place among the job's inputs. On a screen several runs may follow one another. A program reads
//! every journal of its major version: what a later minor one adds, it leaves out.

#[cfg(test)]
mod going_on_tests;
mod header;
mod parts;
mod read;
mod sink;
mod tail;
mod write;

pub use parts::JournalParts;
pub use read::{JournalError, Recording, read};
pub use tail::JournalTail;
pub use write::{Journal, JournalLost};
