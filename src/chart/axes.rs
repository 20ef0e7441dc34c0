//! Which axes a chart has: linear or logarithmic, from where to where, and how much of the ideal they show.
//!
//! Both are linear, y from 0, unless the workers span more than a factor of 16: then both are logarithmic, on which
//! the ideal is a straight line too. An ideal far above the data is cut off. Over the values of something else, x is
//! logarithmic beyond a factor of 10, with 0 at its left end if that was measured, too; y is linear where there is a
//! level to compare it with.

use super::model::{Chart, ChartPoint, ChartReference, XAxisKind};
use super::scale::AxisScale;

/// The axes of a chart. They depend on the data alone, not on the size it is drawn at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartAxes {
    /// Along x.
    pub x: AxisScale,
    /// Along y.
    pub y: AxisScale,
    /// Whether the ideal leaves the chart at the top.
    pub cuts_ideal: bool,
}

impl ChartAxes {
    /// Axes that hold all points and as much of the ideal as leaves the points room; `None` without any point.
    pub fn of(chart: &Chart) -> Option<Self> {
        let x = XRange::of(chart)?;
        match chart.drawn_reference() {
            Some(ChartReference::Level(_)) => Self::with_level(chart, &x),
            Some(ChartReference::Ideal { slope }) => Self::with_ideal(chart, &x, slope * x.max),
            None => Self::with_ideal(chart, &x, 0.0),
        }
    }

    /// Bars may be cut off: those of the shortest tasks would squash everything else.
    fn with_level(chart: &Chart, x: &XRange) -> Option<Self> {
        let (least, most) = extent(chart.points().map(|point| point.y))?;
        let y = AxisScale::linear(least.min(0.0), most.max(1.0) * 1.1);
        Some(Self { x: x.scale(x.suits_log), y, cuts_ideal: false })
    }

    /// `ideal_top` is the ideal's y at the right end of x, or 0 without one.
    fn with_ideal(chart: &Chart, x: &XRange, ideal_top: f64) -> Option<Self> {
        let (low, high) = extent(chart.points().flat_map(|point| <[f64; 2]>::from(point.spread())))?;
        let log = x.suits_log && chart.points().all(|point| point.y > 0.0);
        // On a logarithmic axis more of the ideal can be shown without squashing the data.
        let most = if log { 4.0 } else { 1.6 };
        let cuts_ideal = ideal_top > high.max(0.0) * most;
        let top = if cuts_ideal { high * most } else { high.max(ideal_top) };
        let y = if log {
            let (smallest, _) = extent(chart.points().map(|point| point.y))?;
            AxisScale::log_floor(if low > 0.0 { low } else { smallest }, top)
        } else {
            // A little air above data that nothing else tops.
            let air = if top <= high { (top - low.min(0.0)) * 0.05 } else { 0.0 };
            AxisScale::linear(low.min(0.0), top + air)
        };
        Some(Self { x: x.scale(log), y, cuts_ideal })
    }
}

/// From where to where x goes.
struct XRange {
    min: f64,
    max: f64,
    /// Where a logarithmic axis begins.
    log_min: f64,
    /// Whether x spans so much that a logarithmic axis reads better.
    suits_log: bool,
}

impl XRange {
    fn of(chart: &Chart) -> Option<Self> {
        let (min, max) = extent(chart.points().map(|point| point.x))?;
        let wide = match chart.x_kind {
            XAxisKind::Workers => 16.0,
            XAxisKind::Values => 10.0,
        };
        let positive = |point: &&ChartPoint| point.x > 0.0;
        let (least, _) = extent(chart.points().filter(positive).map(|point| point.x)).unwrap_or((min, max));
        let has_log = min > 0.0 || (min == 0.0 && chart.x_kind == XAxisKind::Values);
        let suits_log = least > 0.0 && max / least > wide && has_log;
        // Nothing has a place of its own, left of the least there is.
        let log_min = if min > 0.0 { min } else { least / (max / least).powf(0.2) };
        Some(Self { min, max, log_min, suits_log })
    }

    fn scale(&self, log: bool) -> AxisScale {
        if log { AxisScale::log(self.log_min, self.max) } else { AxisScale::linear(self.min, self.max) }
    }
}

/// The least and the greatest.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |so_far, v| match so_far {
        None => Some((v, v)),
        Some((min, max)) => Some((v.min(min), v.max(max))),
    })
}
