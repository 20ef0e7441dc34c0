//! The geometry of horizontal bars: one axis from nothing to what is known well, laid on whole columns.

use super::model::{Chart, ChartReference};
use super::ruler::Ruler;
use super::scale::AxisScale;
use super::ticks::AxisTick;

/// The axis that bars lie along.
#[derive(Debug, Clone, PartialEq)]
pub struct BarsLayout {
    /// From nothing at the left end.
    pub axis: AxisScale,
    /// Three ticks at least, each on a column, where there are columns enough.
    pub ticks: Vec<AxisTick>,
}

/// Columns of a tick's label with the blanks around it.
const LABEL: u32 = 7;

impl BarsLayout {
    /// The axis for the points of a chart on so many columns; `None` without any point, or any column.
    pub fn new(chart: &Chart, columns: u16) -> Option<Self> {
        let sure: Vec<f64> = ends(chart, true);
        let all = if sure.is_empty() { ends(chart, false) } else { sure };
        let most = all.into_iter().reduce(f64::max)?.max(0.0);
        let most = if chart.y_unit.anchor() == Some(1.0) { most.max(1.0) } else { most };
        let most = if most > 0.0 { most } else { 1.0 };
        let apart = (LABEL.min(u32::from(columns / 3).max(1)), u32::from(columns / 2).max(1));
        let ruler =
            Ruler { lo: 0.0, hi: most, rows: columns.max(3), unit: chart.y_unit, on_axis: false, apart, is_log: false };
        let (axis, ticks) = ruler.linear();
        (columns >= 3).then_some(Self { axis, ticks })
    }
}

/// The upper ends of all points, of those alone that are sure, or without bars of all.
fn ends(chart: &Chart, sure: bool) -> Vec<f64> {
    let points = chart.points().filter(|point| point.is_sure || !sure);
    points.map(|point| if sure { point.held().1 } else { point.y }).collect()
}

impl Chart {
    /// What the line to compare with says of a point at x, if there is one.
    pub fn reference_at(&self, x: f64) -> Option<f64> {
        match self.drawn_reference()? {
            ChartReference::Level(level) => Some(level),
            ChartReference::Ideal { slope, until } => Some(slope * until.map_or(x, |until| x.min(until))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{ChartPoint, ChartSeries};
    use super::super::unit::ChartUnit;
    use super::*;

    #[test]
    fn bars_begin_at_nothing_and_have_three_ticks() {
        for (values, top) in [(vec![1.0, 1.55], 1.55), (vec![0.8, 28.0], 0.8), (vec![0.0], 1.0)] {
            let point = |y: f64| ChartPoint { is_sure: y < 20.0, ..ChartPoint::bare(2.0, y) };
            let points = values.iter().map(|y| point(*y)).collect();
            let series = vec![ChartSeries { points, ..ChartSeries::default() }];
            let chart = Chart { series, y_unit: ChartUnit::Ratio, ..Chart::default() };
            for columns in 9..100 {
                let layout = BarsLayout::new(&chart, columns).expect("points and columns");
                assert_eq!(layout.axis.position(0.0), 0.0);
                assert!(layout.axis.position(top) <= 1.0 + 1e-9, "{columns} {layout:?}");
                assert!(layout.ticks.len() >= 3, "{columns}: {layout:?}");
            }
        }
        assert_eq!(BarsLayout::new(&Chart::default(), 40), None);
    }
}
