//! How sure one may be of a mean and of a ratio of means: 95 % confidence intervals.
//!
//! Both take measurements to scatter independently and roughly like a normal distribution, which medians and ranges
//! do not ask for. There is no bootstrap here: with the three to ten repeats of a run, resampling has nearly nothing
//! to draw from, and its intervals are far too narrow.

use super::summary::{Summary, summary};

/// Fewer measurements give no interval: the spread of two is hardly known at all.
pub const SAMPLES_MIN: usize = 3;

/// From its lower to its upper end, in the unit of what it is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// What is left of it for a quantity that cannot be less than this.
    pub fn at_least(self, least: f64) -> Self {
        Self { low: self.low.max(least), high: self.high.max(least) }
    }

    /// Whether it leaves this value possible.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// The 95 % interval x̄ ± t·s/√n of the mean of measurements (Student, *The Probable Error of a Mean*, 1908), with
/// the quantile t at 0.975 for n − 1 degrees of freedom. It knows nothing of what the quantity can be: times are cut off
/// at nothing by [`Interval::at_least`].
///
/// `None` for fewer than [`SAMPLES_MIN`] measurements or one that is not finite.
pub fn mean_ci95(samples: &[f64]) -> Option<Interval> {
    let mean = Mean::of(samples)?;
    let reach = student_t_975(mean.freedom) * mean.variance.sqrt();
    interval(mean.value - reach, mean.value + reach)
}

/// The 95 % interval of the mean of `numerator` ÷ the mean of `denominator`, by Fieller's theorem (*Some Problems in
/// Interval Estimation*, 1954; for run times: Kalibera & Jones, *Rigorous Benchmarking in Reasonable Time*, 2013).
///
/// It holds every ratio ρ for which (ā − ρ·b̄)² ≤ t²·(sₐ²/nₐ + ρ²·s_b²/n_b). The two may differ in variance, so t has
/// the degrees of freedom of Welch and Satterthwaite at ρ = ā/b̄, rounded down (Hasler, Vonk & Hothorn, *Assessing
/// non-inferiority in a three-arm trial in the presence of heteroscedasticity*, 2008).
///
/// `None` for fewer than [`SAMPLES_MIN`] measurements of either, one that is not finite, and where either mean is not
/// clearly above zero: the ratio could then be anything.
pub fn ratio_ci95(numerator: &[f64], denominator: &[f64]) -> Option<Interval> {
    let (a, b) = (Mean::of(numerator)?, Mean::of(denominator)?);
    let t2 = student_t_975(welch_freedom(&a, &b)?).powi(2);
    // The condition above is the parabola q·ρ² − 2·p·ρ + r ≤ 0.
    let q = b.value * b.value - t2 * b.variance;
    let r = a.value * a.value - t2 * a.variance;
    let p = a.value * b.value;
    let clearly_positive = a.value > 0.0 && b.value > 0.0 && q > 0.0 && r > 0.0;
    // Never negative but by rounding: the point estimate is always among the ratios.
    let root = (p * p - q * r).max(0.0).sqrt();
    clearly_positive.then(|| interval((p - root) / q, (p + root) / q)).flatten()
}

fn interval(low: f64, high: f64) -> Option<Interval> {
    (low.is_finite() && high.is_finite()).then_some(Interval { low, high })
}

/// A mean with its own variance s²/n.
struct Mean {
    value: f64,
    variance: f64,
    freedom: u32,
}

impl Mean {
    fn of(samples: &[f64]) -> Option<Self> {
        let Summary { samples: n, mean, sd, .. } = summary(samples).filter(|s| s.samples >= SAMPLES_MIN)?;
        let freedom = u32::try_from(n - 1).unwrap_or(u32::MAX);
        Some(Self { value: mean, variance: sd?.powi(2) / n as f64, freedom })
    }
}

/// ν = (vₐ + ρ²·v_b)² / (vₐ²/νₐ + ρ⁴·v_b²/ν_b), rounded down; never less than the smaller of νₐ and ν_b.
fn welch_freedom(a: &Mean, b: &Mean) -> Option<u32> {
    let scaled = (a.value / b.value).powi(2) * b.variance;
    let parts = a.variance.powi(2) / f64::from(a.freedom) + scaled.powi(2) / f64::from(b.freedom);
    let least = a.freedom.min(b.freedom);
    if parts == 0.0 {
        // No scatter at all: whatever t is, it is multiplied by nothing.
        return Some(least);
    }
    let freedom = (a.variance + scaled).powi(2) / parts;
    // Equal relative scatter gives a whole number, which a rounding must not push below itself.
    freedom.is_finite().then(|| ((freedom + 1e-6) as u32).max(least))
}

/// The quantile at 0.975 of Student's distribution, which 5 % lie beyond on both sides together.
///
/// For up to 30 degrees of freedom from the usual table (*NIST/SEMATECH e-Handbook of Statistical Methods*, 1.3.6.7.2,
/// here with six decimals); above, by the expansion around the normal quantile of Abramowitz & Stegun, *Handbook of
/// Mathematical Functions*, 26.7.5, which is right to six digits there. `freedom` is at least 1.
fn student_t_975(freedom: u32) -> f64 {
    const TABLE: [f64; 30] = [
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139, 2.200985,
        2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922, 2.093024, 2.085963, 2.079614, 2.073873,
        2.068658, 2.063899, 2.059539, 2.055529, 2.051831, 2.048407, 2.045230, 2.042272,
    ];
    /// The normal quantile.
    const X: f64 = 1.959_963_984_540_054;
    let listed = freedom.checked_sub(1).and_then(|at| TABLE.get(at as usize));
    listed.copied().unwrap_or_else(|| {
        let n = f64::from(freedom.max(1));
        let g1 = (X.powi(3) + X) / 4.0;
        let g2 = (5.0 * X.powi(5) + 16.0 * X.powi(3) + 3.0 * X) / 96.0;
        let g3 = (3.0 * X.powi(7) + 19.0 * X.powi(5) + 17.0 * X.powi(3) - 15.0 * X) / 384.0;
        X + g1 / n + g2 / n.powi(2) + g3 / n.powi(3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(interval: Option<Interval>, low: f64, high: f64) {
        let found = interval.expect("an interval");
        let close = |a: f64, b: f64| (a - b).abs() < 2e-6 * b.abs();
        assert!(close(found.low, low) && close(found.high, high), "{found:?} is not {low} to {high}");
    }

    /// The probability that Student's t lies within ±`t`, by Simpson's rule over its density
    /// Γ((ν+1)/2) / (√(νπ)·Γ(ν/2)) · (1 + x²/ν)^(−(ν+1)/2).
    fn within(t: f64, freedom: u32) -> f64 {
        let nu = f64::from(freedom);
        // Γ((ν+1)/2) / Γ(ν/2), from that of ν − 2 by Γ(z + 1) = z·Γ(z).
        let first =
            if freedom % 2 == 1 { std::f64::consts::PI.sqrt().recip() } else { std::f64::consts::PI.sqrt() / 2.0 };
        let gammas = (1..freedom)
            .rev()
            .step_by(2)
            .take_while(|&v| v >= 2)
            .fold(first, |g, v| g * f64::from(v) / f64::from(v - 1));
        let density = |x: f64| gammas / (nu * std::f64::consts::PI).sqrt() * (1.0 + x * x / nu).powf(-(nu + 1.0) / 2.0);
        let steps = 20_000;
        let h = 2.0 * t / f64::from(steps);
        let weight = |i: i32| {
            if i == 0 || i == steps {
                1.0
            } else if i % 2 == 1 {
                4.0
            } else {
                2.0
            }
        };
        (0..=steps).map(|i| weight(i) * density(-t + h * f64::from(i))).sum::<f64>() * h / 3.0
    }

    #[test]
    fn quantiles_leave_one_in_twenty_outside() {
        for freedom in (1..=120).chain([500, 1000]) {
            let p = within(student_t_975(freedom), freedom);
            assert!((p - 0.95).abs() < 2e-7, "{freedom} degrees of freedom: {p}");
        }
    }

    #[test]
    fn means_as_student_has_them() {
        // s = 0.5, t(2) = 4.302653: 2 ± 4.302653 · 0.5 / √3.
        near(mean_ci95(&[2.0, 2.5, 1.5]), 0.757931, 3.242069);
        // scipy.stats.t.interval(0.95, 4, 1.006, scipy.stats.sem([…])).
        near(mean_ci95(&[0.98, 1.02, 1.01, 0.99, 1.03]), 0.980252, 1.031748);
        assert_eq!(mean_ci95(&[1.0, 1.0, 1.0]), Some(Interval { low: 1.0, high: 1.0 }));
    }

    #[test]
    fn ratios_as_fieller_has_them() {
        // ν = 3.17, rounded down to 3; then the roots of the parabola, worked out with NumPy and scipy.stats.t.ppf.
        near(ratio_ci95(&[2.0, 2.02, 1.98, 2.01, 1.99], &[1.0, 1.05, 0.95, 1.02]), 1.863998, 2.133807);
        // ν = 3.9995: rounding to 4 would give another interval.
        near(ratio_ci95(&[1.25, 1.27, 1.24], &[0.82, 0.83, 0.84]), 1.463214, 1.558347);
        // ν = 4.82.
        near(ratio_ci95(&[10.1, 9.9, 10.0, 10.2], &[9.8, 10.3, 10.1, 9.9]), 0.967814, 1.039066);
        assert_eq!(ratio_ci95(&[2.0, 2.0, 2.0], &[1.0, 1.0, 1.0]), Some(Interval { low: 2.0, high: 2.0 }));
    }

    #[test]
    fn no_interval_is_made_up() {
        assert_eq!(mean_ci95(&[1.0, 1.1]), None, "two are too few");
        assert_eq!(mean_ci95(&[1.0, 1.1, f64::NAN]), None);
        assert_eq!(ratio_ci95(&[1.0, 1.1], &[1.0, 1.1, 1.2]), None);
        assert_eq!(ratio_ci95(&[1.0, 1.1, 1.2], &[1.0, 1.1]), None);
        // 4.3 standard errors reach from 1 down below 0: the denominator may be nothing at all.
        assert_eq!(ratio_ci95(&[1.0, 1.1, 1.2], &[0.5, 1.0, 1.5]), None);
        assert_eq!(ratio_ci95(&[0.5, 1.0, 1.5], &[1.0, 1.1, 1.2]), None);
        assert_eq!(ratio_ci95(&[0.0; 3], &[0.0; 3]), None);
        assert_eq!(ratio_ci95(&[1e300, 1e300, 1.1e300], &[1.0, 1.0, 1.0]), None, "too large for a number");
    }

    #[test]
    fn what_a_quantity_cannot_be_is_cut_off() {
        let interval = mean_ci95(&[0.1, 0.1, 1.0]).expect("three measurements");
        assert!(interval.low < 0.0);
        assert_eq!(interval.at_least(0.0), Interval { low: 0.0, ..interval });
        assert_eq!(Interval { low: 0.2, high: 0.3 }.at_least(0.0), Interval { low: 0.2, high: 0.3 });
    }

    #[test]
    fn an_interval_holds_its_ends() {
        let interval = Interval { low: 0.9, high: 1.1 };
        assert!(
            interval.contains(0.9) && interval.contains(1.1) && !interval.contains(1.11) && !interval.contains(0.89)
        );
    }

    proptest! {
        #[test]
        fn the_ratio_of_the_means_lies_within(
            a in prop::collection::vec(0.9..1.1_f64, 3..9), b in prop::collection::vec(0.4..0.5_f64, 3..9),
        ) {
            let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
            if let Some(found) = ratio_ci95(&a, &b) {
                prop_assert!(found.contains(mean(&a) / mean(&b)), "{:?}", found);
                // Turned over, the interval turns over.
                let inverse = ratio_ci95(&b, &a).unwrap();
                prop_assert!((inverse.low * found.high - 1.0).abs() < 1e-9);
            }
        }
    }
}
