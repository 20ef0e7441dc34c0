//! The CPUs that watched programs used, over time: a series a program.

use super::figures_chart::FiguresChart;
use crate::chart::{Chart, ChartPoint, ChartSeries, ChartUnit, SeriesMark, XAxisKind};
use crate::record::CpuCourse;
use crate::results::Figures;

/// The chart of all configurations; without any series where no program was watched.
pub(super) fn over_time(figures: &Figures) -> FiguresChart {
    let watched = figures.rows.iter().enumerate().filter_map(|(index, row)| Some((index, row, row.program.as_ref()?)));
    let (mut series, mut rows) = (Vec::new(), Vec::new());
    for (index, row, program) in watched {
        let of_row = cpu_series(&program.program.cpus, row.mark, &row.label);
        rows.push(vec![index; of_row.points.len()]);
        series.push(of_row);
    }
    FiguresChart { chart: chart(series), rows, is_few: false }
}

/// The chart of one program.
pub fn cpus_over_time(course: &CpuCourse, mark: SeriesMark, name: &str) -> Chart {
    chart(vec![cpu_series(course, mark, name)])
}

fn chart(series: Vec<ChartSeries>) -> Chart {
    Chart {
        series,
        x_kind: XAxisKind::Time,
        x_label: "time".to_owned(),
        y_unit: ChartUnit::Number,
        y_label: "CPUs used".to_owned(),
        ..Chart::default()
    }
}

/// A point at the middle of each sample, after that at which the program was started.
fn cpu_series(course: &CpuCourse, mark: SeriesMark, name: &str) -> ChartSeries {
    let begun = std::iter::once(0.0).chain(course.until_s.iter().copied());
    let samples = course.until_s.iter().zip(begun).zip(&course.used);
    let points = samples.map(|((until_s, from_s), used)| ChartPoint::bare(f64::midpoint(from_s, *until_s), *used));
    let start = std::iter::once(ChartPoint::bare(0.0, 0.0));
    ChartSeries { name: name.to_owned(), mark, points: start.chain(points).collect(), ..ChartSeries::default() }
}
