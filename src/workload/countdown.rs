//! `countdown`: counts x × steps down to zero, as an interpreter would: pure computing, one step after the other.

use std::hint::black_box;

use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "countdown",
    summary: "counts x × steps down to zero: keeps a core busy and touches no memory",
    nature: Nature::Computes,
    params: &[ParamSpec {
        name: "steps",
        unit: "steps",
        doc: "steps for one unit of input",
        domain: Domain::Number { default: 2e6, bounds: Bounds { min: 0.0, max: 1e15 } },
    }],
    input: Bounds { min: 0.0, max: 1e9 },
    values: &[ValueSpec { name: "steps", unit: "steps", doc: "the steps that were counted" }],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Steps between two looks at the outside world: some tens of microseconds.
const STRIDE: u64 = 1 << 16;

struct Countdown {
    inputs: Inputs,
    steps: Param,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Countdown { inputs: job.inputs.clone(), steps: Param::of_job(job, "steps") })
}

impl Workload for Countdown {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let total = self.cost(task) as u64;
        count_down_with(total, context)?;
        Ok(values_of([total as f64]))
    }

    fn cost(&self, task: u64) -> f64 {
        (self.inputs.x(task) * self.steps.number(task)).floor()
    }
}

/// Counts down with a look at the outside world now and then.
pub(super) fn count_down_with(total: u64, context: &dyn TaskContext) -> Result<(), Cancelled> {
    let mut left = total;
    while left > STRIDE {
        count_down(STRIDE);
        left -= STRIDE;
        context.progress(1.0 - left as f64 / total as f64)?;
    }
    count_down(left);
    Ok(())
}

/// The loop itself; the compiler must not see through it, or there would be nothing left to measure.
fn count_down(steps: u64) {
    let mut n = steps;
    while n > 0 {
        n = black_box(n) - 1;
    }
}
