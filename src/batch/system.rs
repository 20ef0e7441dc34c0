//! What is asked of a batch system. Another one is a file beside `slurm`, and a line of `systems`.

use std::path::Path;

use super::ask::StillWanted;
use super::error::BatchError;
use super::job::{ExitCode, JobRow, QueuePlace};
use super::job_id::JobId;

/// A batch system. Each call takes a bounded time, whatever has become of the system.
pub trait BatchSystem: Send + Sync {
    /// What it is called.
    fn name(&self) -> &'static str;

    /// Sends a script, to be run in a folder; where its output goes is a path without patterns, to which those of an array
    /// add a point and their number.
    ///
    /// # Errors
    /// Why it was not taken.
    fn submit(&self, script: &Path, folder: &Path, output: &Path, is_array: bool) -> Result<JobId, BatchError>;

    /// A job as it is now; several rows of an array. `is_wanted` may call it off.
    ///
    /// # Errors
    /// Why it is not known; [`BatchError::Forgotten`] where there is none.
    fn look(&self, job: JobId, is_wanted: StillWanted<'_>) -> Result<Vec<JobRow>, BatchError>;

    /// The place of a job that waits, among those for the same partition; `None` where it is none of them.
    ///
    /// # Errors
    /// Why it is not known.
    fn place(&self, job: JobId, partition: &str, is_wanted: StillWanted<'_>) -> Result<Option<QueuePlace>, BatchError>;

    /// With what the script of a job ended; of an array the worst.
    ///
    /// # Errors
    /// Why it is not known.
    fn exit_code(&self, job: JobId, is_wanted: StillWanted<'_>) -> Result<Option<ExitCode>, BatchError>;

    /// Ends a job, or an array, whether it waits or runs.
    ///
    /// # Errors
    /// Why it was not ended.
    fn cancel(&self, job: JobId, is_wanted: StillWanted<'_>) -> Result<(), BatchError>;
}
