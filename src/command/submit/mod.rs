//! `parlab submit`: a scenario or a program as the job of a batch system.

mod draft;
mod needs;
mod places;

use std::process::ExitCode;

use super::failure::Failure;
use crate::cli;
use crate::foreign::PlainText;
use crate::report;
use draft::JobDraft;
use places::Places;

/// Prints the script, or sends it and follows its job.
///
/// # Errors
/// When what is asked for makes no sense, or cannot be done.
pub(super) fn submit(args: &cli::Submit) -> Result<ExitCode, Failure> {
    if args.go || args.attach.is_some() {
        return Err(Failure::usage(
            "to send a job and to follow it comes with a later version; sbatch takes the script",
        ));
    }
    let draft = JobDraft::of(args)?;
    // What the script of a job holds is a script's business, not a terminal's.
    let text = PlainText::of_file(&draft.script(&Places::beside())?);
    report::deliver(&text).map_err(|error| Failure::run(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
