//! A chart at a size: where axes, labels, legend and points stand. It measures text by a function that it is given,
//! and rounds nothing but the areas.

use super::axes::ChartAxes;
use super::legend::ChartLegend;
use super::model::{Chart, XAxisKind};
use super::placed::{PlacedReference, PlacedSeries};
use super::ticks::{AxisTick, LabelRoom};

/// What a chart is drawn on.
#[derive(Clone, Copy)]
pub struct ChartSurface<'a> {
    /// Its width in columns.
    pub columns: u16,
    /// Its height in rows.
    pub rows: u16,
    /// Columns that a text takes on it.
    pub text_width: &'a dyn Fn(&str) -> u16,
}

/// A part of the surface, in columns and rows from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartArea {
    /// Columns left of it.
    pub x: u16,
    /// Rows above it.
    pub y: u16,
    /// Its columns.
    pub width: u16,
    /// Its rows.
    pub height: u16,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartLayout {
    /// The legend's line; no rows where the surface is low.
    pub header: ChartArea,
    /// The y axis in its last column, left of that the labels; no columns where the surface is narrow.
    pub y_axis: ChartArea,
    /// Points and lines; the x axis runs along its last row.
    pub plot: ChartArea,
    /// Labels of the x axis, over the whole width; no rows where the surface is low.
    pub x_labels: ChartArea,
    /// Columns left free within the plot, at each end of the x axis.
    pub margin: u16,
    /// The axes.
    pub axes: ChartAxes,
    /// Ticks of the x axis, from left to right.
    pub x_ticks: Vec<AxisTick>,
    /// Ticks of the y axis, from below.
    pub y_ticks: Vec<AxisTick>,
    /// What stands in the header.
    pub legend: ChartLegend,
    /// What was measured, in the order of [`Chart::series`].
    pub series: Vec<PlacedSeries>,
    /// What was predicted, in the order of [`Chart::predictions`].
    pub predictions: Vec<PlacedSeries>,
    /// The line to compare with.
    pub reference: Option<PlacedReference>,
}

/// A plot narrower than this shows nothing.
const NARROWEST_PLOT: u16 = 4;
/// From so many rows on there is a line for the legend.
const ROWS_WITH_HEADER: u16 = 6;
/// From so many rows on there is a line for the labels of the x axis.
const ROWS_WITH_LABELS: u16 = 4;
/// The y axis has labels where these leave so many columns.
const BESIDE_LABELS: u16 = 12;

impl ChartSurface<'_> {
    pub(super) fn width(&self, text: &str) -> u16 {
        (self.text_width)(text)
    }

    /// Columns of the y axis with its labels. There is room for a value of some digits, whatever the ticks are, so
    /// that the chart stands still when one is written there.
    fn y_axis_width(&self, ticks: &[AxisTick]) -> u16 {
        let ticks = ticks.iter().map(|tick| self.width(&tick.text)).max().unwrap_or(0);
        let labels = ticks.max(if self.columns >= 40 { 4 } else { 2 });
        if self.columns >= labels.saturating_add(BESIDE_LABELS) { labels + 1 } else { 0 }
    }
}

impl ChartLayout {
    /// Lays out a chart with axes that hold it; `None` where there is no room for anything.
    pub fn new(chart: &Chart, axes: ChartAxes, surface: &ChartSurface<'_>) -> Option<Self> {
        let (columns, rows) = (surface.columns, surface.rows);
        let header_rows = u16::from(rows >= ROWS_WITH_HEADER);
        let label_rows = u16::from(rows >= ROWS_WITH_LABELS);
        let height = rows - header_rows - label_rows;
        let y_ticks = axes.y.value_ticks(height);
        let axis = surface.y_axis_width(&y_ticks);
        let width = columns - axis;
        if width < NARROWEST_PLOT || height == 0 {
            return None;
        }
        let margin = margin(width);
        let row = |y, height| ChartArea { x: 0, y, width: columns, height };
        let header = row(0, header_rows);
        let legend = if header_rows > 0 { ChartLegend::new(chart, &axes, surface) } else { ChartLegend::default() };
        let placed = |series| PlacedSeries::new(series, &axes);
        Some(Self {
            header,
            y_axis: ChartArea { width: axis, ..row(header_rows, height) },
            plot: ChartArea { x: axis, width, ..row(header_rows, height) },
            x_labels: row(header_rows + height, label_rows),
            margin,
            x_ticks: x_ticks(chart, &axes, LabelRoom { columns: span(width, margin), text_width: surface.text_width }),
            y_ticks,
            legend,
            series: chart.series.iter().map(placed).collect(),
            predictions: chart.predictions.iter().map(placed).collect(),
            reference: PlacedReference::new(chart, &axes, edges(width, margin)),
            axes,
        })
    }

    /// Columns between the first and the last value of the x axis.
    pub fn span(&self) -> u16 {
        span(self.plot.width, self.margin)
    }

    /// The fractions of the x axis at the plot's edges: in the middle of its first column and of its last.
    pub fn edges(&self) -> [f64; 2] {
        edges(self.plot.width, self.margin)
    }

    /// Where a pair of fractions is on the surface, in columns from its left edge and rows from its upper one. What
    /// is at a cell of a terminal is in that cell's middle.
    pub fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let left = f64::from(self.plot.x + self.margin) + 0.5;
        let bottom = f64::from(self.plot.y + self.plot.height) - 0.5;
        (left + x * f64::from(self.span()), bottom - y * f64::from(self.plot.height - 1))
    }
}

fn margin(width: u16) -> u16 {
    (width / 16).clamp(1, 3).min(width.saturating_sub(1) / 2)
}

fn span(width: u16, margin: u16) -> u16 {
    width.saturating_sub(1 + 2 * margin)
}

fn edges(width: u16, margin: u16) -> [f64; 2] {
    let span = f64::from(span(width, margin).max(1));
    [0.0, f64::from(width) - 1.0].map(|column| (column - f64::from(margin)) / span)
}

fn x_ticks(chart: &Chart, axes: &ChartAxes, room: LabelRoom<'_>) -> Vec<AxisTick> {
    let values = chart.points().map(|point| point.x);
    match chart.x_kind {
        XAxisKind::Workers => axes.x.worker_ticks(values, room),
        XAxisKind::Values => axes.x.measured_ticks(values, room),
    }
}
