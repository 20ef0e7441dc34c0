//! How is work handed to a batch system? What a job asks for, the script that says so, and who takes it.
//!
//! Nothing here knows what a job computes: it is a command line, and the resources that this needs. What a job's run
//! has come to is told by its journal, which others read.

mod job_id;
mod needs;
mod script;
mod shell;

pub use job_id::JobId;
pub use needs::{Amount, JobName, MemorySize, Needs, Reasoned, TimeLimit};
pub use script::{BatchScript, NoText};
pub use shell::ScriptWord;
