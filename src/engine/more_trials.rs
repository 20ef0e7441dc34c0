//! Which trials follow after those that were planned: noisy ones again, then blocks until the figures are sure enough.
//!
//! Pure: from what is known of a run to its next block. Whether a run should end is asked elsewhere.

use crate::record::{Added, IntervalWidth, RunState, TrialEnd, TrialOutcome, Widths};
use crate::scenario::{AutoRepeats, Plan, PlannedTrial};

/// What follows when all trials of a plan have ended.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// One more block.
    Block(Vec<PlannedTrial>, Added),
    /// Nothing: all is there that was asked for, or can be had.
    Nothing,
    /// Nothing, since a limit was reached before the figures were sure enough.
    Limit(RunLimit, IntervalWidth),
}

/// What a run that goes on until its figures are sure enough is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum RunLimit {
    Repeats(u32),
    Seconds(f64),
}

/// The next block of a run; `widths` works out how sure its figures are, and noisy trials may be good enough as they are.
pub(super) fn next(state: &RunState, widths: fn(&RunState) -> Widths, keeps_noisy: bool) -> Next {
    let Some(planned) = &state.planned else { return Next::Nothing };
    let late = planned.auto.and_then(|auto| late(state, auto));
    let noisy = if late.is_none() && !keeps_noisy { again(state) } else { Vec::new() };
    let block = |configs| Plan::block(configs, next_repeat(&planned.plan), planned.scenario.seed);
    if !noisy.is_empty() {
        return Next::Block(block(noisy), Added::Noise);
    }
    let Some(auto) = planned.auto else { return Next::Nothing };
    let widest = widths(state).widest().filter(|widest| !widest.is_within(auto.precision));
    let Some(widest) = widest else { return Next::Nothing };
    let limit = (state.blocks() >= auto.max_repeats).then_some(RunLimit::Repeats(auto.max_repeats)).or(late);
    if let Some(limit) = limit {
        return Next::Limit(limit, widest);
    }
    let all: Vec<usize> = (0..planned.plan.configs.len()).filter(|&config| !has_failed(state, config)).collect();
    if all.is_empty() { Next::Nothing } else { Next::Block(block(all), Added::Precision) }
}

/// Whether another block would end after the time is over, if it takes as long as those before did on average.
fn late(state: &RunState, auto: AutoRepeats) -> Option<RunLimit> {
    let gone_s = state.counting_s()?;
    let each_s = gone_s / f64::from(state.blocks().max(1));
    (gone_s + each_s > auto.max_seconds).then_some(RunLimit::Seconds(auto.max_seconds))
}

/// The configurations to be measured again for noise, each with the baseline of its point: a speedup needs both within one
/// block. None is measured again more often than it was planned, nor all together.
fn again(state: &RunState) -> Vec<usize> {
    let Some(plan) = state.plan() else { return Vec::new() };
    let added = added_for_noise(state, plan);
    let planned: usize = (0..added.len()).map(|config| state.planned_repeats(config)).sum();
    let left = planned.saturating_sub(added.iter().sum());
    let mut block: Vec<usize> = Vec::new();
    for (config, baseline) in plan.baselines().into_iter().enumerate() {
        let baseline = baseline.filter(|&baseline| baseline != config && !has_failed(state, baseline));
        let may_be = added[config] < state.planned_repeats(config) && !has_failed(state, config);
        if may_be && lacks_clean(state, config, baseline) {
            let fresh: Vec<usize> = baseline.into_iter().chain([config]).filter(|one| !block.contains(one)).collect();
            block.extend(fresh.into_iter().take(left.saturating_sub(block.len())));
        }
    }
    block
}

/// How many trials of each configuration were added for noise so far.
fn added_for_noise(state: &RunState, plan: &Plan) -> Vec<usize> {
    let mut added = vec![0; plan.configs.len()];
    for (trial, planned) in plan.trials.iter().enumerate() {
        if state.added_for(trial) == Some(Added::Noise) {
            added.get_mut(planned.config).into_iter().for_each(|added| *added += 1);
        }
    }
    added
}

/// Whether a configuration has fewer clean trials than were planned, each in a block with a clean one of its baseline,
/// for the noise of either.
fn lacks_clean(state: &RunState, config: usize, baseline: Option<usize>) -> bool {
    let tainted = |config| state.taint_counts(config).tainted > 0;
    if !tainted(config) && !baseline.is_some_and(tainted) {
        return false;
    }
    let own = clean_blocks(state, config);
    let paired = match baseline.map(|baseline| clean_blocks(state, baseline)) {
        Some(others) => own.iter().filter(|block| others.binary_search(block).is_ok()).count(),
        None => own.len(),
    };
    paired < state.planned_repeats(config)
}

/// The blocks in which a configuration has a clean trial, in order.
fn clean_blocks(state: &RunState, config: usize) -> Vec<u32> {
    let trials = state.plan().map_or(&[][..], |plan| &plan.trials);
    let clean = state.sound(config).filter(|(_, outcome)| !state.is_tainted(outcome));
    let mut blocks: Vec<u32> = clean.filter_map(|(trial, _)| trials.get(trial)).map(|trial| trial.repeat).collect();
    blocks.sort_unstable();
    blocks
}

/// Whether a trial of a configuration came to no good end: it is not asked for more.
fn has_failed(state: &RunState, config: usize) -> bool {
    let failed = |outcome: &TrialOutcome| outcome.end != TrialEnd::Complete || outcome.tasks_failed > 0;
    state.trials_of(config, true).any(failed)
}

/// The number of the block after the last.
fn next_repeat(plan: &Plan) -> u32 {
    let counted = plan.trials.iter().filter(|trial| !trial.warmup);
    counted.map(|trial| trial.repeat).max().map_or(0, |last| last.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::tests_support::{planned, stamped};
    use crate::record::{Event, Stamped, TrialNoise};

    /// A run of 3 repeats of 3 configurations, the first of which is the baseline; these trials are noisy.
    struct Run {
        state: RunState,
        next: usize,
    }

    impl Run {
        fn new(auto: Option<AutoRepeats>) -> Self {
            let trial = |n: usize| PlannedTrial { config: n % 3, repeat: n as u32 / 3, warmup: false };
            let Event::Planned(mut planned) = planned(3, (0..9).map(trial).collect()) else { unreachable!() };
            planned.auto = auto;
            let mut state = RunState::default();
            state.apply(&stamped(Event::Planned(planned)));
            Self { state, next: 0 }
        }

        /// Carries out what is planned, a second a trial.
        fn carry_out(mut self, noisy: &[usize]) -> Self {
            let all = self.state.plan().expect("a plan").trials.len();
            for trial in self.next..all {
                let others_s = Some(if noisy.contains(&trial) { 1.0 } else { 0.0 });
                let noise = TrialNoise { usable_cpus: 2, over_s: 1.0, others_s, ..TrialNoise::default() };
                self.finish(trial, TrialOutcome { noise: Some(noise), end: TrialEnd::Complete, ..Default::default() });
            }
            self
        }

        fn finish(&mut self, trial: usize, outcome: TrialOutcome) {
            let at = |s: usize, event| Stamped { elapsed_s: s as f64, trials_done: s, event };
            self.state.apply(&at(trial, Event::TrialStarted { trial }));
            self.state.apply(&at(trial + 1, Event::TrialFinished { trial, outcome: Arc::new(outcome) }));
            self.next = trial + 1;
        }

        /// Has the next block added; its configurations in order, and why.
        fn add(&mut self, widths: fn(&RunState) -> Widths) -> Option<(Vec<usize>, Added)> {
            let Next::Block(trials, why) = next(&self.state, widths, false) else { return None };
            let mut configs: Vec<usize> = trials.iter().map(|trial| trial.config).collect();
            let repeats: Vec<u32> = trials.iter().map(|trial| trial.repeat).collect();
            assert!(repeats.windows(2).all(|pair| pair[0] == pair[1]) && trials.iter().all(|trial| !trial.warmup));
            let before = self.state.plan().and_then(|plan| plan.trials.last()).map(|trial| trial.repeat);
            assert_eq!(repeats.first().copied(), before.map(|before| before + 1), "the numbers go on");
            self.state.apply(&stamped_at(&self.state, Event::TrialsAdded { trials, why }));
            configs.sort_unstable();
            Some((configs, why))
        }
    }

    /// An event at the time of the one before.
    fn stamped_at(state: &RunState, event: Event) -> Stamped {
        Stamped { elapsed_s: state.elapsed_s, trials_done: state.trials_done, event }
    }

    fn wide(_: &RunState) -> Widths {
        [IntervalWidth { config: 1, width: 0.2 }, IntervalWidth { config: 2, width: 0.01 }].into_iter().collect()
    }

    fn narrow(_: &RunState) -> Widths {
        [IntervalWidth { config: 1, width: 0.05 }].into_iter().collect()
    }

    const AUTO: AutoRepeats = AutoRepeats { precision: 0.05, max_repeats: 5, max_seconds: 1000.0 };

    #[test]
    fn a_quiet_run_ends_as_planned() {
        assert_eq!(next(&Run::new(None).carry_out(&[]).state, wide, false), Next::Nothing);
    }

    #[test]
    fn clocks_that_fall_as_more_cores_work_bring_no_block() {
        let run = |throttled: usize| {
            let mut run = Run::new(None);
            for trial in 0..9 {
                let (busy, ms) = [(1, 1.0), (2, 1.15), (4, 1.3)][trial % 3];
                let s = if trial == throttled { 1.2 } else { 1.0 } * ms * 1e-3;
                let noise = TrialNoise { yardstick_s: vec![[s, s]; busy], ..TrialNoise::default() };
                run.finish(trial, TrialOutcome { noise: Some(noise), end: TrialEnd::Complete, ..Default::default() });
            }
            run
        };
        assert_eq!(next(&run(9).state, wide, false), Next::Nothing);
        assert_eq!(run(5).add(wide), Some((vec![0, 2], Added::Noise)), "one with 4 busy CPUs was throttled");
    }

    #[test]
    fn noisy_trials_may_be_kept() {
        assert_eq!(next(&Run::new(None).carry_out(&[4]).state, wide, true), Next::Nothing);
    }

    #[test]
    fn one_noisy_trial_brings_one_block_of_it_and_its_baseline() {
        let mut run = Run::new(None).carry_out(&[4]);
        assert_eq!(run.add(wide), Some((vec![0, 1], Added::Noise)));
        let mut run = run.carry_out(&[]);
        assert_eq!(run.add(wide), None);
        // Noisy once more, and then quiet.
        let mut run = Run::new(None).carry_out(&[4]);
        run.add(wide);
        let mut run = run.carry_out(&[9, 10]);
        assert_eq!(run.add(wide), Some((vec![0, 1], Added::Noise)));
        assert_eq!(run.carry_out(&[]).add(wide), None);
    }

    #[test]
    fn a_noisy_baseline_brings_all_that_is_compared_with_it() {
        let mut run = Run::new(None).carry_out(&[3]);
        assert_eq!(run.add(wide), Some((vec![0, 1, 2], Added::Noise)));
        assert_eq!(run.carry_out(&[]).add(wide), None);
    }

    #[test]
    fn where_all_is_noisy_as_many_trials_are_added_as_were_planned() {
        let noisy: Vec<usize> = (0..100).collect();
        let mut run = Run::new(None).carry_out(&noisy);
        for block in 0..3 {
            assert_eq!(run.add(wide), Some((vec![0, 1, 2], Added::Noise)), "block {block}");
            run = run.carry_out(&noisy);
        }
        assert_eq!(run.add(wide), None);
        assert_eq!(run.next, 18);
    }

    #[test]
    fn one_configuration_does_not_use_up_what_is_left_for_all() {
        // Its own trials are noisy whenever they come: those beside it are not.
        let mut run = Run::new(None).carry_out(&[2, 5, 8]);
        for _ in 0..3 {
            assert_eq!(run.add(wide), Some((vec![0, 2], Added::Noise)));
            let trials = &run.state.plan().expect("a plan").trials;
            let its: Vec<usize> = (0..trials.len()).filter(|&trial| trials[trial].config == 2).collect();
            run = run.carry_out(&its);
        }
        assert_eq!(run.add(wide), None);
    }

    #[test]
    fn what_failed_is_not_asked_again() {
        let mut run = Run::new(None);
        run.finish(0, TrialOutcome { end: TrialEnd::Complete, ..TrialOutcome::default() });
        run.finish(1, TrialOutcome { end: TrialEnd::TimedOut, ..TrialOutcome::default() });
        let mut run = run.carry_out(&[4, 5]);
        assert_eq!(run.add(wide), Some((vec![0, 2], Added::Noise)));
    }

    #[test]
    fn blocks_are_added_until_the_widest_interval_is_narrow_enough() {
        let mut run = Run::new(Some(AUTO)).carry_out(&[]);
        assert_eq!(run.add(wide), Some((vec![0, 1, 2], Added::Precision)));
        let run = run.carry_out(&[]);
        assert_eq!(next(&run.state, narrow, false), Next::Nothing);
        assert_eq!(next(&run.state, |_| Widths::default(), false), Next::Nothing, "there is nothing to be sure of");
    }

    #[test]
    fn noisy_trials_come_first_and_are_no_block_of_their_own() {
        let mut run = Run::new(Some(AUTO)).carry_out(&[1]);
        assert_eq!(run.add(wide), Some((vec![0, 1], Added::Noise)));
        let mut run = run.carry_out(&[]);
        for _ in 3..5 {
            assert_eq!(run.add(wide), Some((vec![0, 1, 2], Added::Precision)));
            run = run.carry_out(&[]);
        }
        let Next::Limit(limit, _) = next(&run.state, wide, false) else { panic!("no limit") };
        assert_eq!(limit, RunLimit::Repeats(5));
    }

    #[test]
    fn no_block_is_begun_that_would_not_end_in_time() {
        // 3 blocks of 3 s each: a fourth ends after 12 s.
        let limit = |max_seconds| {
            let auto = AutoRepeats { max_seconds, ..AUTO };
            next(&Run::new(Some(auto)).carry_out(&[]).state, wide, false)
        };
        assert!(matches!(limit(12.0), Next::Block(..)));
        assert_eq!(limit(11.9), Next::Limit(RunLimit::Seconds(11.9), IntervalWidth { config: 1, width: 0.2 }));
        let late = Run::new(Some(AutoRepeats { max_seconds: 5.0, ..AUTO })).carry_out(&[4]);
        assert!(matches!(next(&late.state, wide, false), Next::Limit(..)), "nor is anything measured again for noise");
        assert_eq!(next(&late.state, narrow, false), Next::Nothing);
    }

    #[test]
    fn further_blocks_are_drawn_anew_and_alike_each_time() {
        let block = |repeat| {
            let trials = Plan::block((0..8).collect(), repeat, 7);
            trials.into_iter().map(|trial| trial.config).collect::<Vec<_>>()
        };
        assert_eq!(block(3), block(3));
        assert!((4..8).any(|repeat| block(repeat) != block(3)));
    }
}
