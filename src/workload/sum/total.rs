//! The total of all slices, as the workers of a trial put it together in the shared cells: each slice's sum into a cell
//! that the worker has to itself, or each single term into one cell that all share.
//!
//! Cells hold whole multiples of a power of two, chosen so fine that the total just fits. So it does not depend on who
//! added what when, and the two ways differ by no more than what rounding to the multiple costs.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use crate::scenario::{Inputs, Job, Value};
use crate::workload::param::Param;
use crate::workload::{BuildError, SharedCells, TaskContext};

/// The word for one accumulator that all workers share.
const SHARED: &str = "shared";

/// The lines of the shared cells: the shared accumulator, and from the second on those of single workers.
const ACCUMULATOR: usize = 0;
const OWN: usize = 1;

/// The finest multiple that is of use: a term has no more binary places.
const PLACES_MAX: i32 = 53;
/// Binary digits of a total, with one to spare.
const DIGITS: i32 = 63;

/// How many binary places the total is kept to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SumSlot(i32);

/// Where a task adds what.
pub(super) enum Accumulator<'a> {
    /// The sum of its slice.
    OfSlices(SumCell<'a>),
    /// Each term.
    OfTerms(SumCell<'a>),
}

/// A cell that is added to.
pub(super) struct SumCell<'a> {
    cell: &'a AtomicU64,
    multiples: f64,
}

impl SumCell<'_> {
    /// Adds the multiple that is nearest to a term or a sum, which are never negative.
    #[inline]
    pub(super) fn add(&self, x: f64) {
        self.cell.fetch_add((x * self.multiples + 0.5) as u64, Relaxed);
    }
}

impl SumSlot {
    fn multiples(self) -> f64 {
        2.0_f64.powi(self.0)
    }

    /// Where a task adds what it has, by the word for how the total comes about.
    pub(super) fn accumulator<'a>(self, combine: &str, context: &'a dyn TaskContext) -> Accumulator<'a> {
        let cell = |line| SumCell { cell: context.shared_cells().line(line), multiples: self.multiples() };
        match combine {
            SHARED => Accumulator::OfTerms(cell(ACCUMULATOR)),
            // More workers than lines have to share; what they add is added all the same.
            _ => Accumulator::OfSlices(cell(OWN + context.worker() as usize % (SharedCells::LINES - OWN))),
        }
    }
}

/// To how many places the total of a job is kept: `None` where there is no total to keep, since it would be one of
/// different series or has more digits than a cell.
///
/// # Errors
/// [`BuildError::Unfit`] if it is too large and yet every term is to be added to it.
pub(super) fn place(job: &Job) -> Result<Option<SumSlot>, BuildError> {
    let (series, combine) = (Param::of_job(job, "series"), Param::of_job(job, "combine"));
    if series.is_varied() {
        return Ok(None);
    }
    let bound = bound(job, series.word(0));
    let places = (DIGITS - bound.log2().ceil() as i32).min(PLACES_MAX);
    if places >= 0 {
        return Ok(Some(SumSlot(places)));
    }
    if combine.is_varied() || combine.word(0) == SHARED {
        let message = format!(
            "combine = {SHARED:?}: the total may be up to {bound:.1e}, which an accumulator of {DIGITS} bits cannot hold; \
             add up fewer terms, or write combine = \"tree\""
        );
        return Err(BuildError::Unfit(message));
    }
    Ok(None)
}

/// What the total is less than.
fn bound(job: &Job, series: &str) -> f64 {
    let (tasks, terms) = (job.inputs.len() as f64, Param::of_job(job, "terms").largest());
    let end = (largest_x(&job.inputs) + 1.0) * terms;
    match series {
        "harmonic" => tasks * (terms.ln() + 1.0),
        "whole" => tasks * terms * end,
        _ => tasks * terms,
    }
    .max(1.0)
}

fn largest_x(inputs: &Inputs) -> f64 {
    match inputs {
        Inputs::Range { tasks } => (tasks - 1) as f64,
        Inputs::Texts(texts) => texts.len() as f64,
        Inputs::List(list) => list.iter().copied().fold(0.0, f64::max),
        Inputs::Repeat { value, .. } => *value,
        Inputs::Grid(axes) => {
            let axis = axes.iter().find(|axis| axis.key == "x");
            let values = axis.into_iter().flat_map(|axis| &axis.values).filter_map(Value::as_number);
            values.fold(1.0, f64::max)
        }
    }
}

/// The total, from the shared accumulator and those of the workers, which are added in pairs, pairs of pairs and so on.
pub(in crate::workload) fn tally(job: &Job, shared_cells: &SharedCells) -> Vec<(&'static str, f64)> {
    let Ok(Some(place)) = place(job) else { return Vec::new() };
    let mut parts: Vec<u64> = (OWN..SharedCells::LINES).map(|line| shared_cells.line(line).load(Relaxed)).collect();
    while parts.len() > 1 {
        parts = parts.chunks(2).map(|pair| pair.iter().sum()).collect();
    }
    let sum = parts.iter().sum::<u64>() + shared_cells.line(ACCUMULATOR).load(Relaxed);
    vec![("total", sum as f64 / place.multiples())]
}
