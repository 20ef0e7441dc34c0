//! The word for a task that came to no result. It stands alone because all that waits says it.

/// The task came to no result: the trial was cancelled, or the context has been told why it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;
