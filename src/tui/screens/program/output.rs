//! The last lines that a program wrote, as they came: what is more than a character in them is shown as its number.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::foreign::escaped;
use crate::record::OutputTail;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// Draws as many of the last lines as there is room for, in a frame.
pub(in crate::tui::screens) fn render(output: &OutputTail, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("output", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    if output.lines.is_empty() {
        return paint::put_centred(buf, inner, "nothing written yet", theme, theme.style(Role::Dim));
    }
    let first = output.lines.len().saturating_sub(usize::from(inner.height));
    for (y, line) in (inner.y..inner.bottom()).zip(&output.lines[first..]) {
        let text = escaped(line);
        let text = paint::fit(theme, &text, inner.width);
        paint::put(buf, inner, (inner.x, y), &text, theme, theme.style(Role::Text));
    }
    let all = format!("{} in all", units::bytes(output.bytes));
    paint::on_frame(buf, area, &all, theme);
}
