//! Whether a machine became slower or faster while it was measured on: a trend of all times over the blocks of a run.

use super::student::t_995;

/// Fewer blocks are too few to tell a trend from scatter.
const BLOCKS_MIN: usize = 4;

/// Changes of less than this from the first block to the last are no news, however certain.
const NOTABLE: f64 = 0.02;

/// The time of a trial, and the block that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timed {
    /// Counted from 0.
    pub block: u32,
    /// Seconds, or any other unit.
    pub time_s: f64,
}

/// The change of times from the first block to the last along a straight line through their logarithms, relative to the
/// first: 0.3 if they end 30 % longer. `configs` has the times of each configuration.
///
/// Least squares with a level for each configuration and one slope for all: the logarithms and the numbers of the blocks,
/// each less the configuration's own mean, leave N − C − 1 degrees of freedom for N times of C configurations (the
/// analysis of covariance; Montgomery, *Design and Analysis of Experiments*, 15.3). The slope is told where Student's t
/// test says at 1 % that it is not 0, and the change is more than 2 %.
///
/// `None` where it is not, for fewer than four blocks, and where a time is not a finite number above 0.
pub fn drift(configs: &[Vec<Timed>]) -> Option<f64> {
    let all = || configs.iter().flatten();
    let (first, last) = (all().map(|timed| timed.block).min()?, all().map(|timed| timed.block).max()?);
    let mut blocks: Vec<u32> = all().map(|timed| timed.block).collect();
    blocks.sort_unstable();
    blocks.dedup();
    let measured = all().all(|timed| timed.time_s.is_finite() && timed.time_s > 0.0);
    if blocks.len() < BLOCKS_MIN || !measured {
        return None;
    }
    let trend = configs.iter().map(|times| Trend::of(times)).fold(Trend::default(), Trend::plus);
    let change = (trend.slope()? * f64::from(last - first)).exp_m1();
    (trend.is_certain() && change.abs() > NOTABLE).then_some(change)
}

/// Trend of squares and products of what is left of blocks (x) and logarithms (y) without their means.
#[derive(Debug, Clone, Copy, Default)]
struct Trend {
    xx: f64,
    xy: f64,
    yy: f64,
    /// Times less the means taken from them.
    freedom: usize,
}

impl Trend {
    fn of(times: &[Timed]) -> Self {
        let n = times.len() as f64;
        let points = || times.iter().map(|timed| (f64::from(timed.block), timed.time_s.ln()));
        let (mean_x, mean_y) = points().fold((0.0, 0.0), |(all_x, all_y), (x, y)| (all_x + x / n, all_y + y / n));
        let none = Self { freedom: times.len().saturating_sub(1), ..Self::default() };
        points().map(|(x, y)| (x - mean_x, y - mean_y)).fold(none, |sums, (x, y)| Self {
            xx: sums.xx + x * x,
            xy: sums.xy + x * y,
            yy: sums.yy + y * y,
            ..sums
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            xx: self.xx + other.xx,
            xy: self.xy + other.xy,
            yy: self.yy + other.yy,
            freedom: self.freedom + other.freedom,
        }
    }

    fn slope(&self) -> Option<f64> {
        (self.xx > 0.0).then(|| self.xy / self.xx)
    }

    /// Whether the slope is not 0, by Student's t test at 1 %.
    fn is_certain(&self) -> bool {
        let Some(slope) = self.slope().filter(|_| self.freedom > 1) else { return false };
        let freedom = self.freedom - 1;
        let left = (self.yy - slope * self.xy).max(0.0);
        let error = (left / freedom as f64 / self.xx).sqrt();
        slope.abs() > t_995(freedom) * error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tests::random::Random;

    /// Times of configurations of very different lengths that change by so much over the blocks.
    fn times(configs: usize, blocks: u32, change: f64, noise: f64, random: &mut Random) -> Vec<Vec<Timed>> {
        let mut time = |config: usize, block: u32| {
            let gone = f64::from(block) / f64::from(blocks - 1);
            let time_s = (config + 1) as f64 * (1.0 + change * gone) * random.factor(noise);
            Timed { block, time_s }
        };
        (0..configs).map(|config| (0..blocks).map(|block| time(config, block)).collect()).collect()
    }

    #[test]
    fn a_steady_change_is_told_from_first_to_last() {
        let mut random = Random::new(1);
        for change in [0.3, -0.2, 0.05] {
            let told = drift(&times(3, 5, change, 0.0, &mut random)).expect("it is certain");
            assert!((told / change - 1.0).abs() < 0.1, "{told} is not {change}");
        }
        let told = drift(&times(4, 6, 0.3, 0.03, &mut random)).expect("it is certain");
        assert!((0.2..0.4).contains(&told), "{told}");
    }

    #[test]
    fn small_changes_few_blocks_and_scatter_are_not() {
        let mut random = Random::new(1);
        assert_eq!(drift(&times(3, 6, 0.015, 0.0, &mut random)), None, "less than 2 %");
        assert_eq!(drift(&times(3, 3, 0.3, 0.0, &mut random)), None, "three blocks");
        assert_eq!(drift(&times(2, 4, 0.05, 0.2, &mut random)), None, "it scatters more than that");
        assert_eq!(drift(&times(2, 5, 0.0, 0.0, &mut random)), None, "nothing changes");
        assert_eq!(drift(&[]), None);
        assert_eq!(drift(&[vec![], vec![Timed { block: 0, time_s: 1.0 }]]), None);
    }

    #[test]
    fn a_configuration_that_lacks_blocks_makes_no_trend() {
        // The slow one is there in the last blocks only: levels differ, and nothing drifts.
        let fast = (0..6).map(|block| Timed { block, time_s: 1.0 + 0.001 * f64::from(block % 2) }).collect();
        let slow = (3..6).map(|block| Timed { block, time_s: 9.0 }).collect();
        assert_eq!(drift(&[fast, slow]), None);
    }

    fn told(configs: usize, blocks: u32, change: f64, noise: f64) -> f64 {
        const RUNS: u32 = 2_000;
        let mut random = Random::new(1235);
        let found = (0..RUNS).filter(|_| drift(&times(configs, blocks, change, noise, &mut random)).is_some()).count();
        found as f64 / f64::from(RUNS)
    }

    #[test]
    fn quiet_machines_are_hardly_ever_said_to_drift_and_drifting_ones_are() {
        for (configs, blocks) in [(2, 4), (4, 5), (8, 10)] {
            for noise in [0.03, 0.2] {
                let quiet = told(configs, blocks, 0.0, noise);
                assert!(quiet < 0.02, "{configs} × {blocks} at {noise}: {quiet}");
            }
            let drifting = told(configs, blocks, 0.3, 0.03);
            assert!(drifting > 0.95, "{configs} × {blocks}: {drifting}");
        }
    }
}
