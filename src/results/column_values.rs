//! What the columns of the table of figures say of a configuration. Which columns there are is `columns`' to say.

use super::figure::{Figure, range};
use super::figures::{Figures, INTERVAL, Row};
use crate::analysis::Interval;
use crate::scenario::Point;
use crate::units;

pub(super) fn has_predictions(figures: &Figures) -> bool {
    figures.rows.iter().any(|row| row.predicted.is_some())
}

pub(super) fn varied(row: &Row) -> Option<Figure> {
    row.config.point.as_ref().map(|point| Figure::Phrase(Point::value_in_words(point)))
}

pub(super) fn wall(row: &Row) -> Option<Figure> {
    seconds(row.told_wall_s(), row)
}

pub(super) fn time(row: &Row) -> Option<Figure> {
    seconds(row.told_time_s(), row)
}

/// A time of a row, or that there is none because tasks failed.
fn seconds(told_s: Option<f64>, row: &Row) -> Option<Figure> {
    match (told_s, row.tasks) {
        (Some(told_s), _) => Some(Figure::Seconds(told_s)),
        (None, Some(tasks)) if tasks.failed > 0 => Some(Figure::Failed),
        (None, _) => None,
    }
}

/// A time, and its interval in brackets that say so.
pub(super) fn with_interval(told_s: f64, ci95: Option<Interval>) -> String {
    let told = units::seconds(told_s);
    match ci95 {
        Some(ci95) => {
            format!("{told} ({INTERVAL}: {})", range(&units::seconds(ci95.low), &units::seconds(ci95.high)))
        }
        None => told,
    }
}

/// The distance of the extremes of what speedups are made of, relative to the median; a single sample has none.
pub(super) fn spread(row: &Row) -> Option<Figure> {
    let times = row.time_s.filter(|times| times.samples > 1 && times.median > 0.0)?;
    Some(Figure::Fraction((times.max - times.min) / times.median))
}

pub(super) fn startup(row: &Row) -> Option<Figure> {
    row.startup_s.map(|startup| Figure::Seconds(startup.median))
}

pub(super) fn tasks_per_s(row: &Row) -> Option<Figure> {
    row.tasks_per_s.map(Figure::PerSecond)
}

pub(super) fn speedup_with_interval(row: &Row) -> Option<Figure> {
    let speedup = row.speedup?;
    let value = units::digits(speedup.value);
    Some(Figure::Phrase(match (speedup.ci95, speedup.too_few()) {
        (Some(ci95), _) => format!("{value} ({INTERVAL}: {})", Figure::Between(ci95).words()),
        (None, Some(too_few)) => format!("{value} ({too_few})"),
        (None, None) => value,
    }))
}

/// How many repeats there were, and from where to where what speedups are made of went in them.
pub(super) fn repeats(row: &Row) -> Option<Figure> {
    let times = row.time_s?;
    let (least, most) = (units::seconds(times.min), units::seconds(times.max));
    Some(Figure::Phrase(match times.samples {
        0 | 1 => times.samples.to_string(),
        samples if least == most => format!("{samples} of {least}"),
        samples => format!("{samples} of {}{}", range(&least, &most), far_off(row)),
    }))
}

/// How many of the repeats lie far from the others.
fn far_off(row: &Row) -> String {
    match row.outliers.len() {
        0 => String::new(),
        n => format!(", {n} far off"),
    }
}

pub(super) fn predicted_with_error(row: &Row) -> Option<Figure> {
    let expected = Figure::expected(row.predicted?.expected).words();
    let off_by = row.off_by().map(|off| format!(" (off by {off})")).unwrap_or_default();
    Some(Figure::Phrase(format!("{expected}{off_by}")))
}

/// The median length of a task.
pub(super) fn task(row: &Row) -> Option<Figure> {
    row.usage.as_ref()?.task_s.map(|times| Figure::Seconds(times.median))
}

pub(super) fn memory(row: &Row) -> Option<Figure> {
    row.memory.as_ref().map(|memory| Figure::Bytes(memory.peak_bytes))
}

/// Whose it was, where several processes had a part.
pub(super) fn memory_with_shares(row: &Row) -> Option<Figure> {
    let memory = row.memory.as_ref()?;
    let peak = units::bytes(memory.peak_bytes);
    Some(Figure::Phrase(memory.shares().map_or(peak.clone(), |shares| format!("{peak} ({shares})"))))
}

pub(super) fn context_switches(row: &Row) -> Option<Figure> {
    let usage = row.usage.as_ref()?;
    let [forced, waits] = [usage.switches_involuntary, usage.switches_voluntary].map(units::count);
    Some(Figure::Phrase(format!("{forced} forced, {waits} to wait")))
}
