//! What went wrong, in sentences: the same ones in reports, in progress lines and wherever else they are told.

use crate::engine::{Ledger, Loss, Problem, Status, loss_in_words, trial_in_words};
use crate::scenario::Plan;

/// The code of a problem that tells of a lost worker.
const WORKER_LOST: &str = "worker-lost";

/// A worker's loss in one line: in which trial, who, how, in which task, and what is done about it.
pub fn loss_sentence(loss: &Loss, plan: Option<&Plan>) -> String {
    let words = loss_in_words(loss);
    plan.map_or_else(|| words.clone(), |plan| format!("{}: {words}", trial_in_words(plan, loss.trial)))
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

/// Text fit for a terminal: a scenario's words may hold control characters, which would move the cursor.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}
