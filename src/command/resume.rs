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
use crate::scenario::{Job, Origin, Plan, Scenario, Setup, Source, label};
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
    if !are_checked(&planned.job, setup) {
        return Err(refuse("its tasks are none that a scenario may have; run that anew"));
    }
    if !setup.makes(&planned.job, first_plan(&events)?) {
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
        part: None,
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

/// Whether the tasks, and what varies of them, are such as a checked scenario has.
fn are_checked(job: &Job, setup: &Setup) -> bool {
    let suits = |job: &Job| {
        let varied = |spec| setup.vary.as_ref().is_none_or(|axis| axis.suits(spec));
        workload::spec(&job.kind).is_some_and(|spec| job.suits(spec) && varied(spec))
    };
    suits(job) && setup.emulated.as_ref().is_none_or(suits)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::library::Library;
    use crate::scenario::{Axis, Catalog, Value};

    /// A journal's tasks: written to it, and read again.
    fn told(job: &Job) -> Job {
        serde_json::from_str(&serde_json::to_string(job).unwrap()).unwrap()
    }

    #[test]
    fn tasks_of_checked_scenarios_suit_their_kinds_and_others_do_not() {
        let library = Library::open(&[], &Catalog::new(workload::specs(), 4));
        let scenarios: Vec<_> = library.entries.iter().filter_map(|entry| entry.scenario.as_ref().ok()).collect();
        assert!(scenarios.len() > 30);
        for scenario in scenarios {
            let Setup { vary, emulated, .. } = Setup::of(scenario);
            for job in emulated.iter().chain([&scenario.job]) {
                let (job, spec) = (told(job), workload::spec(&job.kind).unwrap());
                assert!(job.suits(spec), "{}: {job:?}", scenario.name);
                let is_varied = |axis: &Axis| job.kind != scenario.job.kind || axis.suits(spec);
                assert!(vary.iter().all(is_varied), "{}: {vary:?}", scenario.name);
                for name in job.params.keys() {
                    let mut lacking = job.clone();
                    lacking.params.remove(name);
                    let mut odd = job.clone();
                    odd.params.insert(name.clone(), odd_value(&job.params[name]));
                    let mut renamed = lacking.clone();
                    renamed.params.insert(format!("{name}s"), job.params[name].clone());
                    for wrong in [lacking, odd, renamed] {
                        assert!(!wrong.suits(spec), "{}, {name}: {wrong:?}", scenario.name);
                    }
                }
            }
        }
    }

    /// A value of another type.
    fn odd_value(value: &Value) -> Value {
        match value {
            Value::Whole(_) | Value::Number(_) => Value::Flag(true),
            _ => Value::Number(0.5),
        }
    }

    #[test]
    fn what_is_out_of_bounds_suits_no_kind() {
        let spec = workload::spec("pi").unwrap();
        let text = r#"{"kind": "pi", "params": {"darts": 5}, "inputs": {"list": [1.0]}, "order": "given", "seed": 1}"#;
        let with = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            serde_json::from_str::<Job>(&text.replace(from, to)).is_ok_and(|job| job.suits(spec))
        };
        assert!(with("5", "5"));
        let axis = |values: &str| format!(r#"{{"grid": [{{"key": "darts", "values": [{values}]}}]}}"#);
        assert!(with(r#"{"list": [1.0]}"#, &axis("1, 2")));
        for inputs in [
            axis(""),
            axis("1, 0"),
            axis("1, true"),
            axis("1").replace("darts", "x").replace('1', "1e301"),
            r#"{"range": {"tasks": 0}}"#.to_owned(),
            r#"{"range": {"tasks": 18446744073709551615}}"#.to_owned(),
            r#"{"repeat": {"value": 1e301, "times": 3}}"#.to_owned(),
            r#"{"list": []}"#.to_owned(),
            r#"{"texts": ["a"]}"#.to_owned(),
        ] {
            assert!(!with(r#"{"list": [1.0]}"#, &inputs), "{inputs}");
        }
        assert!(!with("\"darts\": 5", "\"darts\": 0") && !with("\"pi\"", "\"sum\""));
        let lock =
            |ms: f64| with("\"seed\": 1", &format!("\"seed\": 1, \"interpreter\": {{\"switch_interval_ms\": {ms:e}}}"));
        assert!(lock(5.0) && !lock(0.0) && !lock(1e300));
    }
}
