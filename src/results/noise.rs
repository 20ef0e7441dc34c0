//! What the machine did besides running the trials of a configuration: medians over its samples, as shares of the usable
//! CPUs' time. When a single trial is too noisy is a rule of the record; nothing is left out here.

use std::collections::BTreeMap;

use super::busy_cpus::{BusyCpus, busy_cpus};
use super::median::median;
use crate::record::noise_limits::{OTHERS_MAX, SPEED_MAX, STEAL_MAX, THROTTLED_MAX, TICKS_MIN_S};
use crate::record::{NoiseCause, RunState, TrialNoise, TrialOutcome};

/// A configuration's noise. What the system does not tell is `None`; shares are 0..1 of usable CPUs × time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NoiseFigures {
    /// What other programs took.
    pub others_cpu: Option<f64>,
    /// What the hypervisor took.
    pub steal: Option<f64>,
    /// What the rounding of the kernel's ticks may amount to in both of these: a share below it is no cause of anything.
    pub rounding: f64,
    /// What the quota of the control group took. May be above 1: the kernel counts it for each CPU of the machine.
    pub throttled: Option<f64>,
    /// What workers could have run and had no CPU, all together: more workers than CPUs make it large by themselves.
    pub runnable: Option<f64>,
    /// The run's best yardstick ÷ this configuration's: 1 is as fast as ever, 0.9 a tenth slower.
    pub speed: Option<f64>,
    /// The same against the best of the run's trials in which as many CPUs were busy: what is slower than those is so by
    /// noise, and not since clocks fall as more cores work.
    pub speed_of_alike: Option<f64>,
    /// How much slower CPUs are with as many of them busy as here than with the fewest of this run; `None` here for the
    /// fewest, and where too few blocks tell.
    pub busy: Option<BusyCpus>,
    /// Seconds that timing the yardstick cost a worker, at most; in no wall time and no start-up.
    pub yardstick_cost_s: Option<f64>,
    /// Trials that were too noisy.
    pub tainted: usize,
    /// Trials that were measured again for that.
    pub repeated: usize,
}

/// A counted trial with what was counted of it.
#[derive(Debug, Clone, Copy)]
pub struct TrialWithNoise<'a> {
    /// Index into the plan's trials.
    pub trial: usize,
    /// Whether it is a sample.
    pub kept: bool,
    /// What was counted.
    pub noise: &'a TrialNoise,
}

impl NoiseFigures {
    /// Those of a configuration; `None` where nothing was counted.
    fn of(state: &RunState, config: usize, best: &BestYardsticks, busy: &[BusyCpus]) -> Option<Self> {
        let samples: Vec<&TrialNoise> = state.samples(config).filter_map(|outcome| outcome.noise.as_ref()).collect();
        let busy_cpus = samples.iter().map(|noise| noise.busy_cpus()).max()?;
        let shares = |seconds: fn(&TrialNoise) -> Option<f64>| {
            known_median(samples.iter().filter_map(|noise| noise.share(seconds(noise)?)))
        };
        let yardstick = known_median(samples.iter().filter_map(|noise| noise.yardstick()));
        let (tainted, repeated) = by_rule(state, config);
        Some(Self {
            others_cpu: shares(|noise| noise.others_s),
            steal: shares(|noise| noise.steal_s),
            rounding: rounding(&samples),
            throttled: shares(|noise| noise.throttled_s),
            runnable: shares(|noise| noise.runnable_s),
            speed: best.of_all().zip(yardstick).map(|(best, own)| best / own),
            speed_of_alike: best.of_alike(busy_cpus).zip(yardstick).map(|(best, own)| best / own),
            busy: busy.iter().find(|busy| busy.busy == busy_cpus).copied(),
            yardstick_cost_s: samples.iter().filter_map(|noise| noise.yardstick_cost_s).max_by(f64::total_cmp),
            tainted,
            repeated,
        })
    }

    /// How much there was of a cause: a share, or for the speed how much longer the yardstick took than at its best with as
    /// many CPUs busy.
    pub fn of_cause(&self, cause: NoiseCause) -> Option<f64> {
        match cause {
            NoiseCause::Others => self.others_cpu,
            NoiseCause::Steal => self.steal,
            NoiseCause::Throttled => self.throttled,
            NoiseCause::Speed => self.speed_of_alike.map(|speed| 1.0 / speed - 1.0),
        }
    }

    /// What there was too much of, the most telling first.
    pub fn causes(&self) -> impl Iterator<Item = (NoiseCause, f64)> + '_ {
        let all = [
            (NoiseCause::Others, OTHERS_MAX.max(self.rounding)),
            (NoiseCause::Steal, STEAL_MAX.max(self.rounding)),
            (NoiseCause::Throttled, THROTTLED_MAX),
            (NoiseCause::Speed, SPEED_MAX),
        ];
        let share = |(cause, most)| Some((cause, self.of_cause(cause).filter(|share| *share > most)?));
        all.into_iter().filter_map(share)
    }

    /// How much slower CPUs are with as many of them busy as here than with the fewest of this run, where that is beyond
    /// what trials may differ by anyhow.
    pub fn slower_when_busy(&self) -> Option<BusyCpus> {
        self.busy.filter(|busy| busy.slower > SPEED_MAX)
    }

    /// The part of the usable CPUs' time that was not there for this program at all.
    pub fn taken(&self) -> f64 {
        [self.others_cpu, self.steal, self.throttled].into_iter().flatten().sum::<f64>().min(1.0)
    }
}

/// The noise of each of so many configurations.
pub(super) fn noise_by_config(state: &RunState, configs: usize) -> Vec<Option<NoiseFigures>> {
    let (best, busy) = (BestYardsticks::of(state), busy_cpus(state));
    (0..configs).map(|config| NoiseFigures::of(state, config, &best, &busy)).collect()
}

/// The counted trials of a configuration that have ended and of which something was counted, in the order they did.
pub fn trials_with_noise(state: &RunState, config: usize) -> Vec<TrialWithNoise<'_>> {
    let Some(plan) = state.plan() else { return Vec::new() };
    let samples: Vec<&TrialOutcome> = state.samples(config).collect();
    let is_counted = |trial: usize| plan.trials.get(trial).is_some_and(|t| t.config == config && !t.warmup);
    let counted = state.finished.iter().filter(|(trial, _)| is_counted(*trial));
    let with_noise = counted.filter_map(|(trial, outcome)| {
        let kept = samples.iter().any(|sample| std::ptr::eq(*sample, &raw const **outcome));
        Some(TrialWithNoise { trial: *trial, kept, noise: outcome.noise.as_ref()? })
    });
    with_noise.collect()
}

/// How many of a configuration's trials were too noisy, and how many were measured again for that.
fn by_rule(state: &RunState, config: usize) -> (usize, usize) {
    let counts = state.taint_counts(config);
    (counts.tainted, counts.repeated)
}

/// With fewer trials than this their best is no measure: they are held against those of all.
const ALIKE_MIN: usize = 3;

/// The yardsticks of a run's trials in seconds, warm-ups among them, by how many CPUs were busy.
struct BestYardsticks(BTreeMap<usize, Vec<f64>>);

impl BestYardsticks {
    fn of(state: &RunState) -> Self {
        let mut all: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for noise in state.finished.iter().filter_map(|(_, outcome)| outcome.noise.as_ref()) {
            all.entry(noise.busy_cpus()).or_default().extend(noise.yardstick());
        }
        Self(all)
    }

    /// The least in any trial.
    fn of_all(&self) -> Option<f64> {
        self.0.values().flatten().copied().min_by(f64::total_cmp)
    }

    /// The least in those with so many CPUs busy.
    fn of_alike(&self, busy: usize) -> Option<f64> {
        let alike = self.0.get(&busy).filter(|alike| alike.len() >= ALIKE_MIN);
        alike.map_or_else(|| self.of_all(), |alike| alike.iter().copied().min_by(f64::total_cmp))
    }
}

/// What the rounding of ticks may amount to in the median over these: in each trial what makes no trial noisy, and over
/// many less of that, since it is as often too much as too little.
fn rounding(samples: &[&TrialNoise]) -> f64 {
    let told: Vec<f64> = samples.iter().filter(|n| n.others_s.is_some()).filter_map(|n| n.share(TICKS_MIN_S)).collect();
    let count = told.len() as f64;
    if told.is_empty() { 0.0 } else { median(told.into_iter()) / count.sqrt() }
}

/// The median of what is known, if anything is.
fn known_median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    Some(median(figures)).filter(|median| !median.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_averages_out_over_trials() {
        let trial = TrialNoise { usable_cpus: 2, over_s: 0.1, others_s: Some(0.0165), ..TrialNoise::default() };
        let untold = TrialNoise { others_s: None, ..trial.clone() };
        assert!((rounding(&[&trial, &untold]) - 0.15).abs() < 1e-12, "3 ticks of 20");
        assert!((rounding(&[&trial; 9]) - 0.05).abs() < 1e-12, "a third of that");
        assert_eq!(rounding(&[&untold]), 0.0, "nothing is told that could be rounded");
    }

    #[test]
    fn causes_are_told_from_their_limits_on() {
        let quiet = NoiseFigures {
            others_cpu: Some(0.05),
            steal: Some(0.02),
            throttled: Some(0.02),
            speed_of_alike: Some(0.92),
            ..NoiseFigures::default()
        };
        assert_eq!(quiet.causes().count(), 0);
        let noisy = NoiseFigures { others_cpu: Some(0.3), speed_of_alike: Some(0.8), ..quiet };
        let causes: Vec<_> = noisy.causes().collect();
        assert_eq!(causes, [(NoiseCause::Others, 0.3), (NoiseCause::Speed, 0.25)]);
        assert!((noisy.taken() - 0.34).abs() < 1e-12);
        // 16 ms of 190 in a single trial are a share of 9 %, and no more than the ticks may be off by.
        let rounded = NoiseFigures { others_cpu: Some(0.09), steal: Some(0.05), rounding: 0.16, ..quiet };
        assert_eq!(rounded.causes().count(), 0);
        assert_eq!(NoiseFigures { rounding: 0.08, ..rounded }.causes().count(), 1);
        assert_eq!(NoiseFigures::default().causes().count(), 0, "what is not known is no cause");
    }
}
