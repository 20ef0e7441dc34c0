//! Why it took as long as it took, as far as tasks and their order are to blame.

use super::facts::{Fact, FindingInput};
use super::finding::Wording;
use crate::record::OrderFigures;
use crate::scenario::Schedule;
use crate::units;

/// Less than this is no difference worth telling, relative to the shorter time.
const NOTABLE: f64 = 0.05;
/// List scheduling explains a time that it meets within this.
const MET: f64 = 0.1;
/// Tasks are of different lengths where the longest is this many times as long as they are on average; less may as
/// well be a machine that has other things to do.
const UNEVEN: f64 = 1.5;
/// Where tasks are shorter than this on average, or runs than that, other things than their order take the time.
const TASK_MIN_S: f64 = 50e-6;
const WALL_MIN_S: f64 = 5e-3;

/// A configuration with its figures where the order of tasks may matter.
struct MakespanCase<'a> {
    fact: &'a Fact,
    order: OrderFigures,
    as_given_s: f64,
    longest_first_s: f64,
}

impl MakespanCase<'_> {
    /// What another order would save, relative to what is then left.
    fn gain(&self) -> f64 {
        self.fact.trial_s / self.longest_first_s - 1.0
    }

    /// Whether that is more than the repeats differ by anyway.
    fn is_notable(&self) -> bool {
        let wall = self.fact.wall;
        self.gain() >= NOTABLE.max((wall.max - wall.min) / wall.median)
    }

    fn is_static(&self) -> bool {
        self.fact.schedule == Schedule::Static
    }

    /// Whether fetching the tasks in turn took about what it must; what was dealt beforehand may take anything.
    fn is_explained(&self) -> bool {
        self.is_static() || (self.as_given_s / self.fact.trial_s - 1.0).abs() <= MET
    }
}

/// A task that waits for a lock longer than this fraction of the time is not as long as it lasts.
const LOCK_MAX: f64 = 0.1;

fn cases(facts: &FindingInput) -> impl Iterator<Item = MakespanCase<'_>> {
    let tasks = facts.tasks;
    let crowded = |fact: &Fact| facts.usable_cpus.is_none_or(|cpus| fact.computes_beyond(cpus));
    facts
        .rows
        .iter()
        .filter(move |fact| !crowded(fact))
        // How long a task lasted that waited for a lock says nothing of another order.
        .filter(|fact| fact.waited_for_a_lock() <= LOCK_MAX)
        .filter(|fact| fact.workers > 1 && fact.wall.median >= WALL_MIN_S)
        .filter_map(move |fact| {
            let order = fact.order.filter(|order| order.total_s >= TASK_MIN_S * tasks as f64)?;
            let is_uneven = order.longest_s * tasks as f64 >= UNEVEN * order.total_s;
            let (as_given_s, longest_first_s) = (order.as_given_s?, order.longest_first_s?);
            (is_uneven && longest_first_s > 0.0).then_some(MakespanCase { fact, order, as_given_s, longest_first_s })
        })
}

/// Speaks when the longest tasks first would have saved something: of the configuration that would have gained most.
pub(super) fn order(facts: &FindingInput) -> Option<Wording> {
    let gained = cases(facts).filter(|case| case.is_notable() && case.is_explained());
    let case = gained.max_by(|a, b| a.gain().total_cmp(&b.gain()))?;
    let (label, wall) = (&case.fact.label, units::seconds(case.fact.trial_s));
    let longest_first = units::seconds(case.longest_first_s);
    let dealt_badly = case.is_static() && case.fact.trial_s >= case.as_given_s * (1.0 + NOTABLE);
    let message = if dealt_badly {
        let as_given = units::seconds(case.as_given_s);
        format!(
            "Dealt out beforehand, the tasks took {label} {wall}; fetched one at a time in the same order they would \
             take {as_given}, longest first {longest_first}."
        )
    } else {
        let bound = if case.longest_first_s <= case.order.longest_s * 1.02 {
            format!(", and no order takes less than the longest alone, {}", units::seconds(case.order.longest_s))
        } else {
            String::new()
        };
        format!("In this order the tasks took {label} {wall}; longest first they would take {longest_first}{bound}.")
    };
    Some(Wording { weight: 60 + (case.gain() * 100.0).min(25.0) as u8, message })
}

/// Speaks when a single task takes the whole time, so that neither order nor workers can help: of the configuration
/// whose workers stood idle most.
pub(super) fn longest(facts: &FindingInput) -> Option<Wording> {
    let bound = cases(facts).filter(|case| {
        let (longest_s, wall_s) = (case.order.longest_s, case.fact.trial_s);
        let share_s = case.order.total_s / f64::from(case.fact.workers);
        longest_s >= wall_s * (1.0 - MET) && share_s <= longest_s * 0.8 && case.gain() < NOTABLE
    });
    let idle = |case: &MakespanCase| case.order.idle_s / case.fact.workers_s();
    let case = bound.max_by(|a, b| idle(a).total_cmp(&idle(b)))?;
    let message = format!(
        "{} took {} because the longest task alone takes {}: no order and no more workers make that less.",
        case.fact.label,
        units::seconds(case.fact.trial_s),
        units::seconds(case.order.longest_s)
    );
    Some(Wording { weight: 72, message })
}

/// How long tasks are, where there is little else to tell.
pub(super) fn tasks(facts: &FindingInput) -> Option<Wording> {
    let fact = facts.reference().or(facts.rows.first())?;
    let times = fact.task_s.filter(|_| facts.tasks > 1)?;
    let message = format!(
        "Of the {} tasks of {}, the longest took {}, the median {}.",
        units::count(facts.tasks),
        fact.label,
        units::seconds(times.max),
        units::seconds(times.median)
    );
    Some(Wording { weight: 10, message })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, facts, serial, threads};
    use super::*;
    use crate::record::TaskTimes;

    /// The database of the lecture, in tenths of a second.
    const LOAD: [f64; 4] = [0.1, 0.8, 0.15, 0.2];
    const REORDERED: [f64; 4] = [0.1, 0.15, 0.2, 0.8];

    fn run(durations_s: &[f64], workers: u32, schedule: Schedule, wall_s: f64) -> FindingInput {
        let order = Some(fixture::order(durations_s, workers));
        let mut facts = facts(vec![serial(1.25), Fact { schedule, order, ..threads(workers, wall_s) }]);
        facts.tasks = durations_s.len() as u64;
        facts
    }

    fn said(rule: fn(&FindingInput) -> Option<Wording>, facts: &FindingInput) -> Option<String> {
        rule(facts).map(|said| said.message)
    }

    #[test]
    fn the_longest_task_at_the_end_costs() {
        let facts = run(&REORDERED, 2, Schedule::Dynamic, 0.953);
        let expected = "In this order the tasks took threads × 2 953 ms; longest first they would take 800 ms, and no \
                        order takes less than the longest alone, 800 ms.";
        assert_eq!(said(order, &facts).as_deref(), Some(expected));
        assert_eq!(said(longest, &facts), None);
    }

    #[test]
    fn without_a_task_that_is_longer_than_a_share_there_is_no_such_bound() {
        let facts = run(&[0.1, 0.1, 0.1, 0.1, 0.3], 2, Schedule::Dynamic, 0.5);
        let expected = "In this order the tasks took threads × 2 500 ms; longest first they would take 400 ms.";
        assert_eq!(said(order, &facts).as_deref(), Some(expected));
    }

    #[test]
    fn halves_dealt_beforehand_cost() {
        // 1.5 + 2 beside 1 + 8 units.
        let facts = run(&LOAD, 2, Schedule::Static, 0.9);
        let expected = "Dealt out beforehand, the tasks took threads × 2 900 ms; fetched one at a time in the same \
                        order they would take 800 ms, longest first 800 ms.";
        assert_eq!(said(order, &facts).as_deref(), Some(expected));
        // 1 + 1.5 beside 2 + 8 units.
        let facts = run(&REORDERED, 2, Schedule::Static, 1.0);
        let message = said(order, &facts).unwrap_or_default();
        assert!(message.contains("1.00 s; fetched") && message.contains("would take 950 ms, longest first 800 ms"));
    }

    #[test]
    fn the_longest_alone_is_told_where_no_order_helps() {
        let facts = run(&LOAD, 2, Schedule::Dynamic, 0.802);
        assert_eq!(said(order, &facts), None);
        let expected = "threads × 2 took 802 ms because the longest task alone takes 800 ms: no order and no more \
                        workers make that less.";
        assert_eq!(said(longest, &facts).as_deref(), Some(expected));
    }

    #[test]
    fn a_task_that_waited_for_a_lock_is_not_as_long_as_it_lasted() {
        for (rule, inputs, wall_s) in
            [(longest as fn(&FindingInput) -> Option<Wording>, &LOAD, 0.802), (order, &REORDERED, 0.953)]
        {
            let mut facts = run(inputs, 2, Schedule::Dynamic, wall_s);
            let row = facts.rows.iter_mut().find(|fact| fact.workers == 2).expect("two workers");
            row.lock_waited_s = Some(0.05 * wall_s);
            assert!(said(rule, &facts).is_some(), "a little waiting is no matter");
            facts.rows.iter_mut().for_each(|fact| fact.lock_waited_s = Some(wall_s));
            assert_eq!(said(rule, &facts), None);
        }
    }

    #[test]
    fn equal_shares_are_no_fault() {
        let facts = run(&[0.1; 8], 2, Schedule::Dynamic, 0.41);
        assert_eq!((said(order, &facts), said(longest, &facts)), (None, None));
    }

    #[test]
    fn what_the_order_does_not_explain_is_not_put_on_it() {
        // List scheduling gives 0.95 s; the other third came from elsewhere.
        let facts = run(&REORDERED, 2, Schedule::Dynamic, 1.4);
        assert_eq!(said(order, &facts), None);
    }

    #[test]
    fn equal_tasks_have_no_order() {
        // What a busy machine makes of eight equal tasks.
        let facts = run(&[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.14], 3, Schedule::Dynamic, 0.34);
        assert_eq!(said(order, &facts), None);
    }

    #[test]
    fn workers_that_share_cpus_are_slow_for_another_reason() {
        let mut facts = run(&REORDERED, 2, Schedule::Dynamic, 0.953);
        facts.usable_cpus = Some(1);
        assert_eq!(said(order, &facts), None);
        facts.rows[1].cpu_s = 0.01;
        assert!(said(order, &facts).is_some(), "who waits shares nothing");
        facts.usable_cpus = None;
        assert_eq!(said(order, &facts), None, "the number of CPUs is not known");
    }

    #[test]
    fn gains_within_what_repeats_differ_by_are_none() {
        let mut facts = run(&REORDERED, 2, Schedule::Dynamic, 0.95);
        facts.rows[1].wall.max = 1.2;
        assert_eq!(said(order, &facts), None, "800 ms against 940 to 1200");
    }

    #[test]
    fn tiny_tasks_and_single_workers_are_left_alone() {
        let tiny: Vec<f64> = REORDERED.iter().map(|s| s * 1e-4).collect();
        assert_eq!(said(order, &run(&tiny, 2, Schedule::Dynamic, 0.953e-4)), None);
        assert_eq!(said(order, &run(&REORDERED, 1, Schedule::Dynamic, 1.25)), None);
        let mut unmeasured = run(&REORDERED, 2, Schedule::Dynamic, 0.95);
        unmeasured.rows[1].order = None;
        assert_eq!((said(order, &unmeasured), said(longest, &unmeasured)), (None, None));
        let too_many = OrderFigures { as_given_s: None, longest_first_s: None, ..fixture::order(&REORDERED, 2) };
        unmeasured.rows[1].order = Some(too_many);
        assert_eq!((said(order, &unmeasured), said(longest, &unmeasured)), (None, None));
    }

    #[test]
    fn task_lengths_are_told_where_they_were_measured() {
        let mut facts = run(&LOAD, 2, Schedule::Dynamic, 0.8);
        assert_eq!(said(tasks, &facts), None);
        facts.rows[0].task_s = Some(TaskTimes { min: 0.1, median: 0.175, p95: 0.71, max: 0.8 });
        let expected = "Of the 4 tasks of serial, the longest took 800 ms, the median 175 ms.";
        assert_eq!(said(tasks, &facts).as_deref(), Some(expected));
        facts.tasks = 1;
        assert_eq!(said(tasks, &facts), None);
    }
}
