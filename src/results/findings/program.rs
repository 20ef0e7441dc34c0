//! A watched program: how many CPUs it used, and what kept it from using more. Of a study of several sizes, the one with
//! the most workers is told of.

use super::facts::{Fact, FindingInput};
use super::finding::Wording;
use super::neighbours;
use crate::foreign::printable;
use crate::record::{Activity, LaneTotals};
use crate::results::ProgramFigures;
use crate::units;

/// Parts of the threads' time from which on a wait is news.
const NEWS: f64 = 0.1;
/// The same of the wall time, for its end.
const LONG_TAIL: f64 = 0.1;

/// The program that is told of, and its configuration where its time counts.
pub(super) fn subject(facts: &FindingInput) -> Option<(Option<&Fact>, &ProgramFigures)> {
    let watched = facts.rows.iter().filter_map(|fact| Some((Some(fact), fact.program.as_ref()?)));
    let most = watched.max_by_key(|(fact, _)| fact.map(|fact| fact.workers));
    most.or_else(|| Some((None, facts.uncounted.as_ref()?)))
}

/// Says how many CPUs it used.
pub(super) fn cpus_used(facts: &FindingInput) -> Option<Wording> {
    let ((fact, program), cpus) = (subject(facts)?, facts.usable_cpus?);
    if let Some(message) = at_work_elsewhere(program) {
        return Some(Wording { weight: 70, message });
    }
    let several = fact.filter(|_| facts.rows.len() > 1);
    let message = format!(
        "{} used {} of {cpus} usable CPU{} on average: {} of CPU time in {}.",
        several.map_or("The program", |fact| &fact.label),
        units::digits(program.cpus_used),
        if cpus == 1 { "" } else { "s" },
        units::seconds(program.cpu_s),
        units::seconds(program.wall_s)
    );
    Some(Wording { weight: 70, message })
}

/// How busy threads were that only tell of themselves, on other machines: what is seen of processes here is none of them.
fn at_work_elsewhere(figures: &ProgramFigures) -> Option<String> {
    let lanes: Vec<&LaneTotals> = figures.lanes.iter().filter(|lane| lane.is_elsewhere()).collect();
    if lanes.is_empty() || figures.wall_s <= 0.0 {
        return None;
    }
    let ran = |lane: &&LaneTotals| lane.seconds.get(&Activity::Running).copied().unwrap_or(0.0);
    let ran_s: f64 = lanes.iter().map(ran).sum();
    Some(format!(
        "{} thread{} of workers elsewhere computed for {} in {}: {} at a time on average.",
        units::count(lanes.len() as u64),
        if lanes.len() == 1 { "" } else { "s" },
        units::seconds(ran_s),
        units::seconds(figures.wall_s),
        units::digits(ran_s / figures.wall_s)
    ))
}

/// Speaks where threads waited for CPython's lock.
pub(super) fn gil(facts: &FindingInput) -> Option<Wording> {
    let (_, program) = subject(facts)?;
    let (waited, ran) = (program.share(Activity::WaitingForGil), program.share(Activity::Running));
    let wanted = waited + ran;
    if wanted <= 0.0 || waited / wanted < NEWS {
        return None;
    }
    let message = format!(
        "Threads that wanted to run Python waited for its lock (the GIL) for {} of that time: threads of one process \
         take turns, processes do not.",
        units::percent(waited / wanted)
    );
    Some(Wording { weight: 89, message })
}

/// Speaks where more threads wanted to run than there are CPUs; where others took these, that is told instead.
pub(super) fn queued(facts: &FindingInput) -> Option<Wording> {
    let ((fact, program), cpus) = (subject(facts)?, facts.usable_cpus?);
    let (queued, ran) = (program.share(Activity::Queued), program.share(Activity::Running));
    let wanted = queued + ran;
    if fact.is_some_and(neighbours::is_noisy) || wanted <= 0.0 || queued / wanted < NEWS {
        return None;
    }
    let message = format!(
        "Its threads, {} at most, could run and had no CPU for {} of that time: more of them want to compute than the \
         {cpus} usable CPU{} can serve.",
        units::count(program.program.threads.most.into()),
        units::percent(queued / wanted),
        if cpus == 1 { "" } else { "s" },
    );
    Some(Wording { weight: 84, message })
}

/// Speaks where one lane worked alone at the end.
pub(super) fn tail(facts: &FindingInput) -> Option<Wording> {
    let (_, program) = subject(facts)?;
    let tail = program.program.tail.as_ref().filter(|tail| tail.seconds > LONG_TAIL * program.wall_s)?;
    let message = format!(
        "For its last {} ({} of the time) one worker was left at work, on {}: long tasks first, or smaller ones, would \
         end together.",
        units::seconds(tail.seconds),
        units::percent(tail.seconds / program.wall_s),
        printable(&tail.task)
    );
    Some(Wording { weight: 82, message })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::fixture::{facts, serial};
    use super::*;
    use crate::record::{LaneKind, NowAndMost, Tail, TrialOutcome, WatchedProgram};

    fn watched(seconds: &[(Activity, f64)], tail_s: f64) -> FindingInput {
        let tail = Tail { seconds: tail_s, lane: 1, task: "fit 7".to_owned() };
        let outcome = TrialOutcome {
            wall_s: 10.0,
            cpu_user_s: 8.0,
            lanes: vec![LaneTotals {
                seconds: seconds.iter().copied().collect::<BTreeMap<_, _>>(),
                ..LaneTotals::default()
            }],
            program: Some(WatchedProgram {
                threads: NowAndMost { now: 1, most: 9 },
                tail: Some(tail),
                ..WatchedProgram::default()
            }),
            ..TrialOutcome::default()
        };
        let mut facts = facts(vec![serial(10.0)]);
        facts.rows[0].program = ProgramFigures::of(&outcome);
        facts
    }

    fn said(rule: fn(&FindingInput) -> Option<Wording>, facts: &FindingInput) -> String {
        rule(facts).map_or_else(String::new, |said| said.message)
    }

    #[test]
    fn waits_are_told_where_they_take_a_tenth_of_the_time_that_threads_want_to_run() {
        use Activity as A;
        let much = watched(&[(A::Running, 6.0), (A::WaitingForGil, 2.0), (A::Queued, 2.0), (A::Blocked, 90.0)], 0.0);
        assert!(said(gil, &much).contains("for 25 % of that time"), "{}", said(gil, &much));
        assert!(
            said(queued, &much).contains("9 at most, could run and had no CPU for 25 %"),
            "{}",
            said(queued, &much)
        );
        let little = watched(&[(A::Running, 9.5), (A::WaitingForGil, 0.5), (A::Queued, 0.5)], 0.0);
        assert_eq!([said(gil, &little), said(queued, &little)], ["", ""]);
        assert_eq!(said(gil, &watched(&[], 0.0)), "", "nothing was seen");
        assert_eq!(
            said(cpus_used, &much),
            "The program used 0.80 of 2 usable CPUs on average: 8.00 s of CPU time in 10.0 s."
        );
    }

    #[test]
    fn of_workers_elsewhere_it_is_told_how_busy_they_were() {
        let mut facts = watched(&[(Activity::Running, 8.0), (Activity::Idle, 2.0)], 0.0);
        let lanes = &mut facts.rows[0].program.as_mut().unwrap().lanes;
        lanes[0].kind = LaneKind::Tasks;
        lanes.push(lanes[0].clone());
        let told = "2 threads of workers elsewhere computed for 16.0 s in 10.0 s: 1.60 at a time on average.";
        assert_eq!(said(cpus_used, &facts), told);
    }

    #[test]
    fn a_long_tail_is_told_with_its_task() {
        let long = said(tail, &watched(&[], 2.5));
        assert!(long.contains("last 2.50 s (25 % of the time)") && long.contains("on fit 7"), "{long}");
        assert_eq!(said(tail, &watched(&[], 0.9)), "");
    }
}
