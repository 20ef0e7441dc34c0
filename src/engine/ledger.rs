//! The state of a run as a fold over its events: what any consumer knows, whether it watches, reports or replays.
//!
//! It holds what was measured and nothing derived: speedups and summaries belong to `analysis`.

use super::event::{Event, Loss, Planned, Problem, Stamped, Status, TrialEnd, TrialOutcome};

/// Everything the events have told so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    /// What is being run; `None` before the first event.
    pub planned: Option<Planned>,
    /// The trial in progress: an index into the plan.
    pub current: Option<usize>,
    /// Seconds it took to hire the workers of the trial in progress; `None` while they are being hired and where nobody is.
    pub current_startup_s: Option<f64>,
    /// Outcomes by trial, in the order they finished.
    pub finished: Vec<(usize, TrialOutcome)>,
    /// Workers lost so far.
    pub losses: Vec<Loss>,
    /// Seconds since the run began, by the last event.
    pub elapsed_s: f64,
    /// How the run ended; `None` while it goes on.
    pub status: Option<Status>,
    /// Why it failed or was interrupted.
    pub problems: Vec<Problem>,
    /// By configuration: where its trials are in `finished`. A run may have thousands of configurations, and to look
    /// through all trials for each would take longer than to run them.
    of_config: Vec<Vec<usize>>,
}

impl Ledger {
    /// Takes in the next event.
    pub fn apply(&mut self, stamped: &Stamped) {
        self.elapsed_s = stamped.elapsed_s;
        match &stamped.event {
            Event::Planned(planned) => {
                *self = Self { planned: Some((**planned).clone()), ..Self::default() };
            }
            Event::TrialStarted { trial } => {
                self.current = Some(*trial);
                self.current_startup_s = None;
            }
            Event::GateOpened { startup_s, .. } => self.current_startup_s = *startup_s,
            Event::Progress { .. } | Event::WorkerStalled { .. } => {}
            Event::WorkerLost(loss) => self.losses.push(loss.clone()),
            Event::TrialFinished { trial, outcome } => {
                self.file(*trial);
                self.finished.push((*trial, (**outcome).clone()));
                self.current = None;
            }
            Event::RunFinished { status, problems } => {
                self.status = Some(*status);
                self.problems.clone_from(problems);
                self.current = None;
            }
        }
    }

    /// The counted trials of a configuration that ran to their end with every task done: its samples.
    pub fn samples(&self, config: usize) -> impl Iterator<Item = &TrialOutcome> {
        self.trials_of(config, false).filter(|outcome| outcome.end == TrialEnd::Complete && outcome.tasks_failed == 0)
    }

    /// All trials of a configuration that were started and ended, warm-ups among them if asked for.
    pub fn trials_of(&self, config: usize, warmups: bool) -> impl Iterator<Item = &TrialOutcome> {
        let filed = self.of_config.get(config).map_or(&[][..], Vec::as_slice);
        filed.iter().map(|&place| &self.finished[place]).filter_map(move |(trial, outcome)| {
            let planned = self.planned.as_ref()?.plan.trials.get(*trial)?;
            (warmups || !planned.warmup).then_some(outcome)
        })
    }

    /// Notes that the next to be finished is a trial of its configuration.
    fn file(&mut self, trial: usize) {
        let Some(plan) = self.planned.as_ref().map(|planned| &planned.plan) else { return };
        let known = |config: &usize| *config < plan.configs.len();
        let Some(config) = plan.trials.get(trial).map(|planned| planned.config).filter(known) else { return };
        if self.of_config.len() <= config {
            self.of_config.resize(config + 1, Vec::new());
        }
        self.of_config[config].push(self.finished.len());
    }
}
