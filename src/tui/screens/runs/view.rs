//! The list of the session's runs.
//!
//! ```text
//! ╭ runs since parlab was opened ─────────────────────────────────────────────╮
//! │ ▸ 14:02:33  Threads meet the GIL          best 1.02   12 of 12   done     │
//! │   14:01:10  Waiting for a database *      best 3.81    5 of 15   stopped  │
//! ╰───────────────────────────────────────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::Status;
use crate::tui::screens::run::state::RunMonitor;
use crate::tui::shared::Shared;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// Columns of the time of day, with the gap after it, and of what stands at the right.
const TIME: u16 = 10;
const ENDED: u16 = 9;
const FIGURES: u16 = 26;

/// Draws it, the selected run among what is seen.
pub(super) fn render(shared: &Shared, selected: usize, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("runs since parlab was opened (times in UTC)", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let room = usize::from(inner.height);
    let start = (selected + 1).saturating_sub(room);
    for (y, (at, run)) in (inner.y..inner.bottom()).zip(shared.ended().enumerate().skip(start)) {
        item(run, at == selected, theme, Rect { y, height: 1, ..inner }, buf);
    }
    let below = shared.ended().len().saturating_sub(start + room);
    if below > 0 {
        paint::on_frame(buf, area, &format!("{below} more"), theme);
    }
}

fn item(run: &RunMonitor, is_selected: bool, theme: &Theme, row: Rect, buf: &mut Buffer) {
    if is_selected {
        paint::dot(buf, row, (row.x, row.y), theme.symbols().pointer, theme.style(Role::Accent));
    }
    let (ended, role) = ended(run);
    let right = Rect { x: row.right().saturating_sub(ENDED), width: ENDED.min(row.width), ..row };
    paint::put(buf, right, (right.x, row.y), ended, theme, theme.style(role));
    let figures = Rect { x: right.x.saturating_sub(FIGURES), width: FIGURES, ..row };
    let edge = Rect { width: FIGURES - 3, ..figures };
    let figures_x = paint::put_right(buf, edge, row.y, &self::figures(run), theme, theme.style(Role::Text));
    paint::put(buf, row, (row.x + 2, row.y), &time(run), theme, theme.style(Role::Dim));
    let x = row.x + 2 + TIME;
    let title = Rect { x, width: figures_x.saturating_sub(x + 2), ..row };
    let name = if is_selected { Role::Title } else { Role::Text };
    paint::put(buf, title, (title.x, row.y), &run.title, theme, theme.style(name));
    if is_selected {
        buf.set_style(row, theme.style(Role::Selected));
    }
}

/// When it began: the time of day of an RFC 3339 stamp.
fn time(run: &RunMonitor) -> String {
    let stamp = run.record.planned.as_ref().map_or("", |planned| &planned.started_at);
    stamp.split('T').nth(1).unwrap_or_default().chars().take(8).collect()
}

/// The best speedup, and how many of its trials it came to.
fn figures(run: &RunMonitor) -> String {
    let (all, ended) = run.trials();
    let trials = format!("{ended} of {all}");
    match run.figures().best_speedup() {
        Some(speedup) => format!("best {}   {trials}", units::digits(speedup)),
        None => trials,
    }
}

fn ended(run: &RunMonitor) -> (&'static str, Role) {
    match run.record.status {
        Some(Status::Done) => ("done", Role::Good),
        Some(Status::Failed) => ("failed", Role::Bad),
        Some(Status::Interrupted) => ("stopped", Role::Warn),
        None => ("goes on", Role::Text),
    }
}
