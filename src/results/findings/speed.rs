//! How fast it was, and how sure that is.

use super::facts::{Fact, FindingInput, Unclear};
use super::finding::{TELLING, Wording};
use crate::results::INTERVAL;
use crate::results::speedups::too_few;
use crate::units;

/// Repeats further apart than this, relative to their median, are news.
const UNEVEN: f64 = 0.25;

/// Speedups this close to each other, or to 1, are as good as the same.
const AS_GOOD: f64 = 0.98;

/// Where the fastest was told to be no clear difference, others are news from this factor of change on.
const NOTABLE: f64 = 1.25;

/// The fastest configuration with more workers than the baseline against that; without a baseline, the fastest of
/// several.
pub(super) fn best(facts: &FindingInput) -> Option<Wording> {
    let message = match facts.reference() {
        Some(reference) => {
            let more = facts.others().filter(|fact| fact.workers > reference.workers);
            let mut rows: Vec<(&Fact, f64)> = more.filter_map(|fact| Some((fact, fact.speedup?))).collect();
            rows.sort_by(|a, b| b.1.total_cmp(&a.1));
            against(&rows, &reference.label)?
        }
        None if facts.baseline.is_none() && facts.rows.len() > 1 => {
            let best = facts.rows.iter().min_by(|a, b| a.wall_s.total_cmp(&b.wall_s))?;
            let wall = units::seconds(best.wall_s);
            format!("Fastest {} {}: {wall} for {} tasks.", best.were(), best.label, units::count(facts.tasks))
        }
        None => return None,
    };
    Some(Wording { weight: 90, message })
}

/// A sentence about `rows`, which are sorted by their speedups. What cannot be told from no change says so first.
fn against(rows: &[(&Fact, f64)], reference: &str) -> Option<String> {
    let &(fastest, most) = rows.first()?;
    if fastest.unclear().is_some() {
        return Some(clearly(rows, reference).unwrap_or_else(|| no_clear_difference(fastest, most, reference)));
    }
    let best = as_good(rows);
    if (AS_GOOD..=1.0 / AS_GOOD).contains(&most) {
        return Some(format!("No clear difference: {} {} just as fast as {reference}.", best.0.label, best.0.were()));
    }
    if most < 1.0 {
        let times = units::digits(1.0 / most);
        return Some(format!(
            "Nothing was faster than {reference}: the best of the others, {}, took {times} times as long{}.",
            fastest.label,
            in_brackets(fastest)
        ));
    }
    let how = if best.0.workers < fastest.workers { "As fast as any, with the fewest workers," } else { "Fastest" };
    Some(format!("{how} {} {}: {}.", best.0.were(), best.0.label, times_as_fast(best, reference)))
}

/// The first of the rows, or the one that is as good with fewer workers.
fn as_good<'a>(rows: &[(&'a Fact, f64)]) -> (&'a Fact, f64) {
    let (first, most) = rows[0];
    let as_good = rows.iter().take_while(|(_, speedup)| *speedup >= AS_GOOD * most);
    as_good.min_by_key(|(fact, _)| fact.workers).copied().unwrap_or((first, most))
}

/// The fastest of those that are faster beyond doubt, where one that seems still faster is not.
fn clearly(rows: &[(&Fact, f64)], reference: &str) -> Option<String> {
    let clear = rows.iter().filter(|(fact, speedup)| fact.unclear().is_none() && *speedup > 1.0 / AS_GOOD);
    let best = *clear.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(format!("Clearly faster {} {}: {}.", best.0.were(), best.0.label, times_as_fast(best, reference)))
}

fn times_as_fast((fact, speedup): (&Fact, f64), reference: &str) -> String {
    let efficiency = fact.efficiency.map(|e| format!(", an efficiency of {}", units::percent(e))).unwrap_or_default();
    format!("{} times as fast as {reference}{efficiency}{}", units::digits(speedup), in_brackets(fact))
}

/// How little its repeats tell, where there are too few of them for an interval.
fn in_brackets(fact: &Fact) -> String {
    too_few(fact.pairs).map(|words| format!(" ({words})")).unwrap_or_default()
}

/// The verdict before the figures that it is about.
fn no_clear_difference(fact: &Fact, speedup: f64, reference: &str) -> String {
    let how = match speedup {
        s if s >= 1.0 => format!("{} {} times as fast as {reference}", fact.were(), units::digits(s)),
        s => format!("took {} times as long as {reference}", units::digits(1.0 / s)),
    };
    let why = match fact.unclear() {
        Some(Unclear::Within(ci95)) => {
            let (low, high) = (units::digits(ci95.low), units::digits(ci95.high));
            format!("the {INTERVAL} interval of the speedup, {low} to {high}, includes 1")
        }
        Some(Unclear::Scattered) | None => format!("its {} repeats scatter too far to tell", fact.wall.samples),
    };
    format!("No clear difference: {} {how}, but {why}.", fact.label)
}

/// Speaks when the repeats leave it open whether more workers changed anything: of the configuration that seems to
/// have changed most among those of which nothing was said yet.
pub(super) fn noise(facts: &FindingInput) -> Option<Wording> {
    let reference = facts.reference()?;
    let more = facts.others().filter(|fact| fact.workers > reference.workers);
    let rows: Vec<(&Fact, f64)> = more.filter_map(|fact| Some((fact, fact.speedup?))).collect();
    let fastest = rows.iter().map(|(_, speedup)| *speedup).fold(0.0, f64::max);
    let is_clear = |(fact, speedup): &&(&Fact, f64)| fact.unclear().is_none() && *speedup > 1.0 / AS_GOOD;
    let nothing_is = rows.iter().find(is_clear).is_none();
    let open = rows.into_iter().filter(|(fact, _)| fact.unclear().is_some());
    let change = |speedup: f64| speedup.ln().abs();
    // Where nothing is clearly faster, the fastest was told with its doubts; others that did about as well are no news.
    let open = open.filter(|(_, speedup)| !nothing_is || (*speedup != fastest && change(*speedup) >= NOTABLE.ln()));
    let (fact, speedup) = open.max_by(|a, b| change(a.1).total_cmp(&change(b.1)))?;
    Some(Wording { weight: 80, message: no_clear_difference(fact, speedup, &reference.label) })
}

/// How far the repeats of a configuration lie apart, at most.
pub(super) fn spread(facts: &FindingInput) -> Option<Wording> {
    let spread = |fact: &Fact| (fact.wall.max - fact.wall.min) / fact.wall.median;
    let several = facts.rows.iter().filter(|fact| fact.wall.samples > 1);
    let worst = several.max_by(|a, b| spread(a).total_cmp(&spread(b)))?;
    let apart = spread(worst);
    let (from, to) = (units::seconds(worst.wall.min), units::seconds(worst.wall.max));
    Some(if apart > UNEVEN {
        let message = format!(
            "The repeats differ much: {} took from {from} to {to}; more of them, on a quieter machine, would tell more.",
            worst.label
        );
        Wording { weight: TELLING + 5, message }
    } else {
        let apart = units::percent(apart);
        Wording {
            weight: 20,
            message: format!("Repeats agree within {apart}: {} took from {from} to {to}.", worst.label),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fact, facts, processes, serial, threads};
    use super::*;
    use crate::analysis::{Interval, summary};

    fn message(said: Option<Wording>) -> String {
        said.map_or_else(String::new, |said| said.message)
    }

    #[test]
    fn the_best_is_told_against_the_baseline() {
        let facts = facts(vec![serial(1.0), threads(1, 1.01), threads(2, 0.8), processes(2, 0.505)]);
        assert_eq!(
            message(best(&facts)),
            "Fastest were processes × 2: 1.98 times as fast as serial, an efficiency of 99 %."
        );
    }

    #[test]
    fn two_repeats_are_said_to_tell_little() {
        let two = |fact| Fact { pairs: 2, ..fact };
        let expected = "Fastest were processes × 2: 2.00 times as fast as serial, an efficiency of 100 % (2 repeats: an \
                        interval needs 3).";
        assert_eq!(message(best(&facts(vec![serial(1.0), two(processes(2, 0.5))]))), expected);
        let slower = message(best(&facts(vec![serial(1.0), two(threads(2, 1.25))])));
        assert!(slower.ends_with("took 1.25 times as long (2 repeats: an interval needs 3)."), "{slower}");
    }

    #[test]
    fn one_worker_alone_is_no_parallel_run() {
        assert_eq!(best(&facts(vec![serial(1.0), threads(1, 0.9)])), None);
    }

    #[test]
    fn fewer_workers_that_do_as_well_are_better() {
        let facts = facts(vec![serial(1.0), threads(2, 0.505), threads(4, 0.5), processes(3, 0.52)]);
        assert_eq!(
            message(best(&facts)),
            "As fast as any, with the fewest workers, were threads × 2: 1.98 times as fast as serial, an efficiency of 99 %."
        );
    }

    #[test]
    fn that_nothing_was_faster_is_said() {
        let facts = facts(vec![serial(1.0), threads(2, 1.04), threads(4, 1.25)]);
        let expected = "Nothing was faster than serial: the best of the others, threads × 2, took 1.04 times as long.";
        assert_eq!(message(best(&facts)), expected);
        for wall_s in [0.985, 1.0, 1.015] {
            let same = self::facts(vec![serial(1.0), threads(4, wall_s), threads(2, wall_s)]);
            assert_eq!(
                message(best(&same)),
                "No clear difference: threads × 2 were just as fast as serial.",
                "{wall_s}"
            );
        }
    }

    #[test]
    fn without_a_baseline_the_best_is_told_in_seconds() {
        let mut facts = facts(vec![threads(1, 1.0), threads(2, 0.5)]);
        facts.baseline = None;
        facts.rows[1].speedup = None;
        assert_eq!(message(best(&facts)), "Fastest were threads × 2: 500 ms for 16 tasks.");
        facts.rows.pop();
        assert_eq!(best(&facts), None, "one alone is not the fastest of anything");
    }

    #[test]
    fn what_was_not_measured_is_not_compared() {
        assert_eq!(best(&facts(vec![serial(1.0)])), None);
        let mut only = facts(vec![threads(2, 0.5)]);
        only.baseline = None;
        assert_eq!(best(&only), None);
    }

    fn with_interval(fact: Fact, low: f64, high: f64) -> Fact {
        Fact { speedup_ci95: Some(Interval { low, high }), ..fact }
    }

    #[test]
    fn an_interval_around_one_is_no_change() {
        let facts = facts(vec![
            serial(1.0),
            with_interval(threads(1, 0.8), 0.7, 1.8),
            with_interval(threads(2, 0.97), 0.91, 1.15),
            with_interval(threads(3, 0.99), 0.95, 1.05),
            with_interval(processes(2, 0.5), 1.9, 2.1),
        ]);
        let expected = "No clear difference: threads × 2 were 1.03 times as fast as serial, but the 95 % interval of the \
                        speedup, 0.91 to 1.15, includes 1.";
        assert_eq!(message(noise(&facts)), expected);
        assert!(message(best(&facts)).starts_with("Fastest were processes × 2"));
    }

    #[test]
    fn the_verdict_comes_before_the_figures_that_it_is_about() {
        let open = facts(vec![serial(1.0), with_interval(threads(2, 0.68), 0.8, 2.6)]);
        let expected = "No clear difference: threads × 2 were 1.47 times as fast as serial, but the 95 % interval of the \
                        speedup, 0.80 to 2.60, includes 1.";
        assert_eq!(message(best(&open)), expected);
        assert_eq!(noise(&open), None, "it was told");
        let slower = facts(vec![serial(1.0), with_interval(threads(2, 26.1), 0.0097, 2.8)]);
        assert!(
            message(best(&slower)).starts_with("No clear difference: threads × 2 took 26.1 times as long as serial")
        );
        let three = Fact { pairs: 3, wall: summary(&[0.1, 0.2, 9.0]).expect("three"), ..threads(2, 0.2) };
        let scattered = message(best(&facts(vec![serial(1.0), three])));
        assert!(scattered.ends_with("but its 3 repeats scatter too far to tell."), "{scattered}");
    }

    #[test]
    fn what_is_faster_beyond_doubt_is_told_before_what_only_seems_so() {
        let facts = facts(vec![
            serial(1.0),
            with_interval(threads(2, 0.5), 0.7, 5.0),
            with_interval(processes(2, 0.625), 1.5, 1.7),
        ]);
        let expected = "Clearly faster were processes × 2: 1.60 times as fast as serial, an efficiency of 80 %.";
        assert_eq!(message(best(&facts)), expected);
        assert!(message(noise(&facts)).starts_with("No clear difference: threads × 2 were 2.00 times as fast"));
    }

    #[test]
    fn clear_speedups_and_unknown_intervals_are_left_alone() {
        let clear = [(1.0, 2.1, true), (1.01, 1.2, false), (0.5, 0.99, false), (0.9, 1.0, true)];
        for (low, high, speaks) in clear {
            let rows = vec![serial(1.0), with_interval(threads(2, 0.9), low, high), processes(2, 0.5)];
            assert_eq!(noise(&facts(rows)).is_some(), speaks, "{low} to {high}");
        }
        assert_eq!(noise(&facts(vec![serial(1.0), threads(2, 1.0)])), None);
    }

    #[test]
    fn repeats_that_agree_are_hardly_news() {
        let even = Fact { wall: summary(&[1.0, 1.0]).expect("two"), ..serial(1.0) };
        let said = spread(&facts(vec![even, threads(2, 0.5)])).expect("two repeats");
        assert_eq!(said.message, "Repeats agree within 1.0 %: threads × 2 took from 498 ms to 502 ms.");
        assert!(said.weight < TELLING);
    }

    #[test]
    fn repeats_that_differ_are() {
        let uneven = Fact { wall: summary(&[1.0, 2.0]).expect("two"), ..threads(2, 1.0) };
        let said = spread(&facts(vec![serial(1.0), uneven])).expect("two repeats");
        let expected = "The repeats differ much: threads × 2 took from 1.00 s to 2.00 s; more of them, on a quieter \
                        machine, would tell more.";
        assert_eq!((said.message.as_str(), said.weight >= TELLING), (expected, true));
    }

    #[test]
    fn a_single_repeat_differs_from_nothing() {
        let once = Fact { wall: summary(&[1.0]).expect("one"), ..serial(1.0) };
        assert_eq!(spread(&facts(vec![once])), None);
    }
}
