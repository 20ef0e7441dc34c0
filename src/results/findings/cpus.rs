//! Workers and CPUs: who waits needs none, who computes wants one.
//!
//! Nothing is said here of tasks that cost more CPU time side by side than alone: what they share may do that (memory
//! bandwidth, caches, physical cores), and so may other programs, of which nothing is measured.

use super::facts::{Fact, FindingInput};
use super::finding::Wording;
use super::neighbours;
use crate::units;

/// So many involuntary switches a trial happen on any machine.
const PREEMPTIONS_MIN: u64 = 50;

/// Speaks when more workers than CPUs were faster than all CPUs together could compute: of the fastest such.
pub(super) fn waiting(facts: &FindingInput) -> Option<Wording> {
    let (cpus, reference) = (facts.usable_cpus?, facts.reference()?);
    let share = |fact: &Fact| fact.cpu_s / (fact.trial_s * f64::from(cpus));
    let clear = facts.others().filter(|fact| fact.unclear().is_none());
    let beyond = clear.filter(|fact| fact.workers > cpus && share(fact) <= 0.5);
    let beyond = beyond.filter_map(|fact| Some((fact, fact.speedup?)));
    let (fact, speedup) = beyond.filter(|(_, s)| *s >= 1.2 * f64::from(cpus)).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let message = format!(
        "{} {} {} times as fast as {} on {cpus} usable CPU{}: the tasks wait, which needs no CPU; they kept the CPUs \
         busy for {} of the time.",
        fact.label,
        fact.were(),
        units::digits(speedup),
        reference.label,
        if cpus == 1 { "" } else { "s" },
        units::percent(share(fact))
    );
    Some(Wording { weight: 78, message })
}

/// Speaks when more runnable threads than CPUs made the kernel take turns: of the configuration that was preempted
/// most, against the one of its backend that made the most of the CPUs. Where other programs took the CPUs these
/// preempted it, too.
pub(super) fn switches(facts: &FindingInput) -> Option<Wording> {
    let cpus = facts.usable_cpus?;
    // Workers that leave CPUs idle take no turns: who is preempted beside them is so by others.
    let crowded = |fact: &&Fact| fact.computes_beyond(cpus) || (facts.inner_threads && fact.workers > 1);
    let many = facts.others().filter(crowded).max_by_key(|fact| fact.preemptions)?;
    let alike = facts.like(many);
    let fewer = alike.into_iter().rev().find(|fact| fact.workers <= cpus && fact.workers < many.workers);
    let few = fewer.or(facts.reference())?;
    if neighbours::is_noisy(many) {
        return None;
    }
    let rose = many.preemptions >= PREEMPTIONS_MIN && many.preemptions >= 2 * few.preemptions.max(1);
    if !rose {
        return None;
    }
    let how = match few.preemptions {
        0 => "rose".to_owned(),
        n => format!("rose {}-fold", units::digits(many.preemptions as f64 / n as f64)),
    };
    let who =
        if facts.inner_threads { "the workers' own threads".to_owned() } else { format!("{} workers", many.workers) };
    let message = format!(
        "Involuntary context switches {how}, from {} a trial with {} to {} with {}: {who} take turns on {cpus} usable \
         CPU{}.",
        units::count(few.preemptions),
        few.label,
        units::count(many.preemptions),
        many.label,
        if cpus == 1 { "" } else { "s" }
    );
    Some(Wording { weight: 60, message })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{facts, processes, serial, threads};
    use super::*;

    fn said(rule: fn(&FindingInput) -> Option<Wording>, facts: &FindingInput) -> String {
        rule(facts).map_or_else(String::new, |said| said.message)
    }

    fn idle(fact: Fact) -> Fact {
        Fact { cpu_s: fact.wall.median * 0.06, ..fact }
    }

    #[test]
    fn who_waits_scales_beyond_the_cpus() {
        let facts = facts(vec![idle(serial(1.2)), idle(threads(2, 0.6)), idle(threads(12, 0.2))]);
        let expected = "threads × 12 were 6.00 times as fast as serial on 2 usable CPUs: the tasks wait, which needs no \
                        CPU; they kept the CPUs busy for 3.0 % of the time.";
        assert_eq!(said(waiting, &facts), expected);
    }

    #[test]
    fn nothing_is_said_of_waiting_where_it_does_not_show() {
        let cases = [
            ("computing", threads(12, 0.2)),
            ("no more than the CPUs give", idle(threads(12, 0.55))),
            ("no more workers than CPUs", idle(threads(2, 0.2))),
        ];
        for (why, fact) in cases {
            assert_eq!(said(waiting, &facts(vec![serial(1.2), fact])), "", "{why}");
        }
        let mut unknown = facts(vec![serial(1.2), idle(threads(12, 0.2))]);
        unknown.usable_cpus = None;
        assert_eq!(said(waiting, &unknown), "");
    }

    #[test]
    fn taking_turns_shows_in_the_switches() {
        let preempted = |fact: Fact, preemptions| Fact { preemptions, ..fact };
        let rows = |many| {
            vec![
                preempted(serial(1.0), 1),
                preempted(processes(2, 0.5), 30),
                preempted(processes(4, 0.52), 93),
                preempted(processes(5, 0.52), many),
            ]
        };
        let expected = "Involuntary context switches rose 4.20-fold, from 30 a trial with processes × 2 to 126 with \
                        processes × 5: 5 workers take turns on 2 usable CPUs.";
        assert_eq!(said(switches, &facts(rows(126))), expected);
        assert!(said(switches, &facts(rows(60))).contains("3.10-fold"), "of those with the most");
        let quiet = facts(vec![serial(1.0), preempted(threads(2, 0.5), 5), preempted(threads(4, 0.5), 40)]);
        assert_eq!(said(switches, &quiet), "", "a few happen anywhere");
        let same = facts(vec![serial(1.0), preempted(threads(2, 0.5), 300), preempted(threads(4, 0.5), 590)]);
        assert_eq!(said(switches, &same), "");
        let enough = facts(vec![preempted(serial(1.0), 1), preempted(threads(2, 0.5), 500)]);
        assert_eq!(said(switches, &enough), "", "there are CPUs for all");
        let others = facts(vec![preempted(serial(1.0), 1), idle(preempted(threads(4, 0.5), 500))]);
        assert_eq!(said(switches, &others), "", "workers that wait take no turns: another program computed");
    }

    #[test]
    fn inner_threads_take_turns_too() {
        let mut facts = facts(vec![serial(1.0), Fact { preemptions: 800, ..threads(2, 0.9) }]);
        facts.inner_threads = true;
        facts.rows[0].preemptions = 0;
        let expected = "Involuntary context switches rose, from 0 a trial with serial to 800 with threads × 2: the \
                        workers' own threads take turns on 2 usable CPUs.";
        assert_eq!(said(switches, &facts), expected);
    }
}
