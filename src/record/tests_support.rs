//! What tests of this crate plan and stamp: a run of nothing in particular.

use super::event::{Event, MachineFacts, Planned, ScenarioFacts, Stamped};
use crate::scenario::{BackendKind, Config, Inputs, Job, Order, Plan, PlannedTrial};

/// A plan of so many configurations, threads with 1, 2, … workers, of which the first is the baseline.
pub(crate) fn planned(configs: u32, trials: Vec<PlannedTrial>) -> Event {
    let configs = (1..=configs).map(|workers| Config::new(BackendKind::THREADS, workers)).collect();
    let scenario = ScenarioFacts { tasks: 8, ..ScenarioFacts::default() };
    let job = Job {
        kind: "sleep".to_owned(),
        params: std::collections::BTreeMap::new(),
        inputs: Inputs::Range { tasks: 8 },
        order: Order::Given,
        seed: 1,
        interpreter: None,
        recorded: std::collections::BTreeMap::new(),
    };
    Event::Planned(Box::new(Planned {
        parlab: String::new(),
        started_at: String::new(),
        scenario,
        origin: String::new(),
        text: String::new(),
        job,
        timeout_s: 60.0,
        setup: None,
        auto: None,
        machine: MachineFacts::default(),
        plan: Plan { configs, baseline: Some(0), trials },
        data: None,
        predictions: Vec::new(),
    }))
}

/// An event at no time in particular.
pub(crate) fn stamped(event: Event) -> Stamped {
    Stamped { elapsed_s: 0.0, trials_done: 0, event }
}
