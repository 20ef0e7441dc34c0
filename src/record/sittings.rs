//! What a run that was cut short lacks, and what is of two sittings where it was gone on with.

use std::collections::{BTreeMap, BTreeSet};

use super::resumed::{kept, left};
use super::state::RunState;
use crate::scenario::{PlannedTrial, RecordedResults};

impl RunState {
    /// How many of the trials that have ended would count, were the run gone on with.
    pub fn kept(&self) -> usize {
        self.plan().map_or(0, |plan| kept(plan, self.finished.clone()).len())
    }

    /// What tasks of a trial came to before the run was cut short in the middle of it.
    pub fn recorded(&self, trial: usize) -> Option<&RecordedResults> {
        self.recorded.get(&trial)
    }

    /// The trials of the plan that are still to be measured, were the run gone on with.
    pub fn missing(&self) -> Vec<usize> {
        let Some(plan) = self.plan() else { return Vec::new() };
        let left = left(plan, &self.finished);
        let kept: BTreeSet<usize> = kept(plan, self.finished.clone()).into_iter().map(|(trial, _)| trial).collect();
        let is_missing =
            |(trial, planned): &(usize, &PlannedTrial)| left.contains(&planned.config) && !kept.contains(trial);
        plan.trials.iter().enumerate().filter(is_missing).map(|(trial, _)| trial).collect()
    }

    /// The blocks with trials of before and after the run was gone on with: their ratios are of two sittings.
    pub fn blocks_of_two_sittings(&self) -> BTreeSet<u32> {
        let mut sittings: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        let Some(plan) = self.plan() else { return BTreeSet::new() };
        for (trial, sitting) in &self.sittings {
            if let Some(planned) = plan.trials.get(*trial).filter(|planned| !planned.warmup) {
                sittings.entry(planned.repeat).or_default().insert(*sitting);
            }
        }
        sittings.into_iter().filter(|(_, sittings)| sittings.len() > 1).map(|(block, _)| block).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::tests_support::{planned, stamped};
    use crate::record::{Event, MachineFacts, Resumption, TrialEnd, TrialOutcome};

    fn resumption() -> Event {
        let (parlab, started_at) = ("0.1.0".to_owned(), "2026-01-02T03:04:05Z".to_owned());
        Event::Resumed(Box::new(Resumption { parlab, started_at, machine: MachineFacts::default() }))
    }

    /// Two configurations with a warm-up each, and two blocks, of which these trials ended so.
    fn run(ended: &[(usize, TrialEnd)]) -> RunState {
        let warmups = (0..2).map(|config| PlannedTrial { config, repeat: 0, warmup: true });
        let counted = (0..4).map(|n| PlannedTrial { config: n % 2, repeat: n as u32 / 2, warmup: false });
        let mut state = RunState::default();
        state.apply(&stamped(planned(2, warmups.chain(counted).collect())));
        ended.iter().for_each(|ended| finish(&mut state, *ended));
        state
    }

    fn finish(state: &mut RunState, (trial, end): (usize, TrialEnd)) {
        let outcome = Arc::new(TrialOutcome { end, ..TrialOutcome::default() });
        state.apply(&stamped(Event::TrialFinished { trial, outcome }));
    }

    fn trials(state: &RunState) -> Vec<usize> {
        state.finished.iter().map(|(trial, _)| *trial).collect()
    }

    const DONE: TrialEnd = TrialEnd::Complete;

    #[test]
    fn what_came_to_its_end_counts_and_warm_ups_are_done_again_where_trials_are_left() {
        let mut state = run(&[(0, DONE), (1, DONE), (2, DONE), (3, DONE), (4, DONE), (5, TrialEnd::Cancelled)]);
        assert_eq!((state.missing(), state.kept()), (vec![1, 5], 4), "of the first configuration nothing is left");
        state.apply(&stamped(resumption()));
        assert_eq!(trials(&state), [0, 2, 3, 4]);
        assert_eq!(state.samples(1).count(), 1, "the one that was called off is gone");
        [(1, DONE), (5, DONE)].into_iter().for_each(|ended| finish(&mut state, ended));
        assert_eq!((state.missing(), state.samples(1).count()), (vec![], 2));
        assert_eq!(state.blocks_of_two_sittings().into_iter().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_broke_is_measured_again_and_what_took_too_long_is_not() {
        let state = run(&[(0, DONE), (1, DONE), (2, TrialEnd::Broken), (3, TrialEnd::TimedOut)]);
        assert_eq!(state.missing(), [0, 2, 4], "the second configuration is not tried any more");
        let state = run(&[(0, DONE), (1, DONE), (2, DONE), (3, DONE), (4, DONE), (5, DONE)]);
        assert_eq!(state.missing(), [0; 0]);
    }

    #[test]
    fn sittings_are_told_apart_however_often_a_run_was_cut_short() {
        let mut state = run(&[(0, DONE), (1, DONE), (2, DONE)]);
        state.apply(&stamped(resumption()));
        [(0, DONE), (1, DONE), (3, DONE)].into_iter().for_each(|ended| finish(&mut state, ended));
        state.apply(&stamped(resumption()));
        [(0, DONE), (1, DONE), (4, DONE), (5, DONE)].into_iter().for_each(|ended| finish(&mut state, ended));
        assert_eq!(state.resumed.iter().map(|resumed| resumed.trials).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(state.blocks_of_two_sittings().into_iter().collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn what_tasks_came_to_is_kept_until_their_trial_ends() {
        let mut state = run(&[]);
        let told = |task, value| Event::TasksDone { trial: 2, results: vec![(task, vec![value, None])] };
        state.apply(&stamped(told(3, Some(1.5))));
        finish(&mut state, (2, TrialEnd::Cancelled));
        state.apply(&stamped(resumption()));
        state.apply(&stamped(told(4, None)));
        let recorded = RecordedResults::from([(3, vec![Some(1.5), None]), (4, vec![None, None])]);
        assert_eq!(state.recorded(2), Some(&recorded));
        finish(&mut state, (2, DONE));
        assert_eq!(state.recorded(2), None);
    }
}
