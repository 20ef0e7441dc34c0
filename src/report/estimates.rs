//! Times and speedups as the JSON report has them: estimates with their intervals and what they come from, and plain
//! figures of what was measured.

use serde::Serialize;

use crate::analysis::{Interval, MEAN_ESTIMATOR, SPEEDUP_ESTIMATOR, Summary};
use crate::results::{Row, Speedup};

/// From the lower to the upper end of an interval that 95 % of such intervals would have the truth in: of the estimate
/// beside it.
type Ci95 = Option<[f64; 2]>;

#[derive(Serialize)]
pub(super) struct Wall<'a> {
    samples: &'a [f64],
    /// The places in `samples` of those that lie far from the others; they count all the same.
    outliers: &'a [usize],
    median: Option<f64>,
    min: Option<f64>,
    mean: Option<f64>,
    sd: Option<f64>,
    /// What `ci95` is of, by `estimator`.
    estimate: Option<f64>,
    estimator: Option<&'static str>,
    ci95: Ci95,
}

#[derive(Serialize)]
pub(super) struct Startup {
    median: Option<f64>,
    min: Option<f64>,
}

impl Startup {
    pub(super) fn of(seconds: Option<Summary>) -> Self {
        Self { median: seconds.map(|s| s.median), min: seconds.map(|s| s.min) }
    }
}

/// Wall time and start-up of a sample, added.
#[derive(Serialize)]
pub(super) struct Total {
    median: Option<f64>,
    min: Option<f64>,
    /// As of the wall time, by the same estimator.
    estimate: Option<f64>,
    ci95: Ci95,
}

#[derive(Serialize)]
pub(super) struct Ratio {
    value: Option<f64>,
    ci95: Ci95,
    /// What `value` and `ci95` come from.
    estimator: Option<&'static str>,
    /// Blocks in which both were measured; `null` for the baseline itself.
    pairs: Option<usize>,
}

impl Ratio {
    pub(super) fn of(speedup: Option<Speedup>) -> Self {
        Self {
            value: speedup.map(|s| s.value),
            ci95: speedup.and_then(|s| s.ci95).map(ends),
            estimator: speedup.map(|_| SPEEDUP_ESTIMATOR),
            pairs: speedup.map(|s| s.pairs).filter(|&pairs| pairs > 0),
        }
    }
}

impl<'a> Wall<'a> {
    pub(super) fn of(row: &'a Row) -> Self {
        let summary = row.wall_s;
        Self {
            samples: &row.samples_s,
            outliers: &row.outliers,
            median: summary.map(|s| s.median),
            min: summary.map(|s| s.min),
            mean: summary.map(|s| s.mean),
            sd: summary.and_then(|s| s.sd),
            estimate: row.wall.map(|wall| wall.value),
            estimator: row.wall.map(|_| MEAN_ESTIMATOR),
            ci95: row.wall.and_then(|wall| wall.ci95).map(ends),
        }
    }
}

impl Total {
    pub(super) fn of(row: &Row, include_startup: bool) -> Self {
        let (summary, estimate) = (row.time_s.filter(|_| include_startup), row.time.filter(|_| include_startup));
        Self {
            median: summary.map(|s| s.median),
            min: summary.map(|s| s.min),
            estimate: estimate.map(|time| time.value),
            ci95: estimate.and_then(|time| time.ci95).map(ends),
        }
    }
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}
