//! What both Run and Results show of the figures: the chart, a series a way to run over workers, and the table.
//!
//! A scenario without a baseline has no speedups; its chart shows tasks a second instead. Where a scenario varies a
//! number, the chart shows efficiency over that, a series a way to run and number of workers.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::label;

use crate::results::{Figures, Row, WORTH_WHILE, tally_figure};
use crate::scenario::{BackendKind, Config, Dispatch, Expected};
use crate::tui::screens::run::state::RunMonitor;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Cell, Column, Over, Plot, Point, Series, Table, paint};
use crate::units;

/// Columns of the heading above what is varied.
const KEY_MAX: u16 = 13;

/// What the chart is called.
pub(super) fn title(figures: &Figures) -> String {
    match figures.varied() {
        None => measure(figures).to_owned(),
        Some(key) => format!("{} over {key}", measure(figures)),
    }
}

/// What the chart shows.
fn measure(figures: &Figures) -> &'static str {
    match (figures.baseline, figures.varied()) {
        (None, _) => "tasks a second",
        (Some(_), None) => "speedup",
        (Some(_), Some(_)) => "efficiency",
    }
}

/// Draws the chart; `selected` is a row of the figures.
pub(super) fn render(run: &RunMonitor, selected: Option<usize>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let figures = run.figures();
    let mut lines: BTreeMap<usize, Vec<(usize, Point)>> = BTreeMap::new();
    for (index, row) in figures.rows.iter().enumerate() {
        if let (Some(mark), Some(point)) = (mark(figures, row), point(row, figures)) {
            lines.entry(mark).or_default().push((index, point));
        }
    }
    let mut series: Vec<Series> = Vec::new();
    let mut chosen = None;
    for (mark, mut points) in lines {
        points.sort_by(|(_, a), (_, b)| a.x.total_cmp(&b.x));
        if let Some(at) = points.iter().position(|(index, _)| Some(*index) == selected) {
            chosen = Some((series.len(), at));
        }
        let name = name(figures, &figures.rows[points[0].0]);
        let points = points.into_iter().map(|(_, point)| point).collect();
        series.push(Series { name, mark, points });
    }
    let predicted = predicted(run);
    if series.is_empty() && predicted.is_empty() {
        let text = match (figures.baseline.and_then(|baseline| figures.rows.get(baseline)), run.is_on()) {
            (Some(row), true) => format!("none until {} is measured", row.label),
            (Some(row), false) if row.wall_s.is_none() => format!("none: {} was not measured", row.label),
            (_, false) => "nothing was measured".to_owned(),
            (None, true) => "nothing measured yet".to_owned(),
        };
        paint::put_centred(buf, area, &text, theme, theme.style(Role::Dim));
        return;
    }
    let ideal = figures.baseline.and_then(|baseline| figures.rows.get(baseline));
    let ideal = ideal.map(|row| 1.0 / f64::from(row.config.workers.max(1)));
    let (ideal, level, over, x_label) = match figures.varied() {
        None => (ideal, None, Over::Workers, "workers"),
        Some(key) => (None, figures.baseline.map(|_| WORTH_WHILE), Over::Values, key),
    };
    let y_label = measure(figures);
    Plot { series: &series, guesses: &predicted, ideal, level, selected: chosen, over, x_label, y_label, theme }
        .render(area, buf);
}

/// Draws the table with its frame; `selected` is a row of the figures.
pub(super) fn table(
    figures: &Figures,
    selected: Option<usize>,
    title: &str,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let block = theme.block(title, area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    let varied = figures.varied();
    let mut columns = vec![Column::left("", 0)];
    columns.extend(varied.map(|key| Column::right(paint::fit(theme, key, KEY_MAX), 0)));
    columns.push(Column::right("wall", 0));
    if figures.baseline.is_some() {
        // The chart shows the one, and where there is no room for both, the table does.
        let (speedup, efficiency) = if varied.is_some() { (1, 0) } else { (0, 1) };
        columns.extend([Column::right("speedup", speedup), Column::right("efficiency", efficiency)]);
    }
    let predicted = figures.rows.iter().any(|row| row.predicted.is_some());
    if predicted {
        columns.extend([Column::right("predicted", 1), Column::right("off by", 0)]);
    }
    columns.extend(varied.map(|_| Column::right("task", 2)));
    columns.extend([Column::right("start-up", 2), Column::right("tasks/s", 3)]);
    if has_memory(figures) {
        columns.push(Column::right("memory", 0));
    }
    // What a kind has to tell first of all is what one came for.
    let tally = figures.tally.iter().zip([0].into_iter().chain(std::iter::repeat(4)));
    columns.extend(tally.map(|(name, priority)| Column::right(name.replace('_', " "), priority)));
    let rows: Vec<Vec<Cell>> = figures.rows.iter().map(|row| cells(row, figures, theme)).collect();
    let table = Table { columns: &columns, rows: &rows, selected, theme };
    let hidden = table.hidden(inner.height);
    table.render(inner, buf);
    if hidden > 0 {
        paint::on_frame(buf, area, &format!("{hidden} more"), theme);
    }
}

fn cells(row: &Row, figures: &Figures, theme: &Theme) -> Vec<Cell> {
    let missing = || Cell::styled(theme.symbols().dash, Role::Dim);
    let or_missing = |text: Option<String>| text.map_or_else(missing, Cell::from);
    let failed = row.tasks.map_or(0, |tasks| tasks.failed);
    let wall = match (row.wall_s, failed) {
        (Some(wall), _) => Cell::from(units::seconds(wall.median)),
        (None, 0) => missing(),
        (None, _) => Cell::styled("failed", Role::Bad),
    };
    let role = mark(figures, row).map_or(Role::Text, Role::Series);
    let mut cells = vec![Cell::styled(row.label.as_str(), role)];
    cells.extend(row.config.point.as_ref().map(|point| Cell::from(point.value_in_words())));
    cells.push(wall);
    if figures.baseline.is_some() {
        cells.push(or_missing(row.speedup.map(|speedup| units::digits(speedup.value))));
        cells.push(or_missing(row.efficiency.map(units::percent)));
    }
    if figures.rows.iter().any(|row| row.predicted.is_some()) {
        cells.push(or_missing(row.predicted.map(|predicted| expected_words(predicted.expected))));
        cells.push(or_missing(row.off_by()));
    }
    if row.config.point.is_some() {
        cells.push(or_missing(task_s(row).map(units::seconds)));
    }
    cells.push(or_missing(row.startup_s.map(|startup| units::seconds(startup.median))));
    cells.push(or_missing(row.tasks_per_s.map(units::scaled)));
    if has_memory(figures) {
        cells.push(or_missing(row.memory.as_ref().map(|memory| units::bytes(memory.peak_bytes))));
    }
    let left = |name: &&str| row.tally.as_ref().and_then(|tally| tally.get(*name));
    cells.extend(figures.tally.iter().map(|name| or_missing(left(name).map(|value| tally_figure(*value)))));
    cells
}

/// An expectation in words: `1.80`, `500 ms`.
pub(super) fn expected_words(expected: Expected) -> String {
    match expected {
        Expected::Speedup(value) => units::digits(value),
        Expected::WallS(value) => units::seconds(value),
    }
}

/// What was predicted in terms of the chart, a series a way to run; nothing where the chart is over what is varied.
fn predicted(run: &RunMonitor) -> Vec<Series> {
    let figures = run.figures();
    if figures.varied().is_some() {
        return Vec::new();
    }
    let points = |way: (BackendKind, Dispatch)| -> Vec<Point> {
        let rows = figures.rows.iter().filter(|row| row.config.way() == way);
        let place = |row: &Row| {
            let predicted = row.predicted?;
            let y = match (figures.baseline, predicted.expected) {
                (Some(_), _) => predicted.speedup?,
                (None, Expected::WallS(wall_s)) => run.tasks() as f64 / wall_s,
                (None, Expected::Speedup(_)) => return None,
            };
            Some(Point { x: f64::from(row.config.workers), y, low: y, high: y })
        };
        rows.filter_map(place).collect()
    };
    let all = ways(figures).enumerate().map(|(mark, way)| Series { name: way_words(way), mark, points: points(way) });
    all.filter(|series| !series.points.is_empty()).collect()
}

/// Whether the memory of any configuration was measured.
fn has_memory(figures: &Figures) -> bool {
    figures.rows.iter().any(|row| row.memory.is_some())
}

/// The length of a task: the median.
pub(super) fn task_s(row: &Row) -> Option<f64> {
    row.usage.as_ref()?.task_s.map(|times| times.median)
}

/// The mark and colour of a row in chart and table: its way's to run, or that of its place among the rows of its point.
/// `None` for what is not in the chart.
fn mark(figures: &Figures, row: &Row) -> Option<usize> {
    match figures.varied() {
        None => ways(figures).position(|way| way == row.config.way()),
        Some(_) if figures.is_yardstick(row) => None,
        Some(_) => {
            let baseline = figures.baseline.and_then(|baseline| figures.rows.get(baseline));
            let is_before = baseline.is_some_and(|baseline| baseline.place < row.place);
            Some(row.place - usize::from(is_before))
        }
    }
}

/// What the legend calls the series of a row.
fn name(figures: &Figures, row: &Row) -> String {
    match figures.varied() {
        None => way_words(row.config.way()),
        Some(_) => row.label.clone(),
    }
}

/// How short tasks may be, in so many columns at most: `METG(50 %): threads × 2 1.2 µs`. `None` while nothing is known.
pub(super) fn shortest_tasks(figures: &Figures, theme: &Theme, width: u16) -> Option<String> {
    let known = figures.metg.iter().filter_map(|metg| Some((label(&metg.config), metg.seconds?)));
    let mut text = String::new();
    for (name, seconds) in known {
        let start =
            if text.is_empty() { format!("METG({}): ", units::percent(WORTH_WHILE)) } else { format!("{text} · ") };
        let longer = format!("{start}{name} {}", units::seconds(seconds));
        if paint::width(theme, &longer) > width {
            break;
        }
        text = longer;
    }
    (!text.is_empty()).then_some(text)
}

/// The ways to run of the plan, whether measured or not, so that none changes its mark when another comes.
fn ways(figures: &Figures) -> impl Iterator<Item = (BackendKind, Dispatch)> {
    Config::ways().filter(|way| figures.rows.iter().any(|row| row.config.way() == *way))
}

fn way_words((backend, dispatch): (BackendKind, Dispatch)) -> String {
    match dispatch {
        Dispatch::Shared => backend.word().to_owned(),
        Dispatch::Pipe => format!("{} {}", backend.word(), dispatch.word()),
    }
}

fn point(row: &Row, figures: &Figures) -> Option<Point> {
    let x = match &row.config.point {
        None => f64::from(row.config.workers),
        Some(point) => point.value.as_number()?,
    };
    if figures.baseline.is_some() {
        let speedup = row.speedup?;
        let part = if row.config.point.is_some() { row.efficiency? / speedup.value } else { 1.0 };
        return Some(Point { x, y: speedup.value * part, low: speedup.low * part, high: speedup.high * part });
    }
    let (wall, y) = (row.wall_s?, row.tasks_per_s?);
    Some(Point { x, y, low: y * wall.median / wall.max, high: y * wall.median / wall.min })
}
