//! How is work handed to a batch system? What a job asks for, the script that says so, who takes it, and what becomes
//! of it there.
//!
//! Nothing here knows what a job computes: it is a command line, and the resources that this needs. What a job's run
//! has come to is told by its journal, which others read.

mod ask;
mod error;
mod folder;
mod follow;
mod job;
mod job_id;
mod request;
mod script;
mod shell;
mod slurm;
mod system;
mod systems;
mod words;

pub use ask::StillWanted;
pub use error::BatchError;
pub use folder::{FolderError, JobFile, JobFolder};
pub use follow::{FollowedJob, JobPhase, Silence};
pub use job::{ExitCode, JobEnd, JobRow, JobState, QueuePlace};
pub use job_id::JobId;
pub use request::{Amount, JobName, JobRequest, MemorySize, Reasoned, TimeLimit};
pub use script::{BatchScript, NoText};
pub use shell::{ScriptWord, quoted};
pub use slurm::Slurm;
pub use system::BatchSystem;
pub use systems::{SYSTEMS, system};
pub use words::{ended_in_words, job_in_words, place_in_words, reason_in_words, state_in_words};
