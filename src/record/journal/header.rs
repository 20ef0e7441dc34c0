//! The first line of a journal, which says what the file is and who can read it.

use serde::{Deserialize, Serialize};

/// What the first line says the file is.
pub(super) const FORMAT: &str = "parlab.journal";
/// Grows when older programs can no longer read it.
pub(super) const MAJOR: u32 = 1;
/// Grows when something is added that older programs can do without.
pub(super) const MINOR: u32 = 2;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JournalHeader {
    pub(super) format: String,
    pub(super) major: u32,
    pub(super) minor: u32,
    /// Version of the program that wrote it.
    pub(super) parlab: String,
}

impl JournalHeader {
    /// That of journals written by this program.
    pub(super) fn own() -> Self {
        Self { format: FORMAT.to_owned(), major: MAJOR, minor: MINOR, parlab: env!("CARGO_PKG_VERSION").to_owned() }
    }
}
