//! `pi`: estimates π by throwing darts (Monte Carlo). Each task draws from a random stream of its own, so that
//! the estimate depends on the seed alone and not on who ran what.

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Job, KindSpec, Nature, ParamSpec, ValueSpec};
use crate::system::random;

pub(super) const SPEC: KindSpec = KindSpec {
    name: "pi",
    summary: "throws darts at the unit square and counts those within the quarter circle",
    nature: Nature::Computes,
    params: &[ParamSpec {
        name: "darts",
        unit: "darts",
        doc: "darts a task throws",
        domain: Domain::Whole { default: 1_000_000, min: 1, max: 1_000_000_000_000 },
    }],
    input: Bounds { min: -1e300, max: 1e300 },
    values: &[
        ValueSpec { name: "pi", unit: "", doc: "the task's estimate: 4 × hits ÷ darts" },
        ValueSpec { name: "hits", unit: "darts", doc: "darts within the quarter circle" },
    ],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Darts between two looks at the outside world.
const STRIDE: u64 = 1 << 14;

struct Pi {
    darts: Param,
    seed: u64,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Pi { darts: Param::of_job(job, "darts"), seed: job.seed })
}

impl Workload for Pi {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let mut rng = stream(self.seed, task);
        let darts = self.darts.whole(task);
        let (mut thrown, mut hits) = (0, 0);
        while thrown < darts {
            let stride = STRIDE.min(darts - thrown);
            hits += (0..stride).filter(|_| within_quarter_circle(&mut rng)).count() as u64;
            thrown += stride;
            context.progress(thrown as f64 / darts as f64)?;
        }
        Ok(values_of([4.0 * hits as f64 / darts as f64, hits as f64]))
    }

    fn cost(&self, task: u64) -> f64 {
        self.darts.number(task)
    }
}

/// The stream of a task: the generator is seeded with the seed and the task together, as 128 bits.
fn stream(seed: u64, task: u64) -> Pcg64Mcg {
    // Neighbouring seeds and tasks must not give neighbouring states: this generator ignores a state's lowest bit.
    let key = random::output(random::output(seed, 1) ^ task, 1);
    Pcg64Mcg::seed_from_u64(key)
}

/// Throws one dart: both coordinates are 32-bit fractions of one draw, so the comparison is exact.
fn within_quarter_circle(rng: &mut Pcg64Mcg) -> bool {
    let draw = rng.next_u64();
    let (x, y) = (draw >> 32, draw & 0xFFFF_FFFF);
    u128::from(x * x) + u128::from(y * y) < 1 << 64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn neighbouring_seeds_and_tasks_have_streams_of_their_own() {
        let draws = (0..64).flat_map(|seed| (0..64).map(move |task| stream(seed, task).next_u64()));
        assert_eq!(draws.collect::<HashSet<u64>>().len(), 64 * 64);
    }
}
