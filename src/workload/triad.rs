//! `triad`: a[i] = b[i] + s × c[i] over arrays that no cache holds: memory, and not the core, sets the pace.
//!
//! By the rules of STREAM (J. D. McCalpin, 1995): each array should be at least four times as large as the last-level
//! cache, and an iteration counts as 24 bytes, two doubles read and one written. The rate itself is a measurement
//! and therefore no part of a result.

use std::cell::RefCell;
use std::hint::black_box;

use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{Needs, ReleasedGil, TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Job, KindSpec, Nature, ParamSpec, ValueSpec};
use crate::units;

pub(super) const SPEC: KindSpec = KindSpec {
    name: "triad",
    summary: "computes a = b + s × c over long arrays, several times: as fast as memory can deliver",
    nature: Nature::Native,
    params: &[
        ParamSpec {
            name: "mib",
            unit: "MiB",
            doc: "the three arrays of one worker together; each should be 4 times the last-level cache",
            domain: Domain::Whole { default: 384, min: 1, max: 1 << 20 },
        },
        ParamSpec {
            name: "passes",
            unit: "passes",
            doc: "passes over the arrays in one task",
            domain: Domain::Whole { default: 10, min: 1, max: 1_000_000 },
        },
    ],
    input: Bounds { min: -1e300, max: 1e300 },
    values: &[
        ValueSpec { name: "sum", unit: "", doc: "the sum of a after the last pass" },
        ValueSpec { name: "bytes", unit: "bytes", doc: "bytes moved as STREAM counts them: 24 an iteration" },
    ],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Bytes that STREAM counts for an iteration: b and c are read, a is written.
const BYTES_AN_ITERATION: u64 = 24;

/// Iterations between two looks at the outside world: a hundred microseconds, and small enough that the part of a
/// just written is still in a cache when it is summed.
const STRIDE: usize = 1 << 15;

/// The arrays of one worker, made once: what they cost to get must not count as what they cost to use.
#[derive(Default)]
struct Arrays {
    a: Vec<f64>,
    b: Vec<f64>,
    c: Vec<f64>,
}

thread_local! {
    static ARRAYS: RefCell<Arrays> = RefCell::default();
}

struct Triad {
    mib: Param,
    passes: Param,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Triad { mib: Param::of_job(job, "mib"), passes: Param::of_job(job, "passes") })
}

pub(super) fn needs(job: &Job) -> Needs {
    Needs { worker_bytes: (Param::of_job(job, "mib").largest() as u64) << 20, ..Needs::LITTLE }
}

/// Bytes that all tasks together move, as STREAM counts them.
pub(super) fn bytes_moved(job: &Job) -> f64 {
    let (mib, passes) = (Param::of_job(job, "mib"), Param::of_job(job, "passes"));
    let of = |task: u64| (BYTES_AN_ITERATION * passes.whole(task) * iterations(mib.whole(task)) as u64) as f64;
    let tasks = job.inputs.len();
    if mib.is_varied() || passes.is_varied() { (0..tasks).map(of).sum() } else { of(0) * tasks as f64 }
}

impl Workload for Triad {
    fn settle(&self, context: &dyn TaskContext) {
        let most = iterations(self.mib.largest() as u64);
        // Called off in the middle, or without memory, it leaves arrays too short, which a task would fill up.
        let _ = ARRAYS.with_borrow_mut(|arrays| arrays.reach(most, context));
    }

    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let (n, passes) = (iterations(self.mib.whole(task)), self.passes.whole(task));
        let sum = context.without_lock(ReleasedGil::Native, || {
            ARRAYS.with_borrow_mut(|arrays| {
                arrays.reach(n, context)?;
                arrays.triad(n, passes, factor(task), context)
            })
        })??;
        Ok(values_of([sum, (BYTES_AN_ITERATION * passes * n as u64) as f64]))
    }

    fn cost(&self, task: u64) -> f64 {
        self.mib.number(task) * self.passes.number(task)
    }
}

impl Arrays {
    /// Makes the arrays at least `n` long. All entries are small whole numbers, so every sum of them is exact.
    fn reach(&mut self, n: usize, context: &dyn TaskContext) -> Result<(), Cancelled> {
        for array in [&mut self.a, &mut self.b, &mut self.c] {
            array.try_reserve_exact(n.saturating_sub(array.len())).map_err(|_| {
                context.fail(&format!("there is no memory for three arrays of {} numbers each", units::count(n as u64)))
            })?;
        }
        while self.a.len() < n {
            let range = self.a.len()..n.min(self.a.len() + STRIDE);
            self.b.extend(range.clone().map(|i| (i % 7) as f64));
            self.c.extend(range.clone().map(|i| (i % 5) as f64));
            self.a.resize(range.end, 0.0);
            if context.cancelled() {
                return Err(Cancelled);
            }
        }
        Ok(())
    }

    /// Passes over the first `n` entries; the sum of a after the last.
    fn triad(&mut self, n: usize, passes: u64, s: f64, context: &dyn TaskContext) -> Result<f64, Cancelled> {
        let mut sum = 0.0;
        for pass in 0..passes {
            let is_last = pass + 1 == passes;
            let parts = self.a[..n].chunks_mut(STRIDE).zip(self.b.chunks(STRIDE)).zip(self.c.chunks(STRIDE));
            let mut done = 0;
            for ((a, b), c) in parts {
                triad(black_box(&mut *a), black_box(b), black_box(c), s);
                if is_last {
                    sum += a.iter().sum::<f64>();
                }
                done += a.len();
                context.progress((pass as f64 + done as f64 / n as f64) / passes as f64)?;
            }
        }
        Ok(sum)
    }
}

fn triad(a: &mut [f64], b: &[f64], c: &[f64], s: f64) {
    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
        *a = b + s * c;
    }
}

/// Iterations of a pass over three arrays that have so many MiB together.
fn iterations(mib: u64) -> usize {
    ((mib << 20) / BYTES_AN_ITERATION) as usize
}

/// The factor s: another one for the next task, so that no task can pass off another's array as its own.
fn factor(task: u64) -> f64 {
    (task % 1021 + 3) as f64
}
