//! The line above a chart: what it shows at the left, whose marks are whose at the right, as far as there is room.

use super::axes::ChartAxes;
use super::model::{Chart, ChartReference, ChartSeries, SeriesMark};
use super::surface::ChartSurface;
use crate::units;

/// Columns between entries.
const GAP: u16 = 2;
/// Columns between the title and the first entry, at least.
const AFTER_TITLE: u16 = 3;

/// What stands above a chart, in columns from the left edge of that line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartLegend {
    /// What over what, at the left end; `None` where there is room for the entries only.
    pub title: Option<String>,
    /// Series in their order, then predictions, then the line to compare with.
    pub entries: Vec<LegendEntry>,
}

/// A mark and what it stands for, with a column between them.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// The column that the mark begins in. Where nothing more can be left out, the last entries may lie outside.
    pub x: u16,
    /// Its mark.
    pub mark: LegendMark,
    /// What has that mark.
    pub name: String,
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegendMark {
    /// The mark of a series, see [`ChartSeries::mark`].
    Series(SeriesMark),
    /// The mark of predictions.
    Predicted,
    /// A sample of the line to compare with.
    Reference,
}

impl LegendMark {
    /// Columns that it takes.
    pub fn width(self) -> u16 {
        match self {
            Self::Series(_) | Self::Predicted => 1,
            Self::Reference => 2,
        }
    }
}

impl ChartLegend {
    pub(super) fn new(chart: &Chart, axes: &ChartAxes, surface: &ChartSurface<'_>) -> Self {
        let room = surface.columns;
        let length = |entries: &[(LegendMark, String)], gap| length(entries, gap, surface);
        let mut entries = entries(chart, if axes.cuts_ideal { " (cut off)" } else { "" });
        if axes.cuts_ideal && length(&entries, GAP) > room {
            entries = self::entries(chart, "");
        }
        // What the dotted line is can be guessed; whose marks are whose cannot.
        if length(&entries, GAP) > room {
            entries.retain(|(mark, _)| *mark != LegendMark::Reference);
        }
        let gap = if length(&entries, GAP) > room { 1 } else { GAP };
        let taken = length(&entries, gap);
        let title = title(chart, axes);
        let fits = room >= surface.width(&title).saturating_add(AFTER_TITLE).saturating_add(taken);
        let mut x = if fits { room - taken } else { 0 };
        let place = |(mark, name): (LegendMark, String)| {
            let entry = LegendEntry { x, mark, name };
            x = x.saturating_add(entry_width(entry.mark, &entry.name, surface)).saturating_add(gap);
            entry
        };
        Self { entries: entries.into_iter().map(place).collect(), title: fits.then_some(title) }
    }
}

fn title(chart: &Chart, axes: &ChartAxes) -> String {
    let scales = match (axes.x.is_log(), axes.y.is_log()) {
        (true, true) => ", both log",
        (true, false) => ", log",
        (false, _) => "",
    };
    format!("{} over {}{scales}", chart.y_label, chart.x_label)
}

fn entries(chart: &Chart, after_ideal: &str) -> Vec<(LegendMark, String)> {
    let series = chart.series.iter().filter(|series| series.is_drawn());
    let series = series.map(|series| (LegendMark::Series(series.mark), series.name.clone()));
    let predicted = chart.predictions.iter().any(ChartSeries::is_drawn);
    let predicted = predicted.then(|| (LegendMark::Predicted, "predicted".to_owned()));
    let reference = chart.drawn_reference().map(|reference| match reference {
        ChartReference::Ideal { .. } => format!("ideal{after_ideal}"),
        ChartReference::Level(level) => units::percent(level),
    });
    series.chain(predicted).chain(reference.map(|name| (LegendMark::Reference, name))).collect()
}

fn entry_width(mark: LegendMark, name: &str, surface: &ChartSurface<'_>) -> u16 {
    surface.width(name).saturating_add(mark.width() + 1)
}

fn length(entries: &[(LegendMark, String)], gap: u16, surface: &ChartSurface<'_>) -> u16 {
    let gaps = gap.saturating_mul((entries.len() as u16).saturating_sub(1));
    entries.iter().map(|(mark, name)| entry_width(*mark, name, surface)).fold(gaps, u16::saturating_add)
}
