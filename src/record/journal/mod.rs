//! The journal: a run as lines of JSON, so that it can be told, shown again or gone on with without its scenario file.
//!
//! ```text
//! {"format":"parlab.journal","major":1,"minor":0,"parlab":"0.1.0"}
//! {"elapsed_s":0.0,"trials_done":0,"event":"planned", … the scenario's text, its job, the plan, the machine … }
//! {"elapsed_s":0.1,"trials_done":0,"event":"trial_started","trial":0}
//! …
//! ```
//! The first line says what the file is; every other one is a [`Stamped`](super::Stamped) event, whose outcomes tell
//! results by their place among the job's inputs. On a screen several runs may follow one another. A program reads every
//! journal of its major version: what a later minor one adds, it leaves out.

mod read;
mod write;

use serde::{Deserialize, Serialize};

pub use read::{JournalError, Recording, read};
pub use write::{Journal, JournalLost};

/// What the first line says the file is.
const FORMAT: &str = "parlab.journal";
/// Grows when older programs can no longer read it.
const MAJOR: u32 = 1;
/// Grows when something is added that older programs can do without.
const MINOR: u32 = 0;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    format: String,
    major: u32,
    minor: u32,
    /// Version of the program that wrote it.
    parlab: String,
}

impl Header {
    /// That of journals written by this program.
    fn own() -> Self {
        Self { format: FORMAT.to_owned(), major: MAJOR, minor: MINOR, parlab: env!("CARGO_PKG_VERSION").to_owned() }
    }
}
