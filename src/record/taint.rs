//! When a trial is too noisy, and by what: the one rule for that. Nothing is counted of a machine here, and nothing is
//! measured again.
//!
//! A trial is **tainted** when
//! - other programs took more than 5 % of the usable CPUs' time, and at least 30 ms of CPU time: `/proc/stat` counts in
//!   ticks of 10 ms, so that of a short trial less than that may be nothing but rounding; or
//! - the hypervisor took more than 2 % of it, and at least 30 ms, for the same reason; or
//! - the quota of the control group held threads back for more than 2 % of it; or
//! - its yardstick differs by more than 10 % from the median of the run's trials in which as many CPUs were busy, or of all
//!   of them where those are fewer than 3; of fewer than 3 there is no median.
//!
//! A yardstick is held against its like since clocks fall as more cores work: of a run with 1 and 8 workers on a machine with
//! turbo, all trials with 8 would be noisy, and as slow when they are measured again. How much slower CPUs are the more of
//! them are busy is told as what it is (see the `noise` of the results). Blocks have trials of all configurations, so that a
//! drift within the run meets those with many workers as it does those with few.

use std::collections::BTreeMap;

use super::noise::{NoiseCause, TrialNoise};
use crate::machine::noise_limits::{OTHERS_MAX, SPEED_MAX, STEAL_MAX, THROTTLED_MAX, TICKS_MIN_S};

/// The fewest yardsticks that have a median worth the name.
const YARDSTICKS_MIN: usize = 3;

/// The yardsticks of a run's trials so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Yardsticks {
    all: Sorted,
    /// By how many CPUs were busy.
    alike: BTreeMap<usize, Sorted>,
}

/// Seconds in ascending order.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sorted(Vec<f64>);

impl Yardsticks {
    /// Takes in what a trial tells of its own.
    pub(super) fn add(&mut self, noise: Option<&TrialNoise>) {
        if let Some((noise, s)) = noise.and_then(|noise| Some((noise, noise.yardstick()?))) {
            self.all.insert(s);
            self.alike.entry(noise.busy_cpus()).or_default().insert(s);
        }
    }

    /// How much slower than in the median trial the CPUs were, as a part of that; below 0 where they were faster. `None`
    /// where too few trials tell.
    fn slower_by(&self, noise: &TrialNoise) -> Option<f64> {
        let median = self.alike.get(&noise.busy_cpus()).and_then(Sorted::median).or_else(|| self.all.median())?;
        Some(noise.yardstick()? / median - 1.0)
    }
}

impl Sorted {
    fn insert(&mut self, s: f64) {
        let at = self.0.partition_point(|other| *other < s);
        self.0.insert(at, s);
    }

    /// Of two in the middle the faster one, since what disturbs makes slow. `None` for fewer than tell.
    fn median(&self) -> Option<f64> {
        let n = self.0.len();
        (n >= YARDSTICKS_MIN).then(|| self.0[(n - 1) / 2])
    }
}

/// Whether there was too much of this in a trial.
pub(super) fn is_too_much(noise: &TrialNoise, cause: NoiseCause, yardsticks: &Yardsticks) -> bool {
    let share = || share(noise, cause, yardsticks);
    let beyond = |most: f64| share().is_some_and(|share| share > most);
    let shows = |seconds: Option<f64>| seconds.is_some_and(|s| s >= TICKS_MIN_S);
    match cause {
        NoiseCause::Others => shows(noise.others_s) && beyond(OTHERS_MAX),
        NoiseCause::Steal => shows(noise.steal_s) && beyond(STEAL_MAX),
        NoiseCause::Throttled => beyond(THROTTLED_MAX),
        NoiseCause::Speed => share().is_some_and(|slower| slower.abs() > SPEED_MAX),
    }
}

/// How much of this there was in a trial: a share of the usable CPUs' time, or by how much slower the CPUs were than in the
/// median trial that it is held against. `None` where that was not counted.
pub(super) fn share(noise: &TrialNoise, cause: NoiseCause, yardsticks: &Yardsticks) -> Option<f64> {
    match cause {
        NoiseCause::Others => noise.share(noise.others_s?),
        NoiseCause::Steal => noise.share(noise.steal_s?),
        NoiseCause::Throttled => noise.share(noise.throttled_s?),
        NoiseCause::Speed => yardsticks.slower_by(noise),
    }
}
