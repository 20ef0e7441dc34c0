//! Points, error bars and the line to compare with, as fractions of the axes. It knows no size and no rounding.

use super::axes::{ChartAxes, lies_beyond};
use super::model::{Chart, ChartCurve, ChartPoint, ChartReference, ChartSeries, SeriesMark};

/// A point that is drawn. Its own place is on the axes; the ends of its error bar may lie beyond them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedPoint {
    /// Its index among all points of its series.
    pub index: usize,
    /// Along the x axis, 0..1.
    pub x: f64,
    /// Along the y axis, 0..1; at an end for what lies beyond.
    pub y: f64,
    /// Lower end of its error bar along the y axis; `y` without one.
    pub low: f64,
    /// Upper end of its error bar along the y axis; `y` without one.
    pub high: f64,
    /// Which end of the y axis it lies beyond, if it does.
    pub beyond: Option<Beyond>,
    /// Where a line to it goes: as `y`, but not kept on the axis.
    pub line_y: f64,
    /// Whether it stands apart, left of the gap of a logarithmic axis: no line leads to it.
    pub is_apart: bool,
}

/// An end of the y axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// Beyond the upper one.
    Above,
    /// Beyond the lower one.
    Below,
}

/// A series with those of its points that are drawn, in the order of x: a line joins them.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedSeries {
    /// Its mark and colour, see [`ChartSeries::mark`].
    pub mark: SeriesMark,
    /// Its points.
    pub points: Vec<PlacedPoint>,
}

/// A line to compare with, from point to point, in fractions of the axes. It may go beyond the plot.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedReference {
    /// Its corners, from left to right: x and y.
    pub points: Vec<(f64, f64)>,
}

/// A curve by a law, in fractions of the axes. It may go beyond the plot.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedCurve {
    /// Which series it is of.
    pub mark: SeriesMark,
    /// Places along it, from left to right.
    pub points: Vec<CurvePlace>,
    /// Where along x what was measured ends.
    pub measured_until: f64,
}

/// A place along a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePlace {
    /// Along the x axis.
    pub x: f64,
    /// Along the y axis.
    pub y: f64,
    /// The lower and the upper edge of the band there; `None` where it has none.
    pub band: Option<[f64; 2]>,
}

/// Straight pieces of a line that is bent by its axes.
const PIECES: usize = 24;

impl PlacedSeries {
    pub(super) fn new(series: &ChartSeries, axes: &ChartAxes) -> Self {
        let points = series.drawable().map(|(index, point)| PlacedPoint::new(index, point, axes)).collect();
        Self { mark: series.mark, points }
    }

    /// Where the series ends: the place of a name beside it.
    pub fn end(&self) -> Option<&PlacedPoint> {
        self.points.last()
    }

    /// Points that a line joins, one pair after the other: those of one x are beside each other, not in a row.
    pub fn joined(&self) -> impl Iterator<Item = [&PlacedPoint; 2]> {
        let pairs = self.points.windows(2).map(|pair| [&pair[0], &pair[1]]);
        pairs.filter(|[a, b]| !a.is_apart && !b.is_apart && b.x > a.x)
    }
}

impl PlacedPoint {
    fn new(index: usize, point: &ChartPoint, axes: &ChartAxes) -> Self {
        let (low, high) = point.spread();
        let y = axes.y.at(point.y);
        let end = |value: f64| if value == point.y { y } else { axes.y.position(value) };
        let beyond = lies_beyond(point, &axes.y).map(|at| if at > 1.0 { Beyond::Above } else { Beyond::Below });
        Self {
            index,
            x: axes.x.at(point.x),
            y,
            low: end(low),
            high: end(high),
            beyond,
            line_y: axes.y.position(point.y),
            is_apart: axes.x_gap.is_some_and(|gap| axes.x.position(point.x) < gap),
        }
    }
}

impl PlacedCurve {
    pub(super) fn new(curve: &ChartCurve, axes: &ChartAxes) -> Self {
        let place = |point: &ChartPoint| CurvePlace {
            x: axes.x.position(point.x),
            y: axes.y.position(point.y),
            band: point.has_bar().then(|| [point.low, point.high].map(|end| axes.y.position(end))),
        };
        let points = curve.drawable().map(place).collect();
        Self { mark: curve.mark, points, measured_until: axes.x.position(curve.measured_until) }
    }

    /// Where it is at a fraction of the x axis, on a straight line between the places beside it; `None` before its
    /// start and after its end.
    pub fn at(&self, x: f64) -> Option<CurvePlace> {
        let after = self.points.partition_point(|place| place.x < x);
        let to = self.points.get(after)?;
        let from = if to.x == x { to } else { self.points.get(after.checked_sub(1)?)? };
        let part = if to.x > from.x { (x - from.x) / (to.x - from.x) } else { 0.0 };
        let between = |a: f64, b: f64| a + (b - a) * part;
        let band = from.band.zip(to.band).map(|(a, b)| [between(a[0], b[0]), between(a[1], b[1])]);
        Some(CurvePlace { x, y: between(from.y, to.y), band })
    }
}

impl PlacedReference {
    /// `edges` are the fractions of the x axis at the plot's edges.
    pub(super) fn new(chart: &Chart, axes: &ChartAxes, [left, right]: [f64; 2]) -> Option<Self> {
        let points = match chart.drawn_reference()? {
            ChartReference::Level(level) => [left, right].map(|x| (x, axes.y.position(level))).to_vec(),
            ChartReference::Ideal { slope, until } => {
                let end = until.map_or(right, |until| axes.x.position(until).min(right));
                let is_straight = axes.x.is_log() == axes.y.is_log();
                let pieces = if is_straight { 1 } else { PIECES };
                let x = |i: usize| left + (end - left) * i as f64 / pieces as f64;
                let place = |x: f64| (x, axes.y.position(slope * axes.x.value(x)));
                (0..=pieces).map(x).map(place).collect()
            }
        };
        Some(Self { points })
    }
}
