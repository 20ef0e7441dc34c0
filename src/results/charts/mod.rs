//! The charts of a run's figures. What draws them is not asked.
//!
//! | subject | y | x |
//! |---|---|---|
//! | figures | speedup, a series a backend and dispatch | workers |
//! | | efficiency, a series a backend, dispatch and number of workers | what the scenario varies |
//! | | tasks a second, for scenarios without a baseline | either |
//! | harm | the part of the updates that were lost, of the objects that leaked | either |
//! | memory | bytes of all processes, a series a backend | seconds of a trial |

mod memory;
mod subject;

use std::collections::BTreeMap;

use super::{Figures, INTERVAL, Row, WORTH_WHILE};
use crate::analysis::Interval;
use crate::chart::{Chart, ChartPoint, ChartReference, ChartSeries, ChartUnit, SeriesMark, XAxisKind};
use crate::scenario::{Expected, Layout, SeriesKey};

pub use subject::ChartSubject;

/// A chart, and which row each of its points is of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FiguresChart {
    /// What it shows; without any series and prediction while nothing is known.
    pub chart: Chart,
    /// The rows of the points of each series.
    rows: Vec<Vec<usize>>,
    /// Whether it is of so few values of x that bars show it better than lines: by the plan, so that it stays so.
    is_few: bool,
}

/// With fewer values of x than this, there is nothing for a line to show.
const LINE_MIN: usize = 3;

/// The efficiency beyond which a speedup is not believed: no cache explains more.
const PLAUSIBLE: f64 = 2.0;

impl FiguresChart {
    /// The chart of a subject of trials with so many tasks.
    pub fn of(figures: &Figures, subject: ChartSubject, tasks: u64) -> Self {
        match subject {
            ChartSubject::Memory => memory::over_time(figures),
            ChartSubject::Figures => Self::of_rows(figures, subject, predictions(figures, tasks)),
            ChartSubject::Harm => Self::of_rows(figures, subject, Vec::new()),
        }
    }

    fn of_rows(figures: &Figures, subject: ChartSubject, predictions: Vec<ChartSeries>) -> Self {
        let mut by_series: BTreeMap<SeriesMark, Vec<(usize, ChartPoint)>> = BTreeMap::new();
        for (index, row) in figures.rows.iter().enumerate().filter(|(_, row)| !figures.is_yardstick(row)) {
            if let Some(point) = subject.point(row, figures) {
                by_series.entry(row.mark).or_default().push((index, point));
            }
        }
        let (mut series, mut rows) = (Vec::new(), Vec::new());
        for (mark, mut points) in by_series {
            points.sort_by(|(_, a), (_, b)| a.x.total_cmp(&b.x));
            let (of_points, points): (Vec<usize>, Vec<ChartPoint>) = points.into_iter().unzip();
            let tags = of_points.iter().map(|row| tag(figures, &figures.rows[*row])).collect();
            series.push(ChartSeries { name: name(figures, &figures.rows[of_points[0]]), mark, points, tags });
            rows.push(of_points);
        }
        let planned_x = planned_x(figures);
        let is_few = planned_x.len() < LINE_MIN;
        let (x_kind, x_label) = match figures.varied() {
            None => (XAxisKind::Workers, "workers"),
            Some(key) => (XAxisKind::Values(varied_unit(figures)), key),
        };
        let chart = Chart {
            series,
            predictions,
            reference: subject.reference(figures),
            planned_x,
            x_kind,
            x_label: x_label.to_owned(),
            y_unit: subject.unit(figures),
            y_label: subject.measure(figures).to_owned(),
            bars: subject.has_intervals().then(|| INTERVAL.to_owned()).unwrap_or_default(),
        };
        Self { chart, rows, is_few }
    }

    /// Whether nothing is known that it could show.
    pub fn is_empty(&self) -> bool {
        self.chart.series.is_empty() && self.chart.predictions.is_empty()
    }

    /// Whether it is to be shown as bars with numbers.
    pub fn is_few(&self) -> bool {
        self.is_few
    }

    /// What was predicted of the series with a mark at x.
    pub fn predicted(&self, mark: SeriesMark, x: f64) -> Option<f64> {
        let series = self.chart.predictions.iter().filter(|series| series.mark == mark);
        series.flat_map(|series| &series.points).find(|point| point.x == x).map(|point| point.y)
    }

    /// Every point with its row and its mark, in the order of the rows.
    pub fn by_row(&self) -> Vec<(usize, SeriesMark, ChartPoint)> {
        let all = self.chart.series.iter().zip(&self.rows);
        let of_series = |(series, rows): (&ChartSeries, &Vec<usize>)| -> Vec<(usize, SeriesMark, ChartPoint)> {
            rows.iter().zip(&series.points).map(|(row, point)| (*row, series.mark, *point)).collect()
        };
        let mut points: Vec<(usize, SeriesMark, ChartPoint)> = all.flat_map(of_series).collect();
        points.sort_by_key(|(row, ..)| *row);
        points
    }

    /// The point of a row: index of its series, index in its points.
    pub fn point_of(&self, row: usize) -> Option<(usize, usize)> {
        let mut series = self.rows.iter().enumerate();
        series.find_map(|(series, rows)| Some((series, rows.iter().position(|of_point| *of_point == row)?)))
    }
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
fn x_of(row: &Row) -> Option<f64> {
    match &row.config.point {
        None => Some(f64::from(row.config.workers)),
        Some(point) => point.value.as_number(),
    }
}

/// Every x of the plan, measured or not, once.
fn planned_x(figures: &Figures) -> Vec<f64> {
    let in_chart = figures.rows.iter().filter(|row| !figures.is_yardstick(row));
    let mut all: Vec<f64> = in_chart.filter_map(x_of).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

fn varied_unit(figures: &Figures) -> ChartUnit {
    let point = figures.rows.first().and_then(|row| row.config.point.as_ref());
    if point.is_some_and(|point| point.is_bytes()) { ChartUnit::Bytes } else { ChartUnit::Number }
}

/// What tells a row from others with as many workers: how these are spread over processes.
fn tag(figures: &Figures, row: &Row) -> String {
    match row.config.layout().filter(|_| figures.varied().is_none()) {
        Some(Layout { processes, threads }) => format!("{processes}x{threads}"),
        None => String::new(),
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
fn reference(figures: &Figures) -> Option<ChartReference> {
    match figures.varied() {
        None => ideal(figures),
        Some(_) => figures.baseline.map(|_| ChartReference::Level(WORTH_WHILE)),
    }
}

fn point(row: &Row, figures: &Figures) -> Option<ChartPoint> {
    let x = x_of(row)?;
    if figures.baseline.is_some() {
        let speedup = row.speedup?;
        let part = if row.config.point.is_some() { row.efficiency? / speedup.value } else { 1.0 };
        let [low, high] = ends(speedup.ci95).map(|end| end * part);
        return Some(ChartPoint { x, y: speedup.value * part, low, high, is_sure: is_sure(row) });
    }
    let (wall, y) = (row.wall_s?, row.tasks_per_s?);
    let [low, high] = ends(row.wall_ci95);
    let rate = |s: f64| if s > 0.0 { y * wall.median / s } else { f64::NAN };
    Some(ChartPoint { x, y, low: rate(high), high: rate(low), is_sure: true })
}

fn ends(interval: Option<Interval>) -> [f64; 2] {
    interval.map_or([f64::NAN; 2], |interval| [interval.low, interval.high])
}

/// Whether a row's speedup can be true: if not, it tells of its baseline rather than of itself.
fn is_sure(row: &Row) -> bool {
    row.efficiency.is_none_or(|efficiency| efficiency <= PLAUSIBLE)
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
    let series = |(mark, (name, points))| ChartSeries { name, mark, points, ..ChartSeries::default() };
    by_series.into_iter().map(series).collect()
}

fn predicted_point(row: &Row, figures: &Figures, tasks: u64) -> Option<ChartPoint> {
    let predicted = row.predicted?;
    let y = match (figures.baseline, predicted.expected) {
        (Some(_), _) => predicted.speedup?,
        (None, Expected::WallS(wall_s)) => tasks as f64 / wall_s,
        (None, Expected::Speedup(_)) => return None,
    };
    // A guess may be anything: it is no reason to see less of what was measured.
    let measured = row.speedup.map(|speedup| speedup.value);
    let is_sure = measured.is_none_or(|measured| (measured / 2.0..=measured * 2.0).contains(&y));
    Some(ChartPoint { is_sure, ..ChartPoint::bare(f64::from(row.config.workers), y) })
}
