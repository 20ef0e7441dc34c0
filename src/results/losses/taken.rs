//! Time in which workers could have run and had no CPU, and who had it. It lies within what their lanes count as
//! running or getting tasks, and is taken out of that.
//!
//! What the system does not tell stays where it is: nothing is made up.

use crate::record::{TrialNoise, TrialOutcome};
use crate::results::time_use::{TimeUse, UseSeconds};

/// Seconds without a CPU, all workers taken together; `None` where that is not known.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Taken {
    /// Other programs, the hypervisor or a quota had it.
    pub(super) others_s: Option<f64>,
    /// Other workers of parlab had it.
    pub(super) queue_s: Option<f64>,
}

impl Taken {
    /// Of so many workers, who wanted a CPU for so many seconds.
    pub(super) fn of(outcome: &TrialOutcome, workers: usize, wanted_s: f64) -> Self {
        let Some(noise) = &outcome.noise else { return Self::default() };
        let known = |seconds: Option<f64>| seconds.filter(|s| s.is_finite() && *s >= 0.0);
        let elsewhere_s = known(noise.others_s).map(|s| s + known(noise.throttled_s).unwrap_or(0.0));
        let is_crowded = workers > noise.usable_cpus as usize;
        let (others_s, queue_s) = match (known(noise.runnable_s), elsewhere_s) {
            // Workers that are too many wait for each other; more than others had, these cannot have taken.
            (Some(waited_s), Some(elsewhere_s)) => {
                let others_s = waited_s.min(elsewhere_s);
                (Some(others_s), Some(waited_s - others_s))
            }
            (Some(waited_s), None) if is_crowded => (None, Some(waited_s)),
            (Some(waited_s), None) => (Some(waited_s), None),
            (None, Some(_)) if is_crowded => (None, None),
            (None, Some(elsewhere_s)) => (Some((elsewhere_s - left_s(noise, outcome.wall_s, wanted_s)).max(0.0)), None),
            (None, None) => (None, None),
        };
        let stolen_s = known(noise.steal_s).map(|steal_s| own_part(outcome, noise) * steal_s);
        let others_s = if others_s.is_none() && stolen_s.is_none() {
            None
        } else {
            Some(others_s.unwrap_or(0.0) + stolen_s.unwrap_or(0.0))
        };
        Self { others_s, queue_s }
    }

    /// Takes it out of what needs a CPU: computing, and getting tasks from shared memory, in proportion.
    pub(super) fn take_out(&self, seconds: &mut UseSeconds, computing_s: f64) {
        let dispatch_s = seconds[TimeUse::Dispatch as usize];
        let wanted_s = computing_s + dispatch_s;
        let taken_s = self.others_s.unwrap_or(0.0) + self.queue_s.unwrap_or(0.0);
        if wanted_s <= 0.0 || taken_s <= 0.0 {
            return;
        }
        let part = (taken_s / wanted_s).min(1.0);
        let kept = part * wanted_s / taken_s;
        seconds[TimeUse::Work as usize] -= computing_s * part;
        seconds[TimeUse::Dispatch as usize] -= dispatch_s * part;
        seconds[TimeUse::Others as usize] = self.others_s.unwrap_or(0.0) * kept;
        seconds[TimeUse::Queue as usize] = self.queue_s.unwrap_or(0.0) * kept;
    }
}

/// CPU seconds that workers leave to others where each has one: what these take beyond that, they take from workers.
fn left_s(noise: &TrialNoise, wall_s: f64, wanted_s: f64) -> f64 {
    (f64::from(noise.usable_cpus) * wall_s - wanted_s).max(0.0)
}

/// The part of the CPUs' busy time that was the workers'.
fn own_part(outcome: &TrialOutcome, noise: &TrialNoise) -> f64 {
    let own_s = outcome.cpu_user_s + outcome.cpu_system_s;
    let all_s = own_s + noise.others_s.unwrap_or(0.0).max(0.0);
    if all_s > 0.0 { own_s / all_s } else { 0.0 }
}
