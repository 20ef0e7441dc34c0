//! How long tasks of known durations take when workers fetch them one at a time: list scheduling.
//!
//! (Graham, *Bounds on Multiprocessing Timing Anomalies*, 1969.) Handing out costs nothing here, and a task takes as
//! long for one worker as for another. Durations are in any unit, and so is the answer.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// When the last task ends if each goes, in the order given, to the worker who is free first.
///
/// `None` without workers or tasks, or if a duration is negative or not finite.
pub fn as_given(durations: &[f64], workers: u32) -> Option<f64> {
    let sound = durations.iter().all(|d| d.is_finite() && *d >= 0.0);
    if workers == 0 || durations.is_empty() || !sound {
        return None;
    }
    // More workers than tasks have nothing to do.
    let crew = (workers as usize).min(durations.len());
    let mut free: BinaryHeap<Reverse<Instant>> = (0..crew).map(|_| Reverse(Instant(0.0))).collect();
    let mut end = 0.0_f64;
    for duration in durations {
        let Reverse(Instant(start)) = free.pop()?;
        end = end.max(start + duration);
        free.push(Reverse(Instant(start + duration)));
    }
    Some(end)
}

/// As [`as_given`] with the longest tasks first, which is never more than a third above the best there is
/// (4/3 − 1/(3·workers), Graham's theorem 2).
pub fn longest_first(durations: &[f64], workers: u32) -> Option<f64> {
    let mut sorted = durations.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    as_given(&sorted, workers)
}

/// A point in time that can be compared.
struct Instant(f64);

impl Ord for Instant {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Instant {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Instant {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Instant {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_database_of_the_lecture() {
        assert_eq!(as_given(&[1.0, 8.0, 1.5, 2.0], 2), Some(8.0));
        assert_eq!(as_given(&[1.0, 1.5, 2.0, 8.0], 2), Some(9.5));
        assert_eq!(longest_first(&[1.0, 1.5, 2.0, 8.0], 2), Some(8.0));
        assert_eq!(as_given(&[1.0, 8.0, 1.5, 2.0], 1), Some(12.5));
        assert_eq!(as_given(&[1.0, 8.0, 1.5, 2.0], 9), Some(8.0));
    }

    #[test]
    fn longest_first_is_not_always_best() {
        // Graham's own example: 3 + 3 beside 2 + 2 + 2 would end at 6.
        assert_eq!(longest_first(&[3.0, 3.0, 2.0, 2.0, 2.0], 2), Some(7.0));
    }

    #[test]
    fn nonsense_has_no_length() {
        for (durations, workers) in [(&[][..], 2), (&[1.0], 0), (&[1.0, f64::NAN], 2), (&[-1.0], 2)] {
            assert_eq!(as_given(durations, workers), None);
            assert_eq!(longest_first(durations, workers), None);
        }
    }

    /// The earliest end over all ways to deal tasks to workers.
    fn best(durations: &[f64], workers: u32) -> f64 {
        let ways = u64::from(workers).pow(durations.len() as u32);
        let end = |way: u64| {
            let mut loads = vec![0.0; workers as usize];
            let digits = std::iter::successors(Some(way), |rest| Some(rest / u64::from(workers)));
            digits.zip(durations).for_each(|(digit, d)| loads[(digit % u64::from(workers)) as usize] += d);
            loads.into_iter().fold(0.0, f64::max)
        };
        (0..ways).map(end).fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn orders_keep_grahams_bounds(durations in prop::collection::vec(0.0..100.0_f64, 1..7), workers in 1..4u32) {
            let (best, w) = (best(&durations, workers), f64::from(workers));
            let given = as_given(&durations, workers).unwrap();
            let longest_first = longest_first(&durations, workers).unwrap();
            prop_assert!(best - 1e-9 <= given && given <= best * (2.0 - 1.0 / w) + 1e-9);
            prop_assert!(best - 1e-9 <= longest_first && longest_first <= best * (4.0 / 3.0 - 1.0 / (3.0 * w)) + 1e-9);
        }
    }
}
