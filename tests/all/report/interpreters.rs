//! Runs by CPython and by what emulates it: in one table and one chart, each beside its own baseline alone.

use std::collections::BTreeMap;

use parlab::record::{
    Event, LockUse, Planned, RunState, ScenarioFacts, Stamped, Status, TaskResult, TrialOutcome, label, label_at,
};
use parlab::report::{json, text};
use parlab::results::{ChartSubject, Figures, FiguresChart, Fits, findings};
use parlab::scenario::{BackendKind, Config, Interpreter, Plan, PlannedTrial, Point, Value};

use super::fixtures::{self, Script, state};

/// Wall seconds by configuration. Python's loop takes four times as long as the emulated one.
type Walls = [f64; 6];
const WALLS_S: Walls = [4.0, 4.0, 4.25, 1.0, 1.0, 1.0];

fn planned() -> Planned {
    let at = |(index, name, threads): (u32, &str, BackendKind)| {
        let value = Value::Word(name.to_owned());
        let point = Point { index, key: "interpreter".to_owned(), value };
        let config = |backend, workers| Config { point: Some(point.clone()), ..fixtures::config(backend, workers) };
        [config(BackendKind::SERIAL, 1), config(threads, 1), config(threads, 2)]
    };
    let sides = [(0, "CPython", BackendKind::PYTHON_THREADS), (1, "emulated", BackendKind::THREADS)];
    let configs: Vec<Config> = sides.into_iter().flat_map(at).collect();
    let trials =
        (0..3).flat_map(|repeat| (0..6).map(move |config| PlannedTrial { config, repeat, warmup: false })).collect();
    let usual = fixtures::planned();
    let scenario = ScenarioFacts {
        name: "gil-real".to_owned(),
        kind: "python".to_owned(),
        emulated: Some("countdown".to_owned()),
        interpreter: Some(Interpreter { switch_interval_ms: 5.0 }),
        lesson: String::new(),
        ..usual.scenario.clone()
    };
    Planned { scenario, plan: Plan { configs, baseline: Some(0), trials }, ..usual }
}

/// Both sides come to the same sum, by results of other names.
fn outcome(config: usize, wall_s: f64) -> TrialOutcome {
    let (name, is_emulated) = if config < 3 { ("value", false) } else { ("steps", true) };
    let result = || TaskResult { values: Some(BTreeMap::from([(name.to_owned(), 1.0)])) };
    TrialOutcome {
        wall_s,
        startup_s: [None, Some(0.25), Some(0.25)][config % 3],
        interpreter: is_emulated.then_some(LockUse { held_s: wall_s, waited_s: 0.5, waits: 4, handovers: 4 }),
        checksum: format!("{:016x}", 7),
        results: [0, 3].contains(&config).then(|| (0..4).map(|_| result()).collect()),
        ..fixtures::outcome(PlannedTrial { config: 0, repeat: 0, warmup: false })
    }
}

fn played(walls_s: Walls) -> Vec<Stamped> {
    let planned = planned();
    let trials = planned.plan.trials.clone();
    let mut script = Script::new(planned);
    for (trial, PlannedTrial { config, repeat, .. }) in trials.into_iter().enumerate() {
        // Repeats that differ a little, by the same factor, leave the ratios alone.
        let outcome = outcome(config, walls_s[config] * (1.0 + f64::from(repeat) / 64.0));
        script.start(trial, outcome.startup_s);
        script.end(trial, outcome);
    }
    script.finish(Status::Done, Vec::new())
}

fn said(walls_s: Walls) -> Vec<String> {
    let state = state(&played(walls_s));
    findings(&state, &Figures::of(&state)).into_iter().map(|finding| finding.message).collect()
}

#[test]
fn each_is_relative_to_its_own_baseline() {
    let figures = Figures::of(&state(&played(WALLS_S)));
    let efficiencies: Vec<Option<f64>> = figures.rows.iter().map(|row| row.efficiency).collect();
    assert_eq!(efficiencies, [1.0, 1.0, 8.0 / 17.0, 1.0, 1.0, 0.5].map(Some));
    let names: Vec<_> = figures.interpreters().into_iter().map(Point::name).collect();
    assert_eq!((figures.varied(), names), (None, vec![Some("CPython"), Some("emulated")]));
    assert!(figures.metg.is_empty(), "no number is varied");
    let mut marks: Vec<_> = figures.rows.iter().map(|row| (row.mark.family, row.mark.member)).collect();
    marks.dedup();
    assert_eq!(marks.len(), 4, "both loops and both pools are told apart: {marks:?}");
}

#[test]
fn the_chart_has_both_over_the_workers() {
    let figures = Figures::of(&state(&played(WALLS_S)));
    let FiguresChart { chart, .. } = FiguresChart::of(&figures, ChartSubject::Figures, 4);
    let names: Vec<&str> = chart.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names, ["threads (emulated)", "python-threads"]);
    assert_eq!(
        (chart.x_label.as_str(), chart.y_label.as_str(), chart.planned_x),
        ("workers", "speedup", vec![1.0, 2.0])
    );
    let speedups: Vec<Vec<f64>> =
        chart.series.iter().map(|series| series.points.iter().map(|point| point.y).collect()).collect();
    assert_eq!(speedups, [[1.0, 1.0], [1.0, 16.0 / 17.0]]);
    let laws: Vec<String> = Fits::of(&figures).series.into_iter().map(|fit| fit.name).collect();
    assert_eq!(laws, ["python-threads", "threads (emulated)"]);
}

#[test]
fn configurations_are_called_by_their_interpreter_where_the_backend_does_not_say_it() {
    let configs = planned().plan.configs;
    let labels = ["serial (CPython)", "python-threads × 1", "python-threads × 2"];
    let emulated = ["serial (emulated)", "threads × 1 (emulated)", "threads × 2 (emulated)"];
    let expected = [labels, emulated].concat();
    assert_eq!(configs.iter().map(label).collect::<Vec<_>>(), expected);
    assert_eq!(configs.iter().map(label_at).collect::<Vec<_>>(), expected);
}

#[test]
fn how_far_they_agree_is_said_and_never_whose_seconds_are_fewer() {
    let agree = said(WALLS_S);
    let expected = "The emulation agrees with CPython within 6.2 %: python-threads × 2 took 1.06 times as long as its \
                    baseline, threads × 2 (emulated) 1.00 times as long as its own.";
    assert_eq!(agree[0], expected);
    for sentence in &agree[1..] {
        let both = ["CPython", "python-threads"].iter().any(|word| sentence.contains(word));
        assert!(!(both && sentence.contains("emulated")), "a sentence is of one of them: {sentence}");
    }
    assert!(agree.iter().any(|sentence| sentence.starts_with("Nothing was faster than serial (CPython)")), "{agree:?}");
    let differ = said([4.0, 4.0, 8.0, 1.0, 1.0, 1.0]);
    assert!(differ[0].starts_with("The emulation differs from CPython by 100 %"), "{differ:?}");
    let alone = said([4.0, 4.0, 4.0, 1.0, 1.0, 0.5]);
    assert!(
        alone
            .iter()
            .any(|s| s.starts_with("Fastest were threads × 2 (emulated): 2.00 times as fast as serial (emulated)"))
    );
}

#[test]
fn scripts_are_told_the_interpreter_of_each_configuration() {
    let report: serde_json::Value = serde_json::from_str(&json::render(&state(&played(WALLS_S)))).unwrap();
    let configs = report["configs"].as_array().unwrap();
    let names: Vec<&str> = configs.iter().map(|config| config["vary"]["interpreter"].as_str().unwrap()).collect();
    assert_eq!(names, [["CPython"; 3], ["emulated"; 3]].concat());
    assert_eq!(report["scenario"]["emulated"], serde_json::json!({"kind": "countdown"}));
    assert_eq!(report["scenario"]["interpreter"]["switch_interval_ms"], 5.0);
    let locks: Vec<bool> = configs.iter().map(|config| !config["interpreter"].is_null()).collect();
    assert_eq!(locks, [false, false, false, true, true, true]);
    // Equal sums do not make results of one kind those of the other.
    for (config, name) in configs.iter().zip([["value"; 3], ["steps"; 3]].concat()) {
        assert_eq!(config["results"][0]["values"], serde_json::json!({name: 1.0}), "{config}");
    }
    let plain: serde_json::Value = serde_json::from_str(&json::render(&state(&fixtures::done()))).unwrap();
    assert!(plain["scenario"].get("emulated").is_none());
}

#[test]
fn people_are_told_the_interpreter_of_each_configuration() {
    insta::assert_snapshot!(text::render(&state(&played(WALLS_S))));
}

#[test]
fn a_journal_keeps_it_and_older_ones_are_read() {
    let facts = planned().scenario;
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<ScenarioFacts>(&text).unwrap(), facts);
    let usual = serde_json::to_string(&fixtures::planned().scenario).unwrap();
    assert!(!usual.contains("emulated"), "older programs read what has none of it");
    assert_eq!(serde_json::from_str::<ScenarioFacts>(&usual).unwrap().emulated, None);
    let events = played(WALLS_S);
    let kept: Vec<Stamped> =
        events.iter().map(|it| serde_json::from_value(serde_json::to_value(it).unwrap()).unwrap()).collect();
    let [first, again]: [RunState; 2] = [state(&events), state(&kept)];
    assert_eq!(Figures::of(&first), Figures::of(&again));
    assert!(matches!(events[0].event, Event::Planned(_)));
}
