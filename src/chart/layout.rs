//! A chart at a size: its areas, its ticks, its legend, and its points as fractions of the axes. It rounds nothing but
//! the areas and the range of the y axis, whose ticks stand on rows.

use super::areas::{ChartAreas, plot_rows};
use super::axes::{ChartAxes, ChartSpan};
use super::legend::ChartLegend;
use super::model::{Chart, XAxisKind};
use super::placed::{PlacedCurve, PlacedReference, PlacedSeries};
use super::surface::ChartSurface;
use super::ticks::{AxisTick, LabelRoom};

/// Where everything stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartLayout {
    /// The parts of the surface.
    pub areas: ChartAreas,
    /// The axes.
    pub axes: ChartAxes,
    /// Ticks of the x axis, from left to right.
    pub x_ticks: Vec<AxisTick>,
    /// What stands in the header.
    pub legend: ChartLegend,
    /// What was measured, in the order of [`Chart::series`].
    pub series: Vec<PlacedSeries>,
    /// What was predicted, in the order of [`Chart::predictions`].
    pub predictions: Vec<PlacedSeries>,
    /// What laws make of the series, in the order of [`Chart::curves`].
    pub curves: Vec<PlacedCurve>,
    /// The line to compare with.
    pub reference: Option<PlacedReference>,
}

impl ChartLayout {
    /// Lays out a chart; `None` where there is no point, or no room for anything.
    pub fn new(chart: &Chart, surface: &ChartSurface<'_>) -> Option<Self> {
        let span = ChartSpan::of(chart)?;
        let legend = ChartLegend::new(chart, &span, surface);
        let axes = span.on_rows(chart, plot_rows(surface.rows, legend.lines()));
        let areas = ChartAreas::new(surface, surface.y_axis_width(&axes.y_ticks), legend.lines())?;
        let room = LabelRoom { columns: areas.span(), text_width: surface.text_width };
        let placed = |series| PlacedSeries::new(series, &axes);
        Some(Self {
            x_ticks: x_ticks(chart, &axes, room),
            legend,
            series: chart.series.iter().map(placed).collect(),
            predictions: chart.predictions.iter().map(placed).collect(),
            curves: chart.curves.iter().map(|curve| PlacedCurve::new(curve, &axes)).collect(),
            reference: PlacedReference::new(chart, &axes, areas.edges()),
            areas,
            axes,
        })
    }
}

fn x_ticks(chart: &Chart, axes: &ChartAxes, room: LabelRoom<'_>) -> Vec<AxisTick> {
    match chart.x_kind {
        XAxisKind::Workers => axes.x.worker_ticks(chart.all_x(), room),
        XAxisKind::Values(unit) => axes.x.measured_ticks(chart.all_x(), unit, room),
        XAxisKind::Time => axes.x.time_ticks(room),
    }
}
