//! What tasks share, on the screens: memory over time, and what they left behind.

use std::collections::BTreeMap;

use parlab::record::{Event, LaneState, MemoryCourse, ProcessMemory, Status, TrialOutcome};
use parlab::tui::keys::Key;
use parlab::tui::state::State;
use parlab::tui::update::{Msg, update};

use super::{LARGE, SIZES, SMALL, expect, fixture, press};
use parlab::tui::Theme;

const MIB: u64 = 1 << 20;

/// Trials up to this one, with something added to each outcome.
pub(super) fn run_trials(state: &mut State, trials: usize, change: impl Fn(usize, &mut TrialOutcome)) {
    for trial in 0..trials {
        let mut outcome = fixture::outcome(trial);
        change(trial % 8, &mut outcome);
        let at = trial as f64 * 2.0;
        fixture::tell(state, at, Event::TrialStarted { trial });
        fixture::tell(state, at + 0.01, Event::GateOpened { trial, startup_s: Some(0.0018) });
        fixture::tell(state, at + 1.5, Event::TrialFinished { trial, outcome: std::sync::Arc::new(outcome) });
    }
}

/// Memory that grows as forked workers write: from one copy to one for each of them and their parent.
fn course(workers: u32) -> MemoryCourse {
    let own = |growth: &[u64]| growth.iter().map(|mib| mib * MIB).collect::<Vec<u64>>();
    let steps = [22, 30, 45, 60, 65];
    let process = |worker| ProcessMemory { workers: vec![worker], bytes: own(&steps) };
    let total: Vec<u64> = steps.iter().map(|mib| mib * MIB * u64::from(workers + 1)).collect();
    MemoryCourse {
        peak_bytes: total[4],
        at_s: vec![0.0, 0.1, 0.2, 0.3, 0.4],
        total_bytes: total,
        processes: (0..workers).map(process).collect(),
        parent_bytes: Some(own(&steps)),
    }
}

fn remember(config: usize, outcome: &mut TrialOutcome) {
    // serial, three of threads, four of processes.
    let workers = if config < 4 { 0 } else { config as u32 - 3 };
    outcome.memory = Some(course(workers));
}

fn lose(config: usize, outcome: &mut TrialOutcome) {
    let lost = [0.0, 0.0, 4_000_002.0, 5_123_456.0, 0.0, 3_999_999.0, 4_100_000.0, 4_200_000.0][config];
    let values = [("lost", lost), ("found", 16e6 - lost), ("expected", 16e6)];
    outcome.tally = Some(values.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<BTreeMap<_, _>>());
}

#[test]
fn memory_grows_beside_the_lanes() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        fixture::start_kind(&mut state, "memory");
        run_trials(&mut state, 5, remember);
        fixture::tell(&mut state, 10.0, Event::TrialStarted { trial: 5 });
        fixture::tell(&mut state, 10.01, Event::GateOpened { trial: 5, startup_s: Some(0.0018) });
        let mut snapshot = fixture::snapshot();
        snapshot.memory = Some(course(2));
        update(&mut state, Msg::Snapshot(snapshot));
        expect(&format!("run-memory-{size_name}"), &state);
    }
}

#[test]
fn threads_have_their_memory_in_common() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    fixture::start_kind(&mut state, "memory");
    run_trials(&mut state, 2, remember);
    fixture::tell(&mut state, 10.0, Event::TrialStarted { trial: 2 });
    fixture::tell(&mut state, 10.01, Event::GateOpened { trial: 2, startup_s: Some(0.0018) });
    let mut snapshot = fixture::snapshot();
    let process = ProcessMemory { workers: vec![0, 1], bytes: vec![68 * MIB; 2] };
    snapshot.lanes[0].state = LaneState::Finished;
    snapshot.memory = Some(MemoryCourse {
        peak_bytes: 68 * MIB,
        at_s: vec![0.0, 0.4],
        total_bytes: vec![68 * MIB; 2],
        processes: vec![process],
        parent_bytes: None,
    });
    update(&mut state, Msg::Snapshot(snapshot));
    expect("run-memory-threads", &state);
}

#[test]
fn results_tell_memory() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        fixture::start_kind(&mut state, "memory");
        run_trials(&mut state, 16, remember);
        fixture::finish(&mut state, Status::Done, &[]);
        press(&mut state, &[Key::End]);
        expect(&format!("results-memory-{size_name}"), &state);
    }
}

#[test]
fn results_tell_what_was_lost() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        fixture::start_kind(&mut state, "race");
        run_trials(&mut state, 16, lose);
        fixture::finish(&mut state, Status::Done, &[]);
        press(&mut state, &[Key::Down, Key::Down]);
        expect(&format!("results-lost-{size_name}"), &state);
    }
}

#[test]
fn a_trial_that_ended_tells_what_it_lost() {
    for (size_name, size) in [("80x24", SMALL), ("120x40", LARGE)] {
        let mut state = fixture::state(size, Theme::FULL);
        fixture::start_kind(&mut state, "race");
        run_trials(&mut state, 3, lose);
        update(&mut state, Msg::Snapshot(fixture::snapshot()));
        expect(&format!("run-lost-{size_name}"), &state);
    }
}
