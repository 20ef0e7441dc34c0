//! `sum`: adds up one slice of a long series. It is a reduction: each task's sum is a partial result, and what is
//! wanted is the sum of those.
//!
//! Floating-point addition is not associative, so a slice is always added in the same order, whichever worker does it.
//! The total is put together in whatever order the workers come along, so it is kept in whole multiples of a power of
//! two: those add up to the same in any order. See `total` for how tasks hand in what they have.

mod total;

use std::ops::Range;

use self::total::{Accumulator, SumSlot};
use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{BuildError, TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};
use crate::system::random;

pub(super) const SPEC: KindSpec = KindSpec {
    name: "sum",
    summary: "adds up slice x of a series, the terms from x × terms on: a partial result of a reduction",
    nature: Nature::Computes,
    params: &[
        ParamSpec {
            name: "terms",
            unit: "terms",
            doc: "terms in a slice",
            domain: Domain::Whole { default: 1_000_000, min: 1, max: 1_000_000_000 },
        },
        ParamSpec {
            name: "series",
            unit: "",
            doc: "random fractions drawn from the seed, the harmonic 1/1 + 1/2 + …, or the whole numbers 0 + 1 + …",
            domain: Domain::Word { choices: &["random", "harmonic", "whole"] },
        },
        ParamSpec {
            name: "shape",
            unit: "",
            doc: "how a slice is added: one term after the other, or in pairs, pairs of pairs and so on",
            domain: Domain::Word { choices: &["chain", "tree"] },
        },
        ParamSpec {
            name: "combine",
            unit: "",
            doc: "how the total comes about: tree: a task hands in the sum of its slice, and what the workers have is \
                  added in pairs at the end; shared: each term is added to one accumulator that all workers share",
            domain: Domain::Word { choices: &["tree", "shared"] },
        },
    ],
    input: Bounds { min: 0.0, max: 1e9 },
    values: &[
        ValueSpec { name: "sum", unit: "", doc: "the sum of the slice's terms" },
        ValueSpec { name: "terms", unit: "terms", doc: "the terms that were added" },
    ],
    tally: &[ValueSpec { name: "total", unit: "", doc: "the sum of all slices" }],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Terms between two looks at the outside world, some ms with many workers at one accumulator. A power of two, so that
/// a full stride is a full tree.
const STRIDE: u64 = 1 << 13;

/// Terms that a tree adds one after the other at its leaves; a power of two.
const LEAF: u64 = 32;

struct Sum {
    inputs: Inputs,
    terms: Param,
    series: Param,
    shape: Param,
    combine: Param,
    /// What the total is kept in; `None` where none is kept.
    place: Option<SumSlot>,
    seed: u64,
}

pub(super) use self::total::tally;

pub(super) fn build(job: &Job) -> Result<Box<dyn Workload>, BuildError> {
    Ok(Box::new(Sum {
        inputs: job.inputs.clone(),
        terms: Param::of_job(job, "terms"),
        series: Param::of_job(job, "series"),
        shape: Param::of_job(job, "shape"),
        combine: Param::of_job(job, "combine"),
        place: total::place(job)?,
        seed: job.seed,
    }))
}

impl Workload for Sum {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let terms = self.terms.whole(task);
        let slice = SumSlice { start: self.inputs.x(task) as u64 * terms, terms };
        let shape = SumShape::of(self.shape.word(task));
        let seed = self.seed;
        let total = self.place.map(|place| place.accumulator(self.combine.word(task), context));
        let sum = match self.series.word(task) {
            "harmonic" => slice.sum(shape, context, &total, |i| 1.0 / (i + 1) as f64),
            "whole" => slice.sum(shape, context, &total, |i| i as f64),
            _ => slice.sum(shape, context, &total, |i| fraction(seed, i)),
        }?;
        Ok(values_of([sum, terms as f64]))
    }

    fn cost(&self, task: u64) -> f64 {
        self.terms.number(task)
    }
}

/// The terms from `start` on.
struct SumSlice {
    start: u64,
    terms: u64,
}

impl SumSlice {
    /// The sum of its terms, which is also added to the total, if there is one.
    fn sum(
        &self,
        shape: SumShape,
        context: &dyn TaskContext,
        total: &Option<Accumulator<'_>>,
        term: impl Fn(u64) -> f64,
    ) -> Result<f64, Cancelled> {
        match total {
            None => self.sum_of(shape, context, term),
            Some(Accumulator::OfSlices(total)) => {
                let sum = self.sum_of(shape, context, term)?;
                total.add(sum);
                Ok(sum)
            }
            Some(Accumulator::OfTerms(total)) => self.sum_of(shape, context, |i| {
                let term = term(i);
                total.add(term);
                term
            }),
        }
    }

    fn sum_of(&self, shape: SumShape, context: &dyn TaskContext, term: impl Fn(u64) -> f64) -> Result<f64, Cancelled> {
        let mut sum = shape;
        let mut added = 0;
        while added < self.terms {
            let stride = STRIDE.min(self.terms - added);
            let first = self.start + added;
            sum.add(first..first + stride, &term);
            added += stride;
            context.progress(added as f64 / self.terms as f64)?;
        }
        Ok(sum.total())
    }
}

/// A sum in the making.
enum SumShape {
    /// One term after the other: n terms need n − 1 additions, each waiting for the one before.
    Chain(f64),
    /// Pairwise: as many additions, in log₂ n layers; the rounding error grows with log n instead of n (N. J. Higham,
    /// *The accuracy of floating point summation*, 1993). Element k holds the sum of 2ᵏ leaves, if bit k of the
    /// number of leaves is set.
    Tree(Vec<Option<f64>>),
}

impl SumShape {
    fn of(word: &str) -> Self {
        if word == "tree" { Self::Tree(Vec::new()) } else { Self::Chain(0.0) }
    }

    /// Adds terms, of which only the last call may have fewer than [`STRIDE`].
    fn add(&mut self, mut range: Range<u64>, term: &impl Fn(u64) -> f64) {
        match self {
            Self::Chain(sum) => *sum = range.fold(*sum, |sum, i| sum + term(i)),
            Self::Tree(levels) => {
                while !range.is_empty() {
                    let leaf = range.start..range.end.min(range.start + LEAF);
                    range.start = leaf.end;
                    carry(levels, leaf.fold(0.0, |sum, i| sum + term(i)));
                }
            }
        }
    }

    fn total(self) -> f64 {
        match self {
            Self::Chain(sum) => sum,
            Self::Tree(levels) => levels.into_iter().flatten().fold(0.0, |small, large| large + small),
        }
    }
}

/// Adds a leaf to a tree, as 1 is added to a binary number.
fn carry(levels: &mut Vec<Option<f64>>, leaf: f64) {
    let mut sum = leaf;
    for level in levels.iter_mut() {
        match level.take() {
            Some(earlier) => sum += earlier,
            None => {
                *level = Some(sum);
                return;
            }
        }
    }
    levels.push(Some(sum));
}

/// Term `i` of the random series, from 0 to 1. It can be computed at any place, so the series is the same however it is
/// cut into slices.
fn fraction(seed: u64, i: u64) -> f64 {
    (random::output(seed, i + 1) >> 11) as f64 * (0.5_f64).powi(53)
}
