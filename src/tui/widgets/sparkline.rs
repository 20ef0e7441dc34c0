//! A sparkline: a history of fractions as a row of small vertical bars, the oldest at the left.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::chart::bins;
use crate::tui::theme::{Role, Theme};
use crate::units;

/// A history of fractions over the whole width of the area, in its first row.
#[derive(Debug, Clone, Copy)]
pub struct Sparkline<'a> {
    /// Fractions 0..1 in equal steps of time; what is not finite counts as 0.
    pub history: &'a [f32],
    /// How it looks; `None` for [`Role::Level`] of each bar.
    pub role: Option<Role>,
    /// What the terminal can show.
    pub theme: &'a Theme,
}

impl Widget for Sparkline<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() || self.history.is_empty() {
            return;
        }
        for column in 0..area.width {
            let level = bins::mean(self.history, column.into(), area.width.into());
            let Some(symbol) = symbol(level, self.theme) else { continue };
            let role = self.role.unwrap_or(Role::Level(level));
            paint::dot(buf, area, (area.x + column, area.y), symbol, self.theme.style(role));
        }
    }
}

/// The same as text, for places that have room for words only.
pub fn text(history: &[f32], columns: u16, theme: &Theme) -> String {
    let level = |column: u16| bins::mean(history, column.into(), columns.into());
    (0..columns).map(|column| symbol(level(column), theme).unwrap_or(" ")).collect()
}

/// The vertical bar for a level 0..1; nothing for nothing.
pub(super) fn symbol(level: f64, theme: &Theme) -> Option<&'static str> {
    if level.is_nan() || level <= 0.0 {
        return None;
    }
    Some(theme.symbols().levels[units::level(level)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::frame::{draw, sizes, themes};

    #[test]
    fn stretches_and_shrinks() {
        let history = [0.0, 0.25, 0.5, 1.0];
        let at = |width, theme: &Theme| draw(Sparkline { history: &history, role: None, theme }, width, 1, theme);
        assert_eq!(at(4, &Theme::FULL), " ▂▄█");
        assert_eq!(at(8, &Theme::FULL), "  ▂▂▄▄██");
        assert_eq!(at(2, &Theme::FULL), "▁▆");
        assert_eq!(at(4, &Theme::PLAIN), " .-#");
        assert_eq!([text(&history, 4, &Theme::FULL), text(&history, 4, &Theme::PLAIN)], [" ▂▄█", " .-#"]);
        assert_eq!(text(&[], 2, &Theme::FULL), "  ");
    }

    #[test]
    fn any_size_and_history_will_do() {
        let long: Vec<f32> = (0..5000_u16).map(|i| f32::from(i % 7) / 3.0 - 0.5).collect();
        for theme in themes() {
            for (w, h) in sizes() {
                for history in [&[][..], &[f32::NAN, f32::INFINITY, -1.0], &long] {
                    draw(Sparkline { history, role: None, theme: &theme }, w, h, &theme);
                }
            }
        }
    }
}
