//! What repeated measurements say of one positive quantity, and how sure that is: their geometric mean, with Student's
//! interval on their logarithms. Times and ratios of times have no other estimate, so whatever is shown with an interval
//! is what that interval is of.
//!
//! Logarithms, because run times scatter by factors: what takes half as long again at one time takes a third less at
//! another. The interval then has no end at or below 0, where no time and no speedup can be, and the geometric mean of
//! ratios of pairs is the ratio of the geometric means.
//!
//! There is no bootstrap here: with the three to ten repeats of a run, resampling has nearly nothing to draw from, and
//! its intervals are far too narrow.

use super::interval::{Interval, SAMPLES_MIN};
use super::student::t_975;

/// What an [`Estimate`] of times is called in reports.
pub const MEAN_ESTIMATOR: &str = "geometric mean; Student's t on the logarithms";

/// A positive quantity as measured, and from where to where it may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The geometric mean of the measurements, in their unit.
    pub value: f64,
    /// The 95 % interval that the value belongs to; `None` for fewer than [`SAMPLES_MIN`] measurements.
    pub ci95: Option<Interval>,
    /// How many measurements it is of, at least 1.
    pub samples: usize,
}

/// The geometric mean exp(m) of measurements, m being the mean of their logarithms, with the 95 % interval
/// exp(m ± t·s/√n): s is the standard deviation of the logarithms, t Student's quantile at 0.975 for n − 1 degrees of
/// freedom (Student, *The Probable Error of a Mean*, 1908; on logarithms: Hedges & al., *The meta-analysis of response
/// ratios in experimental ecology*, 1999).
///
/// `None` without measurements, and where one is not a finite number above 0.
pub fn geometric_mean(samples: &[f64]) -> Option<Estimate> {
    let measured = |x: &f64| x.is_finite() && *x > 0.0;
    // Relative to one of them: measurements that are all the same have exactly that mean.
    let unit = *samples.first().filter(|_| samples.iter().all(measured))?;
    let n = samples.len();
    let logs: Vec<f64> = samples.iter().map(|x| x.ln() - unit.ln()).collect();
    let mean = logs.iter().sum::<f64>() / n as f64;
    let value = Some(unit * mean.exp()).filter(measured)?;
    let reach = || {
        let squares: f64 = logs.iter().map(|x| (x - mean).powi(2)).sum();
        t_975(n - 1) * (squares / ((n - 1) as f64 * n as f64)).sqrt()
    };
    let ci95 = (n >= SAMPLES_MIN)
        .then(reach)
        .map(|reach| Interval { low: unit * (mean - reach).exp(), high: unit * (mean + reach).exp() });
    let ci95 = ci95.filter(|ci95| measured(&ci95.low) && measured(&ci95.high));
    Some(Estimate { value, ci95, samples: n })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 2e-6, "{found} is not {expected}");
    }

    #[test]
    fn means_as_student_has_them() {
        // Logarithms of 2, 2.5, 1.5: mean 0.671927, s 0.256032, t(2) = 4.302653.
        let found = geometric_mean(&[2.0, 2.5, 1.5]).expect("three measurements");
        near(found.value, 7.5_f64.cbrt());
        let reach: f64 = {
            let m = 7.5_f64.ln() / 3.0;
            let s = ([2.0_f64, 2.5, 1.5].iter().map(|x| (x.ln() - m).powi(2)).sum::<f64>() / 2.0).sqrt();
            4.302653 * s / 3.0_f64.sqrt()
        };
        let ci95 = found.ci95.expect("an interval");
        near(ci95.low, 7.5_f64.cbrt() / reach.exp());
        near(ci95.high, 7.5_f64.cbrt() * reach.exp());
        assert_eq!(found.samples, 3);
    }

    #[test]
    fn what_does_not_scatter_is_certain_and_exact() {
        for value in [1.0, 0.3, 1e-9, 7e11] {
            let certain = Some(Interval { low: value, high: value });
            assert_eq!(geometric_mean(&[value; 5]), Some(Estimate { value, ci95: certain, samples: 5 }));
        }
    }

    #[test]
    fn no_end_lies_at_or_below_nothing() {
        let wide = geometric_mean(&[0.1, 0.1, 1.0]).and_then(|found| found.ci95).expect("an interval");
        assert!(wide.low > 0.0 && wide.high > wide.low, "{wide:?}");
    }

    #[test]
    fn no_interval_is_made_up() {
        assert_eq!(geometric_mean(&[]), None);
        assert_eq!(geometric_mean(&[0.7]), Some(Estimate { value: 0.7, ci95: None, samples: 1 }));
        assert_eq!(geometric_mean(&[1.0, 4.0]).map(|found| found.ci95), Some(None), "two are too few");
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(geometric_mean(&[1.0, 1.0, bad]), None, "{bad}");
        }
        let far = geometric_mean(&[1e-300, 1.0, 1e300]).expect("three measurements");
        assert_eq!(far.ci95, None, "too large for a number");
    }
}
