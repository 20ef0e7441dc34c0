//! Points, error bars and the line to compare with, as fractions of the axes. It knows no size and no rounding.

use super::axes::ChartAxes;
use super::model::{Chart, ChartPoint, ChartReference, ChartSeries, SeriesMark};

/// A point that is drawn. Its own place is on the axes; the ends of its error bar may lie beyond them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedPoint {
    /// Its index among all points of its series.
    pub index: usize,
    /// Along the x axis, 0..1.
    pub x: f64,
    /// Along the y axis, 0..1.
    pub y: f64,
    /// Lower end of its error bar along the y axis; `y` without one.
    pub low: f64,
    /// Upper end of its error bar along the y axis; `y` without one.
    pub high: f64,
}

/// A series with those of its points that are drawn, in the order of x: a line joins them.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedSeries {
    /// Its mark and colour, see [`ChartSeries::mark`].
    pub mark: SeriesMark,
    /// Its points.
    pub points: Vec<PlacedPoint>,
}

/// A straight line from the plot's left edge to its right one. Its ends may lie above or below the plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedReference {
    /// Along the y axis at the left edge.
    pub left: f64,
    /// Along the y axis at the right edge.
    pub right: f64,
}

impl PlacedSeries {
    pub(super) fn new(series: &ChartSeries, axes: &ChartAxes) -> Self {
        let points = series.drawable().map(|(index, point)| PlacedPoint::new(index, point, axes)).collect();
        Self { mark: series.mark, points }
    }

    /// Where the series ends: the place of a name beside it.
    pub fn end(&self) -> Option<&PlacedPoint> {
        self.points.last()
    }
}

impl PlacedPoint {
    fn new(index: usize, point: &ChartPoint, axes: &ChartAxes) -> Self {
        let (low, high) = point.spread();
        let y = axes.y.at(point.y);
        let end = |value: f64| if value == point.y { y } else { axes.y.position(value) };
        Self { index, x: axes.x.at(point.x), y, low: end(low), high: end(high) }
    }
}

impl PlacedReference {
    /// `edges` are the fractions of the x axis at the plot's edges.
    pub(super) fn new(chart: &Chart, axes: &ChartAxes, edges: [f64; 2]) -> Option<Self> {
        let [left, right] = match chart.drawn_reference()? {
            ChartReference::Ideal { slope } => edges.map(|edge| axes.y.position(slope * axes.x.value(edge))),
            ChartReference::Level(level) => [axes.y.position(level); 2],
        };
        Some(Self { left, right })
    }
}
