//! The state of a run as a fold over its events: what any consumer knows, whether it watches, reports or replays.
//!
//! It holds what was measured and nothing derived: speedups and summaries belong to `analysis`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::{Added, Event, Loss, Planned, Resumption, Stamped, Status, TrialEnd, TrialOutcome};
use super::resumed::{self, ResumedAt};
use super::taint::Yardsticks;
use super::warning::Warning;
use crate::scenario::{Plan, RecordedResults};

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
    /// When it was gone on with, each time.
    pub resumed: Vec<ResumedAt>,
    /// What tasks came to in trials that have not come to their end, by trial.
    pub(super) recorded: BTreeMap<usize, RecordedResults>,
    /// How often the run had been gone on with when a trial ended, by trial.
    pub(super) sittings: BTreeMap<usize, usize>,
    /// Indices into `finished`, by configuration: a caller that asks for one need not look through them all.
    by_config: Vec<Vec<usize>>,
    /// How many trials the plan had before any was added.
    planned_trials: usize,
    /// How many of them are counted, by configuration.
    planned_repeats: Vec<usize>,
    /// Why each trial that was added was.
    added: Vec<Added>,
    /// When the first counted trial was started.
    counted_since_s: Option<f64>,
    /// The yardsticks of the trials so far.
    pub(super) yardsticks: Yardsticks,
}

impl RunState {
    /// Takes in the next event.
    pub fn apply(&mut self, stamped: &Stamped) {
        match &stamped.event {
            Event::Planned(planned) => {
                let plan = &planned.plan;
                *self = Self {
                    planned_trials: plan.trials.len(),
                    planned_repeats: planned_repeats(plan),
                    planned: Some((**planned).clone()),
                    ..Self::default()
                };
            }
            Event::TrialStarted { trial } => {
                self.current = Some(*trial);
                self.current_started_s = stamped.elapsed_s;
                self.current_startup_s = None;
                if !self.is_warmup(*trial) {
                    self.counted_since_s.get_or_insert(stamped.elapsed_s);
                }
            }
            Event::GateOpened { startup_s, .. } => self.current_startup_s = *startup_s,
            Event::Progress { .. } | Event::WorkerStalled { .. } => {}
            Event::TrialRepeated { trial, .. } => drop(self.recorded.remove(trial)),
            Event::TasksDone { trial, results } => {
                let recorded = self.recorded.entry(*trial).or_default();
                recorded.extend(results.iter().cloned());
            }
            Event::TrialsAdded { trials, why } => {
                self.added.extend(trials.iter().map(|_| *why));
                self.planned.iter_mut().for_each(|planned| planned.plan.trials.extend(trials));
            }
            Event::WorkerLost(loss) => self.losses.push(loss.clone()),
            Event::Resumed(how) => self.go_on(stamped.elapsed_s, how),
            Event::TrialFinished { trial, outcome } => {
                if outcome.end == TrialEnd::Complete {
                    self.recorded.remove(trial);
                }
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

    /// The samples of a configuration: its counted trials that ran to their end undisturbed, with every task done, less
    /// the tainted ones where there are enough others (see `tainted`).
    pub fn samples(&self, config: usize) -> impl DoubleEndedIterator<Item = &TrialOutcome> {
        self.samples_by_block(config).map(|(_, outcome)| outcome)
    }

    /// The same, each with the block that it belongs to: trials of the same repeat were run together.
    pub fn samples_by_block(&self, config: usize) -> impl DoubleEndedIterator<Item = (u32, &TrialOutcome)> {
        let leaves_out = self.leaves_out_tainted(config);
        let samples = self.sound(config).filter(move |(_, outcome)| !(leaves_out && self.is_tainted(outcome)));
        samples.filter_map(|(trial, outcome)| Some((self.plan()?.trials.get(trial)?.repeat, outcome)))
    }

    /// All trials of a configuration that were started and ended, warm-ups among them if asked for.
    pub fn trials_of(&self, config: usize, warmups: bool) -> impl DoubleEndedIterator<Item = &TrialOutcome> {
        self.ended(config, warmups).map(|(_, outcome)| outcome)
    }

    /// The counted trials of a configuration that ran to their end undisturbed, noisy or not, with their places in the
    /// plan.
    pub fn sound(&self, config: usize) -> impl DoubleEndedIterator<Item = (usize, &TrialOutcome)> {
        let whole = |outcome: &TrialOutcome| outcome.end == TrialEnd::Complete && outcome.tasks_failed == 0;
        self.ended(config, false).filter(move |(_, outcome)| whole(outcome) && outcome.disturbance.is_none())
    }

    /// How many counted trials of a configuration were planned before any was added.
    pub fn planned_repeats(&self, config: usize) -> usize {
        self.planned_repeats.get(config).copied().unwrap_or_default()
    }

    /// Why a trial was added to the plan; `None` for one that was in it from the first.
    pub fn added_for(&self, trial: usize) -> Option<Added> {
        self.added.get(trial.checked_sub(self.planned_trials)?).copied()
    }

    /// Seconds from the start of the first counted trial to the last event; `None` before that.
    pub fn counting_s(&self) -> Option<f64> {
        Some(self.elapsed_s - self.counted_since_s?)
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
        self.yardsticks.add(outcome.noise.as_ref());
        self.sittings.insert(trial, self.resumed.len());
        self.finished.push((trial, outcome));
    }

    /// Forgets how the run was cut short, and the trials that are measured again.
    fn go_on(&mut self, elapsed_s: f64, how: &Resumption) {
        (self.current, self.status) = (None, None);
        self.warnings.clear();
        self.by_config.clear();
        self.yardsticks = Yardsticks::default();
        let finished = std::mem::take(&mut self.finished);
        let kept = self.plan().map_or_else(Vec::new, |plan| resumed::kept(plan, finished));
        let sittings = std::mem::take(&mut self.sittings);
        self.resumed.push(ResumedAt { elapsed_s, trials: kept.len(), how: how.clone() });
        kept.into_iter().for_each(|(trial, outcome)| self.finish(trial, outcome));
        self.sittings = sittings.into_iter().filter(|(trial, _)| self.sittings.contains_key(trial)).collect();
    }

    fn is_warmup(&self, trial: usize) -> bool {
        self.plan().and_then(|plan| plan.trials.get(trial)).is_some_and(|planned| planned.warmup)
    }
}

/// Counted trials by configuration.
fn planned_repeats(plan: &Plan) -> Vec<usize> {
    let mut repeats = vec![0; plan.configs.len()];
    for trial in plan.trials.iter().filter(|trial| !trial.warmup) {
        repeats.get_mut(trial.config).into_iter().for_each(|repeats| *repeats += 1);
    }
    repeats
}
