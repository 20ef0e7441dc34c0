//! Lanes with many workers or many tasks tell what each worker does, all workers can be reached, and the table stays.

use parlab::record::{Activity, Event, LaneState, LaneTurn, LaneView, LockView, Snapshot, Span};
use parlab::scenario::Interpreter;
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::state::State;
use parlab::tui::update::{Msg, update};

use crate::common;
use crate::common::terminal::Session;
use crate::screens::{expect, fixture, frame, press, text};

const SIZES: [(&str, (u16, u16), Theme); 3] =
    [("80x24", (80, 24), Theme::FULL), ("120x40", (120, 40), Theme::FULL), ("80x24-plain", (80, 24), Theme::PLAIN)];

/// A run whose sixth trial has so many workers, at its gate's opening.
fn trial_of(workers: u32, size: (u16, u16), theme: Theme) -> State {
    let mut state = fixture::state(size, theme);
    fixture::start(&mut state);
    let mut planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    planned.plan.configs[5].workers = workers;
    planned.scenario.tasks = 100_000;
    fixture::tell(&mut state, 0.0, Event::Planned(Box::new(planned)));
    fixture::run_trials(&mut state, 5);
    fixture::tell(&mut state, 10.0, Event::TrialStarted { trial: 5 });
    fixture::tell(&mut state, 10.01, Event::GateOpened { trial: 5, startup_s: Some(0.0018) });
    state
}

/// A worker that spent these parts of its time computing, blocked, and getting tasks.
fn worker(elapsed_s: f64, [computed, blocked, fetched]: [f64; 3]) -> LaneView {
    let mut seconds = [0.0; Activity::COUNT];
    seconds[Activity::Running as usize] = computed * elapsed_s;
    seconds[Activity::Blocked as usize] = blocked * elapsed_s;
    seconds[Activity::Fetching as usize] = fetched * elapsed_s;
    let busy_s = (computed + blocked) * elapsed_s;
    LaneView { state: LaneState::Running, pid: 4711, busy_s, seconds, ..LaneView::default() }
}

/// Snapshots of such workers up to two seconds, of more tasks than are told one by one.
fn look(state: &mut State, workers: u32, parts: impl Fn(u32) -> [f64; 3]) {
    for tick in 1..=16 {
        let elapsed_s = f64::from(tick) * 0.125;
        let lanes = (0..workers).map(|n| worker(elapsed_s, parts(n))).collect();
        let snapshot = Snapshot { elapsed_s, started: workers, done: 34_567, lanes, ..Snapshot::default() };
        update(state, Msg::Snapshot(snapshot));
    }
}

/// The further down, the less a worker computes.
fn less_and_less(n: u32) -> [f64; 3] {
    [1.0 - f64::from(n) / 256.0, 0.0, 0.0]
}

#[test]
fn a_crowd_is_folded_and_the_table_stays() {
    for (name, size, theme) in SIZES {
        for workers in [64, 256] {
            let mut state = trial_of(workers, size, theme);
            look(&mut state, workers, less_and_less);
            expect(&format!("lanes-folded-{workers}-{name}"), &state);
            let shown = text(&frame(&state));
            let names = ["processes × 1", "processes x 1"];
            assert!(names.iter().any(|name| shown.contains(name)), "the table is gone:\n{shown}");
            assert!(shown.contains(&format!("{workers} workers, ")), "{shown}");
        }
    }
}

/// Numbers of the lanes that have a row of their own on the screen.
fn numbers(shown: &str) -> Vec<u32> {
    let left = |line: &str| line.split('│').nth(3).and_then(|lane| lane.split_whitespace().next().map(str::to_owned));
    let ends = |line: &str| line.contains("% │");
    shown.lines().skip(6).filter(|line| ends(line)).filter_map(left).filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn every_one_of_256_workers_can_be_reached_at_80x24() {
    let mut state = trial_of(256, (80, 24), Theme::FULL);
    look(&mut state, 256, less_and_less);
    press(&mut state, &[Key::Char('f')]);
    expect("lanes-unfolded-80x24", &state);
    let mut seen: std::collections::BTreeSet<u32> = numbers(&text(&frame(&state))).into_iter().collect();
    assert!(seen.contains(&0) && seen.len() >= 3, "{seen:?}");
    for _ in 0..256 {
        press(&mut state, &[Key::PageDown]);
        seen.extend(numbers(&text(&frame(&state))));
    }
    assert_eq!(seen.len(), 256, "{seen:?}");
    let at_the_end = text(&frame(&state));
    press(&mut state, &[Key::Down, Key::End]);
    assert_eq!(text(&frame(&state)), at_the_end, "there is nothing below the last");
    press(&mut state, &[Key::Home, Key::Down]);
    assert_eq!(numbers(&text(&frame(&state))).first(), Some(&1));
    press(&mut state, &[Key::Char('f')]);
    assert!(text(&frame(&state)).contains("256 workers, "), "folded again");
}

#[test]
fn a_crowd_that_sleeps_does_not_look_like_one_that_computes() {
    let shaded = |parts: [f64; 3]| {
        let mut state = trial_of(64, (80, 24), Theme::FULL);
        look(&mut state, 64, |_| parts);
        let shown = text(&frame(&state));
        let lanes = shown.lines().skip(4).filter(|line| line.contains("% │")).filter_map(|line| line.split('│').nth(3));
        lanes.flat_map(str::chars).filter(|c| "░▒▓█".contains(*c)).count()
    };
    assert!(shaded([1.0, 0.0, 0.0]) > 20);
    // Of each of five rows the column at most that has just begun.
    assert!(shaded([0.0, 1.0, 0.0]) <= 5);
}

#[test]
fn a_worker_in_trouble_is_named_where_many_share_a_row() {
    let mut state = trial_of(256, (80, 24), Theme::FULL);
    look(&mut state, 256, less_and_less);
    let mut lanes: Vec<LaneView> = (0..256).map(|n| worker(2.1, less_and_less(n))).collect();
    lanes[200].state = LaneState::Lost;
    update(&mut state, Msg::Snapshot(Snapshot { elapsed_s: 2.1, started: 256, lanes, ..Snapshot::default() }));
    let shown = text(&frame(&state));
    assert!(shown.contains("200 lost"), "{shown}");
}

/// Two workers with a task each, of which one sleeps in it.
fn asleep_and_awake(theme: Theme) -> State {
    let mut state = trial_of(2, (80, 24), theme);
    for tick in 1..=16 {
        let elapsed_s = f64::from(tick) * 0.125;
        let in_hand = |n: u64, parts| LaneView { task: Some(n), x: Some(2.0), ..worker(elapsed_s, parts) };
        let lanes = vec![in_hand(0, [1.0, 0.0, 0.0]), in_hand(1, [0.0, 1.0, 0.0])];
        update(&mut state, Msg::Snapshot(Snapshot { elapsed_s, started: 2, lanes, ..Snapshot::default() }));
    }
    state
}

#[test]
fn sleeping_does_not_look_like_computing() {
    for (name, theme) in [("80x24", Theme::FULL), ("80x24-plain", Theme::PLAIN)] {
        expect(&format!("lanes-asleep-{name}"), &asleep_and_awake(theme));
    }
}

#[test]
fn short_tasks_show_their_share_and_what_the_rest_was() {
    let mut state = trial_of(3, (80, 24), Theme::FULL);
    look(&mut state, 3, |n| [[0.9, 0.0, 0.1], [0.4, 0.0, 0.6], [0.0, 1.0, 0.0]][n as usize]);
    expect("lanes-short-tasks-80x24", &state);
}

/// Two threads that hand a lock over every 5 ms.
fn handing_over(theme: Theme) -> State {
    let mut state = trial_of(2, (120, 40), theme);
    let mut planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    planned.scenario.interpreter = Some(Interpreter::default());
    fixture::tell(&mut state, 0.0, Event::Planned(Box::new(planned)));
    fixture::tell(&mut state, 10.0, Event::TrialStarted { trial: 5 });
    fixture::tell(&mut state, 10.01, Event::GateOpened { trial: 5, startup_s: Some(0.0018) });
    let turns = |first: u32| -> Vec<LaneTurn> {
        let turn = |n: u32| LaneTurn {
            activity: if (n + first).is_multiple_of(2) { Activity::Running } else { Activity::WaitingForLock },
            from_s: 0.7 + f64::from(n) * 0.005,
        };
        (0..60).map(turn).collect()
    };
    let lane = |n: u32| LaneView {
        state: LaneState::Running,
        task: Some(n.into()),
        x: Some(8.0),
        lock: Some(LockView { held_s: 0.5, waited_s: 0.5, waits: 100, ..LockView::default() }),
        turns: turns(n),
        ..LaneView::default()
    };
    let snapshot = Snapshot { elapsed_s: 1.0, started: 2, lanes: vec![lane(0), lane(1)], ..Snapshot::default() };
    update(&mut state, Msg::Snapshot(snapshot));
    state
}

#[test]
fn hand_overs_of_a_lock_are_seen_close_up() {
    let mut state = handing_over(Theme::FULL);
    let lane = |state: &State| {
        let shown = text(&frame(state));
        shown.lines().find(|line| line.contains("││ 0 ")).expect("a lane").to_owned()
    };
    assert!(!lane(&state).contains('█') || lane(&state).contains('▒'), "turns are too short to be seen");
    press(&mut state, &[Key::Char('z')]);
    expect("lanes-last-200ms", &state);
    press(&mut state, &[Key::Char('z')]);
    expect("lanes-last-50ms", &state);
    let close = lane(&state);
    let hand_overs = close.replace('█', "x").replace('░', " x").split(" x").filter(|part| part.contains('x')).count();
    assert!(hand_overs >= 4, "10 turns are in 50 ms, half of them of this worker: {close}");
    press(&mut state, &[Key::Char('z')]);
    assert!(!text(&frame(&state)).contains("last "), "all is seen again");
}

#[test]
fn the_trial_before_is_not_taken_for_this_one() {
    let mut state = trial_of(2, (80, 24), Theme::FULL);
    let waited = |elapsed_s: f64| {
        let lock = Some(LockView { waited_s: elapsed_s, ..LockView::default() });
        LaneView { state: LaneState::Running, lock, ..LaneView::default() }
    };
    // Of the trial before, seen after the start of the next was told.
    let before = Snapshot { elapsed_s: 4.0, lanes: vec![waited(4.0)], ..Snapshot::default() };
    update(&mut state, Msg::Snapshot(before));
    look(&mut state, 1, |_| [1.0, 0.0, 0.0]);
    let run = state.shared.run.as_ref().expect("a run");
    let [computed, waited, ..] = run.history.did(0);
    assert!(waited.iter().all(|part| *part == 0.0) && computed.iter().all(|part| *part == 1.0), "{waited:?}");
}

#[test]
fn as_many_tasks_as_there_are_leave_the_bar_its_room() {
    let mut state = trial_of(64, (80, 24), Theme::FULL);
    look(&mut state, 64, less_and_less);
    let shown = text(&frame(&state));
    let gauge = shown.lines().find(|line| line.contains("trial ") && line.contains('%')).expect("a gauge");
    let bar = gauge.chars().filter(|c| "█░▏▎▍▌▋▊▉".contains(*c)).count();
    assert!(bar >= 24, "{gauge}");
}

#[test]
fn spans_before_the_close_up_are_not_piled_up_at_its_edge() {
    let mut state = trial_of(1, (80, 24), Theme::FULL);
    // Too many for a mark each, up to 780 ms; the last one reaches into the close-up, which begins at 800.
    let span = |n: u32| {
        let start_s = f64::from(n) * 0.039;
        let end_s = if n == 20 { 1.0 } else { start_s + 0.039 };
        Span { worker: 0, task: n.into(), x: 1.0, start_s, end_s, failed: n == 2 }
    };
    let lanes = vec![worker(1.0, [1.0, 0.0, 0.0])];
    let snapshot = Snapshot { elapsed_s: 1.0, lanes, spans: (0..=20).map(span).collect(), ..Snapshot::default() };
    update(&mut state, Msg::Snapshot(snapshot));
    let whole = text(&frame(&state));
    assert!(whole.contains('✗'), "{whole}");
    press(&mut state, &[Key::Char('z')]);
    let shown = text(&frame(&state));
    assert!(!shown.contains('✗') && shown.contains("last 200 ms"), "{shown}");
}

/// The real program with 256 workers: each of them is seen, and the table beside them.
#[test]
fn a_real_crowd_can_be_scrolled_through() {
    let folder = common::folder();
    let toml = "title = \"A crowd\"\n[workload]\nkind = \"sleep\"\nunit_s = 0.5\ninputs = { repeat = 1, times = 100000 }\n\
                [sweep]\nbackends = [\"threads\"]\nworkers = \"256\"\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n";
    let file = common::scenario(folder.path(), "crowd", toml);
    let mut terminal = Session::parlab().args([file]).open();
    terminal.wait_for("A crowd");
    terminal.send("\r");
    terminal.wait("its workers", |screen| screen.contains("256 workers") && screen.contains("threads × 256"));
    terminal.send("G");
    terminal.wait("the last worker", |screen| screen.contains(" 255 ") && screen.contains("of 256 workers"));
    terminal.send("g");
    terminal.wait("the first worker", |screen| screen.contains("  0 ") && screen.contains("of 256 workers"));
    terminal.send("\x03\x03");
    terminal.wait_for("again");
    terminal.send("q");
    terminal.wait_for("quit");
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 0);
}
