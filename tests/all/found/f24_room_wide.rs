//! At 200×60 the room is used for what one would ask next, and no line of prose is longer than one can read.

use std::collections::BTreeMap;
use std::sync::Arc;

use parlab::record::{Activity, Event, LaneState, LaneTotals, LaneView, Status, TaskTimes};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::state::State;
use parlab::tui::update::{Msg, update};

use crate::screens::{expect, fixture, frame, press, text};

const WIDE: (u16, u16) = (200, 60);

/// A run with what its workers did, at its end.
fn ended() -> State {
    let mut state = fixture::state(WIDE, Theme::FULL);
    fixture::start(&mut state);
    for trial in 0..16 {
        let mut outcome = fixture::outcome(trial);
        let seconds =
            BTreeMap::from([(Activity::Running, outcome.wall_s * 0.9), (Activity::Blocked, outcome.wall_s * 0.1)]);
        let lane = |pid| LaneTotals {
            pid,
            tasks: 2,
            until_s: outcome.wall_s,
            seconds: seconds.clone(),
            ..LaneTotals::default()
        };
        outcome.lanes = vec![lane(4711), lane(4712)];
        outcome.task_s = Some(TaskTimes { min: 0.1, median: 0.15, p95: 0.7, max: 0.8 });
        fixture::tell(&mut state, trial as f64 * 2.0, Event::TrialStarted { trial });
        fixture::tell(&mut state, trial as f64 * 2.0 + 0.01, Event::GateOpened { trial, startup_s: Some(0.0018) });
        let finished = Event::TrialFinished { trial, outcome: Arc::new(outcome) };
        fixture::tell(&mut state, trial as f64 * 2.0 + 1.5, finished);
    }
    fixture::finish(&mut state, Status::Done, &[]);
    state
}

#[test]
fn wide_results_tell_the_selected_configuration_in_detail() {
    let state = ended();
    expect("results-200x60", &state);
    let shown = text(&frame(&state));
    for word in ["selected", "95 % within", "its workers", "computes", "90 %"] {
        assert!(shown.contains(word), "{word} is missing in\n{shown}");
    }
}

#[test]
fn wide_runs_tell_workers_in_figures() {
    let mut state = fixture::state(WIDE, Theme::FULL);
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    let mut snapshot = fixture::snapshot();
    for (worker, lane) in snapshot.lanes.iter_mut().enumerate() {
        let mut seconds = [0.0; Activity::COUNT];
        seconds[Activity::Running as usize] = 0.21;
        seconds[Activity::Blocked as usize] = 0.1 * worker as f64;
        *lane = LaneView { seconds, state: LaneState::Running, ..lane.clone() };
    }
    update(&mut state, Msg::Snapshot(snapshot));
    expect("run-wide-200x60", &state);
    let shown = text(&frame(&state));
    for word in ["workers in figures", "computes", "blocked", "50 %", "what to look for"] {
        assert!(shown.contains(word), "{word} is missing in\n{shown}");
    }
}

#[test]
fn wide_libraries_tell_what_will_run() {
    let mut state = fixture::state(WIDE, Theme::FULL);
    press(&mut state, &[Key::Down]);
    expect("library-200x60", &state);
    let shown = text(&frame(&state));
    assert!(shown.contains("what will run") && shown.contains("● threads × 4"), "{shown}");
}

#[test]
fn wide_lines_of_prose_are_short_enough_to_read() {
    let mut library = fixture::state(WIDE, Theme::FULL);
    press(&mut library, &[Key::Down]);
    for state in [ended(), library] {
        let shown = text(&frame(&state));
        let prose = shown.lines().flat_map(|line| line.split('│')).filter(|part| part.contains(" the "));
        for part in prose {
            assert!(part.trim().chars().count() <= 90, "{part}");
        }
    }
}
