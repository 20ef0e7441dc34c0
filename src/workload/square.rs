//! `square`: x², the cheapest task there is; a run of it shows what dispatch itself costs.

use super::cancelled::Cancelled;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Inputs, Job, KindSpec, Nature, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "square",
    summary: "computes x², which costs next to nothing: what remains is the cost of dispatch",
    nature: Nature::Computes,
    input: Bounds { min: -1e150, max: 1e150 },
    values: &[ValueSpec { name: "square", unit: "", doc: "x²" }],
    ..KindSpec::PLAIN
};

struct Square {
    inputs: Inputs,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Square { inputs: job.inputs.clone() })
}

impl Workload for Square {
    fn run(&self, task: u64, _: &dyn TaskContext) -> Result<Values, Cancelled> {
        let x = self.inputs.x(task);
        Ok(values_of([x * x]))
    }

    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}
