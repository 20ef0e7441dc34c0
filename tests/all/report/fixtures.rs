//! Runs that never happened, told event by event.
//!
//! Durations are sums of powers of two, so that every figure derived from them is exact.

use std::collections::BTreeMap;
use std::sync::Arc;

use parlab::record::{
    Cause, ClockFacts, Event, LockUse, Loss, MachineFacts, MemoryCourse, Planned, ProcessMemory, Remedy, RunState,
    ScenarioFacts, Stamped, Status, TaskResult, TaskTimes, TrialEnd, TrialOutcome, Warning, WarningCode,
};
use parlab::scenario::{
    BackendKind, Config, Expected, Inputs, Interpreter, Job, Order, Plan, PlannedTrial, Prediction, Value,
};

pub(crate) fn config(backend: BackendKind, workers: u32) -> Config {
    Config::new(backend, workers)
}

/// serial, threads × 1, threads × 2, processes × 2: one warm-up and three repeats each, the baseline first.
pub(crate) fn planned() -> Planned {
    let configs = vec![
        config(BackendKind::SERIAL, 1),
        config(BackendKind::THREADS, 1),
        config(BackendKind::THREADS, 2),
        config(BackendKind::PROCESSES, 2),
    ];
    let rounds = [(0, true), (0, false), (1, false), (2, false)];
    let trials = rounds
        .into_iter()
        .flat_map(|(repeat, warmup)| (0..4).map(move |config| PlannedTrial { config, repeat, warmup }))
        .collect();
    Planned {
        parlab: "0.1.0".to_owned(),
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        scenario: ScenarioFacts {
            name: "crunch".to_owned(),
            title: "Number crunching, three ways".to_owned(),
            lesson: "Threads share a lock here;\nprocesses do not.\n\n- Look at the speedup.\n- Look at the start-up."
                .to_owned(),
            kind: "countdown".to_owned(),
            tasks: 4,
            seed: 1235,
            sha256: "9f86d081".to_owned(),
            include_startup: false,
            emulated: None,
            interpreter: None,
        },
        origin: "crunch.toml".to_owned(),
        text: "title = 'Number crunching, three ways'\n".to_owned(),
        job: Job {
            kind: "countdown".to_owned(),
            params: BTreeMap::from([("steps".to_owned(), Value::Whole(2_000_000))]),
            inputs: Inputs::Range { tasks: 4 },
            order: Order::Given,
            seed: 1235,
            interpreter: None,
            recorded: std::collections::BTreeMap::new(),
        },
        data: None,
        timeout_s: 60.0,
        setup: None,
        auto: None,
        machine: MachineFacts {
            host: Some("login1".to_owned()),
            kernel: Some("6.1.0".to_owned()),
            cpu_model: Some("AMD EPYC 7B13".to_owned()),
            logical_cpus: 64,
            usable_cpus: 2,
            limited_by: vec!["affinity".to_owned()],
            memory_bytes: Some(24 << 30),
            memory_limited_by: Vec::new(),
            clock: Some(ClockFacts {
                source: "tsc".to_owned(),
                resolution_s: 9e-9,
                reading_s: 8e-9,
                empty_task_s: Some(5.5e-8),
            }),
        },
        plan: Plan { configs, baseline: Some(0), trials },
        predictions: Vec::new(),
    }
}

/// Wall seconds by configuration and repeat.
const WALLS_S: [[f64; 3]; 4] = [[2.0, 2.5, 1.5], [2.0, 2.0, 2.0], [2.0, 1.0, 1.5], [1.0, 1.25, 0.75]];
/// Start-up seconds by configuration.
const STARTUPS_S: [Option<f64>; 4] = [None, Some(0.125), Some(0.125), Some(0.25)];

/// What a trial of the fixture measures; a warm-up takes ten times as long, which no figure may show.
pub(crate) fn outcome(trial: PlannedTrial) -> TrialOutcome {
    let wall_s = if trial.warmup { 20.0 } else { WALLS_S[trial.config][trial.repeat as usize] };
    let n = u64::from(trial.repeat);
    TrialOutcome {
        end: TrialEnd::Complete,
        wall_s,
        startup_s: STARTUPS_S[trial.config],
        cpu_user_s: 1.5 + 0.25 * f64::from(trial.repeat),
        cpu_system_s: 0.125,
        switches_voluntary: 10 + n,
        switches_involuntary: 3,
        peak_rss_bytes: Some((n + 1) << 20),
        tasks_done: 4,
        task_s: Some(TaskTimes { min: 0.25 - 0.0625 * n as f64, median: 0.5, p95: 0.75, max: 0.75 + 0.125 * n as f64 }),
        checksum: "00c0ffee00c0ffee".to_owned(),
        results: trial.warmup.then(|| (0..4).map(|task| result(Some(f64::from(task) * 2e6))).collect()),
        ..TrialOutcome::default()
    }
}

pub(crate) fn result(steps: Option<f64>) -> TaskResult {
    TaskResult { values: steps.map(|steps| BTreeMap::from([("steps".to_owned(), steps)])) }
}

/// A run in the making: stamps events with a clock that trials move on.
pub(crate) struct Script {
    pub(crate) events: Vec<Stamped>,
    planned: Planned,
    elapsed_s: f64,
    trials_done: usize,
}

impl Script {
    pub(crate) fn new(planned: Planned) -> Self {
        let mut script = Self { events: Vec::new(), planned: planned.clone(), elapsed_s: 0.0, trials_done: 0 };
        script.say(Event::Planned(Box::new(planned)));
        script
    }

    pub(crate) fn say(&mut self, event: Event) {
        self.events.push(Stamped { elapsed_s: self.elapsed_s, trials_done: self.trials_done, event });
    }

    pub(crate) fn start(&mut self, trial: usize, startup_s: Option<f64>) {
        self.say(Event::TrialStarted { trial });
        self.elapsed_s += startup_s.unwrap_or(0.0);
        self.say(Event::GateOpened { trial, startup_s });
    }

    pub(crate) fn end(&mut self, trial: usize, outcome: TrialOutcome) {
        self.elapsed_s += outcome.wall_s;
        self.trials_done += 1;
        self.say(Event::TrialFinished { trial, outcome: Arc::new(outcome) });
    }

    /// Runs so many of the planned trials as the fixture has them.
    pub(crate) fn trials(mut self, count: usize) -> Self {
        for trial in self.trials_done..self.trials_done + count {
            let outcome = outcome(self.planned.plan.trials[trial]);
            self.start(trial, outcome.startup_s);
            self.end(trial, outcome);
        }
        self
    }

    pub(crate) fn finish(mut self, status: Status, warnings: Vec<Warning>) -> Vec<Stamped> {
        self.say(Event::RunFinished { status, warnings });
        self.events
    }
}

/// All went well.
pub(crate) fn done() -> Vec<Stamped> {
    Script::new(planned()).trials(16).finish(Status::Done, Vec::new())
}

/// As [`done`], with a speedup and a time that somebody had expected.
pub(crate) fn done_as_predicted() -> Vec<Stamped> {
    let mut planned = planned();
    let predict = |config, expected| Prediction { config, expected };
    planned.predictions = vec![predict(2, Expected::Speedup(1.8)), predict(3, Expected::WallS(0.8))];
    Script::new(planned).trials(16).finish(Status::Done, Vec::new())
}

/// As [`done`], of a kind whose tasks leave something behind, which is not always the same.
pub(crate) fn done_with_tally() -> Vec<Stamped> {
    let found = |trial: PlannedTrial| match trial.config {
        0 | 1 => 12_000_000.0,
        config => 9_000_000.0 - 1_000_000.0 * f64::from(trial.repeat) - config as f64,
    };
    changed("race", |trial, outcome| {
        let found = found(trial);
        let values = [("lost", 12e6 - found), ("found", found), ("expected", 12e6)];
        outcome.tally = Some(values.map(|(name, value)| (name.to_owned(), value)).into_iter().collect());
    })
}

/// As [`done`], of a kind whose memory is watched.
pub(crate) fn done_with_memory() -> Vec<Stamped> {
    const MIB: u64 = 1 << 20;
    changed("memory", |trial, outcome| {
        let grows = u64::from(trial.repeat + 1);
        outcome.memory = Some(match trial.config {
            3 => MemoryCourse {
                peak_bytes: (160 + 12 * grows) * MIB,
                at_s: vec![0.0, 0.25, 1.0],
                total_bytes: vec![66 * MIB, 96 * MIB, (160 + 12 * grows) * MIB],
                processes: (0..2_u32)
                    .map(|worker| ProcessMemory {
                        workers: vec![worker],
                        bytes: vec![22 * MIB, 32 * MIB, (48 + 6 * grows) * MIB],
                    })
                    .collect(),
                parent_bytes: Some(vec![22 * MIB, 32 * MIB, 64 * MIB]),
            },
            config => MemoryCourse {
                peak_bytes: 68 * MIB,
                at_s: vec![0.0, 2.0],
                total_bytes: vec![68 * MIB; 2],
                processes: vec![ProcessMemory {
                    workers: (0..1.max(config as u32)).collect(),
                    bytes: vec![68 * MIB; 2],
                }],
                parent_bytes: None,
            },
        });
    })
}

/// As [`done`], of another kind, with something added to each outcome.
fn changed(kind: &str, change: impl Fn(PlannedTrial, &mut TrialOutcome)) -> Vec<Stamped> {
    let mut planned = planned();
    planned.scenario.kind = kind.to_owned();
    let trials = planned.plan.trials.clone();
    let mut events = Script::new(planned).trials(16).finish(Status::Done, Vec::new());
    for stamped in &mut events {
        if let Event::TrialFinished { trial, outcome } = &mut stamped.event {
            change(trials[*trial], Arc::make_mut(outcome));
        }
    }
    events
}

/// As [`done`], with a warning of too many threads.
pub(crate) fn oversubscribed() -> Vec<Stamped> {
    let message = "4 workers × 2 inner threads make 8 threads for 2 usable CPUs".to_owned();
    let warning = Warning { code: WarningCode::Oversubscribed, message };
    Script::new(planned()).trials(16).finish(Status::Done, vec![warning])
}

/// As [`done`], with speedups that count the start-up of workers.
pub(crate) fn done_with_startup() -> Vec<Stamped> {
    let mut planned = planned();
    planned.scenario.include_startup = true;
    Script::new(planned).trials(16).finish(Status::Done, Vec::new())
}

/// As [`done`], under an interpreter's lock: threads wait for it in turns, processes never.
pub(crate) fn under_a_lock() -> Vec<Stamped> {
    let mut planned = planned();
    planned.scenario.interpreter = Some(Interpreter { switch_interval_ms: 5.0 });
    let mut events = Script::new(planned.clone()).trials(16).finish(Status::Done, Vec::new());
    for stamped in &mut events {
        let Event::TrialFinished { trial, outcome } = &mut stamped.event else { continue };
        let PlannedTrial { config, repeat, warmup } = planned.plan.trials[*trial];
        let n = if warmup { 1_000_000 } else { u64::from(repeat) };
        let in_turns = config == 2;
        let outcome = Arc::make_mut(outcome);
        outcome.interpreter = Some(LockUse {
            held_s: outcome.wall_s * f64::from(if config == 3 { 2 } else { 1 }) - 0.0625,
            waited_s: if in_turns { outcome.wall_s / 2.0 } else { 0.0 },
            waits: if in_turns { 1_200 + n } else { 0 },
            handovers: if in_turns { n } else { 0 },
        });
    }
    events
}

/// As [`done`], without a baseline to compare with.
pub(crate) fn done_without_baseline() -> Vec<Stamped> {
    let mut planned = planned();
    planned.plan.baseline = None;
    Script::new(planned).trials(16).finish(Status::Done, Vec::new())
}

/// Ctrl-C in the middle of the third counted trial: threads × 2 was cancelled, processes × 2 never counted.
pub(crate) fn interrupted() -> Vec<Stamped> {
    let mut script = Script::new(planned()).trials(6);
    script.start(6, Some(0.125));
    let cancelled = TrialOutcome {
        end: TrialEnd::Cancelled,
        wall_s: 0.5,
        tasks_done: 1,
        ..outcome(PlannedTrial { config: 2, repeat: 0, warmup: false })
    };
    script.end(6, cancelled);
    let warning = Warning { code: WarningCode::Interrupted, message: "interrupted by SIGINT".to_owned() };
    script.finish(Status::Interrupted, vec![warning])
}

/// A worker is killed twice by the same task in each counted trial of processes × 2; only serial runs beside it.
pub(crate) fn failed() -> Vec<Stamped> {
    let mut planned = planned();
    planned.plan.configs = vec![config(BackendKind::SERIAL, 1), config(BackendKind::PROCESSES, 2)];
    planned.plan.trials = [0, 1].map(|config| PlannedTrial { config, repeat: 0, warmup: false }).into_iter().collect();
    let mut script = Script::new(planned).trials(1);
    script.start(1, Some(0.25));
    let loss = |remedy| Loss {
        trial: 1,
        worker: 1,
        pid: 4242,
        cause: Cause::Signal("SIGKILL".to_owned()),
        task: Some(3),
        remedy,
    };
    script.say(Event::WorkerLost(loss(Remedy::Retried)));
    script.say(Event::WorkerLost(loss(Remedy::TaskFailed)));
    let steps = [Some(0.0), Some(2e6), Some(4e6), None];
    let outcome = TrialOutcome {
        tasks_done: 3,
        tasks_failed: 1,
        results: Some(steps.map(result).into()),
        ..outcome(PlannedTrial { config: 1, repeat: 0, warmup: false })
    };
    script.end(1, outcome);
    script.finish(Status::Failed, Vec::new())
}

pub(crate) fn state(events: &[Stamped]) -> RunState {
    let mut state = RunState::default();
    events.iter().for_each(|event| state.apply(event));
    state
}
