//! The chart of a run's figures: a series a backend, dispatch and number of threads a process, over workers;
//! efficiencies over what the scenario varies, where each number of workers is a series, too. What draws it is not asked.
//!
//! A scenario without a baseline has no speedups; its chart shows tasks a second instead.

use std::collections::BTreeMap;

use super::{Figures, Row, WORTH_WHILE};
use crate::chart::{Chart, ChartPoint, ChartReference, ChartSeries, SeriesMark, XAxisKind};
use crate::scenario::{Expected, SeriesKey};

/// A chart, and which row each of its points is of.
#[derive(Debug, Clone, PartialEq)]
pub struct FiguresChart {
    /// What it shows; without any series and prediction while nothing is known.
    pub chart: Chart,
    /// The rows of the points of each series.
    rows: Vec<Vec<usize>>,
}

impl FiguresChart {
    /// The chart of the figures of trials with so many tasks.
    pub fn of(figures: &Figures, tasks: u64) -> Self {
        let mut by_series: BTreeMap<SeriesMark, Vec<(usize, ChartPoint)>> = BTreeMap::new();
        for (index, row) in figures.rows.iter().enumerate() {
            if let Some(point) = point(row, figures).filter(|_| !figures.is_yardstick(row)) {
                by_series.entry(row.mark).or_default().push((index, point));
            }
        }
        let (mut series, mut rows) = (Vec::new(), Vec::new());
        for (mark, mut points) in by_series {
            points.sort_by(|(_, a), (_, b)| a.x.total_cmp(&b.x));
            let (of_points, points): (Vec<usize>, Vec<ChartPoint>) = points.into_iter().unzip();
            series.push(ChartSeries { name: name(figures, &figures.rows[of_points[0]]), mark, points });
            rows.push(of_points);
        }
        let (reference, x_kind, x_label) = match figures.varied() {
            None => (ideal(figures), XAxisKind::Workers, "workers"),
            Some(key) => (figures.baseline.map(|_| ChartReference::Level(WORTH_WHILE)), XAxisKind::Values, key),
        };
        let (x_label, y_label) = (x_label.to_owned(), figures.measure().to_owned());
        let predictions = predictions(figures, tasks);
        Self { chart: Chart { series, predictions, reference, x_kind, x_label, y_label }, rows }
    }

    /// Whether nothing is known that it could show.
    pub fn is_empty(&self) -> bool {
        self.chart.series.is_empty() && self.chart.predictions.is_empty()
    }

    /// The point of a row: index of its series, index in its points.
    pub fn point_of(&self, row: usize) -> Option<(usize, usize)> {
        let mut series = self.rows.iter().enumerate();
        series.find_map(|(series, rows)| Some((series, rows.iter().position(|of_point| *of_point == row)?)))
    }
}

impl Figures {
    /// What their chart shows.
    pub fn measure(&self) -> &'static str {
        match (self.baseline, self.varied()) {
            (None, _) => "tasks a second",
            (Some(_), None) => "speedup",
            (Some(_), Some(_)) => "efficiency",
        }
    }
}

/// The ideal speedup: 1 at the baseline's own number of workers, and as many times that as there are workers.
fn ideal(figures: &Figures) -> Option<ChartReference> {
    let baseline = figures.rows.get(figures.baseline?)?;
    Some(ChartReference::Ideal { slope: 1.0 / f64::from(baseline.config.workers.max(1)) })
}

fn point(row: &Row, figures: &Figures) -> Option<ChartPoint> {
    let x = match &row.config.point {
        None => f64::from(row.config.workers),
        Some(point) => point.value.as_number()?,
    };
    if figures.baseline.is_some() {
        let speedup = row.speedup?;
        let part = if row.config.point.is_some() { row.efficiency? / speedup.value } else { 1.0 };
        return Some(ChartPoint { x, y: speedup.value * part, low: speedup.low * part, high: speedup.high * part });
    }
    let (wall, y) = (row.wall_s?, row.tasks_per_s?);
    Some(ChartPoint { x, y, low: y * wall.median / wall.max, high: y * wall.median / wall.min })
}

/// What was predicted in terms of the chart, a series a curve; nothing where the chart is over what is varied.
fn predictions(figures: &Figures, tasks: u64) -> Vec<ChartSeries> {
    if figures.varied().is_some() {
        return Vec::new();
    }
    let mut by_series: BTreeMap<SeriesMark, (String, Vec<ChartPoint>)> = BTreeMap::new();
    for row in &figures.rows {
        if let Some(point) = predicted_point(row, figures, tasks) {
            by_series.entry(row.mark).or_insert_with(|| (name(figures, row), Vec::new())).1.push(point);
        }
    }
    by_series.into_iter().map(|(mark, (name, points))| ChartSeries { name, mark, points }).collect()
}

fn predicted_point(row: &Row, figures: &Figures, tasks: u64) -> Option<ChartPoint> {
    let predicted = row.predicted?;
    let y = match (figures.baseline, predicted.expected) {
        (Some(_), _) => predicted.speedup?,
        (None, Expected::WallS(wall_s)) => tasks as f64 / wall_s,
        (None, Expected::Speedup(_)) => return None,
    };
    Some(ChartPoint { x: f64::from(row.config.workers), y, low: y, high: y })
}

/// What the legend calls the series of a row: with the threads of each process where that tells it from another.
fn name(figures: &Figures, row: &Row) -> String {
    let series = SeriesKey::of(&row.config);
    let another = || {
        let mut others = figures.rows.iter().map(|row| SeriesKey::of(&row.config));
        others.any(|other| other.backend == series.backend && other.per_process != series.per_process)
    };
    match (figures.varied(), series.per_process) {
        (Some(_), _) => row.label.clone(),
        (None, Some(threads)) if another() => format!("{} × nx{threads}", series.label()),
        (None, _) => series.label(),
    }
}
