//! The memory of all processes of a trial over its time: a series a backend and dispatch, that of the most workers, or
//! where something is varied that of its last point.

use super::figures_chart::FiguresChart;
use crate::chart::{Chart, ChartPoint, ChartSeries, ChartUnit, SeriesMark, XAxisKind};
use crate::record::MemoryCourse;
use crate::results::Figures;
use crate::scenario::SeriesKey;

/// The chart; without any series where no memory was measured.
pub(super) fn over_time(figures: &Figures) -> FiguresChart {
    let (mut series, mut rows) = (Vec::new(), Vec::new());
    for curve in SeriesKey::curves() {
        let of_curve = figures.rows.iter().enumerate().filter(|(_, row)| SeriesKey::curve(&row.config) == curve);
        let with_memory = of_curve.filter_map(|(index, row)| Some((index, row, row.memory.as_ref()?)));
        let Some((index, row, memory)) = with_memory.max_by_key(|(_, row, _)| row.config.workers) else { continue };
        let points = points(memory);
        rows.push(vec![index; points.len()]);
        series.push(ChartSeries { name: row.label.clone(), mark: row.mark, points, ..ChartSeries::default() });
    }
    FiguresChart { chart: chart(series), rows, is_few: false }
}

/// The memory of a program over its time.
pub fn memory_over_time(memory: &MemoryCourse, mark: SeriesMark) -> Chart {
    chart(vec![ChartSeries { mark, points: points(memory), ..ChartSeries::default() }])
}

fn chart(series: Vec<ChartSeries>) -> Chart {
    Chart {
        series,
        x_kind: XAxisKind::Time,
        x_label: "time".to_owned(),
        y_unit: ChartUnit::Bytes,
        y_label: "memory".to_owned(),
        ..Chart::default()
    }
}

fn points(memory: &MemoryCourse) -> Vec<ChartPoint> {
    let samples = memory.at_s.iter().zip(&memory.total_bytes);
    samples.map(|(at_s, bytes)| ChartPoint::bare(*at_s, *bytes as f64)).collect()
}
