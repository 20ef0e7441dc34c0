//! Why workers cannot be started or cannot go on, and why what they need is not ready.

use crate::workload::BuildError;

/// Why a pool cannot be started or cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// Why a job is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unready {
    /// It is not wanted any more.
    CalledOff,
    /// It cannot be made so.
    Broken(Broken),
}

impl From<Broken> for Unready {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl From<BuildError> for Unready {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::CalledOff => Self::CalledOff,
            BuildError::UnknownKind(_) | BuildError::Unfit(_) => Self::Broken(Broken(error.to_string())),
        }
    }
}
