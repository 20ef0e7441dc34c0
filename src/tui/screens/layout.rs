//! Where things stand on every screen.

use ratatui::layout::{Position, Rect, Size};

/// The smallest terminal that the screens fit.
pub const SIZE_MIN: Size = Size::new(60, 16);

/// What is left between header and footer.
pub(super) fn body(area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area }
}

/// What is left between header and footer of a terminal; `None` if it is too small for the screens.
pub(super) fn body_of(size: Size) -> Option<Rect> {
    let fits = size.width >= SIZE_MIN.width && size.height >= SIZE_MIN.height;
    fits.then(|| body(Rect::from((Position::ORIGIN, size))))
}
