//! `pi`: estimates π by throwing darts (Monte Carlo). Each task draws from a random stream of its own, so that
//! the estimate depends on the seed alone and not on who ran what.

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::registry::Param;
use super::{Cancelled, Desk, Values, Workload};
use crate::scenario::{Bounds, Domain, Job, KindSpec, Nature, ParamSpec, ValueSpec};

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
    measured: &[],
    tells_progress: true,
    processes_only: None,
    search: None,
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
    fn run(&self, task: u64, desk: &dyn Desk) -> Result<Values, Cancelled> {
        let mut rng = stream(self.seed, task);
        let darts = self.darts.whole(task);
        let (mut thrown, mut hits) = (0, 0);
        while thrown < darts {
            let stride = STRIDE.min(darts - thrown);
            hits += (0..stride).filter(|_| within_quarter_circle(&mut rng)).count() as u64;
            thrown += stride;
            desk.progress(thrown as f64 / darts as f64)?;
        }
        Ok([4.0 * hits as f64 / darts as f64, hits as f64, 0.0, 0.0])
    }

    fn cost(&self, task: u64) -> f64 {
        self.darts.number(task)
    }
}

/// The stream of a task: the generator is seeded with the seed and the task together, as 128 bits.
fn stream(seed: u64, task: u64) -> Pcg64Mcg {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..].copy_from_slice(&task.to_le_bytes());
    let mut key = Pcg64Mcg::from_seed(bytes);
    // Neighbouring seeds of this generator start out alike; one draw of it, mixed, does not.
    Pcg64Mcg::seed_from_u64(key.next_u64() ^ task.rotate_left(32))
}

/// Throws one dart: both coordinates are 32-bit fractions of one draw, so the comparison is exact.
fn within_quarter_circle(rng: &mut Pcg64Mcg) -> bool {
    let draw = rng.next_u64();
    let (x, y) = (draw >> 32, draw & 0xFFFF_FFFF);
    u128::from(x * x) + u128::from(y * y) < 1 << 64
}
