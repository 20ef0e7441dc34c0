//! A job that is followed without a screen: what becomes of it on standard error, its report on standard output.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::time::Duration;

use super::files::output;
use super::follow::{Follower, JobNotice};
use super::output_tail::last_lines;
use crate::batch::{JobEnd, JobFolder, JobId, JobPhase, job_in_words, quoted};
use crate::cli;
use crate::command::failure::Failure;
use crate::foreign::{PlainText, name};
use crate::record::{RunState, Status};
use crate::report;
use crate::system::signals::{ENDS, SignalListener, exit_code};
use crate::units::Letters;

/// How often it is looked whether there is something new.
const LOOK: Duration = Duration::from_millis(100);

/// Lines of the output of a job that failed.
pub(super) const LINES: usize = 5;

/// Follows a job to its end, and delivers the report of its run.
///
/// # Errors
/// When signals cannot be listened for, or there is no such format.
pub(super) fn tell(
    args: &cli::Submit,
    id: JobId,
    folder: &JobFolder,
    journals: &[PathBuf],
    mut follower: Follower,
) -> Result<ExitCode, Failure> {
    let write = args.format.reporter().map_err(|error| Failure::usage(error.to_string()))?;
    let heard = listen()?;
    let mut state = RunState::default();
    let mut told = String::new();
    loop {
        if let Ok(signal) = nix::sys::signal::Signal::try_from(heard.load(Relaxed)) {
            report::complain(&come_back(id));
            return Ok(exit_code(signal).into());
        }
        for notice in follower.step() {
            match notice {
                JobNotice::Job(job) => {
                    let words = job_in_words(&job);
                    if job.phase != JobPhase::Sent && told != words {
                        report::complain(&format!("job {id} {words}"));
                        told = words;
                    }
                }
                JobNotice::Event(event) => state.apply(&event),
                JobNotice::Unreadable(why) => report::complain(&why),
                JobNotice::Ended(end, worst) => {
                    if state.planned.is_some() {
                        deliver(args, &write(&state))?;
                    }
                    tell_output(end, &output(folder, worst));
                    way_on(end, journals).iter().for_each(|way| report::complain(way));
                    return Ok(code(end, state.status));
                }
            }
        }
        std::thread::sleep(LOOK);
    }
}

/// How to come back to a job.
pub(super) fn come_back(id: JobId) -> String {
    format!("job {id} goes on; parlab submit --attach {id} comes back to it")
}

/// How a job went, and the run in it, as an exit code: where each of an array was completed, their results may differ.
pub(super) fn code(end: JobEnd, run: Option<Status>) -> ExitCode {
    match (end, run) {
        (JobEnd::Completed, None | Some(Status::Done)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// How to have the rest of a run that its job did not come to the end of.
pub(super) fn way_on(end: JobEnd, journals: &[PathBuf]) -> Option<String> {
    use JobEnd::{Cancelled, NodeFailed, OutOfMemory, Preempted, TimedOut};
    let is_cut_short = matches!(end, Cancelled | NodeFailed | OutOfMemory | Preempted | TimedOut);
    let [journal] = journals else { return None };
    // To be typed again as it stands.
    let typed = journal.to_str().map_or_else(|| name(journal), |path| quoted(path).into_owned());
    let way = || format!("parlab run --resume {typed} goes on with what the run lacks");
    (is_cut_short && journal.exists()).then(way)
}

/// Tells what a job has printed last, unless it went well.
fn tell_output(end: JobEnd, output: &Path) {
    if end == JobEnd::Completed {
        return;
    }
    let lines = last_lines(output, LINES);
    if !lines.is_empty() {
        report::complain(&format!("its output, {}, ends with:", name(output)));
        lines.iter().for_each(|line| report::complain(&format!("  {line}")));
    }
}

fn deliver(args: &cli::Submit, text: &str) -> Result<(), Failure> {
    let letters = Letters::of_environment();
    let text = PlainText::lines(text);
    let text = if args.format.is_for_people { text.map(|text| letters.fit(text)) } else { text };
    report::deliver(&text).map_err(|error| Failure::run(error.to_string()))
}

/// The first signal that asked for the end; 0 before.
fn listen() -> Result<Arc<AtomicI32>, Failure> {
    let heard = Arc::new(AtomicI32::new(0));
    let first = Arc::clone(&heard);
    let listener = SignalListener::start(&ENDS, move |signal| {
        let _ = first.compare_exchange(0, signal as i32, Relaxed, Relaxed);
    });
    let failed = |error| Failure::run(format!("cannot listen for signals: {error}"));
    listener.map_err(failed)?.keep_on();
    Ok(heard)
}
