//! `parlab submit`: a scenario or a program as the job of a batch system.

mod draft;
mod files;
mod follow;
mod look;
mod output_tail;
mod request;
mod screen;
mod send;
mod told;

use std::io::{IsTerminal as _, stdin, stdout};
use std::process::ExitCode;

use super::failure::Failure;
use super::trust;
use crate::batch::{BatchSystem, JobFile, JobFolder, JobId, SYSTEMS, system};
use crate::cli;
use crate::foreign::{PlainText, printable};
use crate::report;
use draft::{JobDraft, Work};
use files::{JobFiles, journals};
use follow::Follower;
use send::send;

/// Prints the script, or sends it and follows its job.
///
/// # Errors
/// When what is asked for makes no sense, or cannot be done.
pub(super) fn submit(args: &cli::Submit, ascii: bool) -> Result<ExitCode, Failure> {
    if let Some(id) = args.attach {
        return attach(args, id, ascii);
    }
    let draft = JobDraft::of(args)?;
    if !args.go {
        return print(&draft.script(&JobFiles::beside(args.array))?);
    }
    if let (Work::Scenario { source, scenario, .. }, false) = (&draft.work, args.yes) {
        trust::ask(source, scenario)?;
    }
    let id = send(&draft, SYSTEMS[0])?;
    if !args.detach && has_terminal() {
        return attach(args, id, ascii);
    }
    report::complain(&told::come_back(id));
    print(&format!("{id}\n"))
}

/// Comes back to a job.
fn attach(args: &cli::Submit, id: JobId, ascii: bool) -> Result<ExitCode, Failure> {
    let (folder, file) = JobFolder::open(&send::root()?, id).map_err(|error| Failure::usage(error.to_string()))?;
    let system = system_of(&file)?;
    let pace = args.look_every.unwrap_or(look::USUAL_PACE);
    if has_terminal() {
        return screen::show(system, id, &folder, journals(&folder, file.array), pace, ascii);
    }
    let journals = journals(&folder, file.array);
    let follower = Follower::start(system, id, journals.clone(), pace);
    let follower = follower.map_err(|error| Failure::run(format!("cannot follow the job: {error}")))?;
    told::tell(args, id, &folder, &journals, follower)
}

/// Whether there is a screen to follow a job on.
fn has_terminal() -> bool {
    stdin().is_terminal() && stdout().is_terminal()
}

fn system_of(file: &JobFile) -> Result<&'static dyn BatchSystem, Failure> {
    let unknown = || Failure::usage(format!("the job is {}'s, a batch system not known here", printable(&file.system)));
    system(&file.system).ok_or_else(unknown)
}

fn print(text: &str) -> Result<ExitCode, Failure> {
    report::deliver(&PlainText::of_file(text)).map_err(|error| Failure::run(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
