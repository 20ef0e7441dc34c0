//! `parlab run`: a run without the screen. ProgressReporter goes to standard error, the report to standard output.

use std::io::{IsTerminal as _, stderr};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::failure::Failure;
use super::history::HistoryKeeper;
use super::{program, setting, signals};
use crate::cli;
use crate::engine::Session;
use crate::record::{RunState, Stamped, Status};
use crate::report::{self, ProgressReporter};
use crate::scenario::{self, Plan, Prediction, Scenario};
use crate::units::Letters;

/// How often the progress of a trial is shown.
const REFRESH: Duration = Duration::from_millis(200);

/// Runs a scenario and delivers its report.
///
/// # Errors
/// When it cannot be started. How it went is in the exit code.
pub(super) fn run(args: &cli::Run) -> Result<ExitCode, Failure> {
    let write = args.format.reporter().map_err(|error| Failure::usage(error.to_string()))?;
    let scenario = super::scenario(args)?;
    super::limits::check(&scenario, args.yes)?;
    super::limits::check_workload(&scenario, &|| true)?;
    let predictions = predictions(args.predict.as_deref(), &scenario)?;
    let letters = Letters::of_environment();
    let mut progress = ProgressReporter::new(args.quiet, stderr().is_terminal(), letters);
    let mut journal = super::journal(args.journal.as_deref())?;
    let mut state = RunState::default();
    let mut memory = HistoryKeeper::new();
    let heard = carry_out(scenario, predictions, &mut progress, |stamped, progress| {
        state.apply(stamped);
        memory.take(stamped);
        if let Some(Err(lost)) = journal.as_mut().map(|journal| journal.record(stamped)) {
            progress.warn(&lost.to_string());
            journal = None;
        }
    })?;
    heard.run_is_over();
    progress.finish();
    let text = write(&state);
    let text = if args.format.is_for_people { letters.fit(&text) } else { text.into() };
    let delivered = report::deliver(&text, args.output.as_deref());
    if let Err(error) = &delivered {
        report::complain(&error.to_string());
    }
    Ok(ExitCode::from(match state.status {
        Some(Status::Interrupted) => heard.exit_code().unwrap_or(130),
        Some(Status::Done) if delivered.is_ok() => 0,
        _ => 1,
    }))
}

/// What the command line expects of the configurations.
fn predictions(text: Option<&str>, scenario: &Scenario) -> Result<Vec<Prediction>, Failure> {
    let Some(text) = text else { return Ok(Vec::new()) };
    scenario::prediction_specs(text)
        .and_then(|prediction_specs| scenario::predictions(&prediction_specs, &Plan::of(scenario)))
        .map_err(|wrong| Failure::usage(format!("--predict {}: {wrong}", scenario::printable(text))))
}

/// Carries out the run, and hands on its events until the last.
fn carry_out(
    scenario: Scenario,
    predictions: Vec<Prediction>,
    progress: &mut ProgressReporter,
    mut take: impl FnMut(&Stamped, &mut ProgressReporter),
) -> Result<signals::SignalState, Failure> {
    let deaf = |error| Failure::run(format!("cannot listen for signals: {error}"));
    signals::outlive_file_limits().map_err(deaf)?;
    let (tell, events) = mpsc::channel();
    let session = Session::start(scenario, setting(predictions), program(), move |stamped| {
        let _ = tell.send(stamped);
    })
    .map_err(|error| Failure::run(format!("cannot start the run: {error}")))?;
    let heard = signals::listen(session.control().clone()).map_err(deaf)?;
    loop {
        match events.recv_timeout(REFRESH) {
            Ok(stamped) => {
                progress.take(&stamped);
                take(&stamped, progress);
            }
            Err(RecvTimeoutError::Timeout) => progress.tick(session.control().progress().0),
            Err(RecvTimeoutError::Disconnected) => return Ok(heard),
        }
    }
}
