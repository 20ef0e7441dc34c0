//! `convoy`: tasks that compute beside tasks that talk to the outside in short round trips. Under an interpreter's
//! lock the short ones queue up behind the long ones (D. Beazley, *Understanding the Python GIL*, 2010); without one
//! no task is in another's way.

use std::time::{Duration, Instant};

use super::cancelled::Cancelled;
use super::countdown::count_down_with;
use super::param::Param;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "convoy",
    summary: "a task with x > 0 counts x × steps down to zero; one with x = 0 makes round trips to the outside, and \
              waits in each of them",
    nature: Nature::Mixed,
    params: &[
        ParamSpec {
            name: "steps",
            unit: "steps",
            doc: "steps for one unit of input",
            domain: Domain::Number { default: 1e9, bounds: Bounds { min: 1.0, max: 1e15 } },
        },
        ParamSpec {
            name: "trips",
            unit: "round trips",
            doc: "round trips that a task with x = 0 makes, one after the other",
            domain: Domain::Whole { default: 100, min: 1, max: 1_000_000_000 },
        },
        ParamSpec {
            name: "trip_s",
            unit: "s",
            doc: "how long a round trip waits for the outside",
            domain: Domain::Number { default: 0.0005, bounds: Bounds { min: 0.0, max: 3600.0 } },
        },
    ],
    input: Bounds { min: 0.0, max: 1e9 },
    values: &[
        ValueSpec { name: "steps", unit: "steps", doc: "the steps that were counted" },
        ValueSpec { name: "trips", unit: "round trips", doc: "the round trips that were made" },
    ],
    measured: &[ValueSpec {
        name: "mean_s",
        unit: "s",
        doc: "how long one took on average: a round trip, or the countdown for one unit of input",
    }],
    tells_progress: true,
    ..KindSpec::PLAIN
};

struct Convoy {
    inputs: Inputs,
    steps: Param,
    trips: Param,
    trip_s: Param,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Convoy {
        inputs: job.inputs.clone(),
        steps: Param::of_job(job, "steps"),
        trips: Param::of_job(job, "trips"),
        trip_s: Param::of_job(job, "trip_s"),
    })
}

impl Workload for Convoy {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let x = self.inputs.x(task);
        let begun = Instant::now();
        let (steps, trips, units) = if x > 0.0 {
            let steps = self.cost(task) as u64;
            count_down_with(steps, context)?;
            (steps, 0, x)
        } else {
            let trips = self.trips.whole(task);
            self.travel(trips, Duration::from_secs_f64(self.trip_s.number(task)), context)?;
            (0, trips, trips as f64)
        };
        Ok(values_of([steps as f64, trips as f64, begun.elapsed().as_secs_f64() / units]))
    }

    /// What the round trips take depends on who else is there; they compute nothing.
    fn cost(&self, task: u64) -> f64 {
        (self.inputs.x(task) * self.steps.number(task)).floor()
    }
}

impl Convoy {
    fn travel(&self, trips: u64, wait: Duration, context: &dyn TaskContext) -> Result<(), Cancelled> {
        for made in 1..=trips {
            context.sleep(wait)?;
            context.progress(made as f64 / trips as f64)?;
        }
        Ok(())
    }
}
