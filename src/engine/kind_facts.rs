//! What a trial must know of the kind of its tasks, worked out once a job.

use crate::scenario::{Job, Runtime};
use crate::workload::{self, Watch};

/// Of the kind of a job.
pub(super) struct KindFacts {
    /// What its tasks run in.
    pub(super) runtime: Runtime,
    /// The names of a result's values.
    pub(super) value_names: Vec<String>,
    /// Which of them says whether a result is what the kind is after.
    pub(super) settled: Option<usize>,
    /// How many of the values are the same in every trial.
    pub(super) summed: usize,
    /// What a trial is asked for besides results.
    pub(super) watch: Watch,
}

impl KindFacts {
    pub(super) fn of(job: &Job) -> Self {
        let spec = workload::spec(&job.kind);
        Self {
            runtime: spec.map_or(Runtime::Parlab, |spec| spec.runtime),
            value_names: workload::value_names(job),
            settled: spec.and_then(|spec| {
                let settled = spec.search?.settled;
                spec.results().position(|value| value.name == settled)
            }),
            summed: spec.map_or(0, |spec| spec.values.len()),
            watch: workload::watch(&job.kind),
        }
    }

    /// Whether its tasks do not run in parlab's own processes.
    pub(super) fn runs_outside(&self) -> bool {
        self.runtime != Runtime::Parlab
    }
}
