//! What the machine did to a trial besides running it: what the kernel counted and what the workers saw, as one account.
//! It counts nothing itself and judges nothing.

use crate::backend::{Board, Totals};
use crate::machine::NoiseCounts;
use crate::record::TrialNoise;

/// What is known of a trial beside the kernel's counts.
pub(super) struct NoiseReader<'a> {
    pub(super) board: &'a Board,
    /// Seconds a tick.
    pub(super) tick_s: f64,
    /// Whether the workers are processes of their own, whose CPU time is not parlab's.
    pub(super) is_forked: bool,
    /// Whether all workers came to their end, and so have closed their accounts.
    pub(super) is_whole: bool,
}

impl NoiseReader<'_> {
    /// The account, from the gate's opening to the trial's end.
    pub(super) fn noise(&self, counts: &NoiseCounts) -> TrialNoise {
        let totals = self.board.totals();
        TrialNoise {
            usable_cpus: counts.usable_cpus,
            over_s: counts.over_s,
            others_s: self.forked_s(&totals).and_then(|forked_s| counts.others_s(forked_s)),
            steal_s: counts.steal_s,
            throttled_s: counts.throttled_s,
            throttled_periods: counts.throttled_periods,
            pressure_s: counts.pressure_s,
            runnable_s: totals.runnable_ns.map(|ns| ns as f64 * 1e-9),
            yardstick_s: self.yardsticks(),
            yardstick_cost_s: self.yardstick_cost(),
        }
    }

    /// CPU seconds of forked workers, which the kernel does not count as this process's; `None` where some of them have
    /// not said what they used.
    fn forked_s(&self, totals: &Totals) -> Option<f64> {
        match (self.is_forked, self.is_whole) {
            (false, _) => Some(0.0),
            (true, true) => Some(totals.workers_us as f64 * 1e-6),
            (true, false) => None,
        }
    }

    fn yardsticks(&self) -> Vec<[f64; 2]> {
        let lanes = 0..self.board.spec().yardsticks;
        let ticks = lanes.filter_map(|lane| self.board.read_lane(lane).yardstick);
        ticks.map(|ends| ends.map(|ticks| ticks as f64 * self.tick_s)).collect()
    }

    /// Of the worker that it cost most.
    fn yardstick_cost(&self) -> Option<f64> {
        let most = (0..self.board.spec().yardsticks).map(|lane| self.board.read_lane(lane).yardstick_cost).max();
        most.filter(|&ticks| ticks > 0).map(|ticks| ticks as f64 * self.tick_s)
    }
}
