//! The charts of a run's figures. What draws them is not asked.
//!
//! | subject | y | x |
//! |---|---|---|
//! | figures | speedup, a series a backend and dispatch | workers |
//! | | efficiency, a series a backend, dispatch and number of workers | what the scenario varies |
//! | | tasks a second, for scenarios without a baseline | either |
//! | efficiency | efficiency, a series a backend and dispatch | workers |
//! | wall time | what speedups are made of, in seconds | either |
//! | throughput | tasks a second beside speedups or efficiencies | either |
//! | loss | the part of the updates that were lost, of the objects that leaked | either |
//! | time | shares of the workers' time, a bar a configuration | |
//! | CPUs used | CPUs that watched programs kept busy, a series a program | seconds of a trial |
//! | memory | bytes of all processes, a series a backend | seconds of a trial |

mod cpus;
mod figures_chart;
mod laws;
mod memory;
mod points;
mod subject;

use std::collections::BTreeMap;

use super::{Figures, INTERVAL, Row};
use crate::chart::{Chart, ChartPoint, ChartSeries, ChartUnit, SeriesMark, XAxisKind};
use crate::scenario::{Config, Expected, Layout, SeriesKey};

pub use cpus::cpus_over_time;
pub use figures_chart::FiguresChart;
pub use memory::memory_over_time;
use points::x_of;
pub use subject::ChartSubject;

/// With fewer values of x than this, there is nothing for a line to show.
const LINE_MIN: usize = 3;

impl FiguresChart {
    /// The chart of a subject of trials with so many tasks.
    pub fn of(figures: &Figures, subject: ChartSubject, tasks: u64) -> Self {
        match subject {
            ChartSubject::Memory => memory::over_time(figures),
            ChartSubject::CpusUsed => cpus::over_time(figures),
            ChartSubject::Figures => Self::of_rows(figures, subject, predictions(figures, tasks)),
            ChartSubject::Time => Self::default(),
            ChartSubject::Efficiency | ChartSubject::WallTime | ChartSubject::Throughput | ChartSubject::Loss => {
                Self::of_rows(figures, subject, Vec::new())
            }
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
            curves: Vec::new(),
            reference: subject.reference(figures),
            planned_x,
            x_kind,
            x_label: x_label.to_owned(),
            y_unit: subject.unit(figures),
            y_label: subject.measure(figures).to_owned(),
            bars: if subject.has_intervals() { INTERVAL.to_owned() } else { String::new() },
        };
        Self { chart, rows, is_few }
    }
}

/// What the legend calls the series of a row: with the threads of each process where that tells it from another, and with
/// the interpreter where there are several.
fn name(figures: &Figures, row: &Row) -> String {
    let series = SeriesKey::of(&row.config);
    let another = || {
        let mut others = figures.rows.iter().map(|row| SeriesKey::of(&row.config));
        others.any(|other| other.backend == series.backend && other.per_process != series.per_process)
    };
    match (figures.varied(), series.per_process) {
        (Some(_), _) => row.label.clone(),
        (None, Some(threads)) if another() => format!("{} × nx{threads}", series.label()),
        (None, _) => series_label(&row.config),
    }
}

/// The name of the series of a configuration: `threads`, `threads (emulated)`.
pub(super) fn series_label(config: &Config) -> String {
    let interpreter = config.point_name().map(|name| format!(" ({name})")).unwrap_or_default();
    format!("{}{interpreter}", SeriesKey::of(config).label())
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
