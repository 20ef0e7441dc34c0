//! A run by CPython and by what emulates it: both in one chart over the workers, and in one table.

use std::sync::Arc;

use parlab::record::{Event, LockUse, Planned, ScenarioFacts, Status, TrialOutcome};
use parlab::scenario::{BackendKind, Config, Interpreter, Plan, PlannedTrial, Point, Value};
use parlab::tui::state::State;

use super::*;

fn configs() -> Vec<Config> {
    let at = |(index, name, threads): (u32, &str, BackendKind)| {
        let point = Point { index, key: "interpreter".to_owned(), value: Value::Word(name.to_owned()) };
        let config = |backend, workers| Config { point: Some(point.clone()), ..Config::new(backend, workers) };
        [config(BackendKind::SERIAL, 1), config(threads, 1), config(threads, 2), config(threads, 3)]
    };
    let sides = [(0, "CPython", BackendKind::PYTHON_THREADS), (1, "emulated", BackendKind::THREADS)];
    sides.into_iter().flat_map(at).collect()
}

fn start(state: &mut State) {
    fixture::start(state);
    let planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    let configs = configs();
    let trials = (0..3)
        .flat_map(|repeat| (0..configs.len()).map(move |config| PlannedTrial { config, repeat, warmup: false }))
        .collect();
    let scenario = ScenarioFacts {
        kind: "python".to_owned(),
        emulated: Some("countdown".to_owned()),
        interpreter: Some(Interpreter { switch_interval_ms: 5.0 }),
        ..planned.scenario.clone()
    };
    let planned = Planned { scenario, plan: Plan { configs, baseline: Some(0), trials }, ..planned };
    fixture::tell(state, 0.0, Event::Planned(Box::new(planned)));
}

fn outcome(trial: usize) -> TrialOutcome {
    let (config, repeat) = (trial % 8, trial / 8);
    let wall_s = [0.40, 0.41, 0.42, 0.44, 0.20, 0.20, 0.205, 0.21][config] * (1.0 + 0.01 * repeat as f64);
    let lock = LockUse { held_s: wall_s, waited_s: wall_s, waits: 40, handovers: 40 };
    TrialOutcome { wall_s, interpreter: (config >= 4).then_some(lock), ..fixture::outcome(0) }
}

fn ended(size: (u16, u16), theme: Theme) -> State {
    let mut state = fixture::state(size, theme);
    start(&mut state);
    for trial in 0..24 {
        let at = trial as f64 * 2.0;
        fixture::tell(&mut state, at, Event::TrialStarted { trial });
        fixture::tell(&mut state, at + 0.01, Event::GateOpened { trial, startup_s: Some(0.0018) });
        let outcome = Arc::new(outcome(trial));
        fixture::tell(&mut state, at + 1.0, Event::TrialFinished { trial, outcome });
    }
    fixture::finish(&mut state, Status::Done, &[]);
    state
}

#[test]
fn results_of_both() {
    for (size_name, size, theme) in SIZES {
        expect(&format!("interpreters-results-{size_name}"), &ended(size, theme));
    }
}

#[test]
fn the_points_of_both_are_gone_through_series_by_series() {
    let mut state = ended((120, 40), Theme::FULL);
    let mut seen = Vec::new();
    press(&mut state, &[Key::Left; 12]);
    for _ in 0..7 {
        let run = state.shared.run.as_ref().expect("a run");
        seen.push(run.figures().rows[run.row()].label.clone());
        press(&mut state, &[Key::Right]);
    }
    seen.dedup();
    let threads = |word: &str, what: &str| [1, 2, 3].map(|n| format!("{word} × {n}{what}"));
    assert_eq!(seen, [threads("threads", " (emulated)"), threads("python-threads", "")].concat());
}

#[test]
fn the_lock_is_shown_while_it_is_the_emulated_one() {
    for (trial, is_locked) in [(1, false), (5, true)] {
        let mut state = fixture::state((120, 40), Theme::FULL);
        start(&mut state);
        fixture::tell(&mut state, 0.0, Event::TrialStarted { trial });
        let plain = {
            let mut other = fixture::state((120, 40), Theme::FULL);
            start(&mut other);
            fixture::tell(&mut other, 0.0, Event::TrialStarted { trial: if is_locked { 1 } else { 5 } });
            text(&frame(&other))
        };
        let shown = text(&frame(&state));
        let has_lock = |text: &str| text.lines().any(|line| line.contains(" lock") && !line.contains("1/"));
        assert_eq!((has_lock(&shown), has_lock(&plain)), (is_locked, !is_locked), "{shown}");
    }
}
