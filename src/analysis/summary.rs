//! Repeated measurements in a few figures.
//!
//! No intervals here: they need assumptions that a median and a spread do without.

/// What repeated measurements have in common, in the unit of the samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How many there were, at least 1.
    pub samples: usize,
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The standard deviation of the sample; `None` for a single measurement, which has no spread to show.
    pub sd: Option<f64>,
}

/// Summarises measurements; `None` if there are none, or if one is not a finite number.
///
/// - median: the quantile at ½ with linear interpolation between order statistics (Hyndman & Fan, *Sample Quantiles
///   in Statistical Packages*, 1996, definition 7, which is also the default of R and NumPy);
/// - sd = √(Σ(xᵢ − x̄)² / (n − 1)), Bessel's correction, computed in two passes.
pub fn summary(samples: &[f64]) -> Option<Summary> {
    if samples.is_empty() || samples.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let mean = sorted.iter().sum::<f64>() / n as f64;
    let squares: f64 = sorted.iter().map(|x| (x - mean).powi(2)).sum();
    Some(Summary {
        samples: n,
        median: middle(&sorted),
        min: sorted[0],
        max: sorted[n - 1],
        mean,
        sd: (n > 1).then(|| (squares / (n - 1) as f64).sqrt()),
    })
}

/// The median of a sorted sample that is not empty.
fn middle(sorted: &[f64]) -> f64 {
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    // Not (low + high) / 2, which could overflow, nor off by a rounding when both are the same.
    low + (high - low) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odd_and_even_samples() {
        let odd = summary(&[3.0, 1.0, 2.0]).unwrap();
        assert_eq!((odd.samples, odd.median, odd.min, odd.max, odd.mean), (3, 2.0, 1.0, 3.0, 2.0));
        assert_eq!(odd.sd, Some(1.0));
        let even = summary(&[4.0, 1.0, 2.0, 8.0]).unwrap();
        assert_eq!(even.median, 3.0);
        assert_eq!(even.mean, 3.75);
        // Deviations −2.75, −1.75, 0.25, 4.25: squares sum to 28.75.
        assert_eq!(even.sd, Some((28.75_f64 / 3.0).sqrt()));
    }

    #[test]
    fn one_measurement_has_no_spread() {
        let single = summary(&[0.4]).unwrap();
        assert_eq!(single, Summary { samples: 1, median: 0.4, min: 0.4, max: 0.4, mean: 0.4, sd: None });
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(&[1.0, f64::NAN]), None);
        assert_eq!(summary(&[1.0, f64::INFINITY]), None);
    }

    proptest! {
        #[test]
        fn the_middle_lies_between_the_ends(samples in prop::collection::vec(1e-9..1e9_f64, 1..40)) {
            let s = summary(&samples).unwrap();
            prop_assert!(s.min <= s.median && s.median <= s.max);
            prop_assert!(s.min * (1.0 - 1e-12) <= s.mean && s.mean <= s.max * (1.0 + 1e-12));
            let mut reversed = samples.clone();
            reversed.reverse();
            prop_assert_eq!(summary(&reversed), Some(s));
        }
    }
}
