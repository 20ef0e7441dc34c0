//! `memory`: goes over data that was made once, before any worker was started, and only reads it or writes to it, too.
//!
//! Threads share the data. Forked processes share it as well until one writes to a page, which the kernel then copies
//! for it. The data is made of atomics, so that threads may write where others read; a task that writes changes only
//! the upper half of a word and counts only the lower, so results are the same whichever other tasks have written.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{BuildError, IsWanted, Needs, TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, Value, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "memory",
    summary: "goes over data that all workers were handed, and reads it or writes to it: forked processes share it until \
              they write",
    nature: Nature::Computes,
    params: &[
        ParamSpec {
            name: "mib",
            unit: "MiB",
            doc: "the data, made once before workers are started",
            domain: Domain::Whole { default: 64, min: 1, max: 1 << 20 },
        },
        ParamSpec {
            name: "access",
            unit: "",
            doc: "whether tasks read the data, or read and write it",
            domain: Domain::Word { choices: &["read", "write"] },
        },
        ParamSpec {
            name: "passes",
            unit: "passes",
            doc: "passes over the data in one task",
            domain: Domain::Whole { default: 10, min: 1, max: 1_000_000 },
        },
        ParamSpec {
            name: "part",
            unit: "fraction",
            doc: "the part of the data that tasks go over, from its beginning on",
            domain: Domain::Number { default: 1.0, bounds: Bounds { min: 0.0, max: 1.0 } },
        },
    ],
    input: Bounds { min: -1e300, max: 1e300 },
    values: &[
        ValueSpec { name: "sum", unit: "", doc: "the sum of the words of the last pass" },
        ValueSpec { name: "bytes", unit: "bytes", doc: "bytes of data gone over in all passes" },
    ],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Words between two looks at the outside world: a millisecond where each page has to be copied first.
const STRIDE: usize = 1 << 18;

const WORD: usize = size_of::<AtomicU64>();

/// What a writer adds to a word: something to the upper half, which no task looks at.
const SCRIBBLE: u64 = 1 << 32;

struct Memory {
    data: Box<[AtomicU64]>,
    mib: Param,
    access: Param,
    passes: Param,
    part: Param,
}

pub(super) fn build(job: &Job, is_wanted: &IsWanted<'_>) -> Result<Box<dyn Workload>, BuildError> {
    let mib = Param::of_job(job, "mib");
    Ok(Box::new(Memory {
        data: data(words(mib.largest() as u64), is_wanted)?,
        mib,
        access: Param::of_job(job, "access"),
        passes: Param::of_job(job, "passes"),
        part: Param::of_job(job, "part"),
    }))
}

/// The data once in each process that starts workers, and what is written of it once more in each forked worker.
pub(super) fn needs(job: &Job) -> Needs {
    let shared_bytes = (Param::of_job(job, "mib").largest() as u64) << 20;
    let written = if may_write(job) { Param::of_job(job, "part").largest() } else { 0.0 };
    Needs { shared_bytes, copied_bytes: (shared_bytes as f64 * written) as u64, ..Needs::LITTLE }
}

/// Whether any task writes.
fn may_write(job: &Job) -> bool {
    let is_write = |value: &Value| value.as_word() == Some("write");
    let varied = match &job.inputs {
        Inputs::Grid(axes) => axes.iter().find(|axis| axis.key == "access"),
        _ => None,
    };
    varied.map_or_else(|| job.params.get("access").is_some_and(is_write), |axis| axis.values.iter().any(is_write))
}

/// The data: small numbers, so that their sums are exact.
fn data(words: usize, is_wanted: &IsWanted<'_>) -> Result<Box<[AtomicU64]>, BuildError> {
    let mut data = Vec::new();
    data.try_reserve_exact(words).map_err(|_| {
        let mib = (words * WORD) >> 20;
        BuildError::Unfit(format!("mib = {mib}: the system has no room for so much data; ask for less"))
    })?;
    while data.len() < words {
        if !is_wanted() {
            return Err(BuildError::CalledOff);
        }
        let stride = data.len()..words.min(data.len() + STRIDE);
        data.extend(stride.map(|word| AtomicU64::new(number(word))));
    }
    Ok(data.into_boxed_slice())
}

fn number(word: usize) -> u64 {
    (word % 251) as u64
}

fn words(mib: u64) -> usize {
    (mib << 20) as usize / WORD
}

impl Workload for Memory {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let all = words(self.mib.whole(task));
        let part = &self.data[..(all as f64 * self.part.number(task)) as usize];
        let (passes, go_over) = (self.passes.whole(task), if self.access.word(task) == "write" { write } else { read });
        let mut sum = 0;
        for pass in 0..passes {
            sum = 0;
            let mut done = 0;
            for stride in part.chunks(STRIDE) {
                sum += go_over(stride);
                done += stride.len();
                context.progress((pass as f64 + done as f64 / part.len() as f64) / passes as f64)?;
            }
        }
        Ok(values_of([sum as f64, (part.len() * WORD) as f64 * passes as f64]))
    }

    fn cost(&self, task: u64) -> f64 {
        self.mib.number(task) * self.part.number(task) * self.passes.number(task)
    }
}

fn read(words: &[AtomicU64]) -> u64 {
    words.iter().map(|word| word.load(Relaxed) % SCRIBBLE).sum()
}

fn write(words: &[AtomicU64]) -> u64 {
    let mut sum = 0;
    for word in words {
        let seen = word.load(Relaxed);
        // Another thread may have written in between; what it wrote is lost, and was of no use.
        word.store(seen.wrapping_add(SCRIBBLE), Relaxed);
        sum += seen % SCRIBBLE;
    }
    sum
}
