//! How large the screen is to be drawn.

use ratatui::layout::Size;

use crate::system::terminal;

/// Terminals that claim to be larger than this are not believed: there are none, and a frame costs memory.
const MOST: Size = Size::new(1000, 400);

/// The terminal's size at this moment; `known` is what it was, for one that is gone.
pub fn size(known: Size) -> Size {
    terminal::size().map_or(known, |(width, height)| Size::new(width.min(MOST.width), height.min(MOST.height)))
}
