//! What a scenario will run, a line a configuration, where the details leave room beside them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::label_at;
use crate::results::series_marks;
use crate::tui::port::LibraryEntry;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// Columns that text is read in at most, with its frame, and those that the plan needs beside it.
const TEXT: u16 = 94;
const PLAN_MIN: u16 = 30;

/// Draws the plan at the right end of an area that has room to spare, and gives what is left.
pub(super) fn beside(entry: Option<&LibraryEntry>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Rect {
    let Some(Ok(preview)) = entry.map(|entry| &entry.preview) else { return area };
    if area.width < TEXT + PLAN_MIN {
        return area;
    }
    let place = Rect { x: area.x + TEXT, width: area.width - TEXT, ..area };
    let trials = if preview.trials == 1 { "1 trial".to_owned() } else { format!("{} trials", preview.trials) };
    let block = theme.block(&format!("what will run: {trials}"), place.width);
    let inner = paint::padded(block.inner(place));
    block.render(place, buf);
    let marks = series_marks(&preview.configs);
    let rows = inner.y..inner.bottom();
    for (at, (y, (config, mark))) in rows.zip(preview.configs.iter().zip(marks)).enumerate() {
        paint::dot(buf, inner, (inner.x, y), theme.mark(mark), theme.style(Role::Backend(mark.family)));
        let x = paint::put(buf, inner, (inner.x + 2, y), &label_at(config), theme, theme.style(Role::Text));
        if preview.baseline == Some(at) {
            paint::put(buf, inner, (x + 2, y), "what the others are compared with", theme, theme.style(Role::Dim));
        }
    }
    let hidden = preview.configs.len().saturating_sub(inner.height.into());
    if hidden > 0 {
        paint::on_frame(buf, place, &format!("{hidden} more"), theme);
    }
    Rect { width: TEXT, ..area }
}
