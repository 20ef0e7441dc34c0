//! A watched program on the screens: its threads or its tasks as lanes, what it used, its output; from made-up looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use parlab::record::{
    Activity, Cause, CpuCourse, DurationBin, Event, LaneKind, LaneState, LaneTotals, LaneView, MemoryCourse,
    NamedTasks, NowAndMost, OutputTail, Snapshot, Span, Status, Tail, TaskTimes, TrialEnd, TrialOutcome,
    WatchedProgram,
};
use parlab::scenario::{BackendKind, Config, Plan, PlannedTrial};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::state::State;
use parlab::tui::update::{Msg, update};

use super::{SIZES, expect, fixture, frame, press, text};

/// A run of one program, just begun.
pub(super) fn start(state: &mut State) {
    fixture::start_kind(state, "program");
    let mut planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    planned.plan = Plan {
        configs: vec![Config::new(BackendKind::PROGRAM, 1)],
        baseline: None,
        trials: vec![PlannedTrial { config: 0, repeat: 0, warmup: false }],
    };
    planned.scenario.title = "python train.py --jobs -1".to_owned();
    planned.scenario.lesson = String::new();
    planned.scenario.tasks = 1;
    planned.machine.usable_cpus = 2;
    fixture::tell(state, 0.0, Event::Planned(Box::new(planned)));
    fixture::tell(state, 0.0, Event::TrialStarted { trial: 0 });
    fixture::tell(state, 0.01, Event::GateOpened { trial: 0, startup_s: None });
}

fn seconds(parts: &[(Activity, f64)]) -> BTreeMap<Activity, f64> {
    parts.iter().copied().collect()
}

/// Two threads that take turns with the GIL, one that sleeps, one that waits for a lock, one without a CPU.
fn threads() -> Vec<(&'static str, &'static str, BTreeMap<Activity, f64>)> {
    use Activity as A;
    vec![
        ("MainThread", "wait4", seconds(&[(A::Running, 0.2), (A::Blocked, 3.8)])),
        ("worker_0", "", seconds(&[(A::Running, 1.9), (A::WaitingForGil, 1.6), (A::Queued, 0.5)])),
        ("worker_1", "", seconds(&[(A::Running, 1.8), (A::WaitingForGil, 1.7), (A::Queued, 0.5)])),
        ("a sleeper\u{1b}[2J", "clock_nanosleep", seconds(&[(A::Blocked, 4.0)])),
        ("writer", "", seconds(&[(A::Running, 0.1), (A::WaitingForLock, 3.9)])),
    ]
}

fn doing(seconds: &BTreeMap<Activity, f64>) -> Activity {
    *seconds.iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).expect("it did something").0
}

fn thread_views() -> Vec<LaneView> {
    let view = |(at, (name, call, seconds)): (usize, (&str, &str, BTreeMap<Activity, f64>))| LaneView {
        state: LaneState::Running,
        kind: LaneKind::Thread,
        name: name.to_owned(),
        call: call.to_owned(),
        pid: 4711,
        cpu: Some(at as u32 % 2),
        busy_s: seconds.get(&Activity::Running).copied().unwrap_or(0.0),
        activity: doing(&seconds),
        seconds: Activity::ALL.map(|activity| seconds.get(&activity).copied().unwrap_or(0.0)),
        ..LaneView::default()
    };
    threads().into_iter().enumerate().map(view).collect()
}

/// What is known of the program after four seconds.
pub(super) fn program(tasks: Vec<NamedTasks>) -> WatchedProgram {
    WatchedProgram {
        pid: 4711,
        processes: NowAndMost { now: 1, most: 3 },
        threads: NowAndMost { now: 5, most: 9 },
        cpus: CpuCourse {
            until_s: (1..=16).map(|step| f64::from(step) * 0.25).collect(),
            used: (1..=16).map(|step| if step < 3 { 0.4 } else { 1.0 + f64::from(step % 4) * 0.1 }).collect(),
        },
        tasks,
        output: OutputTail {
            bytes: 1_234_567,
            lines: vec!["epoch 1: loss 0.31".to_owned(), "\u{1b}[31mepoch 2\u{1b}[0m: loss 0.27".to_owned()],
        },
        ..WatchedProgram::default()
    }
}

fn named() -> Vec<NamedTasks> {
    let tasks = |name: &str, done, failed, seconds, timed| NamedTasks {
        pending: 0,
        name: name.to_owned(),
        done,
        failed,
        seconds,
        timed,
        min_s: 0.001,
        max_s: 0.9,
    };
    vec![tasks("fit_and_score", 24, 1, 6.5, 25), tasks("score", 120, 0, 0.6, 120), tasks("", 3, 0, 0.0, 0)]
}

fn memory() -> MemoryCourse {
    MemoryCourse {
        peak_bytes: 300 << 20,
        at_s: vec![0.0, 1.0, 2.0, 3.0],
        total_bytes: vec![20 << 20, 100 << 20, 300 << 20, 280 << 20],
        ..MemoryCourse::default()
    }
}

/// Two workers that tell of their tasks.
fn task_snapshot() -> Snapshot {
    let lane = |pid, task: Option<u64>, done| LaneView {
        state: LaneState::Running,
        kind: LaneKind::Tasks,
        name: "worker".to_owned(),
        pid,
        task,
        x: task.map(|task| task as f64),
        task_started_s: 3.0,
        done,
        busy_s: 3.5,
        activity: Activity::Running,
        seconds: Activity::ALL.map(|activity| if activity == Activity::Running { 3.5 } else { 0.0 }),
        ..LaneView::default()
    };
    let span = |worker, task, start_s, end_s| Span { worker, task, x: task as f64, start_s, end_s, failed: false };
    Snapshot {
        elapsed_s: 4.0,
        started: 1,
        lanes: vec![lane(4712, Some(4), 2), lane(4713, None, 3)],
        spans: vec![span(0, 0, 0.2, 1.5), span(0, 2, 1.5, 3.0), span(1, 1, 0.3, 0.9), span(1, 3, 0.9, 3.8)],
        memory: Some(memory()),
        program: Some(Box::new(program(named()))),
        ..Snapshot::default()
    }
}

fn thread_snapshot() -> Snapshot {
    Snapshot {
        elapsed_s: 4.0,
        started: 1,
        lanes: thread_views(),
        memory: Some(memory()),
        program: Some(Box::new(program(Vec::new()))),
        ..Snapshot::default()
    }
}

fn lane_totals() -> Vec<LaneTotals> {
    let totals = |(at, (name, _, seconds)): (usize, (&str, &str, BTreeMap<Activity, f64>))| LaneTotals {
        kind: LaneKind::Thread,
        name: name.to_owned(),
        pid: 4711,
        tid: Some(4711 + at as u32),
        until_s: 4.0,
        seconds,
        ..LaneTotals::default()
    };
    threads().into_iter().enumerate().map(totals).collect()
}

/// The end of the program.
pub(super) fn outcome(program: WatchedProgram, lanes: Vec<LaneTotals>) -> TrialOutcome {
    TrialOutcome {
        end: TrialEnd::Complete,
        wall_s: 4.0,
        cpu_user_s: 3.9,
        cpu_system_s: 0.1,
        peak_rss_bytes: Some(310 << 20),
        memory: Some(memory()),
        tasks_done: 1,
        task_s: Some(TaskTimes { min: 4.0, median: 4.0, p95: 4.0, max: 4.0 }),
        lanes,
        program: Some(WatchedProgram { exit: Some(Cause::Exit(0)), ..program }),
        checksum: "00".to_owned(),
        ..TrialOutcome::default()
    }
}

pub(super) fn finish(state: &mut State, outcome: TrialOutcome) {
    fixture::tell(state, 4.01, Event::TrialFinished { trial: 0, outcome: Arc::new(outcome) });
    fixture::finish(state, Status::Done, &[]);
}

#[test]
fn threads_are_lanes_that_tell_what_they_do() {
    let sizes = SIZES.into_iter().chain([("200x60", (200, 60), Theme::FULL)]);
    for (size_name, size, theme) in sizes {
        let mut state = fixture::state(size, theme);
        start(&mut state);
        update(&mut state, Msg::Snapshot(thread_snapshot()));
        expect(&format!("program-threads-{size_name}"), &state);
    }
}

#[test]
fn it_is_told_how_often_threads_are_looked_at_where_that_is_rare() {
    for (size, theme) in [((80, 24), Theme::FULL), ((120, 40), Theme::FULL)] {
        let mut state = fixture::state(size, theme);
        start(&mut state);
        let many = NowAndMost { now: 2000, most: 2000 };
        let program = WatchedProgram { looks_hz: Some(2.46), threads: many, ..program(Vec::new()) };
        update(&mut state, Msg::Snapshot(Snapshot { program: Some(Box::new(program)), ..thread_snapshot() }));
        let shown = text(&frame(&state));
        assert!(shown.contains("threads   each seen 2.5/s"), "{shown}");
    }
}

#[test]
fn tasks_are_drawn_on_the_lanes_that_tell_of_them() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        start(&mut state);
        update(&mut state, Msg::Snapshot(task_snapshot()));
        expect(&format!("program-tasks-{size_name}"), &state);
    }
}

#[test]
fn of_workers_elsewhere_the_memory_is_shown() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        start(&mut state);
        let mut snapshot = task_snapshot();
        for (lane, number) in snapshot.lanes.iter_mut().zip(1_u64..) {
            lane.name = format!("10.11.12.13:43495#{number}");
            (lane.pid, lane.memory_bytes) = (0, Some((number * 200) << 20));
        }
        update(&mut state, Msg::Snapshot(snapshot));
        let shown = text(&frame(&state));
        assert!((size.0 < 80 || shown.contains("memory of its workers")) && !shown.contains("CPUs used"), "{shown}");
        expect(&format!("program-elsewhere-{size_name}"), &state);
    }
}

#[test]
fn the_end_has_the_results_of_one_program() {
    let sizes = SIZES.into_iter().chain([("200x60", (200, 60), Theme::FULL)]);
    for (size_name, size, theme) in sizes {
        let mut state = fixture::state(size, theme);
        start(&mut state);
        update(&mut state, Msg::Snapshot(task_snapshot()));
        let view = WatchedProgram {
            task_s: Some(TaskTimes { min: 0.001, median: 0.1, p95: 0.8, max: 0.9 }),
            durations: vec![DurationBin { from_s: 0.5, to_s: 1.0, tasks: 5 }],
            tail: Some(Tail { seconds: 0.8, lane: 1, task: "fit_and_score 3".to_owned() }),
            ..program(named())
        };
        finish(&mut state, outcome(view, lane_totals()));
        expect(&format!("program-results-{size_name}"), &state);
    }
}

#[test]
fn what_could_not_be_seen_is_told_while_it_runs_and_at_its_end() {
    for (size, theme) in [((80, 24), Theme::FULL), ((60, 16), Theme::FULL), ((80, 24), Theme::PLAIN)] {
        let mut state = fixture::state(size, theme);
        start(&mut state);
        let remark = |n| format!("the tasks of process {n} (python\u{1b}[2J) are not told: it was started with -I");
        let seen = || WatchedProgram { remarks: [11, 12].map(remark).into(), ..program(named()) };
        let snapshot = Snapshot { program: Some(Box::new(seen())), ..task_snapshot() };
        update(&mut state, Msg::Snapshot(snapshot));
        let shown = text(&frame(&state));
        assert!(
            shown.contains("the tasks of process 12 (python")
                && (size.0 < 80 || shown.contains("-I"))
                && !shown.contains('\u{1b}'),
            "{shown}"
        );
        finish(&mut state, outcome(seen(), lane_totals()));
        // One panel after the other has the screen to itself; one of them is what happened.
        let mut shown = String::new();
        for _ in 0..3 {
            press(&mut state, &[Key::Char('z')]);
            shown += &text(&frame(&state));
        }
        for n in [11, 12].into_iter().filter(|_| size.1 >= 24) {
            assert!(shown.contains(&format!("- the tasks of process {n} (python")), "{shown}");
        }
    }
}

#[test]
fn one_that_is_started_again_is_shown_as_it_is_now() {
    let mut state = fixture::state((120, 40), Theme::FULL);
    start(&mut state);
    let ended = outcome(program(named()), lane_totals());
    fixture::tell(&mut state, 4.01, Event::TrialFinished { trial: 0, outcome: Arc::new(ended) });
    assert!(text(&frame(&state)).contains("program 4711: done"));
    fixture::tell(&mut state, 4.02, Event::TrialStarted { trial: 0 });
    let again = WatchedProgram { pid: 4999, ..program(Vec::new()) };
    update(&mut state, Msg::Snapshot(Snapshot { program: Some(Box::new(again)), ..thread_snapshot() }));
    let shown = text(&frame(&state));
    assert!(shown.contains("program 4999") && !shown.contains("4711: done"), "{shown}");
}

#[test]
fn its_output_has_the_screen_while_one_asks_for_it() {
    let mut state = fixture::state((80, 24), Theme::FULL);
    start(&mut state);
    update(&mut state, Msg::Snapshot(thread_snapshot()));
    let before = text(&frame(&state));
    press(&mut state, &[Key::Char('o')]);
    expect("program-output-80x24", &state);
    let shown = text(&frame(&state));
    assert!(shown.contains("loss 0.27") && !shown.contains('\u{1b}'), "{shown}");
    press(&mut state, &[Key::Char('o')]);
    assert_eq!(text(&frame(&state)), before);
}
