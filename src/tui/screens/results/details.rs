//! The selected configuration in detail, where there is room below the chart: all its figures, how long its tasks took,
//! and what its workers did with their time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::TaskTimes;
use crate::results::{Row, View, columns};
use crate::tui::screens::losses;
use crate::tui::screens::run::state::RunMonitor;
use crate::tui::screens::workers::{self, WorkerFigures};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// Rows that the chart keeps, and rows that the details take at most.
const CHART_MIN: u16 = 24;
const ROWS: u16 = 22;
/// Columns that the names of figures take at least, and those between them and the figures.
const NAME: u16 = 11;
const GAP: u16 = 2;

/// The part of a chart's place that is left for it, and the one for details; none where there is no room to spare.
pub(super) fn split(chart: Rect, screen: Rect) -> (Rect, Option<Rect>) {
    if !workers::has_room(screen) || chart.height < CHART_MIN + ROWS / 2 {
        return (chart, None);
    }
    let height = (chart.height - CHART_MIN).min(ROWS);
    let details = Rect { y: chart.bottom() - height, height, ..chart };
    (Rect { height: chart.height - height, ..chart }, Some(details))
}

/// Draws the figures at the left and the workers at the right.
pub(super) fn render(run: &RunMonitor, row: &Row, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let left = Rect { width: area.width / 2, ..area };
    let right = Rect { x: left.right(), width: area.width - left.width, ..area };
    figures(run, row, theme, left, buf);
    if let Some(shares) = &row.time_shares {
        losses::workers(shares, theme, right, buf);
        return;
    }
    let config = run.row();
    let last = run.record.samples(config).next_back();
    let lanes: Vec<WorkerFigures> =
        last.into_iter().flat_map(|o| o.lanes.iter().map(|lane| WorkerFigures::of(lane, o.wall_s))).collect();
    workers::table(&lanes, "its workers, last repeat", theme, right, buf);
}

fn figures(run: &RunMonitor, row: &Row, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block_of("selected", (row.mark, &row.label), area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let shown = columns(run.figures(), View::Text);
    let told =
        shown.iter().skip(1).filter_map(|column| Some((column.heading.replace('_', " "), column.of(row)?.words())));
    let times = row.usage.as_ref().and_then(|usage| usage.task_s).map(task_lines).unwrap_or_default();
    let told: Vec<(String, String)> = told.chain(times).collect();
    // A scenario's word may be long: it does not take more than half of the place.
    let longest = told.iter().map(|(name, _)| paint::width(theme, name)).max().unwrap_or(0);
    let names = Rect { width: longest.max(NAME).min(inner.width / 2), ..inner };
    for (y, (name, text)) in (inner.y..inner.bottom()).zip(&told) {
        paint::put(buf, names, (names.x, y), name, theme, theme.style(Role::Dim));
        paint::put(buf, inner, (names.right() + GAP, y), text, theme, theme.style(Role::Text));
    }
}

/// How long tasks took.
fn task_lines(times: TaskTimes) -> Vec<(String, String)> {
    let named = [("task, min", times.min), ("median", times.median), ("95 % within", times.p95), ("max", times.max)];
    named.map(|(name, seconds)| (name.to_owned(), units::seconds(seconds))).to_vec()
}
