//! A line that is being typed, with its cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::line_editor::LineEditor;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// Draws as much of it as there is room for around the cursor, which is a reversed cell; what counts where nothing is typed
/// stands in its place.
pub(super) fn render(line: &LineEditor, default: &str, theme: &Theme, place: Rect, buf: &mut Buffer) {
    let (before, after) = line.halves();
    let room = place.width.saturating_sub(1);
    let before: Vec<char> = before.chars().collect();
    // From the first character that lets all between it and the cursor fit.
    let fits = |from: &usize| paint::width(theme, &before[*from..].iter().collect::<String>()) <= room;
    let from = (0..=before.len()).find(fits).unwrap_or(before.len());
    let shown: String = before[from..].iter().collect();
    let x = paint::put(buf, place, (place.x, place.y), &shown, theme, theme.style(Role::Text));
    let mut rest = after.chars();
    let under = rest.next().map_or_else(|| " ".to_owned(), |c| theme.text(&c.to_string()).into_owned());
    let next = paint::put(buf, place, (x, place.y), &under, theme, theme.style(Role::Selected));
    let (text, role) = if line.text().is_empty() { (default, Role::Dim) } else { (rest.as_str(), Role::Text) };
    paint::put(buf, place, (next, place.y), text, theme, theme.style(role));
}
