//! What the user asked of a run and of its picture.

/// Whether the screen follows the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// It does.
    Live,
    /// It stands still; the run goes on, and what it tells waits.
    Frozen,
}

/// Whether the user asked the run to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Not so far.
    NotAsked,
    /// It is being cancelled.
    Cancelling,
    /// It is being killed.
    Killing,
}
