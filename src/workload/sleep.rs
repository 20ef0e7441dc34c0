//! `sleep`: waits for x units of time, as a query waits for its database.

use std::time::Duration;

use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "sleep",
    summary: "waits x × unit_s seconds and uses no CPU, like a query that waits for its database",
    nature: Nature::Waits,
    params: &[ParamSpec {
        name: "unit_s",
        unit: "s",
        doc: "how long one unit of input takes",
        domain: Domain::Number { default: 1.0, bounds: Bounds { min: 0.0, max: 3600.0 } },
    }],
    input: Bounds { min: 0.0, max: 1e9 },
    values: &[ValueSpec { name: "waited", unit: "s", doc: "how long it was asked to wait: x × unit_s" }],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// The longest a single task may wait, whatever its input: ten years.
const LONGEST_S: f64 = 10.0 * 365.25 * 86_400.0;

struct Sleep {
    inputs: Inputs,
    unit_s: Param,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Sleep { inputs: job.inputs.clone(), unit_s: Param::of_job(job, "unit_s") })
}

impl Workload for Sleep {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let seconds = self.cost(task);
        context.sleep(Duration::from_secs_f64(seconds))?;
        Ok(values_of([seconds]))
    }

    fn cost(&self, task: u64) -> f64 {
        (self.inputs.x(task) * self.unit_s.number(task)).min(LONGEST_S)
    }
}
