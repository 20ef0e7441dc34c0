//! Small tasks: what start-up and handing out cost beside them.

use super::facts::{Fact, FindingInput};
use super::finding::Wording;
use super::neighbours;
use crate::units;

/// With fewer tasks than this, standing by at the end weighs more than handing out.
const TASKS_MIN: u64 = 1_000;

/// Speaks when it took longer to start the workers than to do the work: of the configuration where that is worst.
pub(super) fn start_up(facts: &FindingInput) -> Option<Wording> {
    let ratio = |fact: &Fact| fact.startup_s.map_or(0.0, |startup_s| startup_s / fact.wall_s);
    let fact = facts.rows.iter().filter(|fact| ratio(fact) > 1.0).max_by(|a, b| ratio(a).total_cmp(&ratio(b)))?;
    let message = format!(
        "Start-up took longer than the work: starting {} took {}, the tasks {}.",
        fact.label,
        units::seconds(fact.startup_s?),
        units::seconds(fact.wall_s)
    );
    Some(Wording { weight: if facts.include_startup { 85 } else { 70 }, message })
}

/// Speaks when workers that had a CPU each spent as long between tasks as half of what they spent in them: of the
/// configuration where that is worst.
pub(super) fn hand_out(facts: &FindingInput) -> Option<Wording> {
    let cpus = facts.usable_cpus.filter(|_| facts.tasks >= TASKS_MIN)?;
    let each = |total_s: f64| total_s / facts.tasks as f64;
    let cases = facts.rows.iter().filter(|fact| (2..=cpus).contains(&fact.workers) && !neighbours::is_noisy(fact));
    let cases = cases.filter_map(|fact| Some((fact, each(fact.order?.total_s), each(fact.order?.idle_s))));
    let (fact, task_s, between_s) = cases
        .filter(|(_, task_s, between_s)| *task_s > 0.0 && *between_s >= 0.5 * task_s)
        .max_by(|a, b| (a.2 / a.1).total_cmp(&(b.2 / b.1)))?;
    let message = format!(
        "Tasks of {} are hardly worth handing out: {} spent another {} between two of them.",
        units::seconds(task_s),
        fact.label,
        units::seconds(between_s)
    );
    Some(Wording { weight: 74, message })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{facts, processes, serial, threads};
    use super::*;
    use crate::record::OrderFigures;

    fn said(rule: fn(&FindingInput) -> Option<Wording>, facts: &FindingInput) -> String {
        rule(facts).map_or_else(String::new, |said| said.message)
    }

    #[test]
    fn start_up_that_outlasts_the_work_is_told() {
        let started = |fact: Fact, startup_s| Fact { startup_s: Some(startup_s), ..fact };
        let mut facts =
            facts(vec![serial(0.001), started(threads(2, 0.0009), 0.001), started(processes(2, 0.0009), 0.0041)]);
        let expected = "Start-up took longer than the work: starting processes × 2 took 4.10 ms, the tasks 900 µs.";
        assert_eq!(said(start_up, &facts), expected);
        let apart = start_up(&facts).map(|said| said.weight);
        facts.include_startup = true;
        assert!(start_up(&facts).map(|said| said.weight) > apart, "it matters more where it counts");
    }

    #[test]
    fn start_up_that_does_not_is_not() {
        let long = Fact { startup_s: Some(0.9), ..threads(2, 1.0) };
        assert_eq!(said(start_up, &facts(vec![serial(1.0), long])), "");
        assert_eq!(said(start_up, &facts(vec![serial(1.0)])), "", "no worker is started");
    }

    fn busy(fact: Fact, total_s: f64, idle_s: f64) -> Fact {
        let order = OrderFigures { longest_s: 1e-6, total_s, idle_s, as_given_s: None, longest_first_s: None };
        Fact { order: Some(order), ..fact }
    }

    #[test]
    fn tasks_shorter_than_their_handing_out_are_told() {
        let mut facts =
            facts(vec![serial(0.1), busy(threads(2, 0.1), 0.037, 0.12), busy(processes(2, 0.1), 0.037, 0.06)]);
        facts.tasks = 1_000_000;
        let expected =
            "Tasks of 37.0 ns are hardly worth handing out: threads × 2 spent another 120 ns between two of them.";
        assert_eq!(said(hand_out, &facts), expected);
    }

    #[test]
    fn tasks_worth_their_while_are_not() {
        let run = |fact: Fact, tasks: u64| FindingInput { tasks, ..facts(vec![serial(0.1), fact]) };
        assert_eq!(said(hand_out, &run(busy(threads(2, 0.1), 1.0, 0.4), 1_000_000)), "");
        assert_eq!(said(hand_out, &run(busy(threads(2, 0.1), 0.1, 0.4), 999)), "", "few tasks: standing by at the end");
        assert_eq!(said(hand_out, &run(busy(threads(3, 0.1), 0.1, 0.4), 1_000_000)), "", "waiting for a CPU");
        assert_eq!(said(hand_out, &run(threads(2, 0.1), 1_000_000)), "", "not measured");
    }
}
