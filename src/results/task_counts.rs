//! How many tasks of a trial went well, and how long they took: its own, or those that its program told of.

use crate::record::{TaskTimes, TrialOutcome};

/// How many tasks of a trial went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskCounts {
    /// Tasks that gave a result.
    pub done: u64,
    /// Tasks given up.
    pub failed: u64,
}

impl TaskCounts {
    /// Those of a trial: of its program's tasks, where it is one and told of any.
    pub(super) fn of(outcome: &TrialOutcome) -> Self {
        let told = outcome.program.as_ref().map(|program| program.tasks.as_slice()).filter(|tasks| !tasks.is_empty());
        match told {
            Some(tasks) => Self {
                done: tasks.iter().map(|named| named.done).sum(),
                failed: tasks.iter().map(|named| named.failed).sum(),
            },
            None => Self { done: outcome.tasks_done, failed: outcome.tasks_failed },
        }
    }
}

/// The durations of these tasks.
pub(super) fn task_times(outcome: &TrialOutcome) -> Option<TaskTimes> {
    outcome.program.as_ref().and_then(|program| program.task_s).or(outcome.task_s)
}
