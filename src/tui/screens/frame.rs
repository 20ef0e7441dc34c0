//! Drawing the screen on top, between the first and the last line that all have in common.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layout::{SIZE_MIN, body};
use super::{chrome, too_small};
use crate::tui::state::State;
use crate::tui::theme::Theme;

/// Draws the screen on top into an area, which is taken to be blank.
pub fn render(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.width < SIZE_MIN.width || area.height < SIZE_MIN.height {
        too_small::render(theme, area, buf);
        return;
    }
    let (top, shared) = (state.screens.top(), &state.shared);
    chrome::header(&**top, shared, theme, Rect { height: 1, ..area }, buf);
    chrome::footer(&**top, shared, theme, Rect { y: area.bottom() - 1, height: 1, ..area }, buf);
    top.view(shared, theme, body(area), buf);
}
