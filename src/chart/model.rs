//! What a chart shows, in the terms of its data: series of points with error bars, predictions, a line to compare with.
//! It knows no size and no place.

use super::unit::ChartUnit;

/// A measured or predicted point. What is not finite is not drawn; an error bar that is not finite is left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// Workers, or the value of what was varied.
    pub x: f64,
    /// What was measured.
    pub y: f64,
    /// Lower end of the error bar.
    pub low: f64,
    /// Upper end of the error bar.
    pub high: f64,
    /// Whether it can be true, so that the axes have to hold it. Of the others those are shown that lie near; what lies
    /// far off is told at the edge.
    pub is_sure: bool,
}

/// What tells a series from others, wherever it is seen: it keeps that when others come and go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesMark {
    /// What it is one of: those of a family have one colour.
    pub family: usize,
    /// Which of the family it is: each has a mark of its own.
    pub member: usize,
}

/// Points that belong together, in the order of x.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChartSeries {
    /// Its name in the legend.
    pub name: String,
    /// Which mark and colour it has.
    pub mark: SeriesMark,
    /// Its points.
    pub points: Vec<ChartPoint>,
    /// A short word beside each point, for points of one x that differ in something else; empty if there is none.
    pub tags: Vec<String>,
}

/// A curve by a law that was fitted to a series, in its colour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChartCurve {
    /// Which series it is of, see [`ChartSeries::mark`].
    pub mark: SeriesMark,
    /// Places along it, close enough for straight lines, in the order of x; their error bars are the band that the curve
    /// lies in.
    pub points: Vec<ChartPoint>,
    /// The x up to which something was measured: beyond, the curve is what the law expects.
    pub measured_until: f64,
}

/// A line to compare the points with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChartReference {
    /// The ideal: y is x times `slope`, which is 1 for a speedup over a serial baseline.
    Ideal {
        /// The ideal's y for each worker.
        slope: f64,
        /// The x that it ends at: beyond the CPUs there is no more to be had. `None` where that is not known.
        until: Option<f64>,
    },
    /// A fraction to compare y with, which is a fraction too: a horizontal line.
    Level(f64),
}

/// What the x axis counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum XAxisKind {
    /// Numbers of workers.
    #[default]
    Workers,
    /// The values of something that was varied, in this unit.
    Values(ChartUnit),
    /// Seconds that went by.
    Time,
}

/// A chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// What was measured.
    pub series: Vec<ChartSeries>,
    /// What was predicted, in the colours of the series with the same [`ChartSeries::mark`].
    pub predictions: Vec<ChartSeries>,
    /// What laws make of the series; they go on beyond what was measured.
    pub curves: Vec<ChartCurve>,
    /// What to compare with; `None` draws no line, and what cannot be drawn (a slope of 0) counts as none.
    pub reference: Option<ChartReference>,
    /// Values of x that there will be points at, so that the axis stands still while they come in.
    pub planned_x: Vec<f64>,
    /// What x counts.
    pub x_kind: XAxisKind,
    /// What x is, e.g. `workers`.
    pub x_label: String,
    /// How y is written.
    pub y_unit: ChartUnit,
    /// What y is, e.g. `speedup`.
    pub y_label: String,
    /// What the error bars are, e.g. `95 %`; empty where there are none.
    pub bars: String,
}

/// Values beyond this are taken for mistakes, as what is not finite: they would leave nothing else to see.
const LARGEST: f64 = 1e15;

pub(super) fn is_fine(value: f64) -> bool {
    value.is_finite() && value.abs() < LARGEST
}

impl ChartPoint {
    /// A point without an error bar that the axes have to hold.
    pub fn bare(x: f64, y: f64) -> Self {
        Self { x, y, low: f64::NAN, high: f64::NAN, is_sure: true }
    }

    pub(super) fn is_drawable(&self) -> bool {
        is_fine(self.x) && is_fine(self.y)
    }

    pub(super) fn has_bar(&self) -> bool {
        is_fine(self.low) && is_fine(self.high)
    }

    /// What of its error bar the axes have to hold: nothing of one that is longer than the point is high.
    pub(super) fn held(&self) -> (f64, f64) {
        let (low, high) = self.spread();
        if high - low <= self.y.abs() { (low, high) } else { (self.y, self.y) }
    }

    /// The error bar, the point itself included.
    pub(super) fn spread(&self) -> (f64, f64) {
        let or_y = |value: f64| if is_fine(value) { value } else { self.y };
        (or_y(self.low).min(self.y), or_y(self.high).max(self.y))
    }
}

impl ChartCurve {
    pub(super) fn drawable(&self) -> impl DoubleEndedIterator<Item = &ChartPoint> {
        self.points.iter().filter(|point| point.is_drawable())
    }
}

impl ChartSeries {
    /// The points that are drawn, with their index among all of its points.
    pub(super) fn drawable(&self) -> impl Iterator<Item = (usize, &ChartPoint)> {
        self.points.iter().enumerate().filter(|(_, point)| point.is_drawable())
    }

    pub(super) fn is_drawn(&self) -> bool {
        self.drawable().next().is_some()
    }
}

impl XAxisKind {
    /// A value of x, as short as it may be said on the axis.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Workers => super::unit::plain(value),
            Self::Values(unit) => unit.short(value),
            Self::Time => crate::units::seconds(value),
        }
    }
}

impl Chart {
    /// Whether there is anything to draw.
    pub fn has_points(&self) -> bool {
        self.points().next().is_some()
    }

    /// Every point that is drawn, measured or predicted.
    pub(super) fn points(&self) -> impl Iterator<Item = &ChartPoint> {
        self.series.iter().chain(&self.predictions).flat_map(ChartSeries::drawable).map(|(_, point)| point)
    }

    /// Every x that has a point, or will have one, and the one that curves go on to.
    pub(super) fn all_x(&self) -> impl Iterator<Item = f64> {
        let ends = self.curves.iter().filter_map(|curve| curve.drawable().last().map(|point| point.x));
        let end = ends.max_by(f64::total_cmp);
        self.points().map(|point| point.x).chain(self.planned_x.iter().copied().filter(|x| is_fine(*x))).chain(end)
    }

    /// How high the curves go and how low.
    pub(super) fn curve_ys(&self) -> impl Iterator<Item = f64> {
        self.curves.iter().flat_map(ChartCurve::drawable).map(|point| point.y)
    }

    /// The line to compare with, if it can be drawn.
    pub(super) fn drawn_reference(&self) -> Option<ChartReference> {
        self.reference.filter(|reference| match *reference {
            ChartReference::Ideal { slope, .. } => is_fine(slope) && slope > 0.0,
            ChartReference::Level(level) => (0.0..=1.0).contains(&level),
        })
    }

    /// Whether anything drawn has an error bar.
    pub(super) fn has_bars(&self) -> bool {
        !self.bars.is_empty() && self.series.iter().any(|series| series.drawable().any(|(_, point)| point.has_bar()))
    }
}
