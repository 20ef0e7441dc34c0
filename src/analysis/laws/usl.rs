//! The Universal Scalability Law: throughput that contention holds back and that coherency turns down again.

use super::curve::ScalingCurve;
use super::points::{ScalingPoint, ScalingSample, Unfit};

/// A fit of the law.
#[derive(Debug, Clone, PartialEq)]
pub struct Usl {
    /// The curve, with all three parameters.
    pub curve: ScalingCurve,
}

/// X(N) = γN / (1 + α(N − 1) + βN(N − 1)) (Gunther, *Guerrilla Capacity Planning*, 2007, with the γ of Schwarz &
/// Forrest, *Practical Scalability Analysis with the Universal Scalability Law*), fitted by nonlinear least squares within
/// 0 ≤ α, β ≤ 1 and γ ≥ 0. One worker need not have been measured: γ is fitted.
///
/// # Errors
/// [`Unfit`]: fewer than three different numbers of workers, or a point that is none.
pub fn usl(points: &[ScalingPoint]) -> Result<Usl, Unfit> {
    Ok(Usl { curve: ScalingCurve::fit(&ScalingSample::of(points)?, true) })
}

impl Usl {
    /// N_max = √((1 − α)/β), the number of workers with the most throughput, no less than 1; `None` where β is 0: more
    /// workers never do less then.
    pub fn peak_workers(&self) -> Option<f64> {
        let (alpha, beta) = (self.curve.alpha.value, self.curve.beta.value);
        (beta > 0.0).then(|| ((1.0 - alpha) / beta).sqrt().max(1.0)).filter(|peak| peak.is_finite())
    }

    /// The throughput there, in its own unit.
    pub fn peak_throughput(&self) -> Option<f64> {
        self.peak_workers().map(|workers| self.curve.at(workers))
    }

    /// What no number of workers gets beyond where there is no peak: γ/α; `None` where nothing holds it back.
    pub fn limit(&self) -> Option<f64> {
        let (alpha, beta) = (self.curve.alpha.value, self.curve.beta.value);
        (beta == 0.0 && alpha > 0.0).then(|| self.curve.gamma.value / alpha)
    }
}
