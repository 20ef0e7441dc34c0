//! `parlab run --resume`: goes on with a run that was cut short, by what its journal tells.
//!
//! A journal is read with suspicion: it may come from elsewhere, and what it would run is asked about as for a file.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use super::failure::Failure;
use super::history::HistoryKeeper;
use super::run::{EarlierRun, HeadlessRun, deliver_finished};
use super::trust;
use crate::cli;
use crate::engine::ProgramSetting;
use crate::foreign::name;
use crate::record::{Event, Journal, Planned, Recording, RunState, Stamped, read};
use crate::scenario::{Origin, Plan, Scenario, Setup, Source, label};
use crate::workload;

/// Goes on with the last run of a journal.
///
/// # Errors
/// When that cannot be read, or not be gone on with.
pub(super) fn resume(args: &cli::Run, path: &Path) -> Result<ExitCode, Failure> {
    let refuse = |why: &str| Failure::usage(format!("--resume {}: {why}", name(path)));
    if args.options.overrides.0.iter().next().is_some() {
        return Err(refuse(
            "goes on with the run as it was begun; leave out what it should do otherwise, or run it anew",
        ));
    }
    let recording = read(path).map_err(|error| Failure::usage(error.to_string()))?;
    let (events, state) = last_run(&recording).ok_or_else(|| refuse("no run was begun in it"))?;
    let Some(planned) = &state.planned else { return Err(refuse("no run was begun in it")) };
    if state.missing().is_empty() {
        return deliver_finished(&args.options, &state).map(ExitCode::from);
    }
    let setup = planned
        .setup
        .as_deref()
        .ok_or_else(|| refuse("a journal of before version 1.2 does not tell enough of its scenario; run that anew"))?;
    if workload::spec(&planned.job.kind).is_none() || !setup.makes(&planned.job, first_plan(&events)?) {
        return Err(refuse("its plan is not that of its scenario; run that anew"));
    }
    let (source, scenario) = restored(path, planned, setup);
    if !args.options.yes {
        // What is run is what the journal says, whatever the scenario's text was.
        let asked = Scenario { sha256: sum(planned, setup), ..scenario.clone() };
        trust::ask(&Source { label: label(path), origin: Origin::File(path.to_owned()), ..source.clone() }, &asked)?;
    }
    let journal = match &args.options.journal {
        Some(_) => None,
        None => Some(Journal::go_on(path, &recording).map_err(|error| match error.kind() {
            ErrorKind::ResourceBusy => refuse("a run is still writing it; wait for its end"),
            _ => refuse(&format!("cannot be written: {error}; name another file by --journal")),
        })?),
    };
    let earlier = EarlierRun { events, state, journal };
    let run = HeadlessRun {
        options: &args.options,
        programs: ProgramSetting::default(),
        history: Some(HistoryKeeper::new()),
        earlier: Some((path, earlier)),
    };
    run.carry_out(source, scenario).map(|ended| ExitCode::from(ended.code))
}

/// The events of a journal's last run, and what they tell.
fn last_run(recording: &Recording) -> Option<(Vec<Stamped>, RunState)> {
    let begins = |stamped: &Stamped| matches!(stamped.event, Event::Planned(_));
    let events = recording.events[recording.events.iter().rposition(begins)?..].to_vec();
    Some((events, recording.state()))
}

/// The plan as it was before any trial was added.
fn first_plan(events: &[Stamped]) -> Result<&Plan, Failure> {
    match events.first().map(|stamped| &stamped.event) {
        Some(Event::Planned(planned)) => Ok(&planned.plan),
        _ => Err(Failure::usage("no run was begun in it")),
    }
}

/// The scenario as it was run, and as it was found.
fn restored(path: &Path, planned: &Planned, setup: &Setup) -> (Source, Scenario) {
    let facts = &planned.scenario;
    let scenario = Scenario {
        name: facts.name.clone(),
        title: facts.title.clone(),
        lesson: facts.lesson.clone(),
        sha256: facts.sha256.clone(),
        ..setup.clone().scenario(planned.job.clone())
    };
    let source = Source {
        name: facts.name.clone(),
        label: planned.origin.clone(),
        origin: Origin::File(path.to_owned()),
        text: planned.text.clone(),
    };
    (source, scenario)
}

/// The sum of what a journal would have run.
fn sum(planned: &Planned, setup: &Setup) -> String {
    let told = serde_json::to_string(&(&planned.job, setup)).unwrap_or_default();
    Source::new("journal", told).sha256()
}
