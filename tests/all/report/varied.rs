//! Runs that vary a number: every figure is relative to the baseline at the same point.
//!
//! Durations are powers of two, so that efficiencies are exact.

use parlab::record::{Event, Planned, Stamped, Status, TaskTimes, TrialOutcome, label_at};

use parlab::report::{json, text};
use parlab::results::{Figures, Metg, Speedup, findings};
use parlab::scenario::{BackendKind, Config, Plan, PlannedTrial, Point, Value};

use super::fixtures::{self, Script, state};

/// Wall seconds by point and configuration: serial, threads × 2, processes × 2; four tasks each.
const WALLS_S: [[f64; 3]; 3] = [[1.0 / 64.0, 1.0 / 32.0, 1.0 / 16.0], [1.0, 0.5, 2.0], [64.0, 32.0, 32.0]];

fn planned(key: &str, values: [Value; 3]) -> Planned {
    let at = |(index, value): (usize, Value)| {
        let point = Point { index: index as u32, key: key.to_owned(), value };
        let config = |backend, workers| Config { point: Some(point.clone()), ..fixtures::config(backend, workers) };
        [config(BackendKind::SERIAL, 1), config(BackendKind::THREADS, 2), config(BackendKind::PROCESSES, 2)]
    };
    let configs: Vec<Config> = values.into_iter().enumerate().flat_map(at).collect();
    let trials =
        (0..2).flat_map(|repeat| (0..9).map(move |config| PlannedTrial { config, repeat, warmup: false })).collect();
    Planned { plan: Plan { configs, baseline: Some(0), trials }, ..fixtures::planned() }
}

fn steps() -> Planned {
    planned("steps", [20.0, 2000.0, 2e5].map(Value::Number))
}

fn outcome(config: usize) -> TrialOutcome {
    let wall_s = WALLS_S[config / 3][config % 3];
    let each = wall_s / 4.0;
    TrialOutcome {
        wall_s,
        startup_s: [None, Some(0.25), Some(0.25)][config % 3],
        task_s: Some(TaskTimes { min: each, median: each, p95: each, max: each }),
        checksum: format!("{:016x}", config / 3),
        results: None,
        ..fixtures::outcome(PlannedTrial { config: 0, repeat: 0, warmup: false })
    }
}

/// Runs the plan but for one configuration.
fn played(planned: Planned, left_out: Option<usize>) -> Vec<Stamped> {
    let trials = planned.plan.trials.clone();
    let mut script = Script::new(planned);
    for (trial, PlannedTrial { config, .. }) in trials.into_iter().enumerate() {
        if Some(config) != left_out {
            script.start(trial, outcome(config).startup_s);
            script.end(trial, outcome(config));
        }
    }
    script.finish(Status::Done, Vec::new())
}

fn seconds(figures: &Figures) -> Vec<(BackendKind, u32, Option<f64>)> {
    let told = |metg: &Metg| (metg.config.backend, metg.config.workers, metg.seconds);
    figures.metg.iter().map(told).collect()
}

#[test]
fn speedups_are_relative_to_the_baseline_of_the_same_point() {
    let figures = Figures::of(&state(&played(steps(), None)));
    let efficiencies: Vec<Option<f64>> = figures.rows.iter().map(|row| row.efficiency).collect();
    assert_eq!(efficiencies, [1.0, 0.25, 0.125, 1.0, 1.0, 0.25, 1.0, 1.0, 1.0].map(Some));
    assert_eq!(figures.rows[4].speedup, Some(Speedup { value: 2.0, ci95: None, pairs: 2 }));
    assert_eq!(figures.rows[5].karp_flatt, Some(3.0), "(1/S − 1/2) ÷ (1/2) for S = 1/2");
    assert_eq!((figures.baseline, figures.varied()), (Some(0), Some("steps")));
    let yardsticks: Vec<bool> = figures.rows.iter().map(|row| figures.is_yardstick(row)).collect();
    assert_eq!(yardsticks, [true, false, false, true, false, false, true, false, false]);
    assert_eq!(figures.rows.iter().map(|row| row.place).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
}

#[test]
fn a_point_without_its_baseline_has_no_speedups_and_the_others_have() {
    let figures = Figures::of(&state(&played(steps(), Some(3))));
    for (index, row) in figures.rows.iter().enumerate() {
        assert_eq!(row.efficiency.is_some(), index / 3 != 1, "{index}");
        assert_eq!(row.wall_s.is_some(), index != 3, "{index}");
    }
}

#[test]
fn the_shortest_task_worth_while_lies_between_points() {
    let figures = Figures::of(&state(&played(steps(), None)));
    // threads × 2: a quarter at 2 × 1/32 ÷ 4 = 1/64 s, all of it at 1/4 s. The half is a third of the way from one to
    // the other, on a logarithmic scale: 1/64 × 16^⅓. processes × 2: the same from 1 s to 16 s.
    let third = 16f64.powf(1.0 / 3.0);
    let wanted = [(BackendKind::THREADS, third / 64.0), (BackendKind::PROCESSES, third)];
    for ((backend, workers, seconds), wanted) in seconds(&figures).into_iter().zip(wanted) {
        assert_eq!((backend, workers), (wanted.0, 2));
        assert!((seconds.unwrap() / wanted.1 - 1.0).abs() < 1e-12, "{backend:?}: {seconds:?}");
    }
    assert_eq!(figures.metg.len(), 2, "the baseline has none");
    // Where start-up counts it is part of the granularity as well, and here nothing short is efficient any more:
    // 2 × (32 + 1/4) ÷ 4 = 16.125 s at 64 ÷ 64.5, and 2 × 3/4 ÷ 4 = 0.375 s at 1 ÷ 1.5 for threads.
    let mut planned = steps();
    planned.scenario.include_startup = true;
    let figures = Figures::of(&state(&played(planned, None)));
    let efficiency = (1.0 / 64.0) / (1.0 / 32.0 + 0.25) / 2.0;
    let (below, part) = (2.0 * (1.0 / 32.0 + 0.25) / 4.0, (0.5 - efficiency) / (1.0 / 1.5 - efficiency));
    let wanted = below * (0.375f64 / below).powf(part);
    assert!((seconds(&figures)[0].2.unwrap() / wanted - 1.0).abs() < 1e-12, "{figures:?}");
}

#[test]
fn what_is_not_bracketed_is_not_made_up() {
    // Without the long tasks processes are never efficient.
    let mut events = played(steps(), None);
    events.retain(|stamped| !matches!(&stamped.event, Event::TrialFinished { trial, .. } if trial % 9 == 8));
    let seconds = seconds(&Figures::of(&state(&events)));
    assert!(seconds[0].2.is_some());
    assert_eq!(seconds[1].2, None);
}

#[test]
fn other_ways_to_hand_out_the_same_tasks_have_no_shortest_task() {
    let figures = Figures::of(&state(&played(planned("chunk", [1, 10, 100].map(Value::Whole)), None)));
    assert_eq!((figures.varied(), figures.metg.len()), (Some("chunk"), 0));
    assert!(figures.rows.iter().all(|row| row.efficiency.is_some()));
    let mut without = steps();
    without.plan.baseline = None;
    assert!(Figures::of(&state(&played(without, None))).metg.is_empty(), "nor is there one without a baseline");
}

#[test]
fn numbers_of_threads_make_tasks_no_longer_and_each_is_told_of_by_itself() {
    let mut planned = planned("inner_threads", [1, 2, 3].map(Value::Whole));
    planned.scenario.kind = "matmul".to_owned();
    planned.plan.configs.truncate(6);
    planned.plan.trials.retain(|trial| trial.config < 6);
    let state = state(&played(planned, None));
    let figures = Figures::of(&state);
    assert_eq!((figures.varied(), figures.metg.len()), (Some("inner_threads"), 0));
    let told: Vec<String> = findings(&state, &figures).into_iter().map(|finding| finding.message).collect();
    let wanted = [
        "At inner_threads 1: nothing was faster than serial: the best of the others, threads × 2, took 2.00 times as long",
        "At inner_threads 2: fastest were threads × 2: 2.00 times as fast as serial",
    ];
    for wanted in wanted {
        assert!(told.iter().any(|told| told.starts_with(wanted)), "{told:#?}");
    }
    assert!(told.iter().all(|told| !told.contains("length")), "{told:#?}");
}

#[test]
fn scripts_are_told_the_point_of_each_configuration() {
    let report: serde_json::Value = serde_json::from_str(&json::render(&state(&played(steps(), None)))).unwrap();
    let configs = report["configs"].as_array().unwrap();
    let vary: Vec<&serde_json::Value> = configs.iter().map(|config| &config["vary"]).collect();
    assert_eq!(vary[0], &serde_json::json!({"steps": 20.0}));
    assert_eq!(vary[8], &serde_json::json!({"steps": 2e5}));
    assert_eq!(report["baseline"], serde_json::json!({"backend": "serial", "workers": 1}));
    let metg = report["metg"].as_array().unwrap();
    assert_eq!((&metg[0]["backend"], &metg[0]["workers"]), (&"threads".into(), &2.into()));
    assert!(metg[0]["processes"].is_null() && metg[0]["dispatch"].is_null(), "{metg:?}");
    assert!((metg[0]["seconds"].as_f64().unwrap() - 0.039_372_5).abs() < 1e-6, "{metg:?}");
    let plain: serde_json::Value = serde_json::from_str(&json::render(&state(&fixtures::done()))).unwrap();
    assert!(plain["configs"].as_array().unwrap().iter().all(|config| config["vary"].is_null()));
    assert_eq!(plain["metg"], serde_json::json!([]));
}

#[test]
fn people_are_told_the_point_of_each_configuration() {
    insta::assert_snapshot!(text::render(&state(&played(steps(), None))));
    let chunk = text::render(&state(&played(planned("chunk", [1, 10, 100].map(Value::Whole)), None)));
    assert!(chunk.contains("· dynamic · chunk 1, 10, 100 ·"), "{chunk}");
    assert!(!chunk.contains("METG"), "{chunk}");
}

#[test]
fn many_values_are_not_all_listed() {
    let mut planned = steps();
    let config = planned.plan.configs[0].clone();
    planned.plan.configs = (0..100)
        .map(|index| {
            let value = Value::Number(f64::from(index));
            Config { point: Some(Point { index, key: "steps".to_owned(), value }), ..config.clone() }
        })
        .collect();
    planned.plan.trials.clear();
    let text = text::render(&state(&Script::new(planned).finish(Status::Done, Vec::new())));
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("· steps 0, 1, 2, 3, 4, 5, 6, …, 99 ·"), "{text}");
}

#[test]
fn a_trial_is_called_by_its_point() {
    let planned = steps();
    assert_eq!(label_at(&planned.plan.configs[5]), "processes × 2, steps 2000");
    assert_eq!(parlab::record::trial_in_words(&planned.plan, 14), "processes × 2, steps 2000, repeat 2");
}

#[test]
fn journals_without_points_are_read_as_before() {
    let config: Config =
        serde_json::from_str(r#"{"backend": "threads", "workers": 2, "schedule": "dynamic", "chunk": 1}"#).unwrap();
    assert_eq!(config, fixtures::config(BackendKind::THREADS, 2));
    assert!(!serde_json::to_string(&config).unwrap().contains("point"));
    for config in steps().plan.configs {
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), config);
    }
}
