//! A run by CPython and by what emulates it: how far both agree on how much slower or faster more workers were. What one
//! took in seconds says nothing of the other.

use super::super::figures::{Figures, Row};
use super::finding::Finding;
use crate::units;

/// Factors that differ by less than this agree.
const AGREE: f64 = 0.10;

/// How far the two are from each other where they differ most.
pub(super) fn agreement(figures: &Figures) -> Option<Finding> {
    let points = figures.interpreters();
    let [python, emulated] = points.as_slice() else { return None };
    let at = |point| figures.rows.iter().filter(move |row| row.config.point.as_ref() == Some(point));
    let factor = |row: &Row| row.speedup.map(|speedup| speedup.value).filter(|value| *value > 0.0);
    let pairs = at(*python).filter(|row| !figures.is_yardstick(row)).filter_map(|row| {
        let like = |other: &&Row| row.config.is_emulated_by(&other.config);
        let other = at(*emulated).find(like)?;
        Some((row, other, factor(row)?, factor(other)?))
    });
    let apart = |of: f64, by: f64| by.max(of) / by.min(of) - 1.0;
    let (row, other, of, by) = pairs.max_by(|a, b| apart(a.2, a.3).total_cmp(&apart(b.2, b.3)))?;
    let apart = apart(of, by);
    let intervals = row.speedup_ci95().zip(other.speedup_ci95());
    let verdict = match intervals {
        _ if apart <= AGREE => "agrees with CPython within",
        Some((of, by)) if of.low <= by.high && by.low <= of.high => "may agree with CPython, and was apart from it by",
        _ => "differs from CPython by",
    };
    let too_few = row.speedup.and_then(|speedup| speedup.too_few());
    let message = format!(
        "The emulation {verdict} {}: {} took {} times as long as its baseline, {} {} times as long as its own{}.",
        units::percent(apart),
        row.label,
        units::digits(1.0 / of),
        other.label,
        units::digits(1.0 / by),
        too_few.map(|words| format!(" ({words})")).unwrap_or_default()
    );
    Some(Finding { rule: "emulation", message })
}
