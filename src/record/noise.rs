//! What the machine did to a trial besides running it, and when that is too much. Only what was counted and one rule;
//! nothing is counted here.

use serde::{Deserialize, Serialize};

/// What was counted of the usable CPUs from the opening of the gate to the last task's end. What the system does not
/// tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrialNoise {
    /// CPUs that it was counted over.
    pub usable_cpus: u32,
    /// Seconds that it was counted over: the wall time, rounded to what the counters can tell.
    pub over_s: f64,
    /// CPU seconds that other programs took.
    pub others_s: Option<f64>,
    /// CPU seconds that the hypervisor took.
    pub steal_s: Option<f64>,
    /// Seconds that threads of the own control group were kept off the CPUs for their quota.
    pub throttled_s: Option<f64>,
    /// Periods of the quota in which that was so.
    pub throttled_periods: Option<u64>,
    /// Seconds in which some thread of the machine waited for a CPU (`/proc/pressure/cpu`, `some`).
    pub pressure_s: Option<f64>,
    /// Seconds that workers could have run and had no CPU, all workers taken together.
    pub runnable_s: Option<f64>,
    /// Seconds that a fixed piece of work in registers took each worker, at the gate and after its last task; the least
    /// of a few. Empty where it was not timed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub yardstick_s: Vec<[f64; 2]>,
    /// Seconds that timing it cost a worker, at most, both times together: none of that is wall time or start-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yardstick_cost_s: Option<f64>,
}

/// What makes a trial too noisy to be a sample like others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoiseCause {
    /// Other programs took the CPUs.
    Others,
    /// The hypervisor took the CPUs for other machines.
    Steal,
    /// The quota of the control group was used up.
    Throttled,
    /// The CPUs were faster or slower than in most other trials with as many busy CPUs.
    Speed,
}

impl NoiseCause {
    /// All of them, the most telling first.
    pub const ALL: [Self; 4] = [Self::Others, Self::Steal, Self::Throttled, Self::Speed];
}

impl TrialNoise {
    /// The share of the usable CPUs' time that so many CPU seconds are.
    pub fn share(&self, seconds: f64) -> Option<f64> {
        let all = f64::from(self.usable_cpus) * self.over_s;
        (all > 0.0).then(|| seconds / all).filter(|share| share.is_finite())
    }

    /// How many CPUs the workers kept busy while the fixed piece of work was timed: as many as timed it.
    pub fn busy_cpus(&self) -> usize {
        self.yardstick_s.len()
    }

    /// Seconds that the fixed piece of work took at both ends: the median over the workers; `None` where it was not timed.
    pub fn yardstick(&self) -> Option<f64> {
        let mut all: Vec<f64> =
            self.yardstick_s.iter().flatten().copied().filter(|s| s.is_finite() && *s > 0.0).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    }
}
