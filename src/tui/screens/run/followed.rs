//! A run that happens elsewhere, by what its journal tells: progress, the speedup so far, the figures so far, news. Its
//! workers and its cores are not to be seen from here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::RunMonitor;
use super::view::{PROGRESS, news_lines, speedup, table_title};
use super::{lanes_panel, progress};
use crate::tui::screens::speedups::{self, TableMarks};
use crate::tui::theme::Theme;
use crate::tui::widgets::paint;

/// Draws it.
pub(in crate::tui::screens) fn render(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    progress::render(run, theme, Rect { height: PROGRESS.min(area.height), ..area }, buf);
    let news = news_lines(run, theme, area);
    let room = area.height.saturating_sub(PROGRESS + news.len() as u16);
    let middle = Rect { y: area.y + PROGRESS, height: room, ..area };
    let (left, right) = lanes_panel::halves(middle);
    if middle.height > 2 {
        speedup(run, theme, left, buf);
        let marks = TableMarks { selected: None, running: run.running_row() };
        speedups::table(run.figures(), marks, &table_title(run.figures()), theme, right, buf);
    }
    let below = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    for (y, (line, role)) in (middle.bottom()..area.bottom()).zip(&news) {
        paint::put(buf, below, (below.x, y), line, theme, theme.style(*role));
    }
}
