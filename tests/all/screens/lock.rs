//! A run under an interpreter's lock: what its lanes and its figures show, whatever the terminal can.

use parlab::record::{Activity, Event, LaneState, LaneView, LockUse, LockView, Snapshot, TrialOutcome};
use parlab::scenario::Interpreter;
use parlab::tui::Theme;
use parlab::tui::state::State;
use parlab::tui::theme::{Colours, Glyphs};
use parlab::tui::update::{Msg, update};

use super::{LARGE, LEAST, SMALL, expect, fixture, frame};

/// Seconds by a worker: held, waited, blocked, native.
type Seconds = [f64; 4];

/// Both workers in the first second, the second one in the seconds after that.
const IN_TURNS: Seconds = [0.5, 0.5, 0.0, 0.0];
const AFTER: [[Seconds; 2]; 3] = [
    [[0.98, 0.02, 0.0, 0.0], [0.01, 0.89, 0.1, 0.0]],
    [[1.0, 0.0, 0.0, 0.0], [0.05, 0.0, 0.95, 0.0]],
    [[0.25, 0.0, 0.0, 0.75], [0.75, 0.0, 0.25, 0.0]],
];

/// A run under a lock whose third trial, two threads, has been seen for three and a half seconds.
fn under_a_lock(size: (u16, u16), theme: Theme) -> State {
    let mut state = planned(size, theme);
    fixture::run_trials(&mut state, 2);
    fixture::tell(&mut state, 10.0, Event::TrialStarted { trial: 2 });
    fixture::tell(&mut state, 10.01, Event::GateOpened { trial: 2, startup_s: Some(0.0018) });
    let mut spent = [[0.0; 4]; 2];
    for tick in 1..=28_u32 {
        let elapsed_s = f64::from(tick) / 8.0;
        let second = (tick as usize - 1) / 8;
        let rates = if second == 0 { [IN_TURNS; 2] } else { AFTER[second - 1] };
        for (spent, rates) in spent.iter_mut().zip(rates) {
            spent.iter_mut().zip(rates).for_each(|(spent, rate)| *spent += rate / 8.0);
        }
        update(&mut state, Msg::Snapshot(snapshot(elapsed_s, spent)));
    }
    state
}

fn planned(size: (u16, u16), theme: Theme) -> State {
    let mut state = fixture::state(size, theme);
    fixture::start(&mut state);
    let mut planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    planned.scenario.interpreter = Some(Interpreter::default());
    fixture::tell(&mut state, 0.0, Event::Planned(Box::new(planned)));
    state
}

fn snapshot(elapsed_s: f64, spent: [Seconds; 2]) -> Snapshot {
    let doing = [Activity::Native, Activity::Running];
    let lane = |worker: usize, x| LaneView {
        state: LaneState::Running,
        pid: 4711,
        task: Some(worker as u64),
        x: Some(x),
        fraction: Some(0.5),
        busy_s: elapsed_s,
        lock: Some(LockView {
            activity: doing[worker],
            held_s: spent[worker][0],
            waited_s: spent[worker][1],
            blocked_s: spent[worker][2],
            native_s: spent[worker][3],
            waits: 100 + worker as u64,
            handovers: 99,
        }),
        ..LaneView::default()
    };
    Snapshot { elapsed_s, started: 2, lanes: vec![lane(0, 8.0), lane(1, 2.0)], ..Snapshot::default() }
}

#[test]
fn a_run_under_a_lock() {
    let no_colour = Theme { colours: Colours::None, glyphs: Glyphs::Unicode };
    let sizes = [
        ("80x24", SMALL, Theme::FULL),
        ("120x40", LARGE, Theme::FULL),
        ("60x16", LEAST, Theme::FULL),
        ("80x24-plain", SMALL, Theme::PLAIN),
        ("120x40-plain", LARGE, Theme::PLAIN),
        ("80x24", SMALL, no_colour),
    ];
    for (size_name, size, theme) in sizes {
        expect(&format!("run-lock-{size_name}"), &under_a_lock(size, theme));
    }
}

#[test]
fn after_a_trial_its_lock_is_told_as_measured() {
    let mut state = under_a_lock(SMALL, Theme::FULL);
    let lock = LockUse { held_s: 3.96, waited_s: 3.9, waits: 801, handovers: 1 };
    let outcome = TrialOutcome { wall_s: 4.0, interpreter: Some(lock), ..fixture::outcome(2) };
    fixture::tell(&mut state, 14.0, Event::TrialFinished { trial: 2, outcome: std::sync::Arc::new(outcome) });
    expect("run-lock-ended", &state);
}

/// The marks differ by more than their characters: by colour, too, and by more than that where there is none.
#[test]
fn marks_have_colours() {
    let state = under_a_lock(LARGE, Theme::FULL);
    let buf = frame(&state);
    let colour = |symbol: &str| buf.content.iter().find(|cell| cell.symbol() == symbol).map(|cell| cell.fg);
    let colours = ["▒", "░", "═"].map(|symbol| colour(symbol).expect("it is there"));
    assert!(colours[0] != colours[1] && colours[1] != colours[2] && colours[0] != colours[2], "{colours:?}");
}
