//! What went wrong in a run, gathered as it happens and told at its end.

use super::event::{Cause, Event, Loss, Problem, Remedy, TrialEnd, TrialOutcome};
use crate::backend::Broken;
use crate::scenario::{Config, Plan};

/// More problems of one code than this are counted instead of listed.
const LISTED_MAX: usize = 20;

/// The problems of a run so far.
pub(super) struct Problems {
    plan: Plan,
    failed: bool,
    list: Vec<Problem>,
    unlisted: usize,
    /// Trial and checksum that the others must equal.
    reference: Option<(usize, String)>,
}

impl Problems {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { plan: plan.clone(), failed: false, list: Vec::new(), unlisted: 0, reference: None }
    }

    /// Takes note of what happens within a trial.
    pub(super) fn hear(&mut self, event: &Event) {
        if let Event::WorkerLost(loss) = event {
            let message = format!("{}: {}", self.trial_in_words(loss.trial), loss_in_words(loss));
            self.add("worker-lost", message);
            if let (Remedy::TaskFailed, Some(task)) = (loss.remedy, loss.task) {
                let trial = self.trial_in_words(loss.trial);
                self.fail("task-failed", format!("task {task} of {trial} was given up: it cost two workers"));
            }
        }
    }

    /// Takes note of a trial that its backend could not carry through.
    pub(super) fn broken(&mut self, trial: usize, broken: &Broken) {
        let trial = self.trial_in_words(trial);
        self.fail("trial-broken", format!("{trial} was given up: {broken}"));
    }

    /// Takes note of how a trial ended.
    pub(super) fn finished(&mut self, trial: usize, outcome: &TrialOutcome) {
        match outcome.end {
            TrialEnd::TimedOut => {
                let trial = self.trial_in_words(trial);
                self.fail("timeout", format!("{trial} took longer than timeout_s allows and was ended"));
            }
            TrialEnd::Complete if outcome.tasks_failed > 0 => {
                let (trial, failed) = (self.trial_in_words(trial), outcome.tasks_failed);
                self.fail("tasks-failed", format!("{failed} tasks of {trial} failed"));
            }
            TrialEnd::Complete => self.compare(trial, &outcome.checksum),
            TrialEnd::Cancelled | TrialEnd::Broken => {}
        }
    }

    fn compare(&mut self, trial: usize, checksum: &str) {
        let Some((first, reference)) = self.reference.clone() else {
            self.reference = Some((trial, checksum.to_owned()));
            return;
        };
        if reference != checksum {
            let (trial, first) = (self.trial_in_words(trial), self.trial_in_words(first));
            let message =
                format!("the results of {trial} differ from those of {first} (checksums {checksum} and {reference})");
            self.fail("results-differ", message);
        }
    }

    /// Whether the run failed, and all its problems.
    pub(super) fn close(&mut self) -> (bool, Vec<Problem>) {
        let mut list = std::mem::take(&mut self.list);
        if self.unlisted > 0 {
            let message = format!("and {} more like these", self.unlisted);
            list.push(Problem { code: "more".to_owned(), message });
        }
        (self.failed, list)
    }

    fn fail(&mut self, code: &str, message: String) {
        self.failed = true;
        self.add(code, message);
    }

    fn add(&mut self, code: &str, message: String) {
        if self.list.iter().filter(|problem| problem.code == code).count() < LISTED_MAX {
            self.list.push(Problem { code: code.to_owned(), message });
        } else {
            self.unlisted += 1;
        }
    }

    fn trial_in_words(&self, trial: usize) -> String {
        let planned = self.plan.trials[trial];
        let Config { backend, workers, .. } = self.plan.configs[planned.config];
        let round = if planned.warmup { "warm-up" } else { "repeat" };
        format!("{} × {workers} ({round} {})", backend.word(), planned.repeat + 1)
    }
}

/// The loss of a worker as a clause: `worker 1 (pid 42) was killed by SIGKILL while it held task 3, which was retried`.
pub fn loss_in_words(loss: &Loss) -> String {
    let how = match &loss.cause {
        Cause::Signal(name) => format!("was killed by {name}"),
        Cause::Exit(status) => format!("exited with status {status}"),
    };
    let held = match loss.task {
        Some(task) => format!("while it held task {task}"),
        None => "while it held no task".to_owned(),
    };
    let remedy = match loss.remedy {
        Remedy::Retried => ", which is retried",
        Remedy::TaskFailed => ", which is given up",
        Remedy::Replaced => " and was replaced",
        Remedy::GivenUp => " and the trial was given up",
    };
    format!("worker {} (pid {}) {how} {held}{remedy}", loss.worker, loss.pid)
}
