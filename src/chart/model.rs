//! What a chart shows, in the terms of its data: series of points with error bars, predictions, a line to compare with.
//! It knows no size and no place.

use super::ticks;

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
}

/// What tells a series from others, wherever it is seen: it keeps that when others come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesMark {
    /// What it is one of: those of a family have one colour.
    pub family: usize,
    /// Which of the family it is: each has a mark of its own.
    pub member: usize,
}

/// Points that belong together, in the order of x.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartSeries {
    /// Its name in the legend.
    pub name: String,
    /// Which mark and colour it has.
    pub mark: SeriesMark,
    /// Its points.
    pub points: Vec<ChartPoint>,
}

/// A line to compare the points with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChartReference {
    /// The ideal: y is x times `slope`, which is 1 for a speedup over a serial baseline.
    Ideal {
        /// The ideal's y for each worker.
        slope: f64,
    },
    /// A fraction to compare y with, which is a fraction too: a horizontal line.
    Level(f64),
}

/// What the x axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XAxisKind {
    /// Numbers of workers.
    Workers,
    /// The values of something that was varied.
    Values,
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What was measured.
    pub series: Vec<ChartSeries>,
    /// What was predicted, in the colours of the series with the same [`ChartSeries::mark`].
    pub predictions: Vec<ChartSeries>,
    /// What to compare with; `None` draws no line, and what cannot be drawn (a slope of 0) counts as none.
    pub reference: Option<ChartReference>,
    /// What x counts.
    pub x_kind: XAxisKind,
    /// What x is, e.g. `workers`.
    pub x_label: String,
    /// What y is, e.g. `speedup`.
    pub y_label: String,
}

/// Values beyond this are taken for mistakes, as what is not finite: they would leave nothing else to see.
const LARGEST: f64 = 1e15;

fn is_fine(value: f64) -> bool {
    value.is_finite() && value.abs() < LARGEST
}

impl ChartPoint {
    pub(super) fn is_drawable(&self) -> bool {
        is_fine(self.x) && is_fine(self.y)
    }

    /// The error bar, the point itself included.
    pub(super) fn spread(&self) -> (f64, f64) {
        let or_y = |value: f64| if is_fine(value) { value } else { self.y };
        (or_y(self.low).min(self.y), or_y(self.high).max(self.y))
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
            Self::Workers => ticks::plain(value),
            Self::Values => ticks::compact(value),
        }
    }
}

impl Chart {
    /// Every point that is drawn, measured or predicted.
    pub(super) fn points(&self) -> impl Iterator<Item = &ChartPoint> {
        self.series.iter().chain(&self.predictions).flat_map(ChartSeries::drawable).map(|(_, point)| point)
    }

    /// The line to compare with, if it can be drawn.
    pub(super) fn drawn_reference(&self) -> Option<ChartReference> {
        self.reference.filter(|reference| match *reference {
            ChartReference::Ideal { slope } => is_fine(slope) && slope > 0.0,
            ChartReference::Level(level) => (0.0..=1.0).contains(&level),
        })
    }
}
