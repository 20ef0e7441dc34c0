//! What went wrong, in sentences: the same ones in reports, in progress lines and wherever else they are told.

use crate::record::{Loss, RunState, Status, Warning, WarningCode, loss_in_words, trial_in_words};
use crate::results::Figures;
use crate::scenario::Plan;

/// A worker's loss in one line: in which trial, who, how, in which task, and what is done about it.
pub fn loss_sentence(loss: &Loss, plan: Option<&Plan>) -> String {
    let words = loss_in_words(loss);
    plan.map_or_else(|| words.clone(), |plan| format!("{}: {words}", trial_in_words(plan, loss.trial)))
}

/// Everything the user should know: the run's warnings, what its times give reason to doubt, losses of workers that these do not tell of, and that a
/// run never came to its end.
pub fn warnings(state: &RunState, figures: &Figures) -> Vec<Warning> {
    let mut warnings = state.warnings.clone();
    warnings.extend(figures.doubts.iter().cloned());
    if !warnings.iter().any(|warning| warning.code == WarningCode::WorkerLost) {
        let plan = state.planned.as_ref().map(|planned| &planned.plan);
        warnings.extend(
            state
                .losses
                .iter()
                .map(|loss| Warning { code: WarningCode::WorkerLost, message: loss_sentence(loss, plan) }),
        );
    }
    if state.status.is_none() {
        let message = "the run did not come to its end; this is what it had measured until then".to_owned();
        warnings.push(Warning { code: WarningCode::Unfinished, message });
    }
    warnings
}

/// How a run ended; one that never said so was interrupted.
pub(super) fn status(state: &RunState) -> Status {
    state.status.unwrap_or(Status::Interrupted)
}
