//! Where the efficiency fell below one half, and what ate it.

use super::facts::{Fact, FindingInput};
use super::finding::Wording;
use super::neighbours;
use crate::units;

/// A share of the time that explains where it went.
const LARGE: f64 = 0.25;

/// Speaks when fewer than half of the workers' worth came out: of the configuration with the fewest workers for which
/// this holds.
pub(super) fn below_half(facts: &FindingInput) -> Option<Wording> {
    let wasteful = |fact: &&Fact| fact.workers > 1 && fact.efficiency.is_some_and(|e| e < 0.5);
    let first = facts.others().filter(wasteful).min_by_key(|fact| fact.workers)?;
    let before = facts.like(first).into_iter().any(|fact| {
        let counts = fact.workers > 1 && fact.workers < first.workers;
        counts && fact.efficiency.is_some_and(|e| e >= 0.5)
    });
    let verb = if before { "fell" } else { "was" };
    let efficiency = units::percent(first.efficiency?);
    let cause = CAUSES.iter().find_map(|cause| cause(first, facts)).map(|cause| format!(": {cause}"));
    let message = format!(
        "With {} the efficiency {verb} below one half, {efficiency}{}.",
        first.label,
        cause.unwrap_or_default()
    );
    Some(Wording { weight: 75, message })
}

/// What may have eaten it, the plainest first. Each says what was measured: what other programs on the machine take makes
/// workers idle, tasks longer and serial fractions larger, too, and so none of that is told where noise explains enough.
const CAUSES: &[fn(&Fact, &FindingInput) -> Option<String>] = &[
    start_up,
    too_few_cpus,
    noise,
    idle_workers,
    waits_for_the_lock,
    without_a_cpu,
    more_cpu_time,
    slower_tasks,
    serial_fraction,
];

fn start_up(fact: &Fact, facts: &FindingInput) -> Option<String> {
    let startup_s = fact.startup_s.filter(|_| facts.include_startup)?;
    let whole_s = startup_s + fact.wall_s;
    (startup_s >= LARGE * whole_s).then(|| {
        format!("start-up counts here, and takes {} of {}", units::seconds(startup_s), units::seconds(whole_s))
    })
}

fn too_few_cpus(fact: &Fact, facts: &FindingInput) -> Option<String> {
    let cpus = facts.usable_cpus.filter(|&cpus| fact.computes_beyond(cpus))?;
    let cpus = if cpus == 1 { "1 usable CPU".to_owned() } else { format!("{cpus} usable CPUs") };
    Some(format!("{} workers compute on {cpus}", fact.workers))
}

fn noise(fact: &Fact, _: &FindingInput) -> Option<String> {
    neighbours::explains(fact)
}

fn idle_workers(fact: &Fact, _: &FindingInput) -> Option<String> {
    let order = fact.order?;
    let idle = order.idle_s / fact.workers_s();
    let longest = if order.longest_s >= 0.9 * fact.trial_s { ", while one had the longest task" } else { "" };
    (idle >= LARGE)
        .then(|| format!("its workers were without a task for {} of the time{longest}", units::percent(idle)))
}

fn waits_for_the_lock(fact: &Fact, _: &FindingInput) -> Option<String> {
    let waited = fact.waited_for_a_lock();
    (waited >= LARGE).then(|| format!("its workers waited for the lock for {} of their time", units::percent(waited)))
}

/// Tasks that compute where they are alone, and were without a CPU for much of their time where there were CPUs enough.
fn without_a_cpu(fact: &Fact, facts: &FindingInput) -> Option<String> {
    let reference = facts.reference().filter(|reference| reference.workers == 1)?;
    let share = |fact: &Fact| Some(fact.cpu_s / fact.order?.total_s).filter(|share| share.is_finite());
    let computes = share(reference)? >= 0.9 && fact.workers <= facts.usable_cpus? && fact.lock_waited_s.is_none();
    let share = share(fact).filter(|share| computes && *share <= 1.0 - LARGE)?;
    Some(format!("its tasks compute, and had a CPU for only {} of the time that they took", units::percent(share)))
}

/// What a program does with several workers that it does not with one: start these, and hand them what they need.
fn more_cpu_time(fact: &Fact, facts: &FindingInput) -> Option<String> {
    let reference = facts.reference().filter(|reference| reference.workers == 1 && fact.is_program)?;
    let times = fact.cpu_s / reference.cpu_s;
    let is_large = times.is_finite() && times >= 1.0 + LARGE;
    is_large.then(|| {
        let [used, alone] = [fact, reference].map(|fact| units::seconds(fact.cpu_s));
        format!("it used {used} of CPU time, {} {alone}", reference.label)
    })
}

/// Of a program the whole is one task, and nothing is told by it.
fn slower_tasks(fact: &Fact, facts: &FindingInput) -> Option<String> {
    let reference = facts.reference().filter(|reference| reference.workers == 1 && !fact.is_program)?;
    let times = fact.order?.total_s / reference.order?.total_s;
    let is_large = times.is_finite() && times >= 1.0 + LARGE;
    is_large
        .then(|| format!("the tasks themselves took {} times as long as in {}", units::digits(times), reference.label))
}

/// The serial fractions of a backend with few and with this many workers, if there are two to compare.
fn fractions<'a>(fact: &Fact, facts: &'a FindingInput) -> Option<(&'a Fact, f64, f64)> {
    let rows = facts.like(fact);
    let few = rows.into_iter().find(|row| row.workers > 1 && row.workers < fact.workers && row.karp_flatt.is_some())?;
    Some((few, few.karp_flatt?, fact.karp_flatt?))
}

fn serial_fraction(fact: &Fact, facts: &FindingInput) -> Option<String> {
    let (few, before, now) = fractions(fact, facts)?;
    let (grows, stays) = (now > before.max(0.0) * 1.3 && now - before > 0.02, (now - before).abs() <= 0.3 * now);
    let told = units::percent(now);
    if grows {
        let before = units::percent(before.max(0.0));
        return Some(format!(
            "the serial fraction (Karp–Flatt) grows from {before} with {} workers to {told}",
            few.workers
        ));
    }
    (stays && now > 0.05).then(|| format!("the serial fraction (Karp–Flatt) stays at {told}"))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, facts, processes, serial, threads};
    use super::*;
    use crate::record::OrderFigures;

    fn said(facts: &FindingInput) -> String {
        below_half(facts).map_or_else(String::new, |said| said.message)
    }

    #[test]
    fn half_and_more_is_borne() {
        assert_eq!(said(&facts(vec![serial(1.0), threads(2, 1.0), threads(4, 0.5)])), "");
        assert_eq!(said(&facts(vec![serial(1.0), threads(1, 3.0)])), "", "one worker leaves no other idle");
    }

    #[test]
    fn the_first_that_falls_is_told() {
        let facts = facts(vec![serial(1.0), processes(2, 0.5), processes(8, 0.5), processes(5, 0.5)]);
        assert_eq!(
            said(&facts),
            "With processes × 5 the efficiency fell below one half, 40 %: 5 workers compute on 2 usable CPUs."
        );
    }

    #[test]
    fn what_was_never_better_did_not_fall() {
        let facts = facts(vec![serial(1.0), threads(2, 1.25)]);
        assert_eq!(said(&facts), "With threads × 2 the efficiency was below one half, 40 %.");
    }

    #[test]
    fn who_waits_for_the_lock_is_not_slow() {
        let row = Fact { lock_waited_s: Some(1.2), ..threads(2, 1.25) };
        assert!(
            said(&facts(vec![serial(1.0), row])).ends_with("its workers waited for the lock for 48 % of their time.")
        );
        let row = Fact { lock_waited_s: Some(0.1), ..threads(2, 1.25) };
        assert!(!said(&facts(vec![serial(1.0), row])).contains("lock"));
    }

    #[test]
    fn start_up_is_blamed_only_where_it_counts() {
        let slow = Fact { startup_s: Some(0.6), ..threads(2, 0.8) };
        let mut facts = facts(vec![serial(1.0), slow]);
        facts.rows[1].efficiency = Some(0.36);
        facts.include_startup = true;
        assert_eq!(
            said(&facts),
            "With threads × 2 the efficiency was below one half, 36 %: start-up counts here, and takes 600 ms of 1.40 s."
        );
        facts.include_startup = false;
        assert!(!said(&facts).contains("start-up"));
    }

    #[test]
    fn workers_that_wait_do_not_want_for_cpus() {
        let idle = Fact { cpu_s: 0.01, ..threads(4, 0.8) };
        let mut facts = facts(vec![serial(1.0), idle]);
        assert_eq!(said(&facts), "With threads × 4 the efficiency was below one half, 31 %.");
        facts.rows[1].order = Some(fixture::order(&[0.1, 0.8, 0.15, 0.2], 4));
        assert_eq!(
            said(&facts),
            "With threads × 4 the efficiency was below one half, 31 %: its workers were without a task for 61 % of \
             the time, while one had the longest task."
        );
    }

    #[test]
    fn tasks_that_take_longer_are_blamed() {
        let busy = |total_s: f64| OrderFigures {
            longest_s: 0.1,
            total_s,
            idle_s: 0.0,
            as_given_s: None,
            longest_first_s: None,
        };
        let alone = Fact { order: Some(busy(1.0)), ..serial(1.0) };
        let beside = |total_s| Fact { order: Some(busy(total_s)), ..threads(2, 1.1) };
        let facts_of = |total_s| facts(vec![alone.clone(), beside(total_s)]);
        assert!(said(&facts_of(2.2)).ends_with("45 %: the tasks themselves took 2.20 times as long as in serial."));
        assert!(said(&facts_of(1.2)).ends_with("45 %."));
    }

    #[test]
    fn of_a_program_its_cpu_time_is_blamed() {
        let program = |workers, cpu_s, wall_s| {
            let order = Some(fixture::order(&[wall_s], 1));
            Fact { is_program: true, cpu_s, order, ..if workers == 1 { serial(wall_s) } else { threads(2, wall_s) } }
        };
        let facts_of = |cpu_s| facts(vec![program(1, 1.0, 1.0), program(2, cpu_s, 1.4)]);
        assert!(said(&facts_of(2.2)).ends_with("36 %: it used 2.20 s of CPU time, serial 1.00 s."));
        assert!(said(&facts_of(1.2)).ends_with("36 %."), "the program is not a task that took longer");
    }

    #[test]
    fn tasks_without_a_cpu_are_told_before_anything_is_said_of_them() {
        let busy = |total_s: f64| fixture::order(&[total_s / 8.0; 8], 2);
        let alone = Fact { order: Some(busy(1.0)), cpu_s: 0.98, ..serial(1.0) };
        let beside = |cpu_s| Fact { order: Some(busy(2.4)), cpu_s, ..threads(2, 1.2) };
        let said = |cpu_s| said(&facts(vec![alone.clone(), beside(cpu_s)]));
        assert!(said(1.2).ends_with("its tasks compute, and had a CPU for only 50 % of the time that they took."));
        assert!(said(2.3).ends_with("the tasks themselves took 2.40 times as long as in serial."));
    }

    #[test]
    fn serial_fractions_are_told_and_nothing_is_made_of_them() {
        let mut grows = facts(vec![serial(1.0), threads(2, 0.6), threads(4, 0.6)]);
        grows.usable_cpus = Some(8);
        // e = (0.6 − 0.5) / 0.5 and (0.6 − 0.25) / 0.75.
        let expected = "With threads × 4 the efficiency fell below one half, 42 %: the serial fraction (Karp–Flatt) \
                        grows from 20 % with 2 workers to 47 %.";
        assert_eq!(said(&grows), expected);
        // Amdahl's law with a quarter serial: 0.25 + 0.75/p.
        let mut stays = facts(vec![serial(1.0), threads(2, 0.625), threads(6, 0.375)]);
        stays.usable_cpus = Some(8);
        let expected = "With threads × 6 the efficiency fell below one half, 44 %: the serial fraction (Karp–Flatt) \
                        stays at 25 %.";
        assert_eq!(said(&stays), expected);
    }
}
