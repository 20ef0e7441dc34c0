//! The table of configurations: figures aligned right, and a bar that shows the speedup.

use unicode_width::UnicodeWidthStr;

use crate::analysis::Interval;
use crate::results::{Figures, Row};
use crate::scenario::{Expected, Point};
use crate::units::{self, Side, bar, padded};

/// Spaces between columns; one less where the line would be too long, or have no room for bars.
const GAP: usize = 2;
/// The longest and the shortest bar worth drawing, in columns.
const BAR: std::ops::RangeInclusive<usize> = 4..=20;
/// What is not there.
const NOTHING: &str = "–";

/// A line a configuration under a line of headings, no wider than `width` unless the figures force it.
pub(super) fn render(figures: &Figures, width: usize) -> String {
    let columns = fitting(columns(figures), width);
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
    cells: Vec<String>,
}

impl TextColumn<'_> {
    fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).max().unwrap_or(0).max(self.heading.width())
    }
}

fn columns(figures: &Figures) -> Vec<TextColumn<'_>> {
    let column = |side, heading, cell: fn(&Row) -> Option<String>| TextColumn {
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
        columns.push(column(Side::Right, "effic.", |row| row.efficiency.map(units::percent)));
        columns.push(column(Side::Right, "speedup", |row| speedup(row).map(|s| format!("{}×", units::digits(s)))));
    }
    if figures.rows.iter().any(|row| row.predicted.is_some()) {
        columns.push(column(Side::Right, "predicted", predicted));
        columns.push(column(Side::Right, "off by", Row::off_by));
    }
    if figures.rows.iter().any(|row| row.speedup_ci95.is_some()) {
        columns.push(column(Side::Right, "95 %", |row| row.speedup_ci95.map(interval)));
    }
    columns
}

/// What is left out first where the line would be too long: the JSON report has it all.
const DISPENSABLE: [&str; 3] = ["tasks/s", "start-up", "spread"];

/// As many of the columns as fit, those that can be done without left out one by one.
fn fitting(mut columns: Vec<TextColumn>, width: usize) -> Vec<TextColumn> {
    for heading in DISPENSABLE {
        let least = columns.iter().map(|column| column.width() + 1).sum::<usize>() - 1;
        if least > width {
            columns.retain(|column| column.heading != heading);
        }
    }
    columns
}

fn predicted(row: &Row) -> Option<String> {
    Some(match row.predicted?.expected {
        Expected::Speedup(value) => format!("{}×", units::digits(value)),
        Expected::WallS(value) => units::seconds(value),
    })
}

fn speedup(row: &Row) -> Option<f64> {
    row.speedup.map(|s| s.value)
}

fn interval(ci95: Interval) -> String {
    format!("{}–{}", units::digits(ci95.low), units::digits(ci95.high))
}

/// The distance of the extremes relative to the median; a single sample has none.
fn spread(row: &Row) -> Option<String> {
    let wall = row.wall_s.filter(|wall| wall.samples > 1 && wall.median > 0.0)?;
    Some(units::percent((wall.max - wall.min) / wall.median))
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
