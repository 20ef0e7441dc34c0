//! How the help looks.
//!
//! ```text
//! ╭ keys and words: Library ─────────────────────────────────────────────────────╮
//! │ Library                                                                      │
//! │ enter          run the selected scenario                                     │
//! │ …                                                                            │
//! │ words                                                                        │
//! │ speedup        the baseline's time ÷ this configuration's time; …            │
//! ╰──────────────────────────────────────────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget as _;

use super::lines::{HelpLine, lines};
use super::state::HelpScreen;
use crate::tui::screens::prose::more_lines;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// Columns that keys and words take, with the gap after them.
const NAME: u16 = 20;
/// Columns that texts take at most.
const TEXT_MAX: u16 = 90;

/// Draws the help from its first line on; its frame says which screen that belongs to.
pub(super) fn render(help: &HelpScreen, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let lines = of(help, theme, area.width);
    let room = usize::from(area.height.saturating_sub(2));
    let start = usize::from(help.first).min(lines.len().saturating_sub(room));
    let group = lines.get(start).map_or("nothing has these words", |line| line.group);
    let title = match help.search.text() {
        "" if !help.is_typing => format!("keys and words: {group}"),
        search => format!("keys and words: {group} /{search}{}", if help.is_typing { "_" } else { "" }),
    };
    let block = theme.block(&title, area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    for (y, line) in (inner.y..inner.bottom()).zip(&lines[start..]) {
        let row = Rect { y, height: 1, ..inner };
        paint::put(buf, row, (row.x, y), &line.name, theme, theme.style(line.role));
        paint::put(buf, row, (row.x + NAME, y), &line.text, theme, theme.style(Role::Text));
    }
    let below = lines.len() - start - lines[start..].len().min(inner.height.into());
    if below > 0 {
        paint::on_frame(buf, area, &more_lines(below), theme);
    }
}

/// The furthest that the help can be scrolled on a terminal of this size.
pub(super) fn scroll_max(help: &HelpScreen, size: Size, theme: &Theme) -> u16 {
    let shown = size.height.saturating_sub(4);
    u16::try_from(of(help, theme, size.width).len()).unwrap_or(u16::MAX).saturating_sub(shown)
}

fn of(help: &HelpScreen, theme: &Theme, width: u16) -> Vec<HelpLine> {
    lines(help.here, help.search.text(), theme, width.saturating_sub(NAME + 4).min(TEXT_MAX))
}
