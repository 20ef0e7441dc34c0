//! A scenario that varies a number: the chart over its values, the table with the point, and the run on the way there.

use parlab::record::{Event, Planned, ScenarioFacts, Status, TaskTimes, TrialOutcome};
use parlab::scenario::{BackendKind, Config, Plan, PlannedTrial, Point, Value};
use parlab::tui::state::State;
use parlab::tui::update::{Msg, update};

use super::*;

const STEPS: [f64; 5] = [2.0, 200.0, 2e4, 2e6, 2e8];

/// Serial, and threads and processes in twos, at each number of steps.
fn configs(key: &str) -> Vec<Config> {
    let at = |(index, value): (usize, f64)| {
        let point = Point { index: index as u32, key: key.to_owned(), value: Value::Number(value) };
        let config = |backend, workers| Config { point: Some(point.clone()), ..Config::new(backend, workers) };
        [config(BackendKind::SERIAL, 1), config(BackendKind::THREADS, 2), config(BackendKind::PROCESSES, 2)]
    };
    STEPS.into_iter().enumerate().flat_map(at).collect()
}

fn start(state: &mut State, key: &str) {
    fixture::start(state);
    let planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    let configs = configs(key);
    let trials = (0..2)
        .flat_map(|repeat| (0..configs.len()).map(move |config| PlannedTrial { config, repeat, warmup: false }))
        .collect();
    let planned = Planned { plan: Plan { configs, baseline: Some(0), trials }, ..planned };
    fixture::tell(state, 0.0, Event::Planned(Box::new(planned)));
}

/// A nanosecond a step and four tasks; the start-up takes 0.1 ms or 1 ms, which here is part of the wall.
fn outcome(trial: usize) -> TrialOutcome {
    let (config, repeat) = (trial % 15, trial / 15);
    let task_s = STEPS[config / 3] * 1e-9;
    let (startup_s, workers) = [(1e-7, 1.0), (1e-4, 2.0), (1e-3, 2.0)][config % 3];
    TrialOutcome {
        wall_s: (4.0 * task_s / workers + startup_s) * (1.0 + 0.1 * repeat as f64),
        task_s: Some(TaskTimes { min: task_s, median: task_s, p95: task_s, max: task_s }),
        ..fixture::outcome(0)
    }
}

fn run_trials(state: &mut State, trials: std::ops::Range<usize>) {
    for trial in trials {
        let at = trial as f64 * 2.0;
        fixture::tell(state, at, Event::TrialStarted { trial });
        fixture::tell(state, at + 0.01, Event::GateOpened { trial, startup_s: Some(0.0018) });
        let outcome = outcome(trial);
        fixture::tell(
            state,
            at + 0.01 + outcome.wall_s,
            Event::TrialFinished { trial, outcome: std::sync::Arc::new(outcome) },
        );
    }
}

fn ended(size: (u16, u16), theme: Theme, key: &str) -> State {
    let mut state = fixture::state(size, theme);
    start(&mut state, key);
    run_trials(&mut state, 0..30);
    fixture::finish(&mut state, Status::Done, &[]);
    state
}

#[test]
fn results_over_what_is_varied() {
    for (size_name, size, theme) in SIZES {
        let mut state = ended(size, theme, "steps");
        press(&mut state, &[Key::Right, Key::Right, Key::Right]);
        expect(&format!("varied-results-{size_name}"), &state);
    }
}

#[test]
fn results_over_a_name_that_is_long() {
    expect("varied-results-long-name", &ended(SMALL, Theme::FULL, "a_parameter_of_the_kind_with_a_long_name"));
}

/// As [`ended`], where start-up counts: the heading of the times is long then.
fn ended_with_startup(size: (u16, u16), theme: Theme) -> State {
    let mut state = fixture::state(size, theme);
    start(&mut state, "steps");
    let planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    let scenario = ScenarioFacts { include_startup: true, ..planned.scenario.clone() };
    fixture::tell(&mut state, 0.0, Event::Planned(Box::new(Planned { scenario, ..planned })));
    run_trials(&mut state, 0..30);
    fixture::finish(&mut state, Status::Done, &[]);
    state
}

#[test]
fn the_speedup_is_told_where_times_have_long_headings() {
    for (_, size, theme) in SIZES {
        let shown = text(&frame(&ended_with_startup(size, theme)));
        let headings = shown.lines().find(|line| line.contains(" steps  ")).expect("the table");
        assert!(headings.contains("speedup"), "{size:?}\n{shown}");
        assert_eq!(headings.contains("wall + start-up"), size.0 >= 80, "{size:?}\n{shown}");
    }
}

#[test]
fn no_figure_is_written_over_its_name() {
    let shown = text(&frame(&ended_with_startup((200, 60), Theme::FULL)));
    let details = shown.split(" selected ").nth(1).expect("the details");
    assert!(details.contains("│ wall + start-up  420 ms "), "{details}");
}

#[test]
fn why_there_is_no_chart_is_said_in_full() {
    for (_, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        start(&mut state, "steps");
        fixture::tell(&mut state, 0.0, Event::TrialStarted { trial: 0 });
        let shown = text(&frame(&state));
        let has = |word| shown.contains(word);
        assert!(has("none until serial is") && has("measured"), "{size:?}\n{shown}");
    }
}

#[test]
fn a_run_on_the_way() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        start(&mut state, "steps");
        run_trials(&mut state, 0..11);
        fixture::tell(&mut state, 30.0, Event::TrialStarted { trial: 11 });
        fixture::tell(&mut state, 30.01, Event::GateOpened { trial: 11, startup_s: Some(0.0018) });
        update(&mut state, Msg::Snapshot(fixture::snapshot()));
        expect(&format!("varied-run-{size_name}"), &state);
    }
}

#[test]
fn right_and_left_walk_each_series_by_its_values() {
    let mut state = ended(SMALL, Theme::FULL, "steps");
    let row = |state: &State| state.shared.run.as_ref().expect("a run").row();
    assert_eq!(row(&state), 13, "the fastest is selected at first");
    press(&mut state, &[Key::Home]);
    let mut seen = Vec::new();
    for _ in 0..12 {
        press(&mut state, &[Key::Right]);
        seen.push(row(&state));
    }
    // Threads at all points, then processes; the baseline is in no series, and the last point is the last.
    assert_eq!(seen, [1, 4, 7, 10, 13, 2, 5, 8, 11, 14, 14, 14]);
    press(&mut state, &[Key::Left, Key::Left, Key::Left, Key::Left, Key::Left]);
    assert_eq!(row(&state), 13);
    // From a row of the baseline, which the table has, too, the way leads to a series.
    press(&mut state, &[Key::Up]);
    assert_eq!(row(&state), 12);
    press(&mut state, &[Key::Right]);
    assert_eq!(row(&state), 1);
}

#[test]
fn the_library_says_what_is_varied() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    let mut entries = fixture::entries();
    if let Ok(preview) = &mut entries[0].preview {
        preview.configs = configs("steps");
    }
    update(&mut state, Msg::Entries(entries));
    expect("varied-library", &state);
}
