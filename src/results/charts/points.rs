//! Where rows stand in charts of speedups, efficiencies and rates, and what these are compared with.

use crate::analysis::Interval;
use crate::chart::{ChartPoint, ChartReference};
use crate::results::{Figures, Row, WORTH_WHILE};

/// The efficiency beyond which a speedup is not believed: no cache explains more.
const PLAUSIBLE: f64 = 2.0;

impl Figures {
    /// What their chart shows, if it is of them.
    pub fn measure(&self) -> &'static str {
        match (self.baseline, self.varied()) {
            (None, _) => "tasks a second",
            (Some(_), None) => "speedup",
            (Some(_), Some(_)) => "efficiency",
        }
    }
}

/// Where a row stands along x.
pub(super) fn x_of(row: &Row) -> Option<f64> {
    match &row.config.point {
        Some(point) if point.name().is_none() => point.value.as_number(),
        _ => Some(f64::from(row.config.workers)),
    }
}

/// The ideal speedup: 1 at the baseline's own number of workers, and as many times that as there are workers, up to
/// the CPUs that may be used.
fn ideal(figures: &Figures) -> Option<ChartReference> {
    let baseline = figures.rows.get(figures.baseline?)?;
    let until = figures.usable_cpus.map(f64::from);
    Some(ChartReference::Ideal { slope: 1.0 / f64::from(baseline.config.workers.max(1)), until })
}

/// What figures are compared with: the ideal, or the efficiency that is worth while.
pub(super) fn reference(figures: &Figures) -> Option<ChartReference> {
    match figures.varied() {
        None => ideal(figures),
        Some(_) => figures.baseline.map(|_| ChartReference::Level(WORTH_WHILE)),
    }
}

pub(super) fn point(row: &Row, figures: &Figures) -> Option<ChartPoint> {
    let x = x_of(row)?;
    if figures.baseline.is_some() {
        let speedup = row.speedup?;
        let part = if figures.varied().is_some() { row.efficiency? / speedup.value } else { 1.0 };
        let [low, high] = ends(speedup.ci95).map(|end| end * part);
        return Some(ChartPoint { x, y: speedup.value * part, low, high, is_sure: is_sure(row) });
    }
    let (wall_s, y) = (row.told_wall_s()?, row.tasks_per_s?);
    let [low, high] = ends(row.wall.and_then(|wall| wall.ci95));
    let rate = |s: f64| if s > 0.0 { y * wall_s / s } else { f64::NAN };
    Some(ChartPoint { x, y, low: rate(high), high: rate(low), is_sure: true })
}

/// Efficiency over workers.
pub(super) fn efficiency(row: &Row) -> Option<ChartPoint> {
    let (speedup, y) = (row.speedup?, row.efficiency?);
    let [low, high] = ends(speedup.ci95).map(|end| end * y / speedup.value);
    Some(ChartPoint { x: x_of(row)?, y, low, high, is_sure: is_sure(row) })
}

/// What speedups are made of.
pub(super) fn wall_time(row: &Row) -> Option<ChartPoint> {
    let [low, high] = ends(row.time.and_then(|time| time.ci95));
    Some(ChartPoint { x: x_of(row)?, y: row.told_time_s()?, low, high, is_sure: true })
}

/// Tasks a second, in the time that speedups are made of.
pub(super) fn throughput(row: &Row) -> Option<ChartPoint> {
    let (y, time_s) = (rate(row)?, row.told_time_s()?);
    let [low, high] = ends(row.time.and_then(|time| time.ci95));
    let of = |s: f64| if s > 0.0 { y * time_s / s } else { f64::NAN };
    Some(ChartPoint { x: x_of(row)?, y, low: of(high), high: of(low), is_sure: true })
}

/// Tasks a second at the time that is told of what speedups are made of.
pub(super) fn rate(row: &Row) -> Option<f64> {
    Some(row.tasks_per_s? * row.told_wall_s()? / row.told_time_s()?).filter(|rate| rate.is_finite())
}

/// As many tasks a second as each worker of the baseline did, times the workers, up to the CPUs that may be used.
pub(super) fn ideal_throughput(figures: &Figures) -> Option<ChartReference> {
    let baseline = figures.rows.get(figures.baseline?).filter(|_| figures.varied().is_none())?;
    let slope = rate(baseline)? / f64::from(baseline.config.workers.max(1));
    Some(ChartReference::Ideal { slope, until: figures.usable_cpus.map(f64::from) })
}

fn ends(interval: Option<Interval>) -> [f64; 2] {
    interval.map_or([f64::NAN; 2], |interval| [interval.low, interval.high])
}

/// Whether a row's speedup can be true: if not, it tells of its baseline rather than of itself.
fn is_sure(row: &Row) -> bool {
    row.efficiency.is_none_or(|efficiency| efficiency <= PLAUSIBLE)
}
