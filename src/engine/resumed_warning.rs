//! What is told at the end of a run that was cut short and gone on with: after what, where, and which ratios are of two
//! sittings.

use crate::record::{MachineFacts, Planned, ResumedAt, RunState};
use crate::units;

/// Blocks beyond these are counted instead of numbered.
const NUMBERED_MAX: usize = 8;

/// In one line; `None` of a run that was not cut short.
pub(super) fn resumed_warning(state: &RunState) -> Option<String> {
    let planned = state.planned.as_ref()?;
    let (first, _) = state.resumed.split_first()?;
    let mut parts = vec![format!("the run was cut short and gone on with {}", times(&state.resumed, first))];
    parts.extend(state.resumed.iter().rev().find_map(|resumed| elsewhere(planned, resumed)));
    parts.extend(two_sittings(state));
    Some(parts.join("; "))
}

/// `after 7 trials (2026-01-02T03:04:05Z)`.
fn times(resumed: &[ResumedAt], first: &ResumedAt) -> String {
    let after = |resumed: &ResumedAt| match resumed.trials {
        1 => format!("after 1 trial ({})", resumed.how.started_at),
        n => format!("after {} trials ({})", units::count(n as u64), resumed.how.started_at),
    };
    match resumed.len() {
        1 => after(first),
        n => format!("{n} times, first {}", after(first)),
    }
}

/// What is not as it was when the run began, if anything.
fn elsewhere(planned: &Planned, resumed: &ResumedAt) -> Option<String> {
    let (before, now) = (&planned.machine, &resumed.how.machine);
    let is_same = machine_in_words(before) == machine_in_words(now);
    let machine = (!is_same)
        .then(|| format!("it began on {} and went on on {}", machine_in_words(before), machine_in_words(now)));
    let (old, new) = (&planned.parlab, &resumed.how.parlab);
    let version = (old != new).then(|| format!("it was begun by parlab {old} and gone on with by {new}"));
    let told: Vec<String> = machine.into_iter().chain(version).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Which blocks have trials of before and after.
fn two_sittings(state: &RunState) -> Option<String> {
    let blocks = state.blocks_of_two_sittings();
    let numbers: Vec<String> = blocks.iter().take(NUMBERED_MAX).map(|block| (block + 1).to_string()).collect();
    let more = blocks.len().saturating_sub(NUMBERED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (noun, verb) = if blocks.len() == 1 { ("block", "has") } else { ("blocks", "have") };
    let numbers = numbers.join(", ");
    let told = || format!("{noun} {numbers}{more} {verb} trials of before and after, whose ratios are of two sittings");
    (!blocks.is_empty()).then(told)
}

/// `login1 with 2 usable CPUs (Some CPU)`.
fn machine_in_words(machine: &MachineFacts) -> String {
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "unknown".to_owned());
    format!("{} with {} usable CPUs ({})", word(&machine.host), machine.usable_cpus, word(&machine.cpu_model))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::tests_support::{planned, stamped};
    use crate::record::{Event, Resumption, TrialEnd, TrialOutcome};
    use crate::scenario::PlannedTrial;

    fn resumed(host: &str, parlab: &str) -> Event {
        let machine = MachineFacts { host: Some(host.to_owned()), usable_cpus: 4, ..MachineFacts::default() };
        let started_at = "2026-01-02T03:04:05Z".to_owned();
        Event::Resumed(Box::new(Resumption { parlab: parlab.to_owned(), started_at, machine }))
    }

    fn apply(state: &mut RunState, events: impl IntoIterator<Item = Event>) {
        events.into_iter().for_each(|event| state.apply(&stamped(event)));
    }

    fn finished(trial: usize) -> Event {
        let outcome = TrialOutcome { end: TrialEnd::Complete, ..TrialOutcome::default() };
        Event::TrialFinished { trial, outcome: Arc::new(outcome) }
    }

    #[test]
    fn when_where_and_what_is_of_two_sittings_is_told() {
        let mut state = RunState::default();
        let counted = (0..4).map(|n| PlannedTrial { config: n % 2, repeat: n as u32 / 2, warmup: false });
        let Event::Planned(mut begun) = planned(2, counted.collect()) else { return };
        begun.machine = MachineFacts { host: Some("a".to_owned()), usable_cpus: 4, ..MachineFacts::default() };
        begun.parlab = "0.1.0".to_owned();
        apply(&mut state, [Event::Planned(begun), finished(0)]);
        assert_eq!(resumed_warning(&state), None);
        apply(&mut state, [resumed("a", "0.1.0")]);
        let told = "the run was cut short and gone on with after 1 trial (2026-01-02T03:04:05Z)";
        assert_eq!(resumed_warning(&state).as_deref(), Some(told), "nothing is of two sittings yet");
        apply(&mut state, [finished(1), resumed("b", "0.2.0"), finished(2), finished(3)]);
        assert_eq!(
            resumed_warning(&state).as_deref(),
            Some(
                "the run was cut short and gone on with 2 times, first after 1 trial (2026-01-02T03:04:05Z); it began on a \
                 with 4 usable CPUs (unknown) and went on on b with 4 usable CPUs (unknown), it was begun by parlab 0.1.0 \
                 and gone on with by 0.2.0; block 1 has trials of before and after, whose ratios are of two sittings"
            )
        );
    }
}
