//! Which of the repeats of a configuration lie far from the others. They are told, and never left out.

use super::summary::summary;

/// Fewer repeats are too few to say which of them lies apart.
const REPEATS_MIN: usize = 5;

/// Modified z-scores beyond this are called outliers by those who proposed them.
const FAR: f64 = 3.5;

/// Times within this factor of the median are no news, however close the others are to each other.
const NOTABLE: f64 = 1.1;

/// The places of times that lie far from the others: those with a modified z-score of their logarithms
/// 0.6745·|x − median|/MAD above 3.5, MAD being the median distance from the median (Iglewicz & Hoaglin, *How to Detect
/// and Handle Outliers*, 1993), that differ from the median time by more than a tenth.
///
/// The second condition is there because the score alone speaks of one in five samples of 5 that are perfectly normal,
/// and of one in eight samples of 10: so few times often have a median distance that is small by chance. With both, of
/// samples that scatter by 2 % hardly any has an outlier, of samples that scatter by 3 % one in a hundred.
///
/// Empty for fewer than five times, and where one is not a finite number above 0.
pub fn outliers(times_s: &[f64]) -> Vec<usize> {
    let measured = times_s.iter().all(|s| s.is_finite() && *s > 0.0);
    if times_s.len() < REPEATS_MIN || !measured {
        return Vec::new();
    }
    let logs: Vec<f64> = times_s.iter().map(|s| s.ln()).collect();
    let median = |values: &[f64]| summary(values).map_or(0.0, |values| values.median);
    let middle = median(&logs);
    let distances: Vec<f64> = logs.iter().map(|x| (x - middle).abs()).collect();
    let typical = median(&distances);
    let lies_apart = |distance: f64| 0.6745 * distance > FAR * typical && distance > NOTABLE.ln();
    (0..logs.len()).filter(|&at| lies_apart(distances[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tests::random::Random;

    #[test]
    fn what_lies_apart_is_found_where_it_is() {
        assert_eq!(outliers(&[1.0, 1.01, 1.5, 0.99, 1.02]), [2]);
        assert_eq!(outliers(&[0.5, 1.0, 1.01, 1.5, 0.99, 1.02, 1.0]), [0, 3]);
        assert_eq!(outliers(&[1.0, 1.0, 1.0, 1.0, 2.0]), [4], "the others are all the same");
    }

    #[test]
    fn what_does_not_is_left_alone() {
        assert_eq!(outliers(&[1.0, 1.01, 1.05, 0.99, 1.02]), [0; 0], "less than a tenth");
        assert_eq!(outliers(&[1.0, 1.3, 0.8, 1.5, 1.1]), [0; 0], "they all scatter");
        assert_eq!(outliers(&[1.0, 1.0, 1.0, 9.0]), [0; 0], "four are too few");
        assert_eq!(outliers(&[1.0, 1.0, 1.0, 1.0, 0.0]), [0; 0]);
        assert_eq!(outliers(&[]), [0; 0]);
    }

    /// How many of 4 000 samples of so many times with this noise have an outlier; `slow` makes one of them that much
    /// slower.
    fn told(times: usize, noise: f64, slow: f64) -> f64 {
        const SAMPLES: u32 = 4_000;
        let mut random = Random::new(7);
        let mut sample = || {
            let mut times: Vec<f64> = (0..times).map(|_| random.factor(noise)).collect();
            times[1] *= slow;
            outliers(&times)
        };
        let found = (0..SAMPLES).filter(|_| sample().contains(&1) || slow == 1.0 && !sample().is_empty()).count();
        found as f64 / f64::from(SAMPLES)
    }

    #[test]
    fn quiet_runs_hardly_have_any_and_slow_trials_are_seen() {
        for times in [5, 10, 20] {
            let quiet = told(times, 0.02, 1.0);
            assert!(quiet < 0.01, "{times}: {quiet}");
            let slow = told(times, 0.02, 1.5);
            assert!(slow > 0.9, "{times}: {slow}");
        }
    }
}
