//! What a byte costs that goes with a task, by each way that it takes.

use std::collections::BTreeMap;

use super::super::figures::{Figures, Row};
use super::finding::Finding;
use crate::units;

/// What a byte costs by one way.
struct ByteCost<'a> {
    label: &'a str,
    seconds: f64,
    /// The lower and the upper end of the interval of the time with the largest payload, relative to that time.
    ends: Option<[f64; 2]>,
}

/// A sentence where several ways were tried with payload; else none.
pub(super) fn a_byte(figures: &Figures) -> Option<Finding> {
    figures.rows.iter().any(|row| row.s_per_byte.is_some()).then_some(())?;
    let mut by_place: BTreeMap<usize, Vec<&Row>> = BTreeMap::new();
    for row in figures.rows.iter().filter(|row| !is_reference(figures, row)) {
        by_place.entry(row.place).or_default().push(row);
    }
    let tasks = by_place.values().filter_map(|rows| cost(rows));
    let mut ways: Vec<ByteCost> = tasks.collect();
    ways.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let [least, .., most] = ways.as_slice() else { return None };
    let told = |way: &ByteCost| format!("{} with {}", units::seconds(way.seconds), way.label);
    let listed = match ways.as_slice() {
        [one, two] => format!("{} and {}", told(one), told(two)),
        [first @ .., last] => format!("{} and {}", first.iter().map(told).collect::<Vec<_>>().join(", "), told(last)),
        [] => String::new(),
    };
    let times = units::digits(most.seconds / least.seconds);
    let message = if overlap(least, most) {
        format!("No clear difference: a byte of payload costs {listed}.")
    } else {
        format!("A byte of payload costs {listed}: {times} times as much by the dearest way.")
    };
    Some(Finding { rule: "payload", message })
}

fn is_reference(figures: &Figures, row: &Row) -> bool {
    let baseline = figures.baseline.and_then(|baseline| figures.rows.get(baseline));
    figures.is_yardstick(row) || baseline.is_some_and(|baseline| std::ptr::eq(baseline, row))
}

/// The slope between the least payload and the most; with one payload alone, all of the time over its bytes.
fn cost<'a>(rows: &[&'a Row]) -> Option<ByteCost<'a>> {
    let most = *rows.iter().filter(|row| row.s_per_byte.is_some()).max_by_key(|row| row.config.payload)?;
    let least = rows.iter().filter(|row| row.time_s.is_some()).min_by_key(|row| row.config.payload)?;
    let (time_s, per_byte) = (most.told_time_s()?, most.s_per_byte?);
    let bytes = time_s / per_byte;
    let part = (most.config.payload - least.config.payload) as f64 / most.config.payload as f64;
    let seconds = if part > 0.0 { (time_s - least.told_time_s()?) / (bytes * part) } else { per_byte };
    let ends = most.time.and_then(|time| time.ci95).map(|ci95| [ci95.low / time_s, ci95.high / time_s]);
    (seconds > 0.0 && seconds.is_finite()).then_some(ByteCost { label: &most.label, seconds, ends })
}

/// Whether what one costs may be what the other does.
fn overlap(least: &ByteCost<'_>, most: &ByteCost<'_>) -> bool {
    match (least.ends, most.ends) {
        (Some([_, high]), Some([low, _])) => least.seconds * high >= most.seconds * low,
        _ => false,
    }
}
