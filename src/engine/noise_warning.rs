//! What is told at the end of a run that had noisy trials: how many, for what, what was done about it, and what is left of it
//! in the figures.

use crate::record::{NoiseCause, RunState, TaintCounts, TrialOutcome, cause_in_words, label_at};
use crate::units;

/// Configurations beyond these are counted instead of named.
const NAMED_MAX: usize = 3;

/// In one line; `None` where no trial was too noisy.
pub(super) fn noise_warning(state: &RunState) -> Option<String> {
    let counts = state.taint_counts_of_run();
    if counts.tainted == 0 {
        return None;
    }
    let parts = [Some(what_there_was(state, counts)), Some(what_was_done(counts)), what_is_left(state)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// `3 of 15 trials were noisy (2 by other programs, 1 by the hypervisor)`.
fn what_there_was(state: &RunState, counts: TaintCounts) -> String {
    let causes = NoiseCause::ALL.into_iter().map(|cause| (cause, shares(state, cause, |_| true).len()));
    let causes: Vec<String> =
        causes.filter(|(_, n)| *n > 0).map(|(cause, n)| format!("{n} by {}", cause_in_words(cause))).collect();
    let verb = if counts.tainted == 1 { "was" } else { "were" };
    let all = units::count(counts.measured as u64);
    format!("{} of {all} trials {verb} noisy ({})", units::count(counts.tainted as u64), causes.join(", "))
}

/// `4 were measured again for that, and 3 noisy ones are left out`.
fn what_was_done(counts: TaintCounts) -> String {
    let again = match counts.repeated {
        0 => "none was measured again".to_owned(),
        1 => "1 trial was measured again for that".to_owned(),
        n => format!("{} trials were measured again for that", units::count(n as u64)),
    };
    let out = match counts.left_out {
        0 => "no noisy one is left out".to_owned(),
        1 => "1 noisy one is left out".to_owned(),
        n => format!("{} noisy ones are left out", units::count(n as u64)),
    };
    format!("{again}, and {out}")
}

/// Which figures are made of noisy trials, and what those do to them.
fn what_is_left(state: &RunState) -> Option<String> {
    let plan = state.plan()?;
    let keeps = |config: &usize| {
        let counts = state.taint_counts(*config);
        counts.tainted > counts.left_out
    };
    let kept: Vec<usize> = (0..plan.configs.len()).filter(keeps).collect();
    let mut names: Vec<String> = kept.iter().take(NAMED_MAX).map(|&config| label_at(&plan.configs[config])).collect();
    let others = kept.len().saturating_sub(NAMED_MAX);
    if others > 0 {
        names.push(format!("{others} more"));
    }
    let (last, first) = names.split_last()?;
    let names = if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) };
    let effects: Vec<String> = NoiseCause::ALL.into_iter().filter_map(|cause| effect(state, cause, &keeps)).collect();
    Some(format!("too few quiet ones were measured of {names}, whose noisy ones count: {}", effects.join("; ")))
}

/// What one cause took in the trials that count all the same, and what that does to the figures.
fn effect(state: &RunState, cause: NoiseCause, keeps: &dyn Fn(&usize) -> bool) -> Option<String> {
    let shares = shares(state, cause, |config| keeps(&config));
    let percent = 100.0 * middle(&shares)?;
    let slow = "times are too long, and speedups of configurations that use all CPUs too low";
    Some(match cause {
        NoiseCause::Others => format!("others took {percent:.0} % of the CPUs: {slow}"),
        NoiseCause::Steal => format!("the hypervisor took {percent:.0} % of the CPUs: {slow}"),
        NoiseCause::Throttled => format!("the quota held workers back for {percent:.0} % of the CPUs' time: {slow}"),
        NoiseCause::Speed => {
            let how = if percent < 0.0 { "faster" } else { "slower" };
            format!(
                "the CPUs were {:.0} % {how} than in most trials: times of different trials do not compare, and speedups \
                 may be too low or too high",
                percent.abs()
            )
        }
    })
}

/// How much of a cause there was in each trial that it made noisy, of these configurations; sorted.
fn shares(state: &RunState, cause: NoiseCause, of: impl Fn(usize) -> bool) -> Vec<f64> {
    let configs = state.plan().map_or(0, |plan| plan.configs.len());
    let share = |outcome: &TrialOutcome| {
        let noise = outcome.noise.as_ref().filter(|_| state.taint(outcome).contains(&cause))?;
        state.noise_share(noise, cause)
    };
    let sound = (0..configs).filter(|&config| of(config)).flat_map(|config| state.sound(config));
    let mut shares: Vec<f64> = sound.filter_map(|(_, outcome)| share(outcome)).collect();
    shares.sort_by(f64::total_cmp);
    shares
}

fn middle(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}
