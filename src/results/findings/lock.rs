//! The interpreter's lock: who holds it runs, who does not waits.

use super::facts::{Fact, FindingInput, LockFacts};
use super::finding::Wording;
use crate::units;

/// Speaks of workers who share a lock: that it kept them from being faster, or that it did not.
pub(super) fn held(facts: &FindingInput) -> Option<Wording> {
    let reference = facts.reference()?;
    let locked = facts.others().filter(|fact| fact.workers > 1);
    let mut cases: Vec<(&Fact, LockFacts, f64)> =
        locked.filter_map(|fact| Some((fact, fact.lock?, fact.speedup?))).collect();
    cases.sort_by_key(|(fact, _, _)| fact.workers);
    let share = |fact: &Fact, lock: LockFacts| (lock.held_s / fact.trial_s).clamp(0.0, 1.0);
    let stuck = cases.iter().find(|(fact, lock, speedup)| share(fact, *lock) >= 0.8 && *speedup <= 1.2);
    if let Some(&(fact, lock, _)) = stuck.filter(|(fact, _, _)| fact.unclear().is_some()) {
        let message = format!(
            "One of {} at a time held the interpreter's lock, {} of the time, so together they could hardly be faster \
             than {}; waiting for it took {} in all.",
            fact.label,
            units::percent(share(fact, lock)),
            reference.label,
            units::seconds(lock.waited_s)
        );
        return Some(Wording { weight: 88, message });
    }
    if let Some(&(fact, lock, speedup)) = stuck {
        let how = if speedup > 1.0 {
            format!("{} were only {} times as fast as {}", fact.label, units::digits(speedup), reference.label)
        } else {
            format!("{} took {} times as long as {}", fact.label, units::digits(1.0 / speedup), reference.label)
        };
        let message = format!(
            "{how} because one of them at a time held the interpreter's lock, {} of the time; waiting for it took {} in \
             all.",
            units::percent(share(fact, lock)),
            units::seconds(lock.waited_s)
        );
        return Some(Wording { weight: 88, message });
    }
    let clear = cases.iter().filter(|(fact, _, _)| fact.unclear().is_none());
    let free = clear.into_iter().find(|(fact, lock, speedup)| share(fact, *lock) <= 0.2 && *speedup >= 1.5);
    free.map(|&(fact, lock, speedup)| {
        let message = format!(
            "The interpreter's lock did not keep {} from being {} times as fast: it was held {} of the time.",
            fact.label,
            units::digits(speedup),
            units::percent(share(fact, lock))
        );
        Wording { weight: 76, message }
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{facts, serial, threads};
    use super::*;

    fn locked(fact: Fact, held_s: f64, waited_s: f64) -> Fact {
        Fact { lock: Some(LockFacts { held_s, waited_s }), ..fact }
    }

    fn said(facts: &FindingInput) -> String {
        held(facts).map_or_else(String::new, |said| said.message)
    }

    #[test]
    fn a_lock_that_is_always_held_explains_the_time() {
        let facts = facts(vec![serial(1.0), locked(threads(2, 1.01), 1.0, 0.98), locked(threads(3, 1.02), 1.0, 2.0)]);
        let expected = "threads × 2 took 1.01 times as long as serial because one of them at a time held the \
                        interpreter's lock, 99 % of the time; waiting for it took 980 ms in all.";
        assert_eq!(said(&facts), expected);
    }

    #[test]
    fn a_little_faster_is_still_stuck() {
        let facts = facts(vec![serial(1.0), locked(threads(2, 0.95), 0.94, 0.9)]);
        assert!(said(&facts).starts_with("threads × 2 were only 1.05 times as fast as serial because"));
    }

    #[test]
    fn a_difference_that_is_none_is_not_explained() {
        let interval = Some(crate::analysis::Interval { low: 0.9, high: 1.1 });
        let stuck = Fact { speedup_ci95: interval, ..locked(threads(2, 1.01), 1.0, 0.98) };
        let expected = "One of threads × 2 at a time held the interpreter's lock, 99 % of the time, so together they could \
                        hardly be faster than serial; waiting for it took 980 ms in all.";
        assert_eq!(said(&facts(vec![serial(1.0), stuck])), expected);
        let interval = Some(crate::analysis::Interval { low: 0.9, high: 4.0 });
        let free = Fact { speedup_ci95: interval, ..locked(threads(2, 0.5), 0.005, 0.0) };
        assert_eq!(said(&facts(vec![serial(1.0), free])), "");
    }

    #[test]
    fn a_lock_that_waiting_lets_go_is_no_hindrance() {
        let facts = facts(vec![serial(1.0), locked(threads(2, 0.5), 0.005, 0.0)]);
        let expected = "The interpreter's lock did not keep threads × 2 from being 2.00 times as fast: it was held 1.0 % of \
                        the time.";
        assert_eq!(said(&facts), expected);
    }

    #[test]
    fn nothing_is_said_without_a_lock_or_of_what_it_does_not_explain() {
        let cases = [
            ("no lock", threads(2, 1.0)),
            ("mostly free, and slow for other reasons", locked(threads(2, 1.0), 0.3, 0.1)),
            ("one worker alone waits for no other", locked(threads(1, 1.0), 1.0, 0.0)),
            ("held much, and fast all the same", locked(threads(2, 0.6), 0.55, 0.1)),
        ];
        for (why, fact) in cases {
            assert_eq!(said(&facts(vec![serial(1.0), fact])), "", "{why}");
        }
    }
}
