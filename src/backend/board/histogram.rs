//! Durations in logarithmic buckets: constant memory however many tasks there are.
//!
//! Each power of two is cut into [`PER_OCTAVE`] buckets, so a quantile read back is within 1.6 % of the truth
//! (half a bucket of 1/32).

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const PER_OCTAVE_BITS: u32 = 5;
/// Buckets for each doubling.
const PER_OCTAVE: u64 = 1 << PER_OCTAVE_BITS;
/// Longest duration told apart: 2⁴⁸ ticks, about a day.
const LONGEST: u64 = (1 << 48) - 1;
/// How many buckets a histogram has.
pub(in crate::backend) const BUCKETS: usize = bucket(LONGEST) + 1;

/// The bucket of a duration in ticks.
#[inline]
pub(in crate::backend) const fn bucket(ticks: u64) -> usize {
    let ticks = if ticks > LONGEST { LONGEST } else { ticks };
    if ticks < PER_OCTAVE {
        return ticks as usize;
    }
    let octave = ticks.ilog2() - PER_OCTAVE_BITS;
    (octave as usize + 1) * PER_OCTAVE as usize + ((ticks >> octave) - PER_OCTAVE) as usize
}

/// The duration in the middle of a bucket, in ticks.
fn middle(bucket: usize) -> f64 {
    let (octave, step) = (bucket as u64 / PER_OCTAVE, bucket as u64 % PER_OCTAVE);
    if octave == 0 {
        return step as f64;
    }
    let width = (1u64 << (octave - 1)) as f64;
    (PER_OCTAVE + step) as f64 * width + (width - 1.0) / 2.0
}

/// Counts one duration. Only the owner of a histogram may call this: it is not an atomic addition.
#[inline]
pub(in crate::backend) fn record(histogram: &[AtomicU64], ticks: u64) {
    let count = &histogram[bucket(ticks)];
    count.store(count.load(Relaxed) + 1, Relaxed);
}

/// The durations, in ticks, below which the given fractions of all those counted lie.
pub(in crate::backend) fn quantiles<const N: usize>(
    histograms: &[&[AtomicU64]],
    fractions: [f64; N],
) -> Option<[f64; N]> {
    let sums: Vec<u64> = (0..BUCKETS).map(|b| histograms.iter().map(|h| h[b].load(Relaxed)).sum()).collect();
    let total: u64 = sums.iter().sum();
    if total == 0 {
        return None;
    }
    Some(fractions.map(|fraction| {
        let rank = (fraction * (total - 1) as f64).round() as u64;
        let mut below = 0;
        let found = sums.iter().position(|count| {
            below += count;
            below > rank
        });
        middle(found.unwrap_or(BUCKETS - 1))
    }))
}

/// Durations of one's own: what has no board counts in these buckets all the same.
#[derive(Debug)]
pub struct DurationHistogram(Box<[AtomicU64]>);

impl Default for DurationHistogram {
    fn default() -> Self {
        Self((0..BUCKETS).map(|_| AtomicU64::new(0)).collect())
    }
}

impl DurationHistogram {
    /// Counts one duration.
    pub fn add(&mut self, ticks: u64) {
        record(&self.0, ticks);
    }

    /// The durations, in ticks, below which the given fractions of all those counted lie; `None` while there are none.
    pub fn quantiles<const N: usize>(&self, fractions: [f64; N]) -> Option<[f64; N]> {
        quantiles(&[&self.0], fractions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_are_contiguous_and_ascending() {
        let mut last = 0;
        for ticks in 0..100_000 {
            let now = bucket(ticks);
            assert!(now == last || now == last + 1, "{ticks}: {last} then {now}");
            last = now;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    proptest! {
        #[test]
        fn a_bucket_stands_for_its_durations(ticks in 0..LONGEST) {
            let error = (middle(bucket(ticks)) - ticks as f64).abs();
            prop_assert!(error <= ticks as f64 * 0.016 + 0.5, "{ticks}: off by {error}");
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_list(mut list in prop::collection::vec(1..1u64 << 40, 1..300)) {
            let histogram: Vec<AtomicU64> = (0..BUCKETS).map(|_| AtomicU64::new(0)).collect();
            list.iter().for_each(|&ticks| record(&histogram, ticks));
            list.sort_unstable();
            let [median, p95] = quantiles(&[&histogram], [0.5, 0.95]).unwrap();
            for (fraction, found) in [(0.5, median), (0.95, p95)] {
                let exact = list[(fraction * (list.len() - 1) as f64).round() as usize] as f64;
                prop_assert!((found - exact).abs() <= exact * 0.016 + 0.5, "{found} for {exact}");
            }
        }
    }
}
