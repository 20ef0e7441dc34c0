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
            assert!(told.contains("90 %") || (locked && told.contains("98 %")), "{walls_s:?}\n{told}");
        }
    }
}
