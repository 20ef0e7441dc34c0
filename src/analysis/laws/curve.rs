//! A fitted curve X(N) = γN / (1 + α(N − 1) + βN(N − 1)): its parameters with their errors, and how sure the curve is.

use super::least_squares::UNKNOWNS;
use super::points::ScalingSample;
use super::search::{Parameters, at_bounds, gradient, least, squares, triangle, value};
use crate::analysis::interval::Interval;
use crate::analysis::student::t_975;

/// A fitted number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// What it is.
    pub value: f64,
    /// Its standard error √diag((JᵀJ)⁻¹) · RSE; `None` at a bound, and where the points leave none to be known.
    pub standard_error: Option<f64>,
    /// Whether it is as small or as large as it can be: the least squares would have it beyond.
    pub is_at_bound: bool,
}

/// A fitted curve.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalingCurve {
    /// Contention, 0..1: what is done by one worker at a time.
    pub alpha: Parameter,
    /// Coherency, 0..1: what each worker does because of each other one. 0 in Amdahl's law.
    pub beta: Parameter,
    /// The throughput of one worker, in the unit of the throughputs.
    pub gamma: Parameter,
    /// Points that it was fitted to.
    pub points: usize,
    /// Different numbers of workers among them.
    pub distinct: usize,
    /// Degrees of freedom: points less the law's parameters, whether these ended at a bound or not.
    pub freedom: u32,
    /// The residual standard error √(squares ÷ degrees of freedom); `None` without any.
    pub residual_error: Option<f64>,
    /// The part of the throughputs' scatter around their mean that the curve explains; `None` if they have none.
    pub r2: Option<f64>,
    /// The fewest and the most workers that it was fitted to.
    pub range: [f64; 2],
    /// Covariances of the parameters; `None` without degrees of freedom.
    covariance: Option<[[f64; UNKNOWNS]; UNKNOWNS]>,
}

impl ScalingCurve {
    /// The curve with the least squares of the throughputs themselves, all points weighing the same.
    pub(super) fn fit(sample: &ScalingSample, has_beta: bool) -> Self {
        let at = least(sample, has_beta);
        let held = at_bounds(at);
        let count = if has_beta { UNKNOWNS } else { UNKNOWNS - 1 };
        let freedom = sample.points.saturating_sub(count);
        let left = squares(&sample.groups, at) + sample.within;
        let error = (freedom > 0).then(|| (left / freedom as f64).sqrt());
        let inverse = triangle(&sample.groups, at, held).inverse();
        let covariance = error.zip(inverse).map(|(error, inverse)| in_units(inverse, error, sample.unit));
        let parameters = [at[0], at[1], at[2] * sample.unit];
        let parameter = |i: usize| Parameter {
            value: parameters[i],
            standard_error: covariance.filter(|_| !held[i]).map(|all| all[i][i].sqrt()),
            is_at_bound: held[i],
        };
        let workers = |group: Option<&super::points::ScalingGroup>| group.map_or(1.0, |group| group.workers);
        Self {
            alpha: parameter(0),
            beta: parameter(1),
            gamma: parameter(2),
            points: sample.points,
            distinct: sample.groups.len(),
            freedom: u32::try_from(freedom).unwrap_or(u32::MAX),
            residual_error: error.map(|error| error * sample.unit),
            r2: (sample.total > 0.0).then(|| 1.0 - left / sample.total),
            range: [workers(sample.groups.first()), workers(sample.groups.last())],
            covariance,
        }
    }

    /// X(N).
    pub fn at(&self, workers: f64) -> f64 {
        value(self.parameters(), workers)
    }

    /// The 95 % interval of the curve at one number of workers: X ± t·√(gᵀCg), g the derivatives of X by the parameters
    /// and C their covariances (the delta method), t Student's quantile. It is of the curve, not of measurements, which
    /// scatter around it; and of one N, not of all at once. `None` without degrees of freedom.
    pub fn band(&self, workers: f64) -> Option<Interval> {
        let (covariance, gradient) = (self.covariance?, gradient(self.parameters(), workers));
        let pairs = (0..UNKNOWNS).flat_map(|i| (0..UNKNOWNS).map(move |j| (i, j)));
        let variance: f64 = pairs.map(|(i, j)| gradient[i] * covariance[i][j] * gradient[j]).sum();
        let reach = t_975(self.freedom as usize) * variance.max(0.0).sqrt();
        let at = self.at(workers);
        reach.is_finite().then(|| Interval { low: (at - reach).max(0.0), high: at + reach })
    }

    /// The 95 % interval of a parameter, cut off where it cannot be.
    pub fn ci95(&self, parameter: Parameter, most: f64) -> Option<Interval> {
        let reach = t_975(self.freedom as usize) * parameter.standard_error?;
        Some(Interval { low: (parameter.value - reach).max(0.0), high: (parameter.value + reach).min(most) })
    }

    fn parameters(&self) -> Parameters {
        [self.alpha.value, self.beta.value, self.gamma.value]
    }
}

/// Covariances from (JᵀJ)⁻¹: times the square of the residual error, γ in the unit of the throughputs.
fn in_units(inverse: [[f64; UNKNOWNS]; UNKNOWNS], error: f64, unit: f64) -> [[f64; UNKNOWNS]; UNKNOWNS] {
    let scale = |i: usize| if i == UNKNOWNS - 1 { error * unit } else { error };
    std::array::from_fn(|i| std::array::from_fn(|j| inverse[i][j] * scale(i) * scale(j)))
}
