//! Who of the ranks of an MPI program waits for whom, a line each, those that wait longest first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::WatchedMpi;
use crate::results::{wait_briefly, wait_in_words};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// Waits that are told so soon after they began come and go: they are told dim.
const LONG_S: f64 = 1.0;

/// Rows for all ranks to wait in, the frame included: so the panel stands still.
pub(in crate::tui::screens) fn height(mpi: &WatchedMpi) -> u16 {
    u16::try_from(mpi.by_rank.len()).unwrap_or(u16::MAX).max(2).saturating_add(2)
}

/// Draws them with a frame.
pub(in crate::tui::screens) fn render(mpi: &WatchedMpi, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("who waits for whom", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    if mpi.waits.is_empty() {
        return paint::put_centred(buf, inner, "no rank waits", theme, theme.style(Role::Dim));
    }
    for (y, wait) in (inner.y..inner.bottom()).zip(&mpi.waits) {
        let role = if wait.seconds >= LONG_S { Role::Text } else { Role::Dim };
        let style = theme.style(role);
        // For how long is told whatever there is room for.
        let since = paint::put_right(buf, inner, y, &units::seconds(wait.seconds), theme, style);
        let room = since.saturating_sub(inner.x + 1);
        let text = wait_in_words(mpi, wait);
        let text = if paint::width(theme, &text) > room { wait_briefly(mpi, wait) } else { text };
        paint::put(buf, inner, (inner.x, y), &paint::fit(theme, &text, room), theme, style);
    }
    let hidden = mpi.waits.len().saturating_sub(usize::from(inner.height));
    if hidden > 0 {
        paint::on_frame(buf, area, &format!("{hidden} more"), theme);
    }
}
