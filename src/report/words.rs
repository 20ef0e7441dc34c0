//! What went wrong, in sentences: the same ones in reports, in progress lines and wherever else they are told.

use crate::engine::{Cause, Ledger, Loss, Problem, Remedy, Status, label};
use crate::scenario::Plan;

/// The code of a problem that tells of a lost worker.
const WORKER_LOST: &str = "worker-lost";

/// A worker's loss in one line: who, how, in which task, and what is done about it.
pub fn loss_sentence(loss: &Loss, plan: Option<&Plan>) -> String {
    let place = match plan.and_then(|plan| place(loss.trial, plan)) {
        Some(place) => format!("{place}: "),
        None => String::new(),
    };
    let cause = match &loss.cause {
        Cause::Signal(name) => format!("was killed by {name}"),
        Cause::Exit(status) => format!("exited with status {status}"),
    };
    let task = match loss.task {
        Some(task) => format!("in task {task}"),
        None => "between tasks".to_owned(),
    };
    let remedy = match loss.remedy {
        Remedy::Retried => "a replacement tries that task once more",
        Remedy::TaskFailed => "that task is marked failed, a replacement goes on with the others",
        Remedy::Replaced => "a replacement takes its place",
        Remedy::GivenUp => "the trial is given up",
    };
    format!("{place}worker {} (pid {}) {cause} {task}; {remedy}", loss.worker, loss.pid)
}

/// Everything the user should know: the run's problems, losses of workers that these do not tell of, and that a
/// run never came to its end.
pub fn warnings(ledger: &Ledger) -> Vec<Problem> {
    let mut warnings = ledger.problems.clone();
    if !warnings.iter().any(|problem| problem.code == WORKER_LOST) {
        let plan = ledger.planned.as_ref().map(|planned| &planned.plan);
        warnings.extend(
            ledger
                .losses
                .iter()
                .map(|loss| Problem { code: WORKER_LOST.to_owned(), message: loss_sentence(loss, plan) }),
        );
    }
    if ledger.status.is_none() {
        let message = "the run did not come to its end; this is what it had measured until then".to_owned();
        warnings.push(Problem { code: "unfinished".to_owned(), message });
    }
    warnings
}

/// How a run ended; one that never said so was interrupted.
pub(super) fn status(ledger: &Ledger) -> Status {
    ledger.status.unwrap_or(Status::Interrupted)
}

/// A trial for people: `processes × 2, repeat 1`.
fn place(trial: usize, plan: &Plan) -> Option<String> {
    let trial = plan.trials.get(trial)?;
    let config = plan.configs.get(trial.config)?;
    let round = if trial.warmup { "warm-up" } else { "repeat" };
    Some(format!("{}, {round} {}", label(config), trial.repeat.saturating_add(1)))
}

/// Text fit for a terminal: a scenario's words may hold control characters, which would move the cursor.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}
