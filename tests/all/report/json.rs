//! Whole documents, to the letter.

use parlab::report::json;
use parlab::results::{COLUMNS, Figure, Figures};

use super::fixtures::{self, state};

#[test]
fn a_run_that_went_well() {
    insta::assert_snapshot!(json::render(&state(&fixtures::done())));
}

#[test]
fn a_run_that_was_interrupted() {
    insta::assert_snapshot!(json::render(&state(&fixtures::interrupted())));
}

#[test]
fn a_run_that_lost_a_worker() {
    insta::assert_snapshot!(json::render(&state(&fixtures::failed())));
}

fn value(events: &[parlab::record::Stamped]) -> serde_json::Value {
    serde_json::from_str(&json::render(&state(events))).unwrap()
}

#[test]
fn predictions_are_told_with_what_they_were_off_by() {
    let told = value(&fixtures::done_as_predicted());
    let predicted = |config: usize| told["configs"][config]["predicted"].clone();
    assert_eq!(predicted(1), serde_json::Value::Null);
    let of = |config: usize, part: &str, name: &str| told["configs"][config][part][name].as_f64().expect("a number");
    let near = |value: &serde_json::Value, expected: f64| (value.as_f64().expect("a number") - expected).abs() < 1e-9;
    // A speedup of 1.36 where 1.8 was expected; 979 ms where 0.8 s was, which would be a speedup of 2.45.
    let (speedup, time) = (predicted(2), predicted(3));
    assert_eq!((&speedup["speedup"], &speedup["wall_s"]), (&1.8.into(), &serde_json::Value::Null));
    assert!(near(&speedup["error"], 1.8 / of(2, "speedup", "value") - 1.0), "{speedup}");
    assert_eq!(time["wall_s"], 0.8);
    assert!(near(&time["speedup"], of(0, "wall_s", "estimate") / 0.8), "{time}");
    assert!(near(&time["error"], 0.8 / of(3, "wall_s", "estimate") - 1.0), "{time}");
}

#[test]
fn without_a_baseline_only_what_is_relative_to_it_is_null() {
    let (with, without) = (value(&fixtures::done()), value(&fixtures::done_without_baseline()));
    assert!(without["baseline"].is_null());
    for (with, without) in with["configs"].as_array().unwrap().iter().zip(without["configs"].as_array().unwrap()) {
        assert!(without["speedup"]["value"].is_null());
        assert!(without["efficiency"].is_null() && without["karp_flatt"].is_null());
        assert_eq!(with["wall_s"], without["wall_s"]);
    }
}

#[test]
fn what_tasks_left_is_told_in_medians() {
    let tally = |config: usize| value(&fixtures::done_with_tally())["configs"][config]["tally"].clone();
    assert_eq!(tally(0), serde_json::json!({ "expected": 12e6, "found": 12e6, "lost": 0.0 }));
    // Repeats found 9, 8 and 7 million, less the number of the configuration.
    assert_eq!(tally(3), serde_json::json!({ "expected": 12e6, "found": 7_999_997.0, "lost": 4_000_003.0 }));
    assert!(value(&fixtures::done())["configs"][0]["tally"].is_null());
}

#[test]
fn memory_is_told_of_the_repeat_that_took_most() {
    let memory = value(&fixtures::done_with_memory())["configs"][3]["memory"].clone();
    assert_eq!(memory["pss_bytes"], 196 << 20);
    assert_eq!(memory["peak_rss_bytes"], 3 << 20, "which is another figure");
    assert_eq!(memory["pss"]["at_s"], serde_json::json!([0.0, 0.25, 1.0]));
    assert_eq!(memory["pss"]["total_bytes"][2], 196 << 20);
    assert_eq!(
        memory["pss"]["processes"][1],
        serde_json::json!({ "workers": [1], "bytes": [22 << 20, 32 << 20, 66 << 20] })
    );
    assert_eq!(memory["pss"]["parent_bytes"][0], 22 << 20);
    let without = value(&fixtures::done())["configs"][3]["memory"].clone();
    assert!(without["pss_bytes"].is_null() && without["pss"].is_null());
}

#[test]
fn start_up_changes_the_speedup_and_nothing_else() {
    let (without, with) = (value(&fixtures::done()), value(&fixtures::done_with_startup()));
    let (without, with) = (&without["configs"][3], &with["configs"][3]);
    assert_eq!(without["speedup"]["value"], 2.0);
    // 2 ÷ 1.25, 2.5 ÷ 1.5 and 1.5 ÷ 1: the cube root of 4.
    let speedup = with["speedup"]["value"].as_f64().expect("a number");
    assert!((speedup - 4.0_f64.cbrt()).abs() < 1e-12, "{speedup}");
    assert_eq!(without["wall_s"], with["wall_s"]);
    assert_eq!(with["startup_s"]["median"], 0.25);
}

#[test]
fn results_stop_at_ten_thousand_tasks() {
    let mut events = fixtures::done();
    for (tasks, there) in [(10_000, true), (10_001, false)] {
        let parlab::record::Event::Planned(planned) = &mut events[0].event else { panic!("no plan") };
        planned.scenario.tasks = tasks;
        assert_eq!(value(&events)["configs"][0]["results"].is_array(), there, "{tasks}");
    }
}

#[test]
fn numbers_that_json_cannot_write_are_null() {
    let mut events = fixtures::done();
    for stamped in &mut events {
        if let parlab::record::Event::TrialFinished { outcome, .. } = &mut stamped.event {
            let outcome = std::sync::Arc::make_mut(outcome);
            outcome.wall_s = f64::NAN;
            outcome.cpu_user_s = f64::INFINITY;
        }
    }
    let report = value(&events);
    let config = &report["configs"][0];
    assert_eq!(config["wall_s"]["samples"], serde_json::json!([null, null, null]));
    assert!(config["wall_s"]["median"].is_null() && config["cpu_s"]["user"].is_null());
    assert_eq!(config["cpu_s"]["system"], 0.125);
}

#[test]
fn a_machine_that_tells_nothing_is_not_said_to_have_nothing() {
    let mut events = fixtures::done();
    let parlab::record::Event::Planned(planned) = &mut events[0].event else { panic!("no plan") };
    planned.machine = parlab::record::MachineFacts::default();
    let machine = &value(&events)["machine"];
    for key in ["host", "kernel", "cpu_model", "logical_cpus", "usable_cpus", "memory_bytes"] {
        assert!(machine[key].is_null(), "{key}");
    }
    assert_eq!(machine["limited_by"], serde_json::json!([]));
}

#[test]
fn a_run_without_an_end_was_interrupted() {
    let mut events = fixtures::done();
    events.pop();
    let report = value(&events);
    assert_eq!(report["status"], "interrupted");
    assert_eq!(report["warnings"][0]["code"], "unfinished");
}

#[test]
fn what_a_lock_cost_is_told_as_medians() {
    let report = value(&fixtures::under_a_lock());
    assert_eq!(report["scenario"]["interpreter"], serde_json::json!({"gil": true, "switch_interval_ms": 5.0}));
    let lock = |config: usize| report["configs"][config]["interpreter"].clone();
    // The walls of threads × 2 are 2, 1 and 1.5 s, those of processes × 2 are 1, 1.25 and 0.75 s.
    let threads = serde_json::json!({"held_s": 1.4375, "waited_s": 0.75, "waits": 1201, "handovers": 1});
    let processes = serde_json::json!({"held_s": 1.9375, "waited_s": 0.0, "waits": 0, "handovers": 0});
    assert_eq!((lock(2), lock(3)), (threads, processes));
    let without = value(&fixtures::done());
    assert!(without["scenario"]["interpreter"].is_null() && without["configs"][2]["interpreter"].is_null());
}

#[test]
fn the_columns_of_tables_stand_in_the_document_under_their_keys() {
    let runs = [
        fixtures::done(),
        fixtures::done_as_predicted(),
        fixtures::done_with_memory(),
        fixtures::done_with_startup(),
        fixtures::done_without_baseline(),
        fixtures::interrupted(),
        fixtures::failed(),
    ];
    let mut compared = 0;
    for events in &runs {
        let (document, figures) = (value(events), Figures::of(&state(events)));
        for (index, row) in figures.rows.iter().enumerate() {
            let applying = COLUMNS.iter().filter(|column| (column.applies)(&figures));
            for (key, column) in applying.filter_map(|column| Some((column.key?, column))) {
                let configuration = &document["configs"][index];
                // What was not predicted is no object.
                let pointer = format!("/{}", key.replace('.', "/"));
                let told = configuration.pointer(&pointer).filter(|told| !told.is_null());
                let parent = key.split('.').next().unwrap_or_default();
                assert!(configuration.get(parent).is_some(), "{key} is no key of a configuration");
                match (column.value)(row) {
                    Some(Figure::Between(ci)) => assert_eq!(told, Some(&serde_json::json!([ci.low, ci.high])), "{key}"),
                    figure => {
                        let number = figure.and_then(|figure| figure.number());
                        assert_eq!(told.and_then(serde_json::Value::as_f64), number, "{key} of {}", row.label);
                    }
                }
                compared += usize::from(told.is_some());
            }
        }
    }
    assert!(compared > 100, "only {compared} figures were compared");
}
