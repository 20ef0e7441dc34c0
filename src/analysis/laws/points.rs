//! What a law is fitted to: throughputs by numbers of workers, looked at before anything is worked out from them.

use std::collections::BTreeSet;

/// Fewer different numbers of workers say nothing of a law with three parameters, or with two and their errors.
pub const POINTS_MIN: usize = 3;

/// With fewer, what comes out depends much on each single point.
pub const POINTS_FEW: usize = 6;

/// So many workers did so much a second, or in any other unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScalingPoint {
    /// Workers, at least 1.
    pub workers: f64,
    /// Throughput, above 0.
    pub throughput: f64,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// Too few different numbers of workers.
    #[error("a law needs at least {POINTS_MIN} different numbers of workers; there {} {distinct}", if *distinct == 1 { "is" } else { "are" })]
    TooFew {
        /// As many there are.
        distinct: usize,
    },
    /// Amdahl's law is of work that does not grow with the workers.
    #[error("the work grows with the workers")]
    GrowingWork,
    /// A number of workers that is none.
    #[error("point {}: {workers} is no number of workers from 1 on", index + 1)]
    Workers {
        /// Which point, from 0.
        index: usize,
        /// Its workers.
        workers: f64,
    },
    /// A throughput that is none.
    #[error("point {}: {throughput} is no throughput above 0", index + 1)]
    Throughput {
        /// Which point, from 0.
        index: usize,
        /// Its throughput.
        throughput: f64,
    },
}

/// How many different numbers of workers there are.
pub fn distinct_workers(points: &[ScalingPoint]) -> usize {
    points.iter().map(|point| point.workers.to_bits()).collect::<BTreeSet<u64>>().len()
}

/// Points of one number of workers: all that least squares asks of them is their mean and how many there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScalingGroup {
    pub(super) workers: f64,
    /// Points, as a weight.
    pub(super) weight: f64,
    /// Mean throughput, in units of the largest.
    pub(super) mean: f64,
}

/// Points in groups, throughputs in units of the largest, so that no square is too large or too small for a number.
#[derive(Debug, Clone)]
pub(super) struct ScalingSample {
    /// In ascending order of their workers.
    pub(super) groups: Vec<ScalingGroup>,
    /// The largest throughput, in its own unit.
    pub(super) unit: f64,
    /// All points.
    pub(super) points: usize,
    /// Squares of what points differ by from the means of their groups.
    pub(super) within: f64,
    /// Squares of what points differ by from the mean of all.
    pub(super) total: f64,
}

impl ScalingSample {
    /// Looks at points that a law is to be fitted to.
    pub(super) fn of(points: &[ScalingPoint]) -> Result<Self, Unfit> {
        for (index, &ScalingPoint { workers, throughput }) in points.iter().enumerate() {
            if !(workers.is_finite() && workers >= 1.0) {
                return Err(Unfit::Workers { index, workers });
            }
            if !(throughput.is_finite() && throughput > 0.0) {
                return Err(Unfit::Throughput { index, throughput });
            }
        }
        let distinct = distinct_workers(points);
        if distinct < POINTS_MIN {
            return Err(Unfit::TooFew { distinct });
        }
        let unit = points.iter().map(|point| point.throughput).fold(f64::MIN_POSITIVE, f64::max);
        let mut scaled: Vec<(f64, f64)> = points.iter().map(|point| (point.workers, point.throughput / unit)).collect();
        scaled.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mean = |ys: &[(f64, f64)]| ys.iter().map(|(_, y)| y).sum::<f64>() / ys.len() as f64;
        let squares = |ys: &[(f64, f64)], mean: f64| ys.iter().map(|(_, y)| (y - mean).powi(2)).sum::<f64>();
        let (mut groups, mut within) = (Vec::new(), 0.0);
        for group in scaled.chunk_by(|a, b| a.0 == b.0) {
            let mean = mean(group);
            within += squares(group, mean);
            groups.push(ScalingGroup { workers: group[0].0, weight: group.len() as f64, mean });
        }
        Ok(Self { groups, unit, points: points.len(), within, total: squares(&scaled, mean(&scaled)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(of: &[(f64, f64)]) -> Vec<ScalingPoint> {
        of.iter().map(|&(workers, throughput)| ScalingPoint { workers, throughput }).collect()
    }

    #[test]
    fn points_of_one_number_of_workers_are_a_group() {
        let sample = ScalingSample::of(&points(&[(2.0, 3.0), (1.0, 1.0), (4.0, 4.0), (2.0, 1.0), (2.0, 2.0)])).unwrap();
        let groups: Vec<_> = sample.groups.iter().map(|group| (group.workers, group.weight, group.mean)).collect();
        assert_eq!(groups, [(1.0, 1.0, 0.25), (2.0, 3.0, 0.5), (4.0, 1.0, 1.0)]);
        assert_eq!((sample.unit, sample.points, sample.within), (4.0, 5, 0.125));
    }

    #[test]
    fn what_is_no_point_is_named() {
        let told = |of: &[(f64, f64)]| ScalingSample::of(&points(of)).map(|_| ()).unwrap_err().to_string();
        assert_eq!(
            told(&[(1.0, 1.0), (2.0, 2.0), (1.0, 1.5)]),
            "a law needs at least 3 different numbers of workers; there are 2"
        );
        assert_eq!(told(&[(4.0, 1.0)]), "a law needs at least 3 different numbers of workers; there is 1");
        assert_eq!(told(&[(1.0, 1.0), (0.0, 2.0)]), "point 2: 0 is no number of workers from 1 on");
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                told(&[(1.0, 1.0), (2.0, 1.0), (3.0, wrong)]),
                format!("point 3: {wrong} is no throughput above 0")
            );
        }
        assert!(matches!(ScalingSample::of(&points(&[(f64::NAN, 1.0)])), Err(Unfit::Workers { index: 0, .. })));
    }
}
