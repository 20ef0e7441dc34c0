//! How long a run may still take, as far as its past trials tell.

use std::collections::BTreeSet;

use crate::record::RunState;

/// What is expected of the trials to come. Worked out when a trial begins or ends, not with every picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Eta {
    /// Seconds of later trials together: what each configuration took before; for one that was not measured yet,
    /// what the others took on average.
    later_s: f64,
    /// Later trials of which nothing can be said, since none has ended yet.
    unknown: usize,
    /// What trials like the current one took.
    current_s: Option<f64>,
    /// What all trials took on average.
    others_s: Option<f64>,
    /// Whether nothing can be said since the run goes on until its figures are sure enough.
    is_open: bool,
}

/// Below this fraction done, what a trial has taken says little of what it will take.
const TELLING_FRACTION: f64 = 0.02;

/// Seconds added up, and how many trials they are of.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    s: f64,
    n: u32,
}

impl Spent {
    fn add(&mut self, s: f64) {
        *self = Self { s: self.s + s, n: self.n.saturating_add(1) };
    }

    fn mean(self) -> Option<f64> {
        (self.n > 0).then(|| self.s / f64::from(self.n))
    }
}

impl Eta {
    /// What the trials so far tell of those to come: those of the plan after the current one, or after the last.
    pub fn of(state: &RunState) -> Self {
        let Some(plan) = state.plan() else { return Self::default() };
        let mut spent = vec![Spent::default(); plan.configs.len()];
        let mut all = Spent::default();
        for (trial, outcome) in &state.finished {
            let Some(spent) = plan.trials.get(*trial).and_then(|trial| spent.get_mut(trial.config)) else { continue };
            let s = outcome.wall_s + outcome.startup_s.unwrap_or(0.0);
            spent.add(s);
            all.add(s);
        }
        let measured = |config: usize| spent.get(config).and_then(|spent| spent.mean());
        let current = state.current.and_then(|trial| plan.trials.get(trial));
        let mut eta = Self {
            current_s: current.and_then(|trial| measured(trial.config)),
            others_s: all.mean(),
            is_open: is_open(state),
            ..Self::default()
        };
        // Trials that were left out, since their configuration takes too long, do not come any more.
        let last = state.current.or(state.finished.last().map(|(trial, _)| *trial));
        let next = last.map_or(0, |trial| trial.saturating_add(1));
        // Of a run that was gone on with, some that come later were measured before.
        let ended: BTreeSet<usize> = state.finished.iter().map(|(trial, _)| *trial).collect();
        let later = plan.trials.iter().enumerate().skip(next).filter(|(trial, _)| !ended.contains(trial));
        for (_, trial) in later {
            match measured(trial.config).or(all.mean()) {
                Some(s) => eta.later_s += s,
                None => eta.unknown += 1,
            }
        }
        eta
    }

    /// Seconds that a trial like the current one took, if one was measured.
    pub fn expected_s(&self) -> Option<f64> {
        self.current_s
    }

    /// Seconds left; `current` is the fraction done of the trial in progress, if there is one, and the seconds it has
    /// taken. `None` while nothing can be said.
    pub fn left_s(&self, current: Option<(f64, f64)>) -> Option<f64> {
        if self.is_open {
            return None;
        }
        let Some((fraction, elapsed_s)) = current else { return (self.unknown == 0).then_some(self.later_s) };
        let by_now = (fraction >= TELLING_FRACTION && elapsed_s > 0.0).then(|| elapsed_s / fraction);
        let whole_s = match self.current_s {
            Some(before) if elapsed_s < before => before,
            _ => by_now.or(self.others_s)?,
        };
        let unknown_s = if self.unknown == 0 { 0.0 } else { self.unknown as f64 * by_now? };
        Some((whole_s - elapsed_s).max(0.0) + self.later_s + unknown_s)
    }
}

/// Whether a run may still add trials to its plan until its figures are sure enough: how many is not known.
pub fn is_open(state: &RunState) -> bool {
    state.status.is_none() && state.planned.as_ref().is_some_and(|planned| planned.auto.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Eta = Eta { later_s: 10.0, unknown: 0, current_s: Some(4.0), others_s: Some(3.0), is_open: false };
    const FIRST: Eta = Eta { later_s: 0.0, unknown: 5, current_s: None, others_s: None, is_open: false };

    #[test]
    fn a_run_that_decides_on_its_repeats_does_not_know_its_end() {
        let open = Eta { is_open: true, ..KNOWN };
        assert_eq!((open.left_s(Some((0.5, 1.0))), open.left_s(None)), (None, None));
        assert_eq!(open.expected_s(), Some(4.0), "but what a trial takes");
    }

    #[test]
    fn the_current_trial_takes_what_it_took_before() {
        assert_eq!(KNOWN.left_s(Some((0.0, 0.0))), Some(14.0));
        assert_eq!(KNOWN.left_s(Some((0.9, 1.0))), Some(13.0), "whatever its tasks say");
        assert_eq!(KNOWN.left_s(Some((0.5, 5.0))), Some(15.0), "unless it takes longer");
        assert_eq!(KNOWN.left_s(None), Some(10.0));
    }

    #[test]
    fn the_first_trial_tells_of_the_others_once_it_is_under_way() {
        assert_eq!(FIRST.left_s(Some((0.0, 0.3))), None);
        assert_eq!(FIRST.left_s(Some((0.5, 1.0))), Some(11.0));
        assert_eq!(FIRST.left_s(None), None);
    }
}
