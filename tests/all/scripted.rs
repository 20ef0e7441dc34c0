//! Runs whose trials were thought up: from a scenario through the engine to the report, to the letter.
//!
//! Only the execution of a trial is replaced, by a script; planning, judging and reporting are the real ones.

mod laws;

use std::collections::BTreeMap;

use parlab::backend::Broken;
use parlab::engine::{Control, Executor, RunInfo, run};
use parlab::record::{
    Cause, Event, Loss, MachineFacts, Remedy, RunState, Stamped, Status, TaskResult, TaskTimes, TrialEnd, TrialOutcome,
};
use parlab::report::json;
use parlab::scenario::{BackendKind, Catalog, Config, Overrides, Scenario, Source};
use parlab::workload;

/// The lecture's queries on two backends; walls are in units of 1/8 s, so that every figure is exact.
pub(crate) const QUERIES: &str = "\
title   = \"Waiting\"
lesson  = \"Look at the walls.\"
[workload]
kind    = \"sleep\"
inputs  = [1, 8, 1.5, 2]
[sweep]
backends = [\"threads\", \"processes\"]
workers  = [1, 2]
repeats  = 3
warmup   = 1
seed     = 7
";

fn scenario(toml: &str) -> Scenario {
    Source::new("waiting.toml", toml)
        .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
        .expect("a scenario")
}

fn setting() -> RunInfo {
    RunInfo {
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        machine: MachineFacts {
            host: Some("login1".to_owned()),
            kernel: Some("6.1.0".to_owned()),
            cpu_model: Some("AMD EPYC 7B13".to_owned()),
            logical_cpus: 64,
            usable_cpus: 2,
            limited_by: vec!["affinity".to_owned()],
            memory_bytes: Some(1 << 34),
            memory_limited_by: Vec::new(),
            clock: None,
        },
        predictions: Vec::new(),
        data: None,
        origin: "waiting.toml".to_owned(),
        text: QUERIES.to_owned(),
        widths: parlab::results::widths,
        keeps_noisy: false,
        programs: parlab::engine::ProgramSetting::default(),
        part: None,
        earlier: Vec::new(),
    }
}

/// An executor that does as it is told: what becomes of the `n`th trial (counted from 0) of a configuration.
struct Script<F> {
    play: F,
    counts: BTreeMap<String, u32>,
    /// What it was asked for, in order.
    asked: Vec<(String, bool)>,
}

impl<F: FnMut(&Config, u32, &mut dyn FnMut(Event), usize) -> Result<TrialOutcome, Broken>> Executor for Script<F> {
    fn trial(
        &mut self,
        trial: usize,
        config: &Config,
        with_results: bool,
        tell: &mut dyn FnMut(Event),
    ) -> TrialOutcome {
        let name = format!("{} × {}", config.backend.word(), config.workers);
        let count = self.counts.entry(name.clone()).or_default();
        self.asked.push((name, with_results));
        let outcome = (self.play)(config, *count, tell, trial);
        *count += 1;
        let results = |outcome: &TrialOutcome| (with_results && outcome.end == TrialEnd::Complete).then(results);
        match outcome {
            Ok(outcome) => TrialOutcome { results: results(&outcome), ..outcome },
            Err(Broken(why)) => TrialOutcome { broken: Some(why), ..TrialOutcome::default() },
        }
    }
}

/// The results that all configurations come to.
fn results() -> Vec<TaskResult> {
    [1.0, 8.0, 1.5, 2.0].map(|x| result(Some(x))).into()
}

fn result(waited: Option<f64>) -> TaskResult {
    TaskResult { values: waited.map(|waited| BTreeMap::from([("waited".to_owned(), waited)])) }
}

/// A trial that went well: the `n`th of its configuration takes an eighth of a second more than the one before.
pub(crate) fn well(config: &Config, n: u32) -> TrialOutcome {
    let base = match (config.backend, config.workers) {
        (BackendKind::SERIAL, _) => 12.5,
        (_, 1) => 12.75,
        (BackendKind::THREADS, _) => 8.0,
        _ => 8.25,
    };
    TrialOutcome {
        end: TrialEnd::Complete,
        // The first is the warm-up, and must not show.
        wall_s: if n == 0 { 1000.0 } else { base + 0.125 * f64::from(n - 1) },
        startup_s: match config.backend {
            BackendKind::SERIAL => None,
            BackendKind::THREADS => Some(0.0625),
            _ => Some(0.5),
        },
        cpu_user_s: 0.25,
        cpu_system_s: 0.125 * f64::from(n),
        switches_voluntary: 4 + u64::from(n),
        switches_involuntary: 0,
        peak_rss_bytes: Some(u64::from(n + 1) << 20),
        tasks_done: 4,
        tasks_failed: 0,
        task_s: Some(TaskTimes { min: 1.0, median: 1.75, p95: 7.25, max: 8.0 }),
        checksum: "0123456789abcdef".to_owned(),
        ..TrialOutcome::default()
    }
}

/// Everything that a scripted run told.
pub(crate) struct Told {
    pub(crate) status: Status,
    pub(crate) events: Vec<Stamped>,
    pub(crate) state: RunState,
    pub(crate) asked: Vec<(String, bool)>,
}

impl Told {
    pub(crate) fn report(&self) -> serde_json::Value {
        serde_json::from_str(&json::render(&self.state)).expect("JSON")
    }

    pub(crate) fn warnings(&self) -> Vec<(&str, &str)> {
        self.state.warnings.iter().map(|warning| (warning.code.word(), &*warning.message)).collect()
    }
}

pub(crate) fn played(
    toml: &str,
    control: &Control,
    play: impl FnMut(&Config, u32, &mut dyn FnMut(Event), usize) -> Result<TrialOutcome, Broken>,
) -> Told {
    let mut script = Script { play, counts: BTreeMap::new(), asked: Vec::new() };
    let (mut events, mut state) = (Vec::new(), RunState::default());
    let status = run(&scenario(toml), setting(), &mut script, control, &mut |stamped| {
        state.apply(&stamped);
        events.push(stamped);
    });
    assert_eq!(state.status, Some(status), "the last event says how it ended");
    assert!(events.windows(2).all(|pair| pair[0].elapsed_s <= pair[1].elapsed_s));
    assert!(events.windows(2).all(|pair| pair[0].trials_done <= pair[1].trials_done));
    Told { status, events, state, asked: script.asked }
}

#[test]
fn a_run_that_goes_well_to_the_letter() {
    let told = played(QUERIES, &Control::default(), |config, n, _, _| Ok(well(config, n)));
    assert_eq!(told.status, Status::Done);
    insta::assert_snapshot!("report", json::render(&told.state));
    let order: Vec<&str> = told.asked.iter().map(|(name, _)| name.as_str()).collect();
    insta::assert_snapshot!("order", order.join("\n"));
    // Results are asked for until there are some, and then no more.
    for name in ["serial × 1", "threads × 1", "threads × 2", "processes × 1", "processes × 2"] {
        let asked: Vec<bool> = told.asked.iter().filter(|(asked, _)| asked == name).map(|(_, with)| *with).collect();
        assert_eq!(asked, [true, false, false, false], "{name}");
    }
}

#[test]
fn a_run_is_planned_alike_each_time_and_otherwise_with_another_seed() {
    let order = |toml: &str| played(toml, &Control::default(), |config, n, _, _| Ok(well(config, n))).asked;
    assert_eq!(order(QUERIES), order(QUERIES));
    let others: Vec<_> = (8..12).map(|seed| order(&QUERIES.replace("= 7", &format!("= {seed}")))).collect();
    assert!(others.iter().any(|other| *other != order(QUERIES)));
}

#[test]
fn start_up_is_part_of_the_speedup_where_it_was_asked_for() {
    let toml = format!("{QUERIES}include_startup = true\n");
    let told = played(&toml, &Control::default(), |config, n, _, _| Ok(well(config, n)));
    let report = told.report();
    let config = |backend: &str, workers: u64| {
        let all = report["configs"].as_array().expect("configs");
        all.iter().find(|config| config["backend"] == backend && config["workers"] == workers).expect("a row").clone()
    };
    // Each repeat is an eighth longer than the one before: serial from 12.5, processes × 2 from 8.25 and 0.5 for starting.
    let mean = |first_s: f64| (0..3).map(|n| first_s + 0.125 * f64::from(n)).product::<f64>().cbrt();
    let near =
        |found: &serde_json::Value, expected: f64| (found.as_f64().expect("a number") / expected - 1.0).abs() < 1e-12;
    assert!(near(&config("processes", 2)["speedup"]["value"], mean(12.5) / mean(8.75)));
    assert!(near(&config("processes", 2)["efficiency"], mean(12.5) / mean(8.75) / 2.0));
    assert_eq!(config("processes", 2)["wall_s"]["median"], 8.375, "the wall itself stays what it is");
    assert_eq!(config("serial", 1)["speedup"]["value"], 1.0);
    assert!(near(&config("threads", 1)["speedup"]["value"], mean(12.5) / mean(12.8125)));
}

#[test]
fn results_that_differ_fail_the_run() {
    let told = played(QUERIES, &Control::default(), |config, n, _, _| {
        let checksum =
            if config.workers == 2 && config.backend == BackendKind::THREADS && n == 2 { "bad" } else { "good" };
        Ok(TrialOutcome { checksum: checksum.to_owned(), ..well(config, n) })
    });
    assert_eq!(told.status, Status::Failed);
    let [(code, message)] = told.warnings()[..] else { panic!("{:?}", told.warnings()) };
    assert_eq!(code, "results-differ");
    for word in ["threads × 2, repeat 2", "bad", "good"] {
        assert!(message.contains(word), "{word}: {message}");
    }
    assert_eq!(told.report()["status"], "failed");
    assert_eq!(told.asked.len(), 20, "the others are run all the same");
}

#[test]
fn what_tasks_leave_behind_may_differ() {
    let toml = QUERIES.replace("\"sleep\"", "\"race\"");
    let told = played(&toml, &Control::default(), |config, n, _, _| {
        let lost = f64::from(n * config.workers);
        let tally = [("lost", lost), ("found", 100.0 - lost), ("expected", 100.0)];
        let tally = tally.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        Ok(TrialOutcome { tally: Some(tally), ..well(config, n) })
    });
    assert_eq!((told.status, told.warnings().len()), (Status::Done, 0));
    // Of the repeats 1, 2 and 3; the warm-up lost nothing, and must not show.
    let lost: Vec<f64> =
        (0..5).map(|config| told.report()["configs"][config]["tally"]["lost"].as_f64().expect("a figure")).collect();
    assert_eq!(lost, [2.0, 2.0, 4.0, 2.0, 4.0]);
    assert_eq!(told.report()["configs"][2]["tally"]["found"], 96.0);
}

#[test]
fn memory_that_cannot_be_measured_is_told_once() {
    let toml = QUERIES.replace("\"sleep\"", "\"memory\"");
    let told = played(&toml, &Control::default(), |config, n, _, _| Ok(well(config, n)));
    assert_eq!(told.status, Status::Done);
    assert_eq!(told.warnings().iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["memory-unknown"]);
    assert!(told.report()["configs"][0]["memory"]["pss_bytes"].is_null());
}

#[test]
fn a_backend_that_breaks_fails_the_run_and_spoils_nothing_else() {
    let told = played(QUERIES, &Control::default(), |config, n, _, _| match (config.backend, n) {
        (BackendKind::PROCESSES | BackendKind::HYBRID, _) => Err(Broken("no worker to be had".to_owned())),
        (BackendKind::THREADS, 2) => Err(Broken("a thread of it tore".to_owned())),
        _ => Ok(well(config, n)),
    });
    assert_eq!(told.status, Status::Failed);
    assert_eq!(told.warnings().len(), 10, "8 trials of processes and 2 of threads: {:?}", told.warnings());
    assert!(told.warnings().iter().all(|(code, _)| *code == "trial-broken"));
    assert!(
        told.warnings().iter().any(|(_, message)| message.contains("threads × 1, repeat 2 was given up: a thread"))
    );
    let report = told.report();
    for config in report["configs"].as_array().expect("configs") {
        let samples = config["wall_s"]["samples"].as_array().map(Vec::len);
        match config["backend"].as_str() {
            Some("serial") => assert_eq!(samples, Some(3)),
            Some("threads") => assert_eq!(samples, Some(2)),
            _ => {
                assert_eq!(samples, Some(0));
                for never in ["tasks_per_s", "efficiency", "karp_flatt", "checksum", "results"] {
                    assert!(config[never].is_null(), "{never}: {config:#}");
                }
                assert!(config["wall_s"]["median"].is_null() && config["startup_s"]["median"].is_null());
                assert!(config["task_s"]["max"].is_null() && config["memory"]["peak_rss_bytes"].is_null());
            }
        }
    }
}

#[test]
fn a_baseline_that_breaks_leaves_the_rest_without_speedups() {
    let told = played(QUERIES, &Control::default(), |config, n, _, _| match config.backend {
        BackendKind::SERIAL => Err(Broken("it was not to be".to_owned())),
        _ => Ok(well(config, n)),
    });
    let report = told.report();
    assert_eq!(report["baseline"], serde_json::json!({"backend": "serial", "workers": 1}));
    for config in &report["configs"].as_array().expect("configs")[1..] {
        assert!(config["speedup"]["value"].is_null() && config["efficiency"].is_null());
        assert!(config["wall_s"]["median"].is_number());
    }
}

#[test]
fn what_took_too_long_is_not_tried_again() {
    let told = played(QUERIES, &Control::default(), |config, n, _, _| match (config.backend, config.workers) {
        (BackendKind::THREADS, 2) => {
            Ok(TrialOutcome { end: TrialEnd::TimedOut, wall_s: 300.0, tasks_done: 1, ..well(config, n) })
        }
        _ => Ok(well(config, n)),
    });
    assert_eq!(told.status, Status::Failed);
    let [(code, message)] = told.warnings()[..] else { panic!("{:?}", told.warnings()) };
    assert_eq!(code, "timeout");
    assert!(message.contains("threads × 2, warm-up 1") && message.contains("timeout_s"), "{message}");
    assert_eq!(told.asked.iter().filter(|(name, _)| name == "threads × 2").count(), 1);
    assert_eq!(told.asked.len(), 17);
    let finished = told.events.iter().filter(|told| matches!(told.event, Event::TrialFinished { .. })).count();
    assert_eq!(finished, 17);
}

#[test]
fn failed_tasks_fail_the_run_and_are_no_sample() {
    let told = played(QUERIES, &Control::default(), |config, n, tell, trial| {
        if config.backend != BackendKind::PROCESSES || config.workers != 2 || n != 1 {
            return Ok(well(config, n));
        }
        for (pid, remedy) in [(41, Remedy::Retried), (42, Remedy::TaskFailed)] {
            let cause = Cause::Signal("SIGSEGV".to_owned());
            tell(Event::WorkerLost(Loss { trial, worker: 1, pid, cause, task: Some(3), remedy }));
        }
        Ok(TrialOutcome { tasks_done: 3, tasks_failed: 1, checksum: "other".to_owned(), ..well(config, n) })
    });
    assert_eq!(told.status, Status::Failed);
    let codes: Vec<&str> = told.warnings().iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["worker-lost", "worker-lost", "task-failed"], "and not that results differ");
    for (word, problem) in [("pid 41", 0), ("SIGSEGV", 0), ("task 3", 0), ("pid 42", 1), ("task 3", 2)] {
        assert!(told.warnings()[problem].1.contains(word), "{word}: {:?}", told.warnings());
    }
    let report = told.report();
    let config = &report["configs"][4];
    assert_eq!(config["wall_s"]["samples"], serde_json::json!([8.375, 8.5]));
    assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&3.into(), &1.into()));
}

#[test]
fn a_cancelled_run_keeps_what_it_has() {
    let control = Control::default();
    let mut left = 8;
    let told = played(QUERIES, &control, |config, n, _, _| {
        left -= 1;
        if left == 0 {
            control.cancel();
            return Ok(TrialOutcome { end: TrialEnd::Cancelled, tasks_done: 1, ..well(config, n) });
        }
        Ok(well(config, n))
    });
    assert_eq!(told.status, Status::Interrupted);
    assert_eq!(told.asked.len(), 8, "nothing is started after that");
    assert_eq!(told.warnings().iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["interrupted"]);
    let report = told.report();
    let samples: usize = report["configs"]
        .as_array()
        .expect("configs")
        .iter()
        .map(|config| config["wall_s"]["samples"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!(samples, 2, "7 trials were finished, 5 of them warm-ups");
}

#[test]
fn a_run_that_was_cancelled_before_it_began_does_nothing() {
    let control = Control::default();
    control.kill();
    let told = played(QUERIES, &control, |_, _, _, _| panic!("no trial is to be started"));
    assert_eq!(told.status, Status::Interrupted);
    assert_eq!(told.report()["status"], "interrupted");
}

#[test]
fn a_trial_during_which_the_program_stood_still_is_run_again() {
    let control = Control::default();
    let mut stops = 2;
    let told = played(QUERIES, &control, |config, n, _, _| {
        if config.backend == BackendKind::SERIAL && stops > 0 {
            stops -= 1;
            control.disturb();
            return Ok(TrialOutcome { wall_s: 1e6, ..well(config, n) });
        }
        Ok(well(config, n))
    });
    assert_eq!((told.status, told.asked.len()), (Status::Done, 22));
    assert!(told.state.finished.iter().all(|(_, outcome)| outcome.wall_s < 1e6));
}

#[test]
fn many_problems_are_counted_instead_of_listed() {
    let toml = QUERIES.replace("repeats  = 3", "repeats  = 60");
    let told = played(&toml, &Control::default(), |_, _, _, _| Err(Broken("no".to_owned())));
    assert_eq!(told.warnings().len(), 21);
    assert_eq!(told.warnings()[20], ("more", "and 285 more like these"));
}

#[test]
fn the_largest_run_that_is_allowed_is_reported_in_good_time() {
    let toml = "title = \"Large\"\n[workload]\nkind = \"square\"\ntasks = 4\n[sweep]\n\
         workers = \"1..4096\"\nrepeats = 12\nwarmup = 0\n";
    let told = played(toml, &Control::default(), |config, n, _, _| Ok(well(config, n + 1)));
    assert_eq!((told.status, told.asked.len()), (Status::Done, 8193 * 12));
    let begun = std::time::Instant::now();
    let text = json::render(&told.state);
    let took = begun.elapsed();
    eprintln!("a report of {} configurations, {} trials: {took:?}", 8193, told.asked.len());
    assert!(text.len() > 1_000_000);
    assert!(took.as_secs() < 10, "{took:?}");
}

/// The index of the point that a configuration is run at.
fn point(config: &Config) -> u32 {
    config.point.as_ref().expect("a point").index
}

fn varying(key: &str) -> String {
    format!("{QUERIES}[vary]\n{key} = [1, 2, 3]\n")
}

#[test]
fn results_may_differ_from_point_to_point_but_not_at_one() {
    let by_point = |config: &Config| format!("{:016x}", point(config));
    let toml = varying("unit_s");
    let told = played(&toml, &Control::default(), |config, n, _, _| {
        Ok(TrialOutcome { checksum: by_point(config), ..well(config, n) })
    });
    assert_eq!((told.status, told.warnings()), (Status::Done, vec![]));
    let told = played(&toml, &Control::default(), |config, n, _, _| {
        let is_wrong = config.backend == BackendKind::THREADS && config.workers == 2 && point(config) == 1 && n > 2;
        let checksum = if is_wrong { "bad".to_owned() } else { by_point(config) };
        Ok(TrialOutcome { checksum, ..well(config, n) })
    });
    assert_eq!(told.status, Status::Failed);
    assert_eq!(told.warnings().len(), 3, "all but the warm-up: {:?}", told.warnings());
    for (code, message) in told.warnings() {
        assert_eq!(code, "results-differ");
        assert!(message.starts_with("the results of threads × 2, unit_s 2, repeat "), "{message}");
        assert!(message.contains(", unit_s 2, warm-up 1 (checksums bad and 0000000000000001)"), "{message}");
    }
}

#[test]
fn handing_the_same_tasks_out_in_another_way_changes_no_result() {
    let told = played(&varying("chunk"), &Control::default(), |config, n, _, _| {
        Ok(TrialOutcome { checksum: format!("{:016x}", point(config)), ..well(config, n) })
    });
    assert_eq!(told.status, Status::Failed);
    // Ten of fifteen configurations, four times each; not all of them are listed.
    let problems = told.warnings();
    let (last, others) = problems.split_last().expect("problems");
    assert!(others.iter().all(|(code, _)| *code == "results-differ"), "{problems:?}");
    assert_eq!(*last, ("more", "and 20 more like these"));
}

#[test]
fn equal_results_are_told_once_and_found_at_every_point() {
    let with_results = |told: &Told| {
        let outcomes = told.state.finished.iter().filter(|(_, outcome)| outcome.results.is_some());
        outcomes.map(|(_, outcome)| outcome.checksum.clone()).collect::<Vec<_>>()
    };
    let all_have_results = |told: &Told| {
        let report = told.report();
        let configs = report["configs"].as_array().expect("configs");
        assert_eq!(configs.len(), 15);
        configs.iter().all(|config| config["results"].as_array().is_some_and(|results| results.len() == 4))
    };
    let told = played(&varying("chunk"), &Control::default(), |config, n, _, _| Ok(well(config, n)));
    assert_eq!((with_results(&told).len(), all_have_results(&told)), (1, true));
    let told = played(&varying("unit_s"), &Control::default(), |config, n, _, _| {
        Ok(TrialOutcome { checksum: point(config).to_string(), ..well(config, n) })
    });
    let mut told_of = with_results(&told);
    told_of.sort();
    assert_eq!((told_of, all_have_results(&told)), (vec!["0".to_owned(), "1".to_owned(), "2".to_owned()], true));
    // Each configuration is asked until it has given results, at each point anew.
    assert_eq!(told.asked.iter().filter(|(_, with_results)| *with_results).count(), 15);
}

#[test]
fn what_took_too_long_at_one_point_is_tried_at_the_others() {
    let told = played(&varying("unit_s"), &Control::default(), |config, n, _, _| {
        let is_slow = config.backend == BackendKind::PROCESSES && config.workers == 2 && point(config) == 2;
        let end = if is_slow { TrialEnd::TimedOut } else { TrialEnd::Complete };
        Ok(TrialOutcome { end, ..well(config, n) })
    });
    let problems = told.warnings();
    let [(code, message)] = problems[..] else { panic!("{problems:?}") };
    assert_eq!(code, "timeout");
    assert!(message.starts_with("processes × 2, unit_s 3, warm-up 1 took longer"), "{message}");
    let report = told.report();
    for config in report["configs"].as_array().expect("configs") {
        let samples = config["wall_s"]["samples"].as_array().map(Vec::len);
        let is_slow = config["backend"] == "processes" && config["workers"] == 2 && config["vary"]["unit_s"] == 3.0;
        assert_eq!(samples, Some(if is_slow { 0 } else { 3 }), "{config:#}");
    }
}
