//! Gustafson's law: a serial part that takes as long whatever the number of workers, beside work that grows with them.

use super::points::{ScalingPoint, ScalingSample, Unfit};

/// A fit of the law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gustafson {
    /// s′: the part of the time on many workers that is serial. Below 0 where speedups are above the number of workers.
    pub serial_fraction: f64,
    /// Its standard error; `None` for a single point beside the baseline.
    pub standard_error: Option<f64>,
}

/// The speedup N + (1 − N)s′ (Gustafson, *Reevaluating Amdahl's Law*, 1988), fitted by least squares, in which it is
/// linear: s′ = Σ(N − 1)(N − S) / Σ(N − 1)², with the standard error √(squares ÷ (points − 1) ÷ Σ(N − 1)²).
///
/// `workers` and `throughput` of each point, over `baseline`, the throughput of one worker: S is one over the other. Points
/// of one worker say nothing of s′.
///
/// # Errors
/// [`Unfit`], as the other laws.
pub fn gustafson(points: &[ScalingPoint], baseline: f64) -> Result<Gustafson, Unfit> {
    ScalingSample::of(points)?;
    if !(baseline.is_finite() && baseline > 0.0) {
        return Err(Unfit::Throughput { index: 0, throughput: baseline });
    }
    let many = || points.iter().filter(|point| point.workers > 1.0);
    let speedup = |point: &ScalingPoint| point.throughput / baseline;
    let below: f64 = many().map(|point| (point.workers - 1.0).powi(2)).sum();
    let above: f64 = many().map(|point| (point.workers - 1.0) * (point.workers - speedup(point))).sum();
    let s = above / below;
    let left = |point: &ScalingPoint| speedup(point) - (point.workers + (1.0 - point.workers) * s);
    let squares: f64 = many().map(|point| left(point).powi(2)).sum();
    let freedom = many().count().saturating_sub(1);
    let standard_error = (freedom > 0).then(|| (squares / freedom as f64 / below).sqrt());
    Ok(Gustafson { serial_fraction: s, standard_error: standard_error.filter(|error| error.is_finite()) })
}
