//! Sends a job, with all that it takes to come back to it in a folder of its own.

use std::path::PathBuf;
use std::time::SystemTime;

use humantime::format_rfc3339_seconds;

use super::draft::{JobDraft, Work};
use super::files::{JobFiles, OUTPUT, SCENARIO, SCRIPT};
use crate::batch::{BatchError, BatchSystem, FolderError, JobFile, JobFolder, JobId};
use crate::command::failure::Failure;
use crate::system::xdg;

/// Where the folders of jobs are.
///
/// # Errors
/// When the user has no home.
pub(super) fn root() -> Result<PathBuf, Failure> {
    let state = xdg::state_folder(xdg::variable);
    let root = state.map(|state| state.join("parlab").join("jobs"));
    root.ok_or_else(|| Failure::usage("there is no place for the job's files: set HOME or XDG_STATE_HOME"))
}

/// Sends a job, and gives its number.
///
/// # Errors
/// When its files cannot be written, or the batch system does not take it.
pub(super) fn send(draft: &JobDraft, system: &dyn BatchSystem) -> Result<JobId, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::run(format!("the working folder: {error}")))?;
    let folder = JobFolder::create(&root()?, &draft.needs.name).map_err(|error| unwritable(&error))?;
    let script = written(draft, &folder);
    let sent = script.and_then(|script| {
        let sent = system.submit(&script, &here, &folder.file(OUTPUT), draft.needs.array.is_some());
        sent.map_err(|error| Failure::run(untaken(&error) + &about_time(draft, &error)))
    });
    match sent {
        Ok(id) => kept(draft, system, folder, id),
        Err(failure) => {
            folder.discard();
            Err(failure)
        }
    }
}

/// Writes what the job needs; the path of its script.
fn written(draft: &JobDraft, folder: &JobFolder) -> Result<PathBuf, Failure> {
    if let Work::Scenario { source, .. } = &draft.work {
        folder.write(SCENARIO, &source.text).map_err(|error| unwritable(&error))?;
    }
    let script = draft.script(&JobFiles::within(folder.path(), draft.needs.array.is_some())?)?;
    folder.write(SCRIPT, &script).map_err(|error| unwritable(&error))
}

fn kept(draft: &JobDraft, system: &dyn BatchSystem, folder: JobFolder, id: JobId) -> Result<JobId, Failure> {
    let now = format_rfc3339_seconds(SystemTime::now()).to_string();
    let file = JobFile::new(id, system.name(), draft.title(), now, draft.needs.array.map(|jobs| jobs.get()));
    match folder.keep(&file) {
        Ok(()) => Ok(id),
        // It runs all the same.
        Err(error) => Err(Failure::run(format!("job {id} was sent, and cannot be come back to: {error}"))),
    }
}

fn unwritable(error: &FolderError) -> Failure {
    Failure::run(format!("the job was not sent: {error}"))
}

/// What to do about a time that the system does not give, that was estimated.
fn about_time(draft: &JobDraft, error: &BatchError) -> String {
    let estimate = draft.needs.time.as_ref().filter(|time| time.why.is_some());
    let is_about_time = matches!(error, BatchError::Refused { said, .. } if said.to_lowercase().contains("time limit"));
    let estimate = estimate.filter(|_| is_about_time);
    estimate.map_or_else(String::new, |time| format!("; the estimate was {}, and --time gives another", time.value))
}

fn untaken(error: &BatchError) -> String {
    match error {
        BatchError::Silent { .. } | BatchError::Unreadable { .. } => {
            format!("{error}; whether the job was taken, squeue --me tells")
        }
        error => format!("the job was not sent: {error}"),
    }
}
