//! The heat map of a grid search: while it fills, beside the speedup, at all sizes, with small grids and large ones.

use parlab::record::{Event, Snapshot, Status, TaskResult, TaskState};
use parlab::scenario::{Axis, Inputs, Value};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::state::State;
use parlab::tui::update::{Msg, update};

use super::{LARGE, LEAST, SIZES, SMALL, expect, fixture, frame, press, text};

fn numbers(key: &str, values: &[f64]) -> Axis {
    Axis { key: key.to_owned(), values: values.iter().map(|&x| Value::Number(x)).collect() }
}

fn lecture() -> Vec<Axis> {
    let kernel = ["rbf", "poly"].map(|word| Value::Word(word.to_owned())).to_vec();
    vec![numbers("C", &[0.001, 10.0]), Axis { key: "kernel".to_owned(), values: kernel }]
}

/// A grid in two parts, and what its tasks have come to.
struct Scores {
    axes: Vec<Axis>,
    values: Vec<TaskState>,
}

/// Scores of a grid of which the first combinations are known; the next one is half done.
fn scores(mut axes: Vec<Axis>, known: usize) -> Scores {
    axes.push(Axis { key: "fold".to_owned(), values: vec![Value::Whole(0), Value::Whole(1)] });
    let all: usize = axes.iter().map(|axis| axis.values.len()).product();
    let mean = |i: usize| 0.9 + ((i * 37) % 100) as f64 / 1500.0;
    // Score and support vectors.
    let task = |i: usize| if i <= 2 * known { TaskState::Done(vec![mean(i / 2), 9.0]) } else { TaskState::Pending };
    Scores { axes, values: (0..all).map(task).collect() }
}

/// A snapshot with what tasks have come to.
fn snapshot(values: Vec<TaskState>) -> Snapshot {
    Snapshot { values, ..fixture::snapshot() }
}

/// A grid search in its sixth trial.
fn searching(size: (u16, u16), theme: Theme, Scores { axes, values }: Scores) -> State {
    let mut state = fixture::state(size, theme);
    fixture::start(&mut state);
    let mut planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    planned.scenario.kind = "svc".to_owned();
    (planned.job.kind, planned.job.inputs) = ("svc".to_owned(), Inputs::Grid(axes));
    fixture::tell(&mut state, 0.0, Event::Planned(Box::new(planned)));
    fixture::in_progress(&mut state);
    update(&mut state, Msg::Snapshot(snapshot(values)));
    state
}

#[test]
fn the_map_fills_while_it_runs() {
    for (name, size, theme) in SIZES {
        expect(&format!("run-search-{name}"), &searching(size, theme, scores(lecture(), 2)));
    }
    let mut state = searching(SMALL, Theme::FULL, scores(lecture(), 2));
    press(&mut state, &[Key::Tab]);
    assert!(state.wants_snapshots(), "the results fill, too");
    expect("results-search-so-far", &state);
    update(&mut state, Msg::Snapshot(snapshot(scores(lecture(), 4).values)));
    assert!(!state.wants_snapshots(), "there is nothing more to come");
}

#[test]
fn results_have_it_beside_the_speedup() {
    for (name, size, theme) in [SIZES[0], SIZES[1], SIZES[2], SIZES[3], ("200x60", (200, 60), Theme::FULL)] {
        let mut state = searching(size, theme, scores(lecture(), 4));
        fixture::run_trials(&mut state, 16);
        fixture::finish(&mut state, Status::Done, &[]);
        expect(&format!("results-search-{name}"), &state);
    }
}

#[test]
fn large_grids_and_further_keys() {
    let steps: Vec<f64> = (1..=20).map(|n| f64::from(n) / 10.0).collect();
    let large = || vec![numbers("C", &steps), numbers("gamma", &steps)];
    for (name, size, theme) in [("120x40", LARGE, Theme::FULL), ("80x24-plain", SMALL, Theme::PLAIN)] {
        let mut state = searching(size, theme, scores(large(), 400));
        fixture::finish(&mut state, Status::Done, &[]);
        expect(&format!("results-search-large-{name}"), &state);
    }
    let mut axes = lecture();
    axes.insert(0, numbers("gamma", &[0.25]));
    axes.push(numbers("degree", &[2.0, 3.0]));
    let mut state = searching(LARGE, Theme::FULL, scores(axes.clone(), 8));
    fixture::finish(&mut state, Status::Done, &[]);
    expect("results-search-three-keys", &state);
    let mut state = searching(LEAST, Theme::FULL, scores(axes, 8));
    fixture::finish(&mut state, Status::Done, &[]);
    assert!(text(&frame(&state)).contains("1 more tables"), "{}", text(&frame(&state)));
}

#[test]
fn a_replayed_run_shows_what_its_results_tell() {
    let mut state = searching(SMALL, Theme::FULL, scores(lecture(), 1));
    let result = |i: usize| {
        let values = [("score".to_owned(), 0.5 + i as f64 / 100.0)].into_iter().collect();
        TaskResult { values: Some(values) }
    };
    let mut outcome = fixture::outcome(5);
    outcome.results = Some((0..8).map(result).collect());
    fixture::tell(&mut state, 11.0, Event::TrialFinished { trial: 5, outcome: std::sync::Arc::new(outcome) });
    let again = state.shared.run.as_ref().and_then(|run| run.record.finished.last().cloned()).expect("an outcome");
    fixture::tell(&mut state, 12.0, Event::TrialFinished { trial: 6, outcome: again.1 });
    fixture::finish(&mut state, Status::Done, &[]);
    let shown = text(&frame(&state));
    assert!(shown.contains("best: 0.5650, C 10, kernel poly"), "{shown}");
    let kept = state.shared.run.iter().flat_map(|run| &run.record.finished).filter(|(_, o)| o.results.is_some());
    assert_eq!(kept.count(), 1, "equal results are kept once, for the report");
}

#[test]
fn other_kinds_have_none() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    press(&mut state, &[Key::Tab]);
    assert!(!state.wants_snapshots() && state.shared.run.as_ref().is_some_and(|run| run.found().is_none()));
}
