//! What a rule hands back, and what is told of it: a sentence and how telling it is.

use serde::Serialize;

/// A sentence about a run, and the rule that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable word, e.g. `order`, `start-up`.
    pub rule: &'static str,
    /// One sentence.
    pub message: String,
}

/// What a rule has to say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wording {
    /// How telling it is, up to 100; below [`TELLING`] it is told only where there is little else.
    pub(super) weight: u8,
    /// One sentence.
    pub(super) message: String,
}

/// From this weight on, a sentence is worth a reader's time whatever else there is to say.
pub(super) const TELLING: u8 = 50;
/// And so many if there is anything to say at all.
pub(super) const LEAST: usize = 2;
/// So many sentences are told at most.
pub(super) const MOST: usize = 5;
