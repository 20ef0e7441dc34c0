//! The shares of a sentence are of one trial: with an even number of repeats the median is no trial's time.

use parlab::record::{LockUse, OrderFigures, TrialOutcome};

use super::made::{Made, serial, threads};

/// Tasks that take a tenth of the time of two workers, who stand idle for the rest, or wait for a lock if there is one.
fn mostly_idle(locked: bool) -> impl Fn(&mut TrialOutcome) {
    move |outcome| {
        let (wall_s, workers_s) = (outcome.wall_s, 2.0 * outcome.wall_s);
        let total_s = 0.1 * workers_s;
        outcome.cpu_user_s = total_s;
        let figures = OrderFigures {
            longest_s: 0.5 * total_s,
            total_s,
            idle_s: workers_s - total_s,
            as_given_s: None,
            longest_first_s: None,
        };
        outcome.order = (!locked).then_some(figures);
        let lock = LockUse { held_s: 0.98 * wall_s, waited_s: 0.9 * workers_s, waits: 10, handovers: 2 };
        outcome.interpreter = locked.then_some(lock);
    }
}

/// All percentages of a text.
fn percentages(text: &str) -> Vec<f64> {
    let before = text.match_indices(" %").map(|(at, _)| &text[..at]);
    before.filter_map(|text| text.rsplit(|c: char| !(c.is_ascii_digit() || c == '.')).next()?.parse().ok()).collect()
}

/// What happened, as the report has it.
fn told(walls_s: &[f64], locked: bool) -> String {
    let made = Made::new("countdown", 16).with(serial(), &[0.4, 0.4, 0.4, 0.4]);
    let text = made.and(threads(2), walls_s, mostly_idle(locked)).text();
    let at = text.find("What happened").unwrap_or_else(|| panic!("no findings\n{text}"));
    text[at..].to_owned()
}

#[test]
fn no_share_is_larger_than_the_whole_whatever_the_repeats() {
    for walls_s in [&[1.5, 0.5][..], &[1.9, 0.1, 1.8, 0.2], &[3.0, 0.6, 0.6, 3.0], &[2.0, 0.5, 1.9], &[1.0, 1.0]] {
        for locked in [false, true] {
            let told = told(walls_s, locked);
            let all = percentages(&told);
            assert!(!all.is_empty() && all.iter().all(|&share| share <= 100.0), "{walls_s:?}: {all:?}\n{told}");
            // Nine tenths of the workers' time in each trial, and so in any sentence about them.
            assert!(told.contains("90 %"), "{walls_s:?}\n{told}");
            assert!(!locked || told.contains("lock, 98 % of the time"), "{walls_s:?}\n{told}");
        }
    }
}

/// What happened with so many threads on two CPUs: of two repeats of 1.25 and 0.75 s, whose median no trial took, the
/// first one is told of.
fn told_of(workers: u32, change: impl Fn(&mut TrialOutcome)) -> String {
    let made = Made::new("countdown", 16).with(serial(), &[4.0, 4.0]).and(threads(workers), &[1.25, 0.75], change);
    let text = made.text();
    let at = text.find("What happened").unwrap_or_else(|| panic!("no findings\n{text}"));
    text[at..].split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Two workers' tasks: these parts of the wall time are the longest, all of them, as given, and the longest first.
fn ordered([longest, total, as_given, longest_first]: [f64; 4]) -> impl Fn(&mut TrialOutcome) {
    move |outcome| {
        let wall_s = outcome.wall_s;
        outcome.order = Some(OrderFigures {
            longest_s: longest * wall_s,
            total_s: total * wall_s,
            idle_s: (2.0 - total) * wall_s,
            as_given_s: Some(as_given * wall_s),
            longest_first_s: Some(longest_first * wall_s),
        });
    }
}

#[test]
fn what_the_cpus_did_is_of_the_trial_that_is_told() {
    let busy = |part: f64| move |outcome: &mut TrialOutcome| outcome.cpu_user_s = part * 2.0 * outcome.wall_s;
    // Of the median, 1.25 s of waiting would be busy for 38 %.
    let told = told_of(8, busy(0.3));
    assert!(told.contains("kept the CPUs busy for 30 % of the time"), "{told}");
    // Three fifths of the CPUs make workers wait for them, and that is neither more of the median nor less.
    for (part, computes) in [(0.55, false), (0.65, true)] {
        let told = told_of(16, busy(part));
        assert_eq!(told.contains("16 workers compute on 2 usable CPUs"), computes, "{part}\n{told}");
    }
}

#[test]
fn what_the_order_did_is_of_the_trial_that_is_told() {
    let told = told_of(2, ordered([0.5, 1.1, 1.0, 0.56]));
    let expected = "In this order the tasks took threads × 2 1.25 s; longest first they would take 700 ms.";
    assert!(told.contains(expected), "{told}");
    let told = told_of(2, ordered([1.0, 1.2, 1.0, 1.0]));
    assert!(told.contains("threads × 2 took 1.25 s because the longest task alone takes 1.25 s"), "{told}");
    // A second of 1.25 is not all of it, though it is all of the median.
    let told = told_of(2, ordered([0.8, 1.2, 1.0, 1.0]));
    assert!(!told.contains("because the longest task alone"), "{told}");
    let mostly_idle = |outcome: &mut TrialOutcome| {
        ordered([0.8, 1.2, 1.0, 1.0])(outcome);
        outcome.cpu_user_s = 0.0;
        outcome.order.iter_mut().for_each(|order| order.idle_s = 8.0 * outcome.wall_s);
    };
    let told = told_of(16, mostly_idle);
    assert!(told.contains("its workers were without a task for 50 % of the time."), "{told}");
}
