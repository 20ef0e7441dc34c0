//! The table of configurations: figures aligned right, and a bar that shows the speedup.

use unicode_width::UnicodeWidthStr;

use crate::results::{Figure, Figures, Row, ShownColumn, View, columns};
use crate::units::{self, Side, bar, padded};

/// Spaces between columns; one less where the line would be too long, or have no room for bars.
const GAP: usize = 2;
/// The longest and the shortest bar worth drawing, in columns.
const BAR: std::ops::RangeInclusive<usize> = 4..=20;
/// What is not there.
const NOTHING: &str = "–";

/// A line a configuration under a line of headings, no wider than `width` unless the figures force it.
pub(super) fn render(figures: &Figures, width: usize) -> String {
    let columns = fitting(shown(figures), width);
    let figures_width: usize = columns.iter().map(TextColumn::width).sum();
    let room = |gap: usize| width.saturating_sub(figures_width + gap * columns.len());
    let has_bars = |gap: &usize| figures.baseline.is_some() && room(*gap) >= *BAR.start();
    let fits = |gap: &usize| figures_width + gap * (columns.len() - 1) <= width;
    let gap = [GAP, 1].into_iter().find(has_bars).or([GAP].into_iter().find(fits)).unwrap_or(1);
    let bars = if has_bars(&gap) { room(gap).min(*BAR.end()) } else { 0 };
    let most = figures.rows.iter().filter_map(speedup).fold(1.0, f64::max);
    let mut lines = vec![line(columns.iter().map(|column| (column.side, column.heading, column.width())), gap, "")];
    for (i, row) in figures.rows.iter().enumerate() {
        let cells = columns.iter().map(|column| (column.side, column.cells[i].as_str(), column.width()));
        let bar = speedup(row).map(|s| bar(s / most, bars)).unwrap_or_default();
        lines.push(line(cells, gap, &bar));
    }
    lines.join("\n")
}

struct TextColumn<'a> {
    side: Side,
    heading: &'a str,
    /// When the line is too long the highest goes first; 0 never goes.
    priority: u8,
    cells: Vec<String>,
}

impl TextColumn<'_> {
    fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).max().unwrap_or(0).max(self.heading.width())
    }
}

fn shown(figures: &Figures) -> Vec<TextColumn<'_>> {
    let column = |column: &ShownColumn| figures.rows.iter().map(|row| cell(column.of(row))).collect();
    let side = |index: usize| if index == 0 { Side::Left } else { Side::Right };
    columns(figures, View::Text)
        .into_iter()
        .enumerate()
        .map(|(index, shown)| TextColumn {
            side: side(index),
            heading: shown.heading,
            priority: shown.priority,
            cells: column(&shown),
        })
        .collect()
}

/// A figure as the table has it: a speedup is told from a time by its sign.
fn cell(figure: Option<Figure>) -> String {
    match figure {
        None | Some(Figure::Failed) => NOTHING.to_owned(),
        Some(Figure::Speedup(ratio)) => format!("{}×", units::digits(ratio)),
        Some(figure) => figure.words(),
    }
}

/// As many of the columns as fit, those that can be done without left out one by one: the JSON report has it all.
fn fitting(mut columns: Vec<TextColumn>, width: usize) -> Vec<TextColumn> {
    let mut dispensable: Vec<u8> = columns.iter().map(|column| column.priority).filter(|&p| p > 0).collect();
    dispensable.sort_unstable_by(|a, b| b.cmp(a));
    for priority in dispensable {
        let least = columns.iter().map(|column| column.width() + 1).sum::<usize>() - 1;
        if least > width {
            columns.retain(|column| column.priority != priority);
        }
    }
    columns
}

fn speedup(row: &Row) -> Option<f64> {
    row.speedup.map(|s| s.value)
}

fn line<'a>(cells: impl Iterator<Item = (Side, &'a str, usize)>, gap: usize, tail: &str) -> String {
    let mut line = String::new();
    for (side, text, width) in cells {
        line.push_str(&padded(text, width, side));
        line.push_str(&" ".repeat(gap));
    }
    line.push_str(tail);
    line.truncate(line.trim_end().len());
    line
}
