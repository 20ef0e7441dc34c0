//! The state of a run as a fold over its events: what any consumer knows, whether it watches, reports or replays.
//!
//! It holds what was measured and nothing derived: speedups and summaries belong to `analysis`.

use std::sync::Arc;

use super::event::{Event, Loss, Planned, Stamped, Status, TrialEnd, TrialOutcome};
use super::warning::Warning;
use crate::scenario::Plan;

/// Everything the events have told so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunState {
    /// What is being run; `None` before the first event.
    pub planned: Option<Planned>,
    /// The trial in progress: an index into the plan.
    pub current: Option<usize>,
    /// When the trial in progress, or else the last one, was started: in seconds since the run began.
    pub current_started_s: f64,
    /// Seconds that it took to start the workers of the trial in progress; `None` during that, and where none are.
    pub current_startup_s: Option<f64>,
    /// Outcomes by trial, in the order they finished.
    pub finished: Vec<(usize, Arc<TrialOutcome>)>,
    /// Workers lost so far.
    pub losses: Vec<Loss>,
    /// Seconds since the run began, by the last event.
    pub elapsed_s: f64,
    /// Trials ended so far, by the last event.
    pub trials_done: usize,
    /// How the run ended; `None` while it goes on.
    pub status: Option<Status>,
    /// Why it failed or was interrupted.
    pub warnings: Vec<Warning>,
    /// Indices into `finished`, by configuration: a caller that asks for one need not look through them all.
    by_config: Vec<Vec<usize>>,
}

impl RunState {
    /// Takes in the next event.
    pub fn apply(&mut self, stamped: &Stamped) {
        match &stamped.event {
            Event::Planned(planned) => {
                *self = Self { planned: Some((**planned).clone()), ..Self::default() };
            }
            Event::TrialStarted { trial } => {
                self.current = Some(*trial);
                self.current_started_s = stamped.elapsed_s;
                self.current_startup_s = None;
            }
            Event::GateOpened { startup_s, .. } => self.current_startup_s = *startup_s,
            Event::Progress { .. } | Event::WorkerStalled { .. } | Event::TrialRepeated { .. } => {}
            Event::TrialsAdded { trials, .. } => {
                self.planned.iter_mut().for_each(|planned| planned.plan.trials.extend(trials));
            }
            Event::WorkerLost(loss) => self.losses.push(loss.clone()),
            Event::TrialFinished { trial, outcome } => {
                self.finish(*trial, Arc::clone(outcome));
                self.current = None;
            }
            Event::RunFinished { status, warnings } => {
                self.status = Some(*status);
                self.warnings.clone_from(warnings);
                self.current = None;
            }
        }
        self.elapsed_s = stamped.elapsed_s;
        self.trials_done = stamped.trials_done;
    }

    /// What is run, once that is known.
    pub fn plan(&self) -> Option<&Plan> {
        self.planned.as_ref().map(|planned| &planned.plan)
    }

    /// The counted trials of a configuration that ran to their end undisturbed, with every task done: its samples.
    pub fn samples(&self, config: usize) -> impl DoubleEndedIterator<Item = &TrialOutcome> {
        self.samples_by_block(config).map(|(_, outcome)| outcome)
    }

    /// The same, each with the block that it belongs to: trials of the same repeat were run together.
    pub fn samples_by_block(&self, config: usize) -> impl DoubleEndedIterator<Item = (u32, &TrialOutcome)> {
        let whole = |outcome: &TrialOutcome| outcome.end == TrialEnd::Complete && outcome.tasks_failed == 0;
        let samples =
            self.ended(config, false).filter(move |(_, outcome)| whole(outcome) && outcome.disturbance.is_none());
        samples.filter_map(|(trial, outcome)| Some((self.plan()?.trials.get(trial)?.repeat, outcome)))
    }

    /// All trials of a configuration that were started and ended, warm-ups among them if asked for.
    pub fn trials_of(&self, config: usize, warmups: bool) -> impl DoubleEndedIterator<Item = &TrialOutcome> {
        self.ended(config, warmups).map(|(_, outcome)| outcome)
    }

    fn ended(&self, config: usize, warmups: bool) -> impl DoubleEndedIterator<Item = (usize, &TrialOutcome)> {
        let indices = self.by_config.get(config).map_or(&[][..], |indices| indices);
        let ended = indices.iter().filter_map(|&index| self.finished.get(index));
        let asked_for = ended.filter(move |(trial, _)| warmups || !self.is_warmup(*trial));
        asked_for.map(|(trial, outcome)| (*trial, &**outcome))
    }

    fn finish(&mut self, trial: usize, outcome: Arc<TrialOutcome>) {
        // A journal may have been tampered with: a configuration that the plan does not have gets no list.
        let known = |plan: &Plan| plan.trials.get(trial).copied().filter(|planned| planned.config < plan.configs.len());
        if let Some(planned) = self.plan().and_then(known) {
            if self.by_config.len() <= planned.config {
                self.by_config.resize(planned.config + 1, Vec::new());
            }
            self.by_config[planned.config].push(self.finished.len());
        }
        self.finished.push((trial, outcome));
    }

    fn is_warmup(&self, trial: usize) -> bool {
        self.plan().and_then(|plan| plan.trials.get(trial)).is_some_and(|planned| planned.warmup)
    }
}
