//! What becomes of trials that were too noisy.
//!
//! A configuration's tainted trials (see `taint`) are **left out** of its samples when at least as many clean ones were
//! measured as repeats were planned. Else all are kept: a median of too few is no better than one of noisy ones, and the
//! run says that they are noisy.

use super::event::{Added, TrialOutcome};
use super::noise::{NoiseCause, TrialNoise};
use super::state::RunState;
use super::taint::{is_too_much, share};

/// Of a configuration's counted trials that ran to their end undisturbed, or of all of a run's: how many were …
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaintCounts {
    /// … measured at all.
    pub measured: usize,
    /// … too noisy.
    pub tainted: usize,
    /// … too noisy, and are no samples.
    pub left_out: usize,
    /// … measured beyond the plan, since others were too noisy. Those beside which these are paired are among them.
    pub repeated: usize,
}

impl RunState {
    /// What made a trial of this run too noisy; empty for a clean one. What the run has not measured yet may change that,
    /// since speeds are held against the median.
    pub fn taint(&self, outcome: &TrialOutcome) -> Vec<NoiseCause> {
        let Some(noise) = &outcome.noise else { return Vec::new() };
        NoiseCause::ALL.into_iter().filter(|&cause| is_too_much(noise, cause, &self.yardsticks)).collect()
    }

    /// Whether a trial of this run was too noisy.
    pub fn is_tainted(&self, outcome: &TrialOutcome) -> bool {
        let Some(noise) = &outcome.noise else { return false };
        NoiseCause::ALL.into_iter().any(|cause| is_too_much(noise, cause, &self.yardsticks))
    }

    /// How much of this there was in a trial of this run: a share of the usable CPUs' time, or by how much slower the CPUs
    /// were than in the median trial of its like. `None` where that was not counted.
    pub fn noise_share(&self, noise: &TrialNoise, cause: NoiseCause) -> Option<f64> {
        share(noise, cause, &self.yardsticks)
    }

    /// How many trials of a configuration were too noisy, and what became of them.
    pub fn taint_counts(&self, config: usize) -> TaintCounts {
        let mut counts = TaintCounts::default();
        for (trial, outcome) in self.sound(config) {
            counts.measured += 1;
            counts.tainted += usize::from(self.is_tainted(outcome));
            counts.repeated += usize::from(self.added_for(trial) == Some(Added::Noise));
        }
        let clean = counts.measured - counts.tainted;
        counts.left_out = if clean >= self.planned_repeats(config) { counts.tainted } else { 0 };
        counts
    }

    /// The same of all configurations together.
    pub fn taint_counts_of_run(&self) -> TaintCounts {
        let configs = self.plan().map_or(0, |plan| plan.configs.len());
        (0..configs).map(|config| self.taint_counts(config)).fold(TaintCounts::default(), |all, its| TaintCounts {
            measured: all.measured + its.measured,
            tainted: all.tainted + its.tainted,
            left_out: all.left_out + its.left_out,
            repeated: all.repeated + its.repeated,
        })
    }

    /// Whether the tainted trials of a configuration are no samples.
    pub(super) fn leaves_out_tainted(&self, config: usize) -> bool {
        self.taint_counts(config).left_out > 0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::tests_support::{planned, stamped};
    use crate::record::{Event, TrialEnd};
    use crate::scenario::PlannedTrial;

    /// What was counted over 2 CPUs and a second, which nothing disturbed.
    fn quiet() -> TrialNoise {
        TrialNoise {
            usable_cpus: 2,
            over_s: 1.0,
            others_s: Some(0.0),
            steal_s: Some(0.0),
            throttled_s: Some(0.0),
            yardstick_s: vec![[0.001, 0.001]; 2],
            ..TrialNoise::default()
        }
    }

    fn outcome(wall_s: f64, noise: TrialNoise) -> TrialOutcome {
        TrialOutcome { end: TrialEnd::Complete, wall_s, noise: Some(noise), ..TrialOutcome::default() }
    }

    /// A run of 3 repeats of 2 configurations after a warm-up of each.
    fn run() -> RunState {
        let warmups = (0..2).map(|config| PlannedTrial { config, repeat: 0, warmup: true });
        let counted = (0..6).map(|n| PlannedTrial { config: n % 2, repeat: n as u32 / 2, warmup: false });
        let mut state = RunState::default();
        state.apply(&stamped(planned(2, warmups.chain(counted).collect())));
        state
    }

    fn finish(state: &mut RunState, trial: usize, outcome: TrialOutcome) {
        state.apply(&stamped(Event::TrialFinished { trial, outcome: Arc::new(outcome) }));
    }

    fn walls(state: &RunState, config: usize) -> Vec<f64> {
        state.samples(config).map(|outcome| outcome.wall_s).collect()
    }

    #[test]
    fn each_cause_has_its_bound() {
        let causes = |noise: TrialNoise| RunState::default().taint(&outcome(1.0, noise));
        assert_eq!(causes(quiet()), []);
        assert_eq!(causes(TrialNoise { others_s: Some(0.1), ..quiet() }), [], "5 % is not more than 5 %");
        assert_eq!(causes(TrialNoise { others_s: Some(0.11), ..quiet() }), [NoiseCause::Others]);
        assert_eq!(causes(TrialNoise { steal_s: Some(0.04), ..quiet() }), []);
        assert_eq!(causes(TrialNoise { steal_s: Some(0.05), ..quiet() }), [NoiseCause::Steal]);
        assert_eq!(causes(TrialNoise { throttled_s: Some(0.05), ..quiet() }), [NoiseCause::Throttled]);
        let all = TrialNoise { others_s: Some(1.0), steal_s: Some(1.0), throttled_s: Some(1.0), ..quiet() };
        assert_eq!(causes(all), [NoiseCause::Others, NoiseCause::Steal, NoiseCause::Throttled]);
        assert_eq!(causes(TrialNoise::default()), [], "what was not counted is no noise");
    }

    #[test]
    fn less_than_three_ticks_are_rounding() {
        let short = |others_s, steal_s| {
            let noise = TrialNoise { over_s: 0.05, others_s: Some(others_s), steal_s: Some(steal_s), ..quiet() };
            RunState::default().taint(&outcome(0.05, noise))
        };
        assert_eq!(short(0.02, 0.02), [], "a fifth of the time, all the same");
        assert_eq!(short(0.03, 0.0), [NoiseCause::Others]);
        assert_eq!(short(0.0, 0.03), [NoiseCause::Steal]);
    }

    #[test]
    fn speeds_are_held_against_the_median_of_at_least_three() {
        let of = |s: f64| outcome(1.0, TrialNoise { yardstick_s: vec![[s, s]], ..quiet() });
        let mut state = run();
        finish(&mut state, 0, of(0.0010));
        finish(&mut state, 1, of(0.0020));
        assert!(!state.is_tainted(&of(0.0020)), "two have no median");
        finish(&mut state, 2, of(0.0010));
        assert_eq!(state.taint(&of(0.0020)), [NoiseCause::Speed]);
        assert_eq!(state.taint(&of(0.00112)), [NoiseCause::Speed]);
        assert_eq!(state.taint(&of(0.00088)), [NoiseCause::Speed], "faster is another speed, too");
        assert!(!state.is_tainted(&of(0.00109)) && !state.is_tainted(&of(0.00091)));
        finish(&mut state, 3, of(0.0020));
        assert_eq!(state.taint(&of(0.0020)), [NoiseCause::Speed], "of two in the middle the faster one counts");
        finish(&mut state, 4, of(0.0020));
        assert_eq!(state.taint(&of(0.0010)), [NoiseCause::Speed], "the others are the rule now");
    }

    /// With so many busy CPUs, on each of which the yardstick takes so long.
    fn timed(each_s: &[f64]) -> TrialOutcome {
        outcome(1.0, TrialNoise { yardstick_s: each_s.iter().map(|&s| [s, s]).collect(), ..quiet() })
    }

    /// A run whose first configuration keeps one CPU busy, at full clock, and whose second keeps two, at a clock a quarter
    /// lower.
    fn with_turbo() -> RunState {
        let mut state = run();
        (0..8).for_each(|trial| finish(&mut state, trial, [timed(&[0.0008]), timed(&[0.0010; 2])][trial % 2].clone()));
        state
    }

    #[test]
    fn clocks_that_fall_as_more_cores_work_are_no_noise() {
        let state = with_turbo();
        assert_eq!(state.taint_counts_of_run(), TaintCounts { measured: 6, ..TaintCounts::default() });
        assert_eq!(state.noise_share(timed(&[0.0008]).noise.as_ref().unwrap(), NoiseCause::Speed), Some(0.0));
    }

    #[test]
    fn a_slow_trial_is_noisy_among_its_like() {
        let state = with_turbo();
        let taint = |each_s: &[f64]| state.taint(&timed(each_s));
        assert_eq!(taint(&[0.00115; 2]), [NoiseCause::Speed], "throttled");
        assert_eq!(taint(&[0.0010, 0.0014]), [NoiseCause::Speed], "one worker's CPU is slow");
        assert_eq!(taint(&[0.0010]), [NoiseCause::Speed], "as slow as CPUs are otherwise only when both work");
        assert_eq!(taint(&[0.00085]), []);
        assert_eq!(taint(&[0.00105; 2]), []);
    }

    #[test]
    fn a_drift_is_noise_whatever_the_number_of_workers() {
        let mut state = run();
        for trial in 0..8 {
            // From the last block but one on, all is 30 % slower.
            let slower = if trial >= 4 { 1.3 } else { 1.0 };
            finish(&mut state, trial, [timed(&[0.0008 * slower]), timed(&[0.0010 * slower; 2])][trial % 2].clone());
        }
        assert_eq!([0, 1].map(|config| state.taint_counts(config).tainted), [2, 2]);
    }

    #[test]
    fn trials_that_are_too_few_are_held_against_all() {
        let mut state = run();
        [0.0010, 0.0010, 0.0010].iter().enumerate().for_each(|(trial, s)| finish(&mut state, trial, timed(&[*s])));
        assert_eq!(state.taint(&timed(&[0.0012; 2])), [NoiseCause::Speed]);
        (3..6).for_each(|trial| finish(&mut state, trial, timed(&[0.0012; 2])));
        assert_eq!(state.taint(&timed(&[0.0012; 2])), [], "three are enough");
    }

    #[test]
    fn tainted_trials_are_left_out_once_enough_clean_ones_are_there() {
        let noisy = || TrialNoise { others_s: Some(0.5), ..quiet() };
        let mut state = run();
        for trial in 0..8 {
            let noise = if [1, 4].contains(&trial) { noisy() } else { quiet() };
            finish(&mut state, trial, outcome(trial as f64, noise));
        }
        // Trial 1 is a warm-up; of the first configuration's 2, 4 and 6 one is tainted, and two are fewer than planned.
        assert_eq!((walls(&state, 0), walls(&state, 1)), (vec![2.0, 4.0, 6.0], vec![3.0, 5.0, 7.0]));
        let counts = TaintCounts { measured: 3, tainted: 1, left_out: 0, repeated: 0 };
        assert_eq!(state.taint_counts(0), counts);
        let more = |repeat| [0, 1].map(|config| PlannedTrial { config, repeat, warmup: false }).into();
        state.apply(&stamped(Event::TrialsAdded { trials: more(3), why: Added::Noise }));
        finish(&mut state, 8, outcome(8.0, quiet()));
        finish(&mut state, 9, outcome(9.0, quiet()));
        assert_eq!((walls(&state, 0), walls(&state, 1)), (vec![2.0, 6.0, 8.0], vec![3.0, 5.0, 7.0, 9.0]));
        assert_eq!(state.taint_counts(0), TaintCounts { measured: 4, tainted: 1, left_out: 1, repeated: 1 });
        assert_eq!(state.taint_counts(1), TaintCounts { measured: 4, repeated: 1, ..TaintCounts::default() });
        let all = TaintCounts { measured: 8, tainted: 1, left_out: 1, repeated: 2 };
        assert_eq!(state.taint_counts_of_run(), all);
        let blocks: Vec<u32> = state.samples_by_block(0).map(|(block, _)| block).collect();
        assert_eq!(blocks, [0, 2, 3]);
        // What is added for precision is not measured again.
        state.apply(&stamped(Event::TrialsAdded { trials: more(4), why: Added::Precision }));
        finish(&mut state, 10, outcome(10.0, noisy()));
        assert_eq!(state.taint_counts(0), TaintCounts { measured: 5, tainted: 2, left_out: 2, repeated: 1 });
    }

    #[test]
    fn what_is_no_sample_anyway_is_not_counted() {
        let mut state = run();
        let noisy = TrialNoise { others_s: Some(0.5), ..quiet() };
        finish(&mut state, 2, TrialOutcome { end: TrialEnd::Broken, ..outcome(1.0, noisy.clone()) });
        finish(&mut state, 4, TrialOutcome { tasks_failed: 1, ..outcome(1.0, noisy) });
        assert_eq!(state.taint_counts(0), TaintCounts::default());
        assert_eq!(state.taint_counts(77), TaintCounts::default());
    }
}
