//! The chart of a run's figures: a series a backend and dispatch, over workers; efficiencies over what the scenario
//! varies, a series a backend, dispatch and number of workers. What draws it is not asked.
//!
//! A scenario without a baseline has no speedups; its chart shows tasks a second instead.

use std::collections::BTreeMap;

use super::{Figures, Row, WORTH_WHILE};
use crate::chart::{Chart, ChartPoint, ChartReference, ChartSeries, XAxisKind};
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
        let mut by_series: BTreeMap<usize, Vec<(usize, ChartPoint)>> = BTreeMap::new();
        for (index, row) in figures.rows.iter().enumerate() {
            if let (Some(series), Some(point)) = (figures.series_index(row), point(row, figures)) {
                by_series.entry(series).or_default().push((index, point));
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

    /// Which series a row belongs to, and so its mark and colour in chart and table: by its curve, or by its place
    /// among the rows of its point. `None` for what is not in the chart.
    pub fn series_index(&self, row: &Row) -> Option<usize> {
        match self.varied() {
            None => curves(self).position(|curve| curve == SeriesKey::curve(&row.config)),
            Some(_) if self.is_yardstick(row) => None,
            Some(_) => {
                let baseline = self.baseline.and_then(|baseline| self.rows.get(baseline));
                let is_before = baseline.is_some_and(|baseline| baseline.place < row.place);
                Some(row.place - usize::from(is_before))
            }
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
    let points = |curve: SeriesKey| -> Vec<ChartPoint> {
        let rows = figures.rows.iter().filter(|row| SeriesKey::curve(&row.config) == curve);
        rows.filter_map(|row| predicted_point(row, figures, tasks)).collect()
    };
    let all = curves(figures).enumerate();
    let all = all.map(|(mark, curve)| ChartSeries { name: curve.label(), mark, points: points(curve) });
    all.filter(|series| !series.points.is_empty()).collect()
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

/// What the legend calls the series of a row.
fn name(figures: &Figures, row: &Row) -> String {
    match figures.varied() {
        None => SeriesKey::curve(&row.config).label(),
        Some(_) => row.label.clone(),
    }
}

/// The curves of the plan, whether measured or not, so that none changes its mark when another comes.
fn curves(figures: &Figures) -> impl Iterator<Item = SeriesKey> {
    SeriesKey::curves().filter(|curve| figures.rows.iter().any(|row| SeriesKey::curve(&row.config) == *curve))
}
