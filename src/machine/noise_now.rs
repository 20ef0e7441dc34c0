//! How noisy the machine is at the moment: counted for about a second, in which this process sleeps for the most part.

use std::time::{Duration, Instant};

use super::cpuset::CpuSet;
use super::noise_counter::{NoiseCounter, NoiseCounts};
use super::noise_limits::{OTHERS_MAX, SPEED_MAX, STEAL_MAX, THROTTLED_MAX};
use super::yardstick::yardstick;
use crate::system::clock::monotonic_ns;

/// How long the CPUs are watched, and how long the yardstick is timed over and over after that: longer than it takes a CPU
/// to come out of its sleep, which the first third is for.
const WATCHED: Duration = Duration::from_millis(950);
const TIMED: Duration = Duration::from_millis(90);

/// The part of a second's yardsticks that may take longer: they meet interrupts.
const SLOWEST: f64 = 0.1;

/// What was seen of the machine. Shares are 0..1 of usable CPUs × time; what the system does not tell is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NoiseNow {
    /// Seconds that it was watched for.
    pub over_s: f64,
    /// What other programs took.
    pub others_cpu: Option<f64>,
    /// What the hypervisor took.
    pub steal: Option<f64>,
    /// What the quota of the control group took.
    pub throttled: Option<f64>,
    /// The part of the time in which some thread of the machine waited for a CPU.
    pub pressure: Option<f64>,
    /// How much longer than at its best the yardstick took on one CPU, nine times in ten at most.
    pub spread: Option<f64>,
}

/// Why one should not measure now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrest {
    /// Other programs compute.
    Others,
    /// The hypervisor takes the CPUs.
    Steal,
    /// The quota is used up.
    Throttled,
    /// The speed of a CPU changes.
    Speed,
}

/// Watches these CPUs for about a second.
pub fn noise_now(cpus: &CpuSet) -> NoiseNow {
    let counter = NoiseCounter::new(cpus);
    let before = counter.read();
    std::thread::sleep(WATCHED);
    let counts = counter.between(&before, &counter.read());
    NoiseNow { spread: spread(yardsticks()), ..NoiseNow::of(&counts) }
}

impl NoiseNow {
    fn of(counts: &NoiseCounts) -> Self {
        let all_s = f64::from(counts.usable_cpus) * counts.over_s;
        let share = |seconds: Option<f64>| seconds.map(|s| s / all_s).filter(|share| share.is_finite());
        Self {
            over_s: counts.over_s,
            others_cpu: share(counts.others_s(0.0)),
            steal: share(counts.steal_s),
            throttled: share(counts.throttled_s),
            pressure: counts.pressure_s.map(|s| s / counts.over_s).filter(|part| part.is_finite()),
            spread: None,
        }
    }

    /// Why one should not measure now, with how much there is of it; nothing where one may.
    pub fn unrest(&self) -> Vec<(Unrest, f64)> {
        let all = [
            (Unrest::Others, self.others_cpu, OTHERS_MAX),
            (Unrest::Steal, self.steal, STEAL_MAX),
            (Unrest::Throttled, self.throttled, THROTTLED_MAX),
            (Unrest::Speed, self.spread, SPEED_MAX),
        ];
        all.into_iter().filter_map(|(what, share, most)| Some((what, share.filter(|s| *s > most)?))).collect()
    }

    /// Whether enough is known to say that one may.
    pub fn is_known(&self) -> bool {
        self.others_cpu.is_some()
    }
}

/// The yardstick, over and over, in nanoseconds.
fn yardsticks() -> Vec<u64> {
    let begun = Instant::now();
    let mut all = Vec::new();
    while begun.elapsed() < TIMED {
        let least = yardstick(monotonic_ns).least;
        if begun.elapsed() > TIMED / 3 {
            all.push(least);
        }
    }
    all
}

/// How much longer than the least all but the slowest took.
fn spread(mut yardsticks: Vec<u64>) -> Option<f64> {
    yardsticks.sort_unstable();
    let least = *yardsticks.first().filter(|least| **least > 0)?;
    let at = (yardsticks.len() as f64 * (1.0 - SLOWEST)) as usize;
    let most = *yardsticks.get(at.min(yardsticks.len() - 1))?;
    Some(most as f64 / least as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_yardsticks_are_interrupts() {
        assert_eq!(spread(vec![]), None);
        assert_eq!(spread(vec![20]), Some(0.0));
        let mut all = vec![20; 95];
        all.extend([90; 5]);
        assert_eq!(spread(all), Some(0.0));
        let mut all = vec![20; 80];
        all.extend([30; 20]);
        assert_eq!(spread(all), Some(0.5));
    }

    #[test]
    fn shares_are_of_all_usable_cpus() {
        let counts = NoiseCounts {
            usable_cpus: 2,
            over_s: 0.5,
            busy_s: Some(0.4),
            own_s: 0.1,
            steal_s: Some(0.02),
            pressure_s: Some(0.25),
            ..NoiseCounts::default()
        };
        let now = NoiseNow::of(&counts);
        let share = now.others_cpu.expect("ticks");
        assert!((share - 0.3).abs() < 1e-12, "{share}");
        assert_eq!((now.steal, now.pressure, now.throttled), (Some(0.02), Some(0.5), None));
        assert_eq!(now.unrest().iter().map(|(what, _)| *what).collect::<Vec<_>>(), [Unrest::Others]);
        assert!(!NoiseNow::default().is_known() && NoiseNow::default().unrest().is_empty());
    }
}
