//! `race`: all tasks of a trial count in one counter, with or without what would keep them from losing counts.
//!
//! Without protection an update is a load, an addition and a store, and another worker may come in between: its update
//! is then overwritten. All three are relaxed operations on an atomic, so the race is one of values only and there is
//! no undefined behaviour. What a task returns is what it was asked to do; what became of it stands in the counter.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::cancelled::Cancelled;
use super::param::Param;
use super::shared_cells::SharedCells;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "race",
    summary: "adds 1 to a counter that all workers share, x × steps times; without protection, updates get lost",
    nature: Nature::Computes,
    params: &[
        ParamSpec {
            name: "steps",
            unit: "updates",
            doc: "updates for one unit of input",
            domain: Domain::Number { default: 1e6, bounds: Bounds { min: 0.0, max: 1e15 } },
        },
        ParamSpec {
            name: "protection",
            unit: "",
            doc: "none: load, add 1, store; atomic: one instruction for all three; mutex: a lock around them; sharded: a \
                  counter per worker on a cache line of its own, added up at the end; false-sharing: the same with all \
                  counters on one cache line",
            domain: Domain::Word { choices: &["none", "atomic", "mutex", "sharded", "false-sharing"] },
        },
    ],
    input: Bounds { min: 0.0, max: 1e9 },
    values: &[ValueSpec { name: "updates", unit: "updates", doc: "the updates that the task made" }],
    tally: &[
        ValueSpec { name: "lost", unit: "updates", doc: "expected and not found" },
        ValueSpec { name: "found", unit: "updates", doc: "what the counters held when all tasks were done" },
        ValueSpec { name: "expected", unit: "updates", doc: "what all tasks together had added" },
    ],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Updates between two looks at the outside world: some ms with the slowest protection.
const STRIDE: u64 = 1 << 12;

/// The lines of the shared cells: the counter of all, the updates that finished tasks were asked for, the counters that
/// share a cache line, and from there on those that have lines to themselves.
const COUNTER: usize = 0;
const EXPECTED: usize = 1;
const CROWDED: usize = 2;
const SHARDS: usize = 3;

/// Counters on one cache line of 64 bytes, as most processors have them.
const CROWD: usize = 8;

struct Race {
    inputs: Inputs,
    steps: Param,
    protection: Param,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Race {
        inputs: job.inputs.clone(),
        steps: Param::of_job(job, "steps"),
        protection: Param::of_job(job, "protection"),
    })
}

/// What the counters hold, against what was counted.
pub(super) fn tally(_: &Job, shared_cells: &SharedCells) -> Vec<(&'static str, f64)> {
    let shards = (SHARDS..SharedCells::LINES).map(|line| shared_cells.line(line));
    let counters = [shared_cells.line(COUNTER)].into_iter().chain(crowd(shared_cells)).chain(shards);
    let found: u64 = counters.map(|counter| counter.load(Relaxed)).sum();
    let expected = shared_cells.line(EXPECTED).load(Relaxed);
    vec![("lost", expected as f64 - found as f64), ("found", found as f64), ("expected", expected as f64)]
}

impl Workload for Race {
    fn settle(&self, context: &dyn TaskContext) {
        context.shared_cells().free_lock_of(context.worker());
    }

    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let (total, protection) = (self.cost(task) as u64, self.protection.word(task));
        let mut done = 0;
        while done < total {
            let stride = STRIDE.min(total - done);
            update(protection, stride, context)?;
            done += stride;
            context.progress(done as f64 / total as f64)?;
        }
        context.shared_cells().line(EXPECTED).fetch_add(total, Relaxed);
        Ok(values_of([total as f64]))
    }

    fn cost(&self, task: u64) -> f64 {
        (self.inputs.x(task) * self.steps.number(task)).floor()
    }
}

/// Makes so many updates.
fn update(protection: &str, updates: u64, context: &dyn TaskContext) -> Result<(), Cancelled> {
    let shared_cells = context.shared_cells();
    let counter = shared_cells.line(COUNTER);
    match protection {
        "atomic" => add_at_once(counter, updates),
        "mutex" => {
            for _ in 0..updates {
                let _held = shared_cells.lock(context)?;
                add_in_steps(counter);
            }
        }
        // More workers than counters have to share; added at once, nothing is lost by that.
        "sharded" => {
            add_at_once(shared_cells.line(SHARDS + context.worker() as usize % (SharedCells::LINES - SHARDS)), updates);
        }
        "false-sharing" => add_at_once(&crowd(shared_cells)[context.worker() as usize % CROWD], updates),
        _ => (0..updates).for_each(|_| add_in_steps(counter)),
    }
    Ok(())
}

fn crowd(shared_cells: &SharedCells) -> &[AtomicU64] {
    &shared_cells.cells()[CROWDED * SharedCells::LINE..][..CROWD]
}

/// The three steps that an unprotected `counter += 1` is made of.
#[inline]
fn add_in_steps(counter: &AtomicU64) {
    // Laid aside as an interpreter would; a processor may otherwise guess what it is about to load.
    let seen = black_box(counter.load(Relaxed));
    counter.store(seen.wrapping_add(1), Relaxed);
}

fn add_at_once(counter: &AtomicU64, updates: u64) {
    for _ in 0..updates {
        counter.fetch_add(1, Relaxed);
    }
}
