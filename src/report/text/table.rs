//! The table of configurations: figures aligned right, and a bar that shows the speedup.

use unicode_width::UnicodeWidthStr;

use crate::engine::{Figures, Row};
use crate::scenario::Point;
use crate::units;

/// Spaces between columns; one less where the figures are so wide that the line would be too long.
const GAP: usize = 2;
/// The longest and the shortest bar worth drawing, in columns.
const BAR: std::ops::RangeInclusive<usize> = 4..=20;
/// The part of a cell that is filled, in eighths.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// What is not there.
const NOTHING: &str = "–";

/// A line a configuration under a line of headings, no wider than `width` unless the figures force it.
pub(super) fn render(figures: &Figures, width: usize) -> String {
    let columns = columns(figures);
    let figures_width: usize = columns.iter().map(Column::width).sum();
    let gap = if figures_width + GAP * (columns.len() - 1) <= width { GAP } else { 1 };
    let room = width.saturating_sub(figures_width + gap * columns.len());
    let bars = if figures.baseline.is_some() && room >= *BAR.start() { room.min(*BAR.end()) } else { 0 };
    let most = figures.rows.iter().filter_map(speedup).fold(1.0, f64::max);
    let mut lines = vec![line(columns.iter().map(|column| (column.side, column.heading, column.width())), gap, "")];
    for (i, row) in figures.rows.iter().enumerate() {
        let cells = columns.iter().map(|column| (column.side, column.cells[i].as_str(), column.width()));
        let bar = speedup(row).map(|s| bar(s / most, bars)).unwrap_or_default();
        lines.push(line(cells, gap, &bar));
    }
    lines.join("\n")
}

/// Where a cell leans.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

struct Column<'a> {
    side: Side,
    heading: &'a str,
    cells: Vec<String>,
}

impl Column<'_> {
    fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).max().unwrap_or(0).max(self.heading.width())
    }
}

fn columns(figures: &Figures) -> Vec<Column<'_>> {
    let column = |side, heading, cell: fn(&Row) -> Option<String>| Column {
        side,
        heading,
        cells: figures.rows.iter().map(|row| cell(row).unwrap_or_else(|| NOTHING.to_owned())).collect(),
    };
    let mut columns = vec![column(Side::Left, "", |row| Some(row.label.clone()))];
    if let Some(key) = figures.varied() {
        columns.push(column(Side::Right, key, |row| row.config.point.as_ref().map(Point::value_in_words)));
    }
    columns.extend([
        column(Side::Right, "wall", |row| row.wall_s.map(|s| units::seconds(s.median))),
        column(Side::Right, "spread", spread),
        column(Side::Right, "start-up", |row| row.startup_s.map(|s| units::seconds(s.median))),
        column(Side::Right, "tasks/s", |row| row.tasks_per_s.map(units::scaled)),
    ]);
    if figures.rows.iter().any(|row| row.tasks.is_some_and(|tasks| tasks.failed > 0)) {
        columns.push(column(Side::Right, "failed", |row| row.tasks.map(|tasks| units::count(tasks.failed))));
    }
    if figures.baseline.is_some() {
        columns.push(column(Side::Right, "effic.", |row| row.efficiency.map(percent)));
        columns.push(column(Side::Right, "speedup", |row| speedup(row).map(|s| format!("{}×", units::digits(s)))));
    }
    columns
}

fn speedup(row: &Row) -> Option<f64> {
    row.speedup.map(|s| s.value)
}

/// The distance of the extremes relative to the median; a single sample has none.
fn spread(row: &Row) -> Option<String> {
    let wall = row.wall_s.filter(|wall| wall.samples > 1 && wall.median > 0.0)?;
    Some(percent((wall.max - wall.min) / wall.median))
}

fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    if percent.abs() < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

fn line<'a>(cells: impl Iterator<Item = (Side, &'a str, usize)>, gap: usize, tail: &str) -> String {
    let mut line = String::new();
    for (side, text, width) in cells {
        let padding = " ".repeat(width.saturating_sub(text.width()));
        match side {
            Side::Left => line.extend([text, &padding]),
            Side::Right => line.extend([&padding, text]),
        }
        line.push_str(&" ".repeat(gap));
    }
    line.push_str(tail);
    line.truncate(line.trim_end().len());
    line
}

/// A bar that fills a fraction of its columns, to an eighth of one.
fn bar(fraction: f64, columns: usize) -> String {
    let eighths = (fraction.clamp(0.0, 1.0) * columns as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_drawn_in_eighths() {
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(bar(0.5, 4), "██");
        assert_eq!(bar(0.4, 4), "█▋");
        assert_eq!(bar(0.001, 4), "");
        assert_eq!(bar(7.0, 2), "██");
    }

    #[test]
    fn percents_keep_a_decimal_where_it_matters() {
        assert_eq!(percent(0.043), "4.3 %");
        assert_eq!(percent(0.9951), "100 %");
        assert_eq!(percent(0.0996), "10 %");
    }
}
