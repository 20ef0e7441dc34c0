//! Amdahl's law: a part of the work that only one worker can do.

use super::curve::{Parameter, ScalingCurve};
use super::points::{ScalingPoint, ScalingSample, Unfit};

/// A fit of the law.
#[derive(Debug, Clone, PartialEq)]
pub struct Amdahl {
    /// The curve; its α is the serial fraction, its β 0.
    pub curve: ScalingCurve,
    /// Points that it was not fitted to, since they have more workers than there are CPUs.
    pub left_out: usize,
}

/// The speedup 1 / (s + (1 − s)/N) (Amdahl, *Validity of the Single Processor Approach*, 1967) as throughput:
/// X(N) = γN / (1 + s(N − 1)), fitted by nonlinear least squares within 0 ≤ s ≤ 1.
///
/// The throughput γ of one worker is fitted with it: were it taken as measured, its error would be in every point, and
/// the standard error of s too small. Workers beyond the `cpus` share these, of which the law knows nothing: such points
/// stay out of it. `None` takes all.
///
/// # Errors
/// [`Unfit`], where there are too few points within the CPUs, or one that is none.
pub fn amdahl(points: &[ScalingPoint], cpus: Option<u32>) -> Result<Amdahl, Unfit> {
    let most = cpus.map_or(f64::INFINITY, f64::from);
    // What is wrong is told of all of them, by its place among all.
    let whole = ScalingSample::of(points);
    if let Err(wrong @ (Unfit::Workers { .. } | Unfit::Throughput { .. })) = whole {
        return Err(wrong);
    }
    let within: Vec<ScalingPoint> = points.iter().filter(|point| point.workers <= most).copied().collect();
    let left_out = points.len() - within.len();
    Ok(Amdahl { curve: ScalingCurve::fit(&ScalingSample::of(&within)?, false), left_out })
}

impl Amdahl {
    /// s, 0..1.
    pub fn serial_fraction(&self) -> Parameter {
        self.curve.alpha
    }

    /// The speedup 1/s that no number of workers gets beyond; `None` where nothing is serial.
    pub fn limit(&self) -> Option<f64> {
        Some(self.serial_fraction().value).filter(|s| *s > 0.0).map(f64::recip)
    }
}
