//! Which axes a chart has: linear or logarithmic, from where to where, and how much of the line to compare with they show.
//!
//! They hold what can be; what cannot, and lies far off, is told at the edge. They follow the data and not the
//! line to compare with, which is cut off where it would leave the data little room. Over workers both are
//! logarithmic if these span more than a factor of 16 and the data more than one of 8. Over other values, x is
//! logarithmic beyond a factor of 10, with 0 at its left end, beyond a gap, if that was measured, too.

use super::model::{Chart, ChartPoint, ChartReference, XAxisKind};
use super::ruler::{Ruler, rows_apart};
use super::scale::AxisScale;
use super::ticks::AxisTick;

/// The axes of a chart with so many rows.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartAxes {
    /// Along x.
    pub x: AxisScale,
    /// Along y.
    pub y: AxisScale,
    /// Ticks of the y axis, from below, each on a row.
    pub y_ticks: Vec<AxisTick>,
    /// Whether the line to compare with leaves the chart.
    pub cuts_reference: bool,
    /// Where along x nothing has its place apart from the rest of a logarithmic axis: the middle of the gap.
    pub x_gap: Option<f64>,
}

/// What the axes of a chart span, before they are laid on rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChartSpan {
    x: XRange,
    pub(super) x_is_log: bool,
    pub(super) y_is_log: bool,
    low: f64,
    high: f64,
    pub(super) cuts_reference: bool,
}

/// A line to compare with is shown to its end where that lies within so much of the data's span beyond the data.
const REFERENCE_BEYOND: f64 = 0.5;
/// What is not sure is held by the axes up to so much of the span of what is.
const UNSURE_BEYOND: f64 = 0.5;
/// From this factor between values on, equal factors have equal lengths.
const LOG_FACTOR: f64 = 8.0;

impl ChartSpan {
    /// `None` without any point.
    pub(super) fn of(chart: &Chart) -> Option<Self> {
        let x = XRange::of(chart)?;
        let (low, high) = data_range(chart)?;
        let is_level = matches!(chart.drawn_reference(), Some(ChartReference::Level(_)));
        let by_factors = low > 0.0 && high / low > LOG_FACTOR && !is_level && chart.x_kind != XAxisKind::Time;
        let y_is_log = x.suits_log && by_factors && chart.points().all(|point| point.y > 0.0);
        let x_is_log = x.suits_log && (chart.x_kind != XAxisKind::Workers || y_is_log);
        let mut span = Self { x, x_is_log, y_is_log, low, high, cuts_reference: false };
        // No change has its place on the axis, whatever the data are.
        if let (ChartReferenceEnd::Ideal { .. }, true) = (span.reference_end(chart), !y_is_log) {
            (span.low, span.high) = (span.low.min(1.0), span.high.max(1.0));
        }
        span.reach_for(chart);
        Some(span)
    }

    /// Widens it to hold the line to compare with, unless that would leave the data too little.
    fn reach_for(&mut self, chart: &Chart) {
        let ends = match self.reference_end(chart) {
            ChartReferenceEnd::None => return,
            ChartReferenceEnd::Ideal { top } | ChartReferenceEnd::Level { at: top } => [top, top],
        };
        let [reach_low, reach_high] = if self.y_is_log {
            [self.low / 4.0, self.high * 4.0]
        } else {
            let beyond = REFERENCE_BEYOND * (self.high - self.low).max(0.1 * self.high.abs());
            // A level is at least looked for where the data go down to nothing.
            [(self.low - beyond).min(self.low * 0.5), self.high + beyond]
        };
        let within = |y: f64| (reach_low..=reach_high).contains(&y);
        self.cuts_reference = !ends.into_iter().all(within);
        if !self.cuts_reference {
            (self.low, self.high) = (self.low.min(ends[0]), self.high.max(ends[1]));
        }
    }

    fn reference_end(&self, chart: &Chart) -> ChartReferenceEnd {
        match chart.drawn_reference() {
            None => ChartReferenceEnd::None,
            Some(ChartReference::Level(at)) => ChartReferenceEnd::Level { at },
            Some(ChartReference::Ideal { slope, until }) => {
                ChartReferenceEnd::Ideal { top: slope * until.map_or(self.x.max, |until| until.min(self.x.max)) }
            }
        }
    }

    /// Lays the axes on so many rows, the lowest of which is the x axis.
    pub(super) fn on_rows(&self, chart: &Chart, rows: u16) -> ChartAxes {
        let (lo, hi, unit) = (self.low, self.high, chart.y_unit);
        let ruler = Ruler { lo, hi, rows, unit, on_axis: true, apart: rows_apart(rows), is_log: false };
        let (y, y_ticks) = if self.y_is_log { ruler.log() } else { ruler.linear() };
        let x = self.x.scale(self.x_is_log);
        let has_gap = self.x_is_log && self.x.min == 0.0;
        let x_gap = has_gap.then(|| x.position(self.x.least_positive) / 2.0);
        ChartAxes { x, y, y_ticks, cuts_reference: self.cuts_reference, x_gap }
    }
}

/// Where a line to compare with goes to.
enum ChartReferenceEnd {
    None,
    Ideal { top: f64 },
    Level { at: f64 },
}

/// From where to where y goes: what is sure with its bars, and of the rest what lies near. Where nothing is sure, the
/// bars of it all would leave nothing to see, nor would bars anywhere that are longer than their point is high.
fn data_range(chart: &Chart) -> Option<(f64, f64)> {
    let sure = || chart.points().filter(|point| point.is_sure);
    let Some((low, high)) = extent(sure().flat_map(|point| <[f64; 2]>::from(point.held()))) else {
        return extent(chart.points().map(|point| point.y));
    };
    let beyond = UNSURE_BEYOND * (high - low).max(0.1 * high.abs());
    let near = chart.points().map(|point| point.y).filter(|y| (low - beyond..=high + beyond).contains(y));
    // What a law expects of twice the workers is at most twice as high: it is held, too.
    let curves = chart.curve_ys().filter(|y| (low - (high - low)..=2.0 * high).contains(y));
    extent([low, high].into_iter().chain(near).chain(curves))
}

/// From where to where x goes.
#[derive(Debug, Clone, Copy)]
struct XRange {
    min: f64,
    max: f64,
    /// Where a logarithmic axis begins.
    log_min: f64,
    least_positive: f64,
    /// Whether x spans so much that a logarithmic axis reads better.
    suits_log: bool,
}

impl XRange {
    fn of(chart: &Chart) -> Option<Self> {
        chart.points().next()?;
        let (min, max) = extent(chart.all_x())?;
        let wide = match chart.x_kind {
            XAxisKind::Workers => 16.0,
            XAxisKind::Values(_) => 10.0,
            XAxisKind::Time => f64::INFINITY,
        };
        let (least_positive, _) = extent(chart.all_x().filter(|x| *x > 0.0)).unwrap_or((min, max));
        let has_log = min > 0.0 || (min == 0.0 && matches!(chart.x_kind, XAxisKind::Values(_)));
        let suits_log = least_positive > 0.0 && max / least_positive > wide && has_log;
        // Nothing has a place of its own, left of the least there is.
        let log_min = if min > 0.0 { min } else { least_positive / (max / least_positive).powf(0.2) };
        Some(Self { min, max, log_min, least_positive, suits_log })
    }

    fn scale(&self, log: bool) -> AxisScale {
        if log { AxisScale::log(self.log_min, self.max) } else { AxisScale::linear(self.min, self.max) }
    }
}

/// Whether a point lies so far off that its place is told at the edge.
pub(super) fn lies_beyond(point: &ChartPoint, y: &AxisScale) -> Option<f64> {
    let at = y.position(point.y);
    (!(-1e-9..=1.0 + 1e-9).contains(&at)).then_some(at)
}

/// The least and the greatest.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |so_far, v| match so_far {
        None => Some((v, v)),
        Some((min, max)) => Some((v.min(min), v.max(max))),
    })
}
