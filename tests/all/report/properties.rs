//! Whatever events come, in whatever order: no panic, and every key of the contract is there.

use std::collections::BTreeMap;

use parlab::record::{
    Cause, Event, Journal, LockUse, Loss, MemoryCourse, Planned, ProcessMemory, Remedy, RunState, Stamped, Status,
    TaskTimes, TrialEnd, TrialOutcome, Warning, WarningCode, read,
};
use parlab::report::{ProgressReporter, json, text};
use parlab::scenario::{BackendKind, Config, Interpreter, Plan, PlannedTrial, Point};
use proptest::prelude::*;
use serde_json::Value;

use super::fixtures;

/// Any number, the awkward ones often.
fn figure() -> BoxedStrategy<f64> {
    prop_oneof![finite(), Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)].boxed()
}

/// Any number that JSON can write.
fn finite() -> BoxedStrategy<f64> {
    prop_oneof![any::<f64>(), 0.0..100.0_f64, Just(0.0)].boxed()
}

fn planned() -> impl Strategy<Value = Planned> {
    let point = (0..3_u32, ".{0,12}", finite()).prop_map(|(index, key, x)| {
        let value = parlab::scenario::Value::Number(x);
        Point { index, key, value }
    });
    let config = (0..3_usize, 0..2000_u32, prop::option::of(point))
        .prop_map(|(b, workers, point)| Config { point, ..fixtures::config(BackendKind::ALL[b], workers) });
    let trial = (0..5_usize, any::<u32>(), any::<bool>()).prop_map(|(config, repeat, warmup)| PlannedTrial {
        config,
        repeat,
        warmup,
    });
    let plan = (
        prop::collection::vec(config, 0..5),
        prop::option::of(0..5_usize),
        prop::collection::vec(trial, 0..12),
        any::<bool>(),
        any::<u64>(),
        ".{0,40}",
    );
    plan.prop_map(|(configs, baseline, trials, include_startup, tasks, title)| {
        let mut planned = fixtures::planned();
        planned.plan = Plan { configs, baseline, trials };
        planned.scenario.include_startup = include_startup;
        planned.scenario.interpreter = (tasks % 2 == 0).then(Interpreter::default);
        planned.scenario.tasks = tasks;
        planned.scenario.lesson.clone_from(&title);
        planned.scenario.title = title;
        planned.scenario.kind = ["countdown", "race", "refcount", "memory", "?"][(tasks % 5) as usize].to_owned();
        planned
    })
}

/// Memory over time, as a journal that was tampered with may have it.
fn memory(figure: fn() -> BoxedStrategy<f64>) -> impl Strategy<Value = MemoryCourse> {
    let bytes = || prop::collection::vec(any::<u64>(), 0..4);
    let process = (prop::collection::vec(0..9_u32, 0..3), bytes());
    let processes = prop::collection::vec(process.prop_map(|(workers, bytes)| ProcessMemory { workers, bytes }), 0..3);
    let times = prop::collection::vec(figure(), 0..4);
    (any::<u64>(), times, bytes(), processes, prop::option::of(bytes())).prop_map(
        |(peak_bytes, at_s, total_bytes, processes, parent_bytes)| MemoryCourse {
            peak_bytes,
            at_s,
            total_bytes,
            processes,
            parent_bytes,
        },
    )
}

/// Values under names that a kind has, and under others: whatever tasks may come to.
fn tally() -> impl Strategy<Value = BTreeMap<String, f64>> {
    let name = prop::sample::select(vec!["lost", "found", "leaked", "freed_too_early", "?"]);
    prop::collection::btree_map(name.prop_map(str::to_owned), figure(), 0..4)
}

fn outcome(figure: fn() -> BoxedStrategy<f64>) -> impl Strategy<Value = TrialOutcome> {
    let end = prop_oneof![
        3 => Just(TrialEnd::Complete),
        1 => Just(TrialEnd::Cancelled),
        1 => Just(TrialEnd::TimedOut),
        1 => Just(TrialEnd::Broken),
    ];
    let times = (figure(), figure()).prop_map(|(a, b)| TaskTimes { min: a, median: b, p95: a, max: b });
    (
        end,
        figure(),
        prop::option::of(figure()),
        any::<u64>(),
        prop_oneof![Just(0), any::<u64>()],
        prop::option::of(times),
        prop::option::of(memory(figure)),
        prop::option::of(tally()),
    )
        .prop_map(|(end, wall_s, startup_s, count, tasks_failed, task_s, memory, tally)| TrialOutcome {
            end,
            wall_s,
            startup_s,
            cpu_user_s: startup_s.unwrap_or(0.0),
            switches_voluntary: count,
            tasks_done: count,
            tasks_failed,
            task_s,
            memory,
            tally,
            peak_rss_bytes: (count % 2 == 0).then_some(count),
            interpreter: (count % 5 > 1).then_some(LockUse {
                held_s: wall_s,
                waited_s: wall_s,
                waits: count,
                handovers: tasks_failed,
            }),
            ..fixtures::outcome(PlannedTrial { config: 0, repeat: 0, warmup: count % 3 == 0 })
        })
}

fn event(figure: fn() -> BoxedStrategy<f64>) -> impl Strategy<Value = Event> {
    let trial = 0..14_usize;
    let loss = (trial.clone(), any::<i32>(), prop::option::of(any::<u64>())).prop_map(|(trial, status, task)| Loss {
        trial,
        worker: 0,
        pid: 1,
        cause: Cause::Exit(status),
        task,
        remedy: Remedy::Replaced,
    });
    let warning = (proptest::sample::select(&WarningCode::ALL[..]), "\\PC{0,20}")
        .prop_map(|(code, message)| Warning { code, message });
    let status = prop_oneof![Just(Status::Done), Just(Status::Failed), Just(Status::Interrupted)];
    prop_oneof![
        1 => planned().prop_map(|planned| Event::Planned(Box::new(planned))),
        3 => trial.clone().prop_map(|trial| Event::TrialStarted { trial }),
        3 => (trial.clone(), prop::option::of(figure())).prop_map(|(trial, startup_s)| Event::GateOpened { trial, startup_s }),
        3 => (trial.clone(), any::<u64>()).prop_map(|(trial, done)| Event::Progress { trial, done, failed: 0 }),
        1 => loss.prop_map(Event::WorkerLost),
        1 => (trial.clone(), any::<bool>())
            .prop_map(|(trial, stopped)| Event::WorkerStalled { trial, worker: 0, pid: 1, stopped }),
        9 => (trial, outcome(figure)).prop_map(|(trial, o)| Event::TrialFinished { trial, outcome: std::sync::Arc::new(o) }),
        1 => (status, prop::collection::vec(warning, 0..3))
            .prop_map(|(status, warnings)| Event::RunFinished { status, warnings }),
    ]
}

/// Events in any order, the first of which plans a run; what was measured are such figures.
fn events(figure: fn() -> BoxedStrategy<f64>) -> impl Strategy<Value = Vec<Stamped>> {
    let stamped = (figure(), any::<usize>(), event(figure)).prop_map(|(elapsed_s, trials_done, event)| Stamped {
        elapsed_s,
        trials_done,
        event,
    });
    (planned(), prop::collection::vec(stamped, 0..40)).prop_map(|(planned, mut events)| {
        let first = Event::Planned(Box::new(planned));
        events.insert(0, Stamped { elapsed_s: 0.0, trials_done: 0, event: first });
        events
    })
}

/// The keys of an object and, with dots, of the objects in it; of an array, those of its first element.
fn keys(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| {
                let below = keys(value).into_iter().map(move |k| format!("{key}.{k}"));
                std::iter::once(key.clone()).chain(below).collect::<Vec<_>>()
            })
            .collect(),
        Value::Array(items) => items.first().map(keys).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The contract's example without what is optional within arrays and maps, `configs` apart.
const TOP: &str = r#"{"schema": "", "parlab": "", "started_at": "", "status": "",
    "scenario": {"name": "", "title": "", "kind": "", "tasks": 4, "seed": 1235, "interpreter": null, "sha256": ""},
    "machine": {"host": "", "kernel": "", "cpu_model": "", "logical_cpus": 2, "usable_cpus": 2, "limited_by": [],
                "memory_bytes": 0, "memory_limited_by": [],
                "clock": {"source": "", "resolution_s": 0, "reading_s": 0, "empty_task_s": 0}},
    "data": null, "baseline": null, "configs": [], "fits": [], "metg": [], "grid": null, "findings": [], "warnings": []}"#;
const CONFIG: &str = r#"{"backend": "processes", "workers": 2, "schedule": "dynamic", "chunk": 1, "vary": null,
    "processes": null, "threads_per_process": null, "dispatch": "pipe", "payload_bytes": 0,
    "wall_s": {"samples": [], "outliers": [], "median": 0, "min": 0, "mean": 0, "sd": 0, "estimate": 0,
               "estimator": "", "ci95": [0, 0]},
    "startup_s": {"median": 0, "min": 0}, "wall_and_startup_s": {"median": 0, "min": 0, "estimate": 0, "ci95": [0, 0]},
    "bytes_per_s": null, "payload_s_per_byte": null, "cpu_s": {"user": 0, "system": 0},
    "speedup": {"value": 0, "ci95": [0, 0], "estimator": "", "pairs": 0}, "efficiency": 0, "karp_flatt": 0, "predicted": null,
    "tasks_done": 4, "tasks_failed": 0, "tasks_per_s": 0,
    "task_s": {"min": 0, "median": 0, "p95": 0, "max": 0},
    "memory": {"peak_rss_bytes": 0, "pss_bytes": 0, "pss": null},
    "context_switches": {"voluntary": 0, "involuntary": 0}, "losses": null, "interpreter": null, "noise": null,
    "program": null, "tasks": null, "lanes": null, "tally": null,
    "checksum": "", "results": null}"#;

const FIT: &str = r#"{"backend": "processes", "dispatch": "shared", "threads_per_process": null, "law": "usl", "parameters": null,
    "standard_errors": null, "at_bound": [], "peak_workers": null, "peak_throughput": null, "points": 4, "distinct_workers": 4,
    "degrees_of_freedom": 1, "residual_standard_error": 0.1, "r_squared": 0.9, "points_left_out": 0, "karp_flatt": null,
    "cautions": []}"#;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The contract's keys, and no other ones.
fn check(report: &Value) -> Result<(), TestCaseError> {
    let (mut top, mut configs) = (report.clone(), report["configs"].as_array().cloned().unwrap_or_default());
    for fit in top["fits"].as_array_mut().into_iter().flatten() {
        (fit["parameters"], fit["standard_errors"], fit["karp_flatt"]) = (Value::Null, Value::Null, Value::Null);
        prop_assert_eq!(keys(fit), keys(&parsed(FIT)));
    }
    for key in ["configs", "baseline", "fits", "metg", "findings", "warnings"] {
        top[key] = Value::Null;
    }
    let lock = top["scenario"].get_mut("interpreter").map(Value::take).unwrap_or_default();
    prop_assert!(lock.is_null() || keys(&lock) == ["gil", "switch_interval_ms"]);
    prop_assert_eq!(keys(&top), keys(&parsed(TOP)));
    for config in &mut configs {
        (config["results"], config["predicted"], config["vary"]) = (Value::Null, Value::Null, Value::Null);
        (config["tally"], config["memory"]["pss"]) = (Value::Null, Value::Null);
        let losses = config["losses"].take();
        prop_assert!(losses.is_null() || losses["shares"].is_object() && losses["workers"].is_array());
        let lock = config["interpreter"].take();
        prop_assert!(lock.is_null() || keys(&lock) == ["handovers", "held_s", "waited_s", "waits"]);
        prop_assert_eq!(keys(config), keys(&parsed(CONFIG)));
    }
    Ok(())
}

/// What begins a command to the terminal.
const ESCAPE: char = '\u{1b}';

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_ledger_can_be_told(events in events(figure)) {
        let mut state = RunState::default();
        let mut progress = ProgressReporter::ProgressLines(Box::new(parlab::report::progress::ProgressLines::to(Box::new(std::io::sink()), parlab::units::Letters::Any)));
        for event in &events {
            state.tell(event, &mut [&mut progress]);
        }
        let text = text::render(&state);
        prop_assert!(text.ends_with('\n'));
        prop_assert!(!text.contains(ESCAPE), "an escape sequence");
        check(&parsed(&json::render(&state)))?;
    }

    #[test]
    fn what_was_written_is_told_as_before(events in events(finite)) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.jsonl");
        let mut journal = Journal::create(&path).expect("a journal");
        let mut state = RunState::default();
        events.iter().for_each(|event| state.tell(event, &mut [&mut journal]));
        prop_assert!(journal.lost().is_none());
        let recording = read(&path).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(!recording.torn && recording.events.len() == events.len());
        let again = recording.state();
        prop_assert_eq!(json::render(&again), json::render(&state));
        prop_assert_eq!(text::render(&again), text::render(&state));
    }
}

#[test]
fn nothing_at_all_can_be_told() {
    let report = parsed(&json::render(&RunState::default()));
    let top = parsed(TOP);
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&report), names(&top));
    assert!(report["scenario"].is_null() && report["machine"].is_null());
}
