//! The registry table: every kind of workload with its description and its constructor.
//!
//! To add a kind: one file beside this one with a `SPEC` and a `build`, one line in [`KINDS`].

use super::{Workload, countdown, crash, pi, sleep, square, svc};
use crate::scenario::{Inputs, Job, KindSpec};

/// A row of the table.
struct Kind {
    spec: KindSpec,
    build: fn(&Job) -> Result<Box<dyn Workload>, BuildError>,
}

const KINDS: &[Kind] = &[
    Kind { spec: square::SPEC, build: |job| Ok(square::build(job)) },
    Kind { spec: sleep::SPEC, build: |job| Ok(sleep::build(job)) },
    Kind { spec: countdown::SPEC, build: |job| Ok(countdown::build(job)) },
    Kind { spec: pi::SPEC, build: |job| Ok(pi::build(job)) },
    Kind { spec: svc::SPEC, build: svc::build },
    Kind { spec: crash::SPEC, build: |job| Ok(crash::build(job)) },
];

/// A workload cannot be made ready to run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A job names a kind that is not in the table.
    #[error("no workload is called {0:?}")]
    UnknownKind(String),
    /// What its tasks share cannot be had: data that is no data, or more of it than fits.
    #[error("{0}")]
    Unfit(String),
}

/// The descriptions of all kinds, in the order they are listed.
pub fn specs() -> impl Iterator<Item = &'static KindSpec> + Clone {
    KINDS.iter().map(|kind| &kind.spec)
}

/// Makes the workload of a checked job ready to run: loads and computes whatever its tasks share.
///
/// # Errors
/// [`BuildError`] if the table has no such kind, or if what its tasks share cannot be had.
pub fn build(job: &Job) -> Result<Box<dyn Workload>, BuildError> {
    let kind = KINDS
        .iter()
        .find(|kind| kind.spec.name == job.kind)
        .ok_or_else(|| BuildError::UnknownKind(job.kind.clone()))?;
    (kind.build)(job)
}

/// A parameter that may differ from task to task: the job's own, or a grid's.
pub(super) struct Param {
    name: &'static str,
    fixed: f64,
    inputs: Inputs,
}

impl Param {
    /// A numeric parameter of a checked job.
    pub(super) fn number(job: &Job, name: &'static str) -> Self {
        let fixed = job.params.get(name).and_then(crate::scenario::Value::as_number).unwrap_or(f64::NAN);
        let varies = matches!(&job.inputs, Inputs::Grid(axes) if axes.iter().any(|axis| axis.key == name));
        Self { name, fixed, inputs: if varies { job.inputs.clone() } else { Inputs::Range { tasks: 0 } } }
    }

    /// Its value for a task.
    pub(super) fn of(&self, task: u64) -> f64 {
        let Inputs::Grid(_) = &self.inputs else { return self.fixed };
        let point = self.inputs.grid_point(task);
        point.iter().find(|(key, _)| *key == self.name).and_then(|(_, value)| value.as_number()).unwrap_or(self.fixed)
    }
}
