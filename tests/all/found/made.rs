//! Runs that never happened, written down in a few lines, and what screens and reports make of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use parlab::record::{Event, MachineFacts, Planned, RunState, ScenarioFacts, Stamped, Status, TrialEnd, TrialOutcome};
use parlab::report;
use parlab::scenario::{BackendKind, Config, Inputs, Job, Order, Plan, PlannedTrial, Point, Value};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::state::State;

use crate::screens;

/// A run: each configuration with what its repeats came to. The first one is the baseline.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) planned: Planned,
    outcomes: Vec<Vec<TrialOutcome>>,
}

impl Made {
    /// A run of a kind on two usable CPUs, without any configuration yet.
    pub(crate) fn new(kind: &str, tasks: u64) -> Self {
        let scenario = ScenarioFacts {
            name: "made".to_owned(),
            title: "Made by hand".to_owned(),
            kind: kind.to_owned(),
            tasks,
            seed: 1,
            ..ScenarioFacts::default()
        };
        let (params, inputs) = (BTreeMap::new(), Inputs::Range { tasks });
        let job = Job {
            kind: kind.to_owned(),
            params,
            inputs,
            order: Order::Given,
            seed: 1,
            interpreter: None,
            recorded: std::collections::BTreeMap::new(),
        };
        let machine = MachineFacts { logical_cpus: 2, usable_cpus: 2, ..MachineFacts::default() };
        let planned = Planned {
            parlab: "0.1.0".to_owned(),
            started_at: "2026-01-02T03:04:05Z".to_owned(),
            scenario,
            origin: "made.toml".to_owned(),
            text: String::new(),
            job,
            data: None,
            timeout_s: 60.0,
            setup: None,
            auto: None,
            machine,
            plan: Plan { configs: Vec::new(), baseline: Some(0), trials: Vec::new() },
            predictions: Vec::new(),
        };
        Self { planned, outcomes: Vec::new() }
    }

    /// With one more configuration, whose repeats took these seconds.
    pub(crate) fn with(self, config: Config, walls_s: &[f64]) -> Self {
        self.and(config, walls_s, |_| {})
    }

    /// As [`Self::with`], each of its outcomes changed.
    pub(crate) fn and(mut self, config: Config, walls_s: &[f64], change: impl Fn(&mut TrialOutcome)) -> Self {
        let startup_s = (config.backend != BackendKind::SERIAL).then_some(0.001);
        let tasks = self.planned.scenario.tasks;
        let outcome = |wall_s: &f64| {
            let mut outcome = TrialOutcome {
                end: TrialEnd::Complete,
                wall_s: *wall_s,
                startup_s,
                cpu_user_s: *wall_s,
                tasks_done: tasks,
                checksum: "00".to_owned(),
                ..TrialOutcome::default()
            };
            change(&mut outcome);
            outcome
        };
        self.planned.plan.configs.push(config);
        self.outcomes.push(walls_s.iter().map(outcome).collect());
        self
    }

    /// The same on so many usable CPUs.
    pub(crate) fn on_cpus(mut self, usable: u32) -> Self {
        self.planned.machine.usable_cpus = usable;
        self
    }

    /// The events of the run, of which only so many trials come to their end.
    fn events(&self, trials: usize) -> Vec<Event> {
        let mut planned = self.planned.clone();
        let repeats = self.outcomes.iter().map(Vec::len).max().unwrap_or(0);
        let order = (0..repeats).flat_map(|repeat| (0..self.outcomes.len()).map(move |config| (config, repeat)));
        let order: Vec<(usize, usize)> =
            order.filter(|(config, repeat)| *repeat < self.outcomes[*config].len()).collect();
        let trial = |&(config, repeat): &(usize, usize)| PlannedTrial { config, repeat: repeat as u32, warmup: false };
        planned.plan.trials = order.iter().map(trial).collect();
        let mut events = vec![Event::Planned(Box::new(planned))];
        for (trial, (config, repeat)) in order.into_iter().enumerate().take(trials) {
            let outcome = self.outcomes[config][repeat].clone();
            events.push(Event::TrialStarted { trial });
            events.push(Event::GateOpened { trial, startup_s: outcome.startup_s });
            events.push(Event::TrialFinished { trial, outcome: Arc::new(outcome) });
        }
        events
    }

    fn all(&self) -> Vec<Event> {
        let mut events = self.events(usize::MAX);
        events.push(Event::RunFinished { status: Status::Done, warnings: Vec::new() });
        events
    }

    /// What is known of the run when it has ended.
    pub(crate) fn ended(&self) -> RunState {
        let mut state = RunState::default();
        for (at, event) in self.all().into_iter().enumerate() {
            state.apply(&Stamped { elapsed_s: at as f64, trials_done: at / 3, event });
        }
        state
    }

    /// The report for people.
    pub(crate) fn text(&self) -> String {
        report::text::render(&self.ended())
    }

    /// The report for scripts.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&report::json::render(&self.ended())).expect("JSON")
    }

    /// The screen on which the run goes on, after so many trials.
    pub(crate) fn running(&self, size: (u16, u16), trials: usize) -> State {
        self.shown(size, Theme::FULL, self.events(trials))
    }

    /// The results on the screen, after some keys.
    pub(crate) fn results(&self, size: (u16, u16), keys: &[Key]) -> String {
        self.results_in(size, Theme::FULL, keys)
    }

    /// The same as a theme shows them.
    pub(crate) fn results_in(&self, size: (u16, u16), theme: Theme, keys: &[Key]) -> String {
        let mut state = self.shown(size, theme, self.all());
        screens::press(&mut state, keys);
        screens::text(&screens::frame(&state))
    }

    fn shown(&self, size: (u16, u16), theme: Theme, events: Vec<Event>) -> State {
        let mut state = screens::fixture::state(size, theme);
        screens::fixture::start(&mut state);
        for (at, event) in events.into_iter().enumerate() {
            screens::fixture::tell(&mut state, at as f64, event);
        }
        state
    }
}

pub(crate) fn serial() -> Config {
    Config::new(BackendKind::SERIAL, 1)
}

pub(crate) fn threads(workers: u32) -> Config {
    Config::new(BackendKind::THREADS, workers)
}

pub(crate) fn processes(workers: u32) -> Config {
    Config::new(BackendKind::PROCESSES, workers)
}

/// A configuration at a point of what is varied.
pub(crate) fn at(config: Config, index: u32, key: &str, value: Value) -> Config {
    Config { point: Some(Point { index, key: key.to_owned(), value }), ..config }
}
