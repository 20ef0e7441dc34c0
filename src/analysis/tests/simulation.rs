//! Intervals of speedups tried where the truth is known: made-up runs of blocks on a machine that scatters and drifts.
//! [`super::super::paired`] and the order of trials tell what came out.

use super::hodges_lehmann::hodges_lehmann;
use super::random::Random;
use crate::analysis::{Interval, paired_ratio};

/// The baseline takes so many times as long as the configuration that it is compared with.
const TRUTH: f64 = 2.0;
/// How much slower the machine is at the end, where it drifts.
const SLOWER: f64 = 0.3;
const EXPERIMENTS: usize = 2_000;

/// How a machine becomes slower.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Course {
    Steady,
    /// From block to block.
    ByBlock,
    /// From trial to trial.
    ByTrial,
}

/// A run: in each block every configuration once, in an order drawn anew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Design {
    pub(super) noise: f64,
    pub(super) course: Course,
    pub(super) blocks: usize,
    pub(super) configs: usize,
    /// Whether the first block opens with the baseline all the same.
    pub(super) baseline_first: bool,
}

impl Design {
    /// Times of the baseline (0) and of a configuration (1) in each block.
    fn run(&self, random: &mut Random) -> Vec<(f64, f64)> {
        let last = |n: usize| n.saturating_sub(1).max(1) as f64;
        let block = |block: usize| {
            let mut order = random.order(self.configs);
            if self.baseline_first && block == 0 {
                order.sort_by_key(|config| *config != 0);
            }
            let mut times = [f64::NAN; 2];
            for (at, config) in order.into_iter().enumerate().filter(|(_, config)| *config < 2) {
                let gone = match self.course {
                    Course::Steady => 0.0,
                    Course::ByBlock => block as f64 / last(self.blocks),
                    Course::ByTrial => (block * self.configs + at) as f64 / last(self.blocks * self.configs),
                };
                let of_config = if config == 0 { TRUTH } else { 1.0 };
                times[config] = of_config * (1.0 + SLOWER * gone) * random.factor(self.noise);
            }
            (times[0], times[1])
        };
        (0..self.blocks).map(block).collect()
    }
}

/// What many experiments came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score {
    /// How many of the intervals held the truth; no number where there were none.
    pub(super) coverage: f64,
    /// How wide they were.
    pub(super) width: f64,
    /// The mean of the logarithms of estimate ÷ truth.
    pub(super) bias: f64,
}

/// What pairs of times come to: a ratio and its interval.
type Told = (f64, Option<Interval>);

pub(super) fn score(design: Design, estimate: fn(&[(f64, f64)]) -> Told) -> Score {
    let mut random = Random::new(1235);
    let all: Vec<Told> = (0..EXPERIMENTS).map(|_| estimate(&design.run(&mut random))).collect();
    let intervals: Vec<Interval> = all.iter().filter_map(|(_, interval)| *interval).collect();
    let n = intervals.len() as f64;
    Score {
        coverage: intervals.iter().filter(|interval| interval.contains(TRUTH)).count() as f64 / n,
        width: intervals.iter().map(|interval| interval.high - interval.low).sum::<f64>() / n,
        bias: all.iter().map(|(value, _)| (value / TRUTH).ln()).sum::<f64>() / EXPERIMENTS as f64,
    }
}

/// What runs are told by.
pub(super) fn student(pairs: &[(f64, f64)]) -> Told {
    let found = paired_ratio(pairs).expect("positive times");
    (found.value, found.ci95)
}

/// Hodges and Lehmann's estimate of the same.
pub(super) fn ranks(pairs: &[(f64, f64)]) -> Told {
    let logs: Vec<f64> = pairs.iter().map(|(baseline, config)| (baseline / config).ln()).collect();
    let (value, interval) = hodges_lehmann(&logs);
    (value.exp(), interval.map(|i| Interval { low: i.low.exp(), high: i.high.exp() }))
}

/// Runs of 3, 5 and 10 blocks with a noise of 3 and 20 % on such machines.
pub(super) fn designs(configs: usize, courses: &[Course]) -> Vec<Design> {
    let each = courses.iter().flat_map(|&course| [0.03, 0.2].map(|noise| (course, noise)));
    let each = each.flat_map(|(course, noise)| [3, 5, 10].map(|blocks| (course, noise, blocks)));
    each.map(|(course, noise, blocks)| Design { noise, course, blocks, configs, baseline_first: false }).collect()
}
