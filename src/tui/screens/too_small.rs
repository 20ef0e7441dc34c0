//! Shown when the window is too small for anything else: what it needs, and what it has.
//!
//! ```text
//!
//!             parlab needs 60 × 16
//!           this window has 50 × 12
//!
//!    make it larger, or press q and use `parlab run`
//!
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layout::SIZE_MIN;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// Says it in as many lines as there is room for, the most important first.
pub(super) fn render(theme: &Theme, area: Rect, buf: &mut Buffer) {
    let lines = [
        (format!("parlab needs {} × {}", SIZE_MIN.width, SIZE_MIN.height), Role::Title),
        (format!("this window has {} × {}", area.width, area.height), Role::Text),
        (String::new(), Role::Text),
        ("make it larger, or use `parlab run`".to_owned(), Role::Dim),
    ];
    let shown = lines.len().min(area.height.into());
    let top = area.y + (area.height - shown as u16) / 2;
    for (y, (text, role)) in (top..).zip(&lines[..shown]) {
        paint::put_centred(buf, Rect { y, height: 1, ..area }, text, theme, theme.style(*role));
    }
}
