//! Where the time went, on the screen: a bar a configuration, and the workers of the selected one.

use std::collections::BTreeMap;

use parlab::record::{Activity, LaneTotals, Status, TrialNoise, TrialOutcome};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::state::State;

use super::shared::run_trials;
use super::{SIZES, expect, fixture, frame, press, text};

/// Workers who come late one after the other, compute, and get tasks; the others of the machine take some of that.
fn account(config: usize, outcome: &mut TrialOutcome) {
    // serial, three of threads, four of processes.
    let workers = [1, 1, 2, 3, 1, 2, 3, 4][config];
    let wall_s = outcome.wall_s;
    let lane = |worker: u32| {
        let late = 0.05 * f64::from(worker);
        let parts = [(Activity::AtGate, late), (Activity::Running, 0.6), (Activity::Fetching, 0.1)];
        let rest = (Activity::Idle, 0.3 - late);
        let seconds: BTreeMap<Activity, f64> =
            parts.into_iter().chain([rest]).map(|(what, part)| (what, part * wall_s)).collect();
        LaneTotals { pid: 4711 + worker, tasks: 2, until_s: wall_s, seconds, ..LaneTotals::default() }
    };
    outcome.lanes = (0..workers).map(lane).collect();
    let taken_s = 0.1 * wall_s * f64::from(workers);
    let (others_s, runnable_s) = (Some(0.6 * taken_s), Some(taken_s));
    outcome.noise = Some(TrialNoise { usable_cpus: 2, over_s: wall_s, others_s, runnable_s, ..TrialNoise::default() });
}

#[test]
fn results_tell_where_the_time_went() {
    let sizes = SIZES.into_iter().chain([("200x60", (200, 60), Theme::FULL)]);
    for (size_name, size, theme) in sizes {
        let mut state = fixture::state(size, theme);
        fixture::start(&mut state);
        run_trials(&mut state, 16, account);
        fixture::finish(&mut state, Status::Done, &[]);
        press(&mut state, &[Key::End]);
        turn_to_time(&mut state);
        expect(&format!("results-losses-{size_name}"), &state);
    }
}

#[test]
fn the_chart_comes_back_to_the_speedups() {
    let mut state = fixture::state((80, 24), Theme::FULL);
    fixture::start(&mut state);
    run_trials(&mut state, 16, account);
    fixture::finish(&mut state, Status::Done, &[]);
    let before = text(&frame(&state));
    turn_to_time(&mut state);
    press(&mut state, &[Key::Char('y')]);
    assert_eq!(text(&frame(&state)), before, "it is the last of them");
}

/// Turns the chart until it shows where the time went.
fn turn_to_time(state: &mut State) {
    let shows = |state: &State| text(&frame(state)).contains("where the time went");
    for _ in 0..9 {
        if shows(state) {
            return;
        }
        press(state, &[Key::Char('y')]);
    }
    panic!("no such chart");
}
