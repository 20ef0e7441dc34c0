//! A chart at a size: its areas, its ticks, its legend, and its points as fractions of the axes. It rounds nothing but
//! the areas.

use super::areas::{ChartAreas, plot_rows};
use super::axes::ChartAxes;
use super::legend::ChartLegend;
use super::model::{Chart, XAxisKind};
use super::placed::{PlacedReference, PlacedSeries};
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

impl ChartLayout {
    /// Lays out a chart with axes that hold it; `None` where there is no room for anything.
    pub fn new(chart: &Chart, axes: ChartAxes, surface: &ChartSurface<'_>) -> Option<Self> {
        let y_ticks = axes.y.value_ticks(plot_rows(surface.rows));
        let areas = ChartAreas::new(surface, surface.y_axis_width(&y_ticks))?;
        let room = LabelRoom { columns: areas.span(), text_width: surface.text_width };
        let has_header = areas.header.height > 0;
        let placed = |series| PlacedSeries::new(series, &axes);
        Some(Self {
            areas,
            axes,
            x_ticks: x_ticks(chart, &axes, room),
            y_ticks,
            legend: if has_header { ChartLegend::new(chart, &axes, surface) } else { ChartLegend::default() },
            series: chart.series.iter().map(placed).collect(),
            predictions: chart.predictions.iter().map(placed).collect(),
            reference: PlacedReference::new(chart, &axes, areas.edges()),
        })
    }
}

fn x_ticks(chart: &Chart, axes: &ChartAxes, room: LabelRoom<'_>) -> Vec<AxisTick> {
    let values = chart.points().map(|point| point.x);
    match chart.x_kind {
        XAxisKind::Workers => axes.x.worker_ticks(values, room),
        XAxisKind::Values => axes.x.measured_ticks(values, room),
    }
}
