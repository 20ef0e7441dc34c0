//! Slurm, by its programs: `sbatch`, `squeue`, `scontrol`, `scancel`. Their words are read in `parse`.

mod parse;

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::ask::{BatchAnswer, StillWanted, ask};
use super::error::BatchError;
use super::job::{ExitCode, JobRow, QueuePlace};
use super::job_id::JobId;
use super::system::BatchSystem;

/// Slurm.
#[derive(Debug, Clone, Copy)]
pub struct Slurm;

/// How long an answer may take: Slurm's programs give up after ten seconds themselves.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a job may take to be taken in: ended earlier, `sbatch` may have sent it all the same.
const PATIENCE_TO_SUBMIT: Duration = Duration::from_secs(100);

impl BatchSystem for Slurm {
    fn name(&self) -> &'static str {
        "slurm"
    }

    fn submit(&self, script: &Path, folder: &Path, output: &Path, is_array: bool) -> Result<JobId, BatchError> {
        let mut command = program("sbatch");
        let mut output = option("--output=", &without_patterns(output));
        output.push(if is_array { ".%a" } else { "" });
        command.arg("--parsable").arg(option("--chdir=", folder)).arg(output).arg(script);
        let answer = heard("sbatch", ask("sbatch", &mut command, PATIENCE_TO_SUBMIT, &|| true)?)?;
        parse::submitted(&answer).ok_or(BatchError::Unreadable { program: "sbatch", said: answer })
    }

    fn look(&self, job: JobId, is_wanted: StillWanted<'_>) -> Result<Vec<JobRow>, BatchError> {
        let mut command = squeue();
        command.args(["--array", "--states=all", "--format", parse::FORMAT, "--jobs", &job.to_string()]);
        let said = about(job, "squeue", ask("squeue", &mut command, PATIENCE, is_wanted)?)?;
        let rows = parse::rows(&said).map_err(|said| BatchError::Unreadable { program: "squeue", said })?;
        if rows.is_empty() { Err(BatchError::Forgotten(job)) } else { Ok(rows) }
    }

    fn place(&self, job: JobId, partition: &str, is_wanted: StillWanted<'_>) -> Result<Option<QueuePlace>, BatchError> {
        let mut command = squeue();
        command.args(["--states=PENDING", "--sort=-p,i", "--format=%F", "--partition", partition]);
        let said = about(job, "squeue", ask("squeue", &mut command, PATIENCE, is_wanted)?)?;
        Ok(parse::place(&said, job))
    }

    fn exit_code(&self, job: JobId, is_wanted: StillWanted<'_>) -> Result<Option<ExitCode>, BatchError> {
        let mut command = program("scontrol");
        command.args(["--oneliner", "show", "job", &job.to_string()]);
        let said = about(job, "scontrol", ask("scontrol", &mut command, PATIENCE, is_wanted)?)?;
        Ok(parse::exit_code(&said))
    }

    fn cancel(&self, job: JobId, is_wanted: StillWanted<'_>) -> Result<(), BatchError> {
        let mut command = program("scancel");
        command.arg(job.to_string());
        about(job, "scancel", ask("scancel", &mut command, PATIENCE, is_wanted)?).map(drop)
    }
}

/// A program of Slurm's, told to speak as it does where nothing else is set up.
fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.env("LC_ALL", "C").env("SLURM_TIME_FORMAT", "standard");
    command
}

fn squeue() -> Command {
    let mut command = program("squeue");
    // What a user has set up for squeue is for its readers, not for this one.
    let set_up = std::env::vars_os().map(|(name, _)| name).filter(|name| name.as_bytes().starts_with(b"SQUEUE_"));
    for name in set_up {
        command.env_remove(name);
    }
    command.arg("--noheader");
    command
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}

/// A path in which nothing stands for something else: Slurm takes `%` for the beginning of a pattern.
fn without_patterns(path: &Path) -> std::path::PathBuf {
    let bytes = path.as_os_str().as_bytes();
    let doubled = bytes.iter().flat_map(|&byte| std::iter::repeat_n(byte, if byte == b'%' { 2 } else { 1 }));
    OsString::from_vec(doubled.collect()).into()
}

/// What was said, unless it was a refusal.
fn heard(program: &'static str, answer: BatchAnswer) -> Result<String, BatchError> {
    if answer.is_success {
        return Ok(answer.said);
    }
    Err(BatchError::Refused { program, said: parse::complaint(program, &answer.complaint).to_owned() })
}

/// The same about a job, which may be forgotten by now.
fn about(job: JobId, program: &'static str, answer: BatchAnswer) -> Result<String, BatchError> {
    if !answer.is_success && parse::is_forgotten(&answer.complaint) {
        return Err(BatchError::Forgotten(job));
    }
    heard(program, answer)
}
