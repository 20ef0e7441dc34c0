//! A made-up machine, a made-up library and a made-up run: the screens show them without running anything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parlab::machine::{Core, Sample};
use parlab::record::{
    Cause, Event, LaneState, LaneView, Loss, MachineFacts, Planned, Remedy, ScenarioFacts, Snapshot, Span, Stamped,
    Status, TrialEnd, TrialOutcome, Warning, WarningCode,
};
use parlab::scenario::form::ScenarioForm;
use parlab::scenario::{BackendKind, Catalog, Config, Inputs, Job, Order, Plan, PlannedTrial, Prediction};
use parlab::tui::state::{Cost, State};
use parlab::tui::update::{Msg, update};
use parlab::tui::{LibraryEntry, Preview, Ran, Theme};
use ratatui::layout::Size;

/// The lesson of the scenario that is run.
const LESSON: &str = "\
Both threads wait at the same time, so the whole takes as long as the longest query.

- Waiting costs no core: watch the meters.
- The order of the queries matters: begin with the longest.

More workers than queries cannot help; the curve bends where there is nobody left to hand a task to. What is
left then is the longest query alone, however many workers stand by.";

/// The library that all frames begin with.
pub(crate) fn state(size: (u16, u16), theme: Theme) -> State {
    let machine = MachineFacts {
        host: Some("login1".to_owned()),
        logical_cpus: 64,
        usable_cpus: 8,
        limited_by: vec!["affinity".to_owned(), "SLURM_CPUS_PER_TASK".to_owned()],
        memory_bytes: Some(24 << 30),
        memory_limited_by: Vec::new(),
        clock: None,
        cpu_model: Some("AMD EPYC 7763 64-Core Processor".to_owned()),
        kernel: Some("6.1.0-42-amd64".to_owned()),
    };
    let mut state = State::new(entries(), machine, theme, Size::new(size.0, size.1));
    update(&mut state, Msg::Sample(sample()));
    update(&mut state, Msg::Cost(Cost { cpu: 0.0042, bytes_per_s: 1234.0 }));
    state
}

/// A machine with eight usable cores of ten.
pub(crate) fn sample() -> Sample {
    let layout: Arc<[Core]> = (0..10).map(|id| Core { id, usable: id < 8 }).collect();
    Sample {
        layout,
        cores: vec![0.91, 0.47, 0.01, 0.0, 1.0, 0.25, 0.62, 0.08, 0.33, 0.0],
        own: Some(vec![0.91, 0.3, 0.0, 0.0, 0.5, 0.25, 0.0, 0.05, 0.33, 0.0]),
        own_age: Duration::ZERO,
        steal: Some(0.0),
        over: Duration::from_millis(250),
        memory_used_bytes: 5 << 30,
        memory_total_bytes: 24 << 30,
        load1: Some(3.06),
        sampler_cpu_s: 0.01,
    }
}

pub(crate) fn entries() -> Vec<LibraryEntry> {
    let entry = |name: &str, title: &str, tags: &[&str], backends: &[(BackendKind, &[u32])]| LibraryEntry {
        name: name.to_owned(),
        title: title.to_owned(),
        summary: "Four queries that wait for a database, run one after the other and at once.".to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        group: tags.last().map(|tag| format!("About {tag}")).unwrap_or_default(),
        on_path: tags.contains(&"lecture"),
        ran: None,
        origin: "bundled".to_owned(),
        lesson: LESSON.to_owned(),
        sha256: String::new(),
        preview: Ok(preview(backends)),
    };
    let serial: (BackendKind, &[u32]) = (BackendKind::SERIAL, &[1]);
    let threads: (BackendKind, &[u32]) = (BackendKind::THREADS, &[1, 2, 3, 4]);
    let processes: (BackendKind, &[u32]) = (BackendKind::PROCESSES, &[1, 2, 3, 4, 8]);
    let mut entries = vec![
        entry("cubes", "Cubes by map", &["lecture", "intro"], &[serial]),
        entry("database", "Waiting for a database", &["lecture", "io-bound"], &[serial, threads]),
        entry("database-sorted", "Waiting, longest query first", &["lecture", "io-bound"], &[serial, threads]),
        entry("numbers", "Number crunching", &["lecture", "cpu-bound"], &[serial, threads, processes]),
        entry("speedup", "Speedup over 1..cores+3 processes", &["lecture"], &[serial, processes]),
        entry("tiny", "Tasks too small to be worth it", &["overhead"], &[serial, threads, processes]),
    ];
    let ran = Ran { at: "2025-12-31T23:59:59Z".to_owned(), best_speedup: Some(1.5625) };
    entries[0].ran = Some(ran);
    entries.push(LibraryEntry {
        name: "mine".to_owned(),
        title: "mine".to_owned(),
        summary: String::new(),
        tags: Vec::new(),
        group: "./scenarios".to_owned(),
        on_path: false,
        ran: None,
        origin: "./scenarios/mine.toml".to_owned(),
        lesson: String::new(),
        sha256: String::new(),
        preview: Err(vec![
            "./scenarios/mine.toml:12: workers = \"0..4\": must be at least 1".to_owned(),
            "./scenarios/mine.toml:15: unknown key `repeat`; did you mean `repeats`?".to_owned(),
        ]),
    });
    entries
}

fn preview(backends: &[(BackendKind, &[u32])]) -> Preview {
    let configs: Vec<Config> = backends
        .iter()
        .flat_map(|&(backend, workers)| workers.iter().map(move |&workers| config(backend, workers)))
        .collect();
    Preview {
        kind: "sleep".to_owned(),
        tasks: 4,
        outline: vec![
            ("with", "unit_s 0.1 s".to_owned()),
            ("inputs", "1, 8, 1.5, 2".to_owned()),
            ("sweep", "dynamic schedule · baseline serial · seed 1235 · timeout 300 s".to_owned()),
        ],
        trials: configs.len() * 4,
        configs,
        baseline: Some(0),
        repeats: 3,
        is_auto: false,
        warmup: 1,
        last_wall_s: None,
    }
}

fn config(backend: BackendKind, workers: u32) -> Config {
    Config { chunk: None, ..Config::new(backend, workers) }
}

/// Eight configurations, two repeats, no warm-up.
fn plan() -> Plan {
    let mut configs = vec![config(BackendKind::SERIAL, 1)];
    configs.extend([1, 2, 3].map(|workers| config(BackendKind::THREADS, workers)));
    configs.extend([1, 2, 3, 4].map(|workers| config(BackendKind::PROCESSES, workers)));
    let trials = (0..2)
        .flat_map(|repeat| (0..configs.len()).map(move |config| PlannedTrial { config, repeat, warmup: false }))
        .collect();
    Plan { configs, baseline: Some(0), trials }
}

/// Tells the state an event.
pub(crate) fn tell(state: &mut State, elapsed_s: f64, event: Event) {
    let trials_done = state.shared.run.as_ref().map_or(0, |run| run.record.finished.len());
    update(state, Msg::Engine(Stamped { elapsed_s, trials_done, event }));
}

/// A run that was started and planned.
pub(crate) fn start(state: &mut State) {
    begin(state, "sleep", Vec::new());
}

/// As [`start`], with something expected of it.
pub(crate) fn start_expecting(state: &mut State, predictions: Vec<Prediction>) {
    begin(state, "sleep", predictions);
}

/// As [`start`], of another kind of workload.
pub(crate) fn start_kind(state: &mut State, kind: &str) {
    begin(state, kind, Vec::new());
}

fn begin(state: &mut State, kind: &str, predictions: Vec<Prediction>) {
    update(state, Msg::Started { name: "database".to_owned() });
    let scenario = ScenarioFacts {
        name: "database".to_owned(),
        title: "Waiting for a database".to_owned(),
        lesson: LESSON.to_owned(),
        kind: kind.to_owned(),
        tasks: 4,
        seed: 1235,
        sha256: String::new(),
        include_startup: false,
        emulated: None,
        interpreter: None,
    };
    let planned = Planned {
        parlab: "0.1.0".to_owned(),
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        scenario,
        origin: "bundled database.toml".to_owned(),
        text: String::new(),
        job: Job {
            kind: kind.to_owned(),
            params: BTreeMap::new(),
            inputs: Inputs::List(vec![1.0, 8.0, 1.5, 2.0]),
            order: Order::Given,
            seed: 1235,
            interpreter: None,
            recorded: std::collections::BTreeMap::new(),
        },
        data: None,
        timeout_s: 60.0,
        setup: None,
        auto: None,
        machine: MachineFacts::default(),
        plan: plan(),
        predictions,
    };
    tell(state, 0.0, Event::Planned(Box::new(planned)));
}

/// The plan of the run that was started, told again.
pub(crate) fn plan_again(state: &mut State) {
    let mut other = state.clone();
    start(&mut other);
    let planned = other.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    tell(state, 0.0, Event::Planned(Box::new(planned)));
}

/// The text of a scenario whose parameters are tried.
pub(crate) const NUMBERS: &str = "\
title = \"Number crunching\"
[workload]
kind = \"countdown\"
steps = 4e7 # for one unit
inputs = [1, 8, 1.5, 2]
[sweep]
backends = [\"threads\", \"processes\"]
workers = \"1..cores\"
repeats = 5
";

/// Opens the form of a scenario.
pub(crate) fn edit(state: &mut State) {
    let name = "numbers".to_owned();
    let entry = entries().into_iter().find(|entry| entry.name == name).expect("it is in the library");
    let checked = Ok(entry.preview.expect("it can be run"));
    let form = ScenarioForm::of(NUMBERS, &Catalog::new(parlab::workload::specs(), 2)).expect("a form");
    update(state, Msg::ScenarioForm { name, form, file: "./scenarios/numbers-2.toml".to_owned(), checked });
}

/// Runs trials to their end, from the next on, until `trials` of them have ended.
pub(crate) fn run_trials(state: &mut State, trials: usize) {
    let ended = state.shared.run.as_ref().map_or(0, |run| run.record.finished.len());
    for trial in ended..trials {
        let at = trial as f64 * 2.0;
        tell(state, at, Event::TrialStarted { trial });
        tell(state, at + 0.01, Event::GateOpened { trial, startup_s: Some(0.0018) });
        let outcome = outcome(trial);
        let end = at + 0.01 + outcome.wall_s;
        tell(state, end, Event::TrialFinished { trial, outcome: Arc::new(outcome) });
    }
}

pub(crate) fn outcome(trial: usize) -> TrialOutcome {
    let plan = plan();
    let planned = plan.trials[trial];
    let config = &plan.configs[planned.config];
    let overhead = if config.backend == BackendKind::SERIAL { 0.0 } else { 0.02 };
    let wall_s = (1.25 / f64::from(config.workers)).max(0.8) + overhead + 0.04 * f64::from(planned.repeat);
    TrialOutcome {
        end: TrialEnd::Complete,
        wall_s,
        startup_s: (config.backend != BackendKind::SERIAL).then(|| 0.0002 * f64::from(config.workers)),
        cpu_user_s: 0.01,
        cpu_system_s: 0.01,
        switches_voluntary: 8,
        switches_involuntary: 0,
        peak_rss_bytes: Some(3 << 20),
        tasks_done: 4,
        tasks_failed: 0,
        task_s: None,
        checksum: "00".to_owned(),
        ..TrialOutcome::default()
    }
}

/// The sixth trial, two processes, in the middle.
pub(crate) fn in_progress(state: &mut State) {
    run_trials(state, 5);
    tell(state, 10.0, Event::TrialStarted { trial: 5 });
    tell(state, 10.01, Event::GateOpened { trial: 5, startup_s: Some(0.0018) });
    tell(state, 10.3, Event::Progress { trial: 5, done: 2, failed: 0 });
    update(state, Msg::Snapshot(snapshot()));
}

pub(crate) fn snapshot() -> Snapshot {
    let lane = |state, pid, task, started, fraction, done, busy_s| LaneView {
        state,
        pid,
        cpu: Some(0),
        task,
        // The inputs of the database's four queries.
        x: task.map(|task: u64| [1.0, 8.0, 1.5, 2.0][task as usize % 4]),
        task_started_s: started,
        fraction,
        done,
        busy_s,
        ..LaneView::default()
    };
    let span = |worker, task, x, start_s, end_s| Span { worker, task, x, start_s, end_s, failed: false };
    Snapshot {
        elapsed_s: 0.42,
        started: 2,
        done: 2,
        failed: 0,
        lanes: vec![
            lane(LaneState::Running, 4711, Some(3), 0.25, Some(0.5), 2, 0.42),
            lane(LaneState::Running, 4712, Some(1), 0.0, Some(0.25), 0, 0.42),
        ],
        spans: vec![span(0, 0, 1.0, 0.0, 0.1), span(0, 2, 1.5, 0.1, 0.25)],
        values: Vec::new(),
        memory: None,
        program: None,
    }
}

/// A worker that was killed, and one that was stopped.
pub(crate) fn misfortunes(state: &mut State) {
    let loss = Loss {
        trial: 5,
        worker: 1,
        pid: 4712,
        cause: Cause::Signal("SIGKILL".to_owned()),
        task: Some(1),
        remedy: Remedy::Retried,
    };
    tell(state, 10.45, Event::WorkerStalled { trial: 5, worker: 0, pid: 4711, stopped: true });
    tell(state, 10.5, Event::WorkerLost(loss));
    let mut snapshot = snapshot();
    snapshot.lanes[0].state = LaneState::Stalled;
    snapshot.lanes[1].state = LaneState::Lost;
    update(state, Msg::Snapshot(snapshot));
}

/// The run's end, in the way given.
pub(crate) fn finish(state: &mut State, status: Status, warnings: &[(&str, &str)]) {
    let warnings = warnings
        .iter()
        .map(|&(code, message)| Warning { code: code_called(code), message: message.to_owned() })
        .collect();
    tell(state, 33.3, Event::RunFinished { status, warnings });
}

fn code_called(word: &str) -> WarningCode {
    WarningCode::ALL.into_iter().find(|code| code.word() == word).expect("a code of a warning")
}
