//! The lines above a chart: what it shows, whose marks are whose, and what bars and lines are. Every series is there; what
//! can be guessed is left out first where room is short.

use super::areas::legend_rows;
use super::axes::ChartSpan;
use super::model::{Chart, ChartCurve, ChartPoint, ChartReference, ChartSeries, SeriesMark};
use super::surface::ChartSurface;
use crate::units;

/// Columns between entries.
const GAP: u16 = 2;
/// Columns between the title and the first entry, at least.
const AFTER_TITLE: u16 = 3;

/// What stands above a chart, in columns from the left edge of its lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartLegend {
    /// What over what, at the left end of the first line; `None` where there is room for the entries only.
    pub title: Option<String>,
    /// Series in their order, then predictions, curves, error bars, and the line to compare with.
    pub entries: Vec<LegendEntry>,
}

/// A mark and what it stands for, with a column between them.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// The line that it stands in, from above.
    pub line: u16,
    /// The column that the mark begins in.
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
    /// A curve by a law.
    Curve,
    /// An error bar.
    Bar,
    /// A sample of the line to compare with.
    Reference,
}

impl LegendMark {
    /// Columns that it takes.
    pub fn width(self) -> u16 {
        match self {
            Self::Series(_) | Self::Predicted | Self::Bar => 1,
            Self::Curve | Self::Reference => 2,
        }
    }
}

/// A mark with its name, without a place.
type Named = (LegendMark, String);

impl ChartLegend {
    /// No more lines than leave the plot its room.
    pub(super) fn new(chart: &Chart, span: &ChartSpan, surface: &ChartSurface<'_>) -> Self {
        let most = legend_rows(surface.rows);
        if most == 0 {
            return Self::default();
        }
        let all = entries(chart, if span.cuts_reference { " (cut off)" } else { "" });
        let fewer = entries(chart, "");
        let without_line: Vec<Named> =
            fewer.iter().filter(|(mark, _)| *mark != LegendMark::Reference).cloned().collect();
        let choices = [all, fewer, without_line];
        let one_line = choices.iter().find(|entries| length(entries, surface) <= surface.columns);
        if let Some(entries) = one_line {
            return Self::on_one_line(entries, &title(chart, span), surface);
        }
        // Several lines then, and room for everything, unless that leaves the plot too little.
        let wrapped = choices.iter().map(|entries| wrapped(entries, GAP, surface));
        let mut fitting = wrapped.filter(|entries| lines(entries) <= most);
        let entries = fitting.next().unwrap_or_else(|| squeezed(&choices[2], most, surface));
        Self { title: None, entries }
    }

    fn on_one_line(entries: &[Named], title: &str, surface: &ChartSurface<'_>) -> Self {
        let (room, taken) = (surface.columns, length(entries, surface));
        let fits = room >= surface.width(title).saturating_add(AFTER_TITLE).saturating_add(taken);
        let start = if fits { room - taken } else { 0 };
        let mut placed = wrapped(entries, GAP, surface);
        placed.iter_mut().for_each(|entry| entry.x += start);
        Self { entries: placed, title: fits.then(|| title.to_owned()) }
    }

    /// Lines that it takes.
    pub(super) fn lines(&self) -> u16 {
        lines(&self.entries).max(u16::from(self.title.is_some()))
    }
}

fn title(chart: &Chart, span: &ChartSpan) -> String {
    let scales = match (span.x_is_log, span.y_is_log) {
        (true, true) => ", both log",
        (true, false) => ", log",
        (false, _) => "",
    };
    format!("{} over {}{scales}", chart.y_label, chart.x_label)
}

fn entries(chart: &Chart, after_line: &str) -> Vec<Named> {
    // Series of one mark and name are told once.
    let mut series: Vec<Named> = Vec::new();
    for one in chart.series.iter().filter(|series| series.is_drawn()) {
        let named = (LegendMark::Series(one.mark), one.name.clone());
        if !series.contains(&named) {
            series.push(named);
        }
    }
    let predicted = chart.predictions.iter().any(ChartSeries::is_drawn);
    let predicted = predicted.then(|| (LegendMark::Predicted, "predicted".to_owned()));
    let mut places = chart.curves.iter().flat_map(ChartCurve::drawable).peekable();
    let curve = places.peek().is_some().then(|| {
        let band = if places.any(ChartPoint::has_bar) { ", 95 %" } else { "" };
        (LegendMark::Curve, format!("law{band}"))
    });
    let bars = chart.has_bars().then(|| (LegendMark::Bar, chart.bars.clone()));
    let reference = chart.drawn_reference().map(|reference| match reference {
        ChartReference::Ideal { .. } => format!("ideal{after_line}"),
        ChartReference::Level(level) => units::percent(level),
    });
    let reference = reference.map(|name| (LegendMark::Reference, name));
    series.into_iter().chain(predicted).chain(curve).chain(bars).chain(reference).collect()
}

/// Entries one after the other, on as many lines as they take.
fn wrapped(entries: &[Named], gap: u16, surface: &ChartSurface<'_>) -> Vec<LegendEntry> {
    let (mut line, mut x) = (0, 0_u16);
    let place = |(mark, name): &Named| {
        let width = entry_width(*mark, name, surface);
        if x > 0 && x.saturating_add(width) > surface.columns {
            (line, x) = (line + 1, 0);
        }
        let entry = LegendEntry { line, x, mark: *mark, name: name.clone() };
        x = x.saturating_add(width).saturating_add(gap);
        entry
    };
    entries.iter().map(place).collect()
}

/// Entries in so many lines, with names as long as they may be there; without the error bars' before names are gone.
fn squeezed(entries: &[Named], most: u16, surface: &ChartSurface<'_>) -> Vec<LegendEntry> {
    let series = entries.iter().filter(|(mark, _)| *mark != LegendMark::Bar).cloned().collect::<Vec<_>>();
    let with_bars = LEVELS.filter(|level| *level <= LEGIBLE).map(|level| cut(entries, level));
    let tries = with_bars.chain(LEVELS.map(|level| cut(&series, level)));
    let mut found = tries.map(|entries| wrapped(&entries, 1, surface)).filter(|entries| lines(entries) <= most);
    found.next().unwrap_or_else(|| {
        let marks = wrapped(&cut(&series, *LEVELS.end()), 1, surface);
        marks.into_iter().filter(|entry| entry.line < most).collect()
    })
}

/// How much names are shortened: from not at all to nothing left but the mark.
const LEVELS: std::ops::RangeInclusive<usize> = 0..=5;

/// Up to here error bars are told, too.
const LEGIBLE: usize = 3;

fn cut(entries: &[Named], level: usize) -> Vec<Named> {
    let cut = |(mark, name): &Named| match mark {
        LegendMark::Series(_) => (*mark, shortened(name, level)),
        _ => (*mark, name.clone()),
    };
    entries.iter().map(cut).collect()
}

/// A name with less of its word; its numbers tell it from others: `processes × 2 pipe` is `proce × 2 pipe`, `pro×2 pipe`,
/// `p×2pipe`, `pe`.
fn shortened(name: &str, level: usize) -> String {
    let (word, numbers) = name.find(' ').map_or((name, ""), |at| name.split_at(at));
    let word = |letters: usize| word.chars().take(letters).collect::<String>();
    match level {
        0 => name.to_owned(),
        1 => format!("{}{numbers}", word(5)),
        2 => format!("{}{}", word(3), numbers.replacen(" × ", "×", 1)),
        3 => format!("{}{}", word(1), numbers.replace(' ', "")),
        4 => word(1).chars().chain(name.chars().next_back()).collect(),
        _ => String::new(),
    }
}

fn lines(entries: &[LegendEntry]) -> u16 {
    entries.last().map_or(0, |entry| entry.line + 1)
}

fn entry_width(mark: LegendMark, name: &str, surface: &ChartSurface<'_>) -> u16 {
    surface.width(name).saturating_add(mark.width() + 1)
}

fn length(entries: &[Named], surface: &ChartSurface<'_>) -> u16 {
    let gaps = GAP.saturating_mul((entries.len() as u16).saturating_sub(1));
    entries.iter().map(|(mark, name)| entry_width(*mark, name, surface)).fold(gaps, u16::saturating_add)
}
