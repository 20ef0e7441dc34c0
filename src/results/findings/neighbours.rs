//! What the machine did besides: others that computed, the hypervisor, the quota, the clock; CPUs that are slower when many
//! work; and speedups that no program can have.
//!
//! These come before the rules that blame the program, and those ask [`explains`] first.

use super::super::busy_cpus::BusyCpus;
use super::facts::{Fact, FindingInput};
use super::finding::Wording;
use crate::record::NoiseCause;
use crate::units;

/// An efficiency beyond this is more than equal work on more workers can give.
const BOUND: f64 = 1.05;

/// The part of what is missing of an efficiency from which on noise explains it.
const EXPLAINS: f64 = 0.5;

/// Speaks where more came out than workers can do: of the configuration with the most.
pub(super) fn above_bound(facts: &FindingInput) -> Option<Wording> {
    let above = facts.rows.iter().filter_map(|fact| Some((fact, fact.efficiency.filter(|e| *e > BOUND)?)));
    let (fact, efficiency) = above.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let noisy = [facts.reference(), Some(fact)].into_iter().flatten().find_map(|fact| Some((fact, worst(fact)?)));
    let known = facts.reference().is_some_and(|reference| reference.noise.is_some());
    let why = match noisy {
        Some((fact, (cause, share))) => {
            format!("{}, so that the two were not measured alike", in_words(fact, cause, share))
        }
        None if known => {
            "nothing else took the CPUs, so that caches may explain it, which hold more of the data together \
                          than alone"
                .to_owned()
        }
        None => "other programs may have slowed the baseline, or caches hold more of the data together than alone"
            .to_owned(),
    };
    let message = format!(
        "More than can be: {} {} at an efficiency of {}, where equal work allows 100 %; {why}.",
        fact.label,
        fact.were(),
        units::percent(efficiency)
    );
    Some(Wording { weight: 100, message })
}

/// Speaks where other programs took too much.
pub(super) fn others(facts: &FindingInput) -> Option<Wording> {
    said(facts, NoiseCause::Others, 88, "times are longer than on a quiet machine, and so is the baseline's")
}

/// Speaks where the hypervisor took too much.
pub(super) fn steal(facts: &FindingInput) -> Option<Wording> {
    said(facts, NoiseCause::Steal, 86, "other machines on the same host computed, which no program here can avoid")
}

/// Speaks where the quota of the control group was used up.
pub(super) fn throttled(facts: &FindingInput) -> Option<Wording> {
    said(facts, NoiseCause::Throttled, 87, "more workers get no more CPU time than the quota allows")
}

/// Speaks where CPUs were slower than at their best.
pub(super) fn speed(facts: &FindingInput) -> Option<Wording> {
    said(facts, NoiseCause::Speed, 85, "throttling or a shared host makes times differ that should be equal")
}

/// Speaks where CPUs are slower when many of them work, block by block: of the number of them with which they are slowest.
pub(super) fn busy_cpus(facts: &FindingInput) -> Option<Wording> {
    let all = facts.rows.iter().filter_map(|fact| fact.noise?.slower_when_busy());
    let busy = all.max_by(|a, b| a.slower.total_cmp(&b.slower))?;
    let message = format!(
        "{}: clocks fall as more cores work, or hardware threads share a core, and equal work has an efficiency of {} at \
         most.",
        when_busy(busy),
        units::percent(1.0 / (1.0 + busy.slower))
    );
    Some(Wording { weight: 70, message })
}

/// `CPUs are 18 % slower with 8 of them busy than with 1`.
fn when_busy(busy: BusyCpus) -> String {
    format!("CPUs are {} slower with {} of them busy than with {}", units::percent(busy.slower), busy.busy, busy.fewest)
}

fn said(facts: &FindingInput, cause: NoiseCause, weight: u8, what: &str) -> Option<Wording> {
    let of_cause = |fact: &Fact| fact.noise?.causes().find(|(one, _)| *one == cause).map(|(_, share)| share);
    let cases = facts.rows.iter().filter_map(|fact| Some((fact, of_cause(fact)?)));
    let (fact, share) = cases.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let words = in_words(fact, cause, share);
    let mut letters = words.chars();
    let begun: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    Some(Wording { weight, message: format!("{begun}: {what}.") })
}

/// `other programs took 23 % of the usable CPUs' time beside threads × 2`.
fn in_words(fact: &Fact, cause: NoiseCause, share: f64) -> String {
    let (share, label) = (units::percent(share), &fact.label);
    match cause {
        NoiseCause::Others => format!("other programs took {share} of the usable CPUs' time beside {label}"),
        NoiseCause::Steal => format!("the hypervisor took {share} of the usable CPUs' time from {label}"),
        NoiseCause::Throttled => {
            format!("the control group's quota took {share} of the usable CPUs' time from {label}")
        }
        NoiseCause::Speed => {
            format!("the CPUs were {share} slower with {label} than at their best with as many of them busy")
        }
    }
}

/// What there was most of beyond its limit, if anything.
fn worst(fact: &Fact) -> Option<(NoiseCause, f64)> {
    fact.noise?.causes().max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Whether a configuration was disturbed at all, so that nothing that others may cause is blamed on the program.
pub(super) fn is_noisy(fact: &Fact) -> bool {
    worst(fact).is_some()
}

/// What the machine explains of a low efficiency: that at least half of what is missing went to others, or is so since the
/// CPUs were slower.
pub(super) fn explains(fact: &Fact) -> Option<String> {
    let (missing, noise) = (1.0 - fact.efficiency?, fact.noise?);
    let is_enough = |explained: f64| explained >= EXPLAINS * missing;
    let lost = |slower: f64| slower / (1.0 + slower);
    let of_noise = worst(fact).filter(|(cause, share)| {
        let slower = if *cause == NoiseCause::Speed { *share } else { 0.0 };
        is_enough(noise.taken().max(lost(slower)))
    });
    let of_noise = of_noise.map(|(cause, share)| in_words(fact, cause, share));
    of_noise.or_else(|| noise.slower_when_busy().filter(|busy| is_enough(lost(busy.slower))).map(when_busy))
}

#[cfg(test)]
mod tests {
    use super::super::super::noise::NoiseFigures;
    use super::super::fixture::{facts, serial, threads};
    use super::*;

    fn message(said: Option<Wording>) -> String {
        said.map_or_else(String::new, |said| said.message)
    }

    const QUIET: NoiseFigures = NoiseFigures {
        others_cpu: Some(0.01),
        steal: Some(0.0),
        rounding: 0.0,
        throttled: Some(0.0),
        runnable: Some(0.0),
        speed: Some(1.0),
        speed_of_alike: Some(1.0),
        busy: None,
        yardstick_cost_s: None,
        tainted: 0,
        repeated: 0,
    };

    fn with(fact: Fact, noise: NoiseFigures) -> Fact {
        Fact { noise: Some(noise), ..fact }
    }

    #[test]
    fn a_quiet_run_has_no_neighbours() {
        for rows in [vec![serial(1.0), threads(2, 0.5)], vec![with(serial(1.0), QUIET), with(threads(2, 0.5), QUIET)]] {
            let facts = facts(rows);
            for rule in [others, steal, throttled, speed, busy_cpus, above_bound] {
                assert_eq!(rule(&facts), None);
            }
        }
    }

    #[test]
    fn the_worst_is_told_by_its_cause() {
        let noisy = |noise| facts(vec![with(serial(1.0), QUIET), with(threads(2, 0.5), noise)]);
        assert_eq!(
            message(others(&noisy(NoiseFigures { others_cpu: Some(0.23), ..QUIET }))),
            "Other programs took 23 % of the usable CPUs' time beside threads × 2: times are longer than on a quiet \
             machine, and so is the baseline's."
        );
        assert_eq!(
            message(steal(&noisy(NoiseFigures { steal: Some(0.04), ..QUIET }))),
            "The hypervisor took 4.0 % of the usable CPUs' time from threads × 2: other machines on the same host \
             computed, which no program here can avoid."
        );
        assert_eq!(
            message(throttled(&noisy(NoiseFigures { throttled: Some(0.3), ..QUIET }))),
            "The control group's quota took 30 % of the usable CPUs' time from threads × 2: more workers get no more CPU \
             time than the quota allows."
        );
        assert_eq!(
            message(speed(&noisy(NoiseFigures { speed_of_alike: Some(0.8), ..QUIET }))),
            "The CPUs were 25 % slower with threads × 2 than at their best with as many of them busy: throttling or a \
             shared host makes times differ that should be equal."
        );
    }

    #[test]
    fn cpus_that_are_slower_together_are_told_as_that() {
        let of_8 = |slower| NoiseFigures { busy: Some(BusyCpus { busy: 8, fewest: 1, slower }), ..QUIET };
        let told =
            |slower| message(busy_cpus(&facts(vec![with(serial(1.0), QUIET), with(threads(8, 0.15), of_8(slower))])));
        let expected = "CPUs are 25 % slower with 8 of them busy than with 1: clocks fall as more cores work, or hardware \
                        threads share a core, and equal work has an efficiency of 80 % at most.";
        assert_eq!(told(0.25), expected);
        assert_eq!(told(0.09), "");
        let fact = with(threads(8, 0.15), of_8(0.25));
        assert!(!is_noisy(&fact));
        let missing = |efficiency| explains(&Fact { efficiency: Some(efficiency), ..fact.clone() });
        assert_eq!(missing(0.7).as_deref(), Some("CPUs are 25 % slower with 8 of them busy than with 1"));
        assert_eq!(missing(0.4), None, "60 % are missing");
    }

    #[test]
    fn more_than_can_be_is_never_told_without_a_word() {
        let run = |reference: Option<NoiseFigures>, own| {
            let rows = vec![Fact { noise: reference, ..serial(1.0) }, with(threads(2, 0.4), own)];
            message(above_bound(&facts(rows)))
        };
        let told = "More than can be: threads × 2 were at an efficiency of 125 %, where equal work allows 100 %; ";
        assert_eq!(
            run(Some(NoiseFigures { others_cpu: Some(0.34), ..QUIET }), QUIET),
            format!(
                "{told}other programs took 34 % of the usable CPUs' time beside serial, so that the two were not measured \
                 alike."
            )
        );
        assert_eq!(
            run(Some(QUIET), QUIET),
            format!(
                "{told}nothing else took the CPUs, so that caches may explain it, which hold more of the data together \
                 than alone."
            )
        );
        assert!(run(None, QUIET).starts_with(told));
        assert_eq!(message(above_bound(&facts(vec![serial(1.0), threads(2, 0.48)]))), "", "within what is measured");
    }

    #[test]
    fn noise_explains_what_it_is_large_enough_for() {
        let case = |noise| {
            let facts = facts(vec![serial(1.0), with(threads(2, 1.25), noise)]);
            explains(&facts.rows[1])
        };
        assert_eq!(case(QUIET), None);
        assert_eq!(case(NoiseFigures { others_cpu: Some(0.2), ..QUIET }), None, "60 % are missing");
        assert!(case(NoiseFigures { others_cpu: Some(0.4), ..QUIET }).is_some_and(|why| why.contains("40 %")));
        assert!(case(NoiseFigures { speed_of_alike: Some(0.6), ..QUIET }).is_some_and(|why| why.contains("slower")));
    }
}
