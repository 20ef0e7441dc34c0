//! How much faster than the baseline: times of both, paired by block.

use std::collections::BTreeMap;

use super::times::Times;
use crate::analysis::{self, Interval, SAMPLES_MIN, paired_ratio};

/// A speedup, and how sure it is: the estimate that [`analysis::SPEEDUP_ESTIMATOR`] names, and the only one that is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speedup {
    /// The geometric mean of the baseline's time ÷ this configuration's, over the blocks that have both.
    pub value: f64,
    /// The 95 % interval that the value belongs to. `None` for the baseline, which is as fast as itself, and for fewer
    /// pairs than tell anything.
    pub ci95: Option<Interval>,
    /// Blocks in which both were measured; 0 for the baseline, which is compared with nothing.
    pub pairs: usize,
}

impl Speedup {
    /// What the baseline is told to have.
    const OWN: Self = Self { value: 1.0, ci95: None, pairs: 0 };

    /// Why it has no interval although its repeats differ: `2 repeats: an interval needs 3`.
    pub fn too_few(&self) -> Option<String> {
        too_few(self.pairs)
    }
}

/// Why so many pairs give no interval, where there are several.
pub(super) fn too_few(pairs: usize) -> Option<String> {
    (pairs > 1 && pairs < SAMPLES_MIN).then(|| format!("{pairs} repeats: an interval needs {SAMPLES_MIN}"))
}

/// What is relative to the baseline; all of it `None` where one of the two was not measured.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Comparison {
    pub(super) speedup: Option<Speedup>,
    /// Speedup × the baseline's workers ÷ workers.
    pub(super) efficiency: Option<f64>,
    /// Karp and Flatt's serial fraction.
    pub(super) karp_flatt: Option<f64>,
}

impl Comparison {
    /// Of a configuration with so many workers and a baseline with so many.
    pub(super) fn of(times: Option<&Times>, workers: u32, baseline: Option<&Times>, baseline_workers: u32) -> Self {
        let speedup = times.zip(baseline).and_then(|(times, baseline)| speedup(baseline, times));
        Self::with(speedup, workers, baseline_workers)
    }

    /// The same where the work grows with the workers: what is done in a time, not the time, is compared. Karp and
    /// Flatt's fraction is of work that does not grow.
    pub(super) fn of_growing(
        times: Option<&Times>,
        workers: u32,
        baseline: Option<&Times>,
        baseline_workers: u32,
    ) -> Self {
        let growth = f64::from(workers) / f64::from(baseline_workers.max(1));
        let speedup = times.zip(baseline).and_then(|(times, baseline)| speedup(baseline, times));
        let ci95 = |ci95: Interval| Interval { low: ci95.low * growth, high: ci95.high * growth };
        let scaled = |s: Speedup| Speedup { value: s.value * growth, ci95: s.ci95.map(ci95), ..s };
        Self { karp_flatt: None, ..Self::with(speedup.map(scaled), workers, baseline_workers) }
    }

    /// Of the baseline itself.
    pub(super) fn of_baseline(times: Option<&Times>, workers: u32) -> Self {
        Self::with(times.and_then(|times| times.estimate).map(|_| Speedup::OWN), workers, workers)
    }

    fn with(speedup: Option<Speedup>, workers: u32, baseline_workers: u32) -> Self {
        // Karp and Flatt's formula knows one worker as its reference, and no other.
        let over_one = speedup.filter(|_| baseline_workers == 1);
        Self {
            speedup,
            efficiency: speedup.and_then(|s| analysis::efficiency(s.value, workers, baseline_workers)),
            karp_flatt: over_one.and_then(|s| analysis::karp_flatt(s.value, workers)),
        }
    }
}

fn speedup(baseline: &Times, times: &Times) -> Option<Speedup> {
    let found = paired_ratio(&pairs(&baseline.samples, &times.samples))?;
    Some(Speedup { value: found.value, ci95: found.ci95, pairs: found.samples })
}

/// Seconds of the baseline and of the configuration in each block that has both; what either lacks is left out.
fn pairs(baseline: &[(u32, f64)], config: &[(u32, f64)]) -> Vec<(f64, f64)> {
    let of_baseline: BTreeMap<u32, f64> = baseline.iter().copied().collect();
    let of_config: BTreeMap<u32, f64> = config.iter().copied().collect();
    of_config.iter().filter_map(|(block, time_s)| Some((*of_baseline.get(block)?, *time_s))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_with_both_make_pairs() {
        let baseline = [(0, 2.0), (2, 3.0), (1, 4.0)];
        assert_eq!(pairs(&baseline, &[(1, 1.0), (3, 9.0), (0, 0.5)]), [(2.0, 0.5), (4.0, 1.0)]);
        assert_eq!(pairs(&baseline, &[(3, 1.0)]), [], "never from one block to another");
        assert_eq!(pairs(&[], &baseline), []);
    }

    #[test]
    fn only_two_repeats_are_told_to_be_few() {
        let of = |pairs| Speedup { value: 2.0, ci95: None, pairs }.too_few();
        assert_eq!(of(2).as_deref(), Some("2 repeats: an interval needs 3"));
        assert_eq!([0, 1, 3].map(of), [None, None, None]);
    }
}
