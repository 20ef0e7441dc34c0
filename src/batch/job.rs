//! What a batch system tells of a job, in our own terms.

/// A job, or one of an array, as the system has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its number in the array; `None` for a single job.
    pub element: Option<u32>,
    /// What has become of it.
    pub state: JobState,
    /// Why it waits or ended, in the system's word; `None` where it says none.
    pub reason: Option<String>,
    /// How long it has run.
    pub elapsed: String,
    /// How long it may.
    pub limit: String,
    /// CPUs that it has or asks for.
    pub cpus: String,
    /// When it was started, or is expected to be; `None` where that is not known.
    pub start: Option<String>,
    /// Where it may run.
    pub partition: String,
    /// Where it runs.
    pub nodes: String,
}

/// What has become of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits.
    Pending,
    /// It has its machines, which are being made ready.
    Starting,
    /// It runs.
    Running,
    /// It stands still, and keeps its machines.
    Suspended,
    /// It has ended, and its machines are being cleaned up.
    Completing,
    /// It is over.
    Ended(JobEnd),
}

/// How a job ended; the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobEnd {
    /// Its script did, with status 0.
    Completed,
    /// It is not known: the system has forgotten the job.
    Unknown,
    /// A user or an administrator ended it.
    Cancelled,
    /// It needed longer than it may.
    TimedOut,
    /// Another job took its place.
    Preempted,
    /// Its script failed.
    Failed,
    /// It needed more memory than it may.
    OutOfMemory,
    /// A machine failed.
    NodeFailed,
}

/// With what a job's script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitCode {
    /// Its exit status.
    pub status: u32,
    /// The signal that ended it; 0 for none.
    pub signal: u32,
}

/// The place of a job among those that wait for the same partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuePlace {
    /// Counted from 1.
    pub place: u32,
    /// How many wait.
    pub of: u32,
}
