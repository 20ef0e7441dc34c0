//! Positions that keys move, in lists and in text.

use crate::tui::keys::Action;

/// A position after a step, between 0 and `last`.
pub(super) fn moved(from: usize, action: Action, page: u16, last: u16) -> u16 {
    let from = from.min(last.into()) as u16;
    let to = match action {
        Action::Up => from.saturating_sub(1),
        Action::Down => from.saturating_add(1),
        Action::PageUp => from.saturating_sub(page),
        Action::PageDown => from.saturating_add(page),
        Action::First => 0,
        Action::Last => last,
        _ => from,
    };
    to.min(last)
}
