//! What is kept of a run that is gone on with: which of its trials count as they are, and which are measured again.
//!
//! A trial counts that came to its end: with all its tasks, or by its time limit, after which its configuration is not tried
//! any more. One that was called off, or that broke, is measured again; so are the warm-ups of a configuration that has
//! counted trials left.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::event::{Resumption, TrialEnd, TrialOutcome};
use crate::scenario::{Plan, PlannedTrial};

/// A run was gone on with.
#[derive(Debug, Clone, PartialEq)]
pub struct ResumedAt {
    /// Seconds since the run began, not counting the time in between.
    pub elapsed_s: f64,
    /// Trials that had come to their end by then and count.
    pub trials: usize,
    /// When and where.
    pub how: Resumption,
}

pub(super) type Finished = (usize, Arc<TrialOutcome>);

/// The trials that count as they are, in the order in which they ended.
pub(super) fn kept(plan: &Plan, finished: Vec<Finished>) -> Vec<Finished> {
    let left = left(plan, &finished);
    let counts = |(trial, outcome): &Finished| match plan.trials.get(*trial) {
        Some(planned) if planned.warmup => came_to_its_end(outcome) && !left.contains(&planned.config),
        _ => came_to_its_end(outcome),
    };
    finished.into_iter().filter(counts).collect()
}

/// The configurations with counted trials that are still to be measured.
pub(super) fn left(plan: &Plan, finished: &[Finished]) -> BTreeSet<usize> {
    let ended = |of: fn(TrialEnd) -> bool| {
        let ended = finished.iter().filter(move |(_, outcome)| of(outcome.end));
        ended.map(|(trial, _)| *trial).collect::<BTreeSet<usize>>()
    };
    let done = ended(|end| matches!(end, TrialEnd::Complete | TrialEnd::TimedOut));
    let given_up = ended(|end| end == TrialEnd::TimedOut);
    let given_up: BTreeSet<usize> = given_up.iter().filter_map(|trial| Some(plan.trials.get(*trial)?.config)).collect();
    let is_left = |(trial, planned): &(usize, &PlannedTrial)| {
        !planned.warmup && !done.contains(trial) && !given_up.contains(&planned.config)
    };
    plan.trials.iter().enumerate().filter(is_left).map(|(_, planned)| planned.config).collect()
}

fn came_to_its_end(outcome: &TrialOutcome) -> bool {
    matches!(outcome.end, TrialEnd::Complete | TrialEnd::TimedOut)
}
