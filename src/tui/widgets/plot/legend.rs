//! The line above the chart: what it shows at the left, whose marks are whose at the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Axes, Plot, paint};
use crate::tui::theme::Role;
use crate::units;

/// Columns between entries.
const GAP: u16 = 2;

impl Plot<'_> {
    pub(super) fn legend(&self, axes: &Axes, place: Rect, buf: &mut Buffer) {
        if place.is_empty() {
            return;
        }
        let mut entries = self.entries(if axes.clipped { " (cut off)" } else { "" });
        if self.length(&entries, GAP) > place.width {
            entries = self.entries("");
        }
        // What the dotted line is can be guessed; whose marks are whose cannot.
        if self.length(&entries, GAP) > place.width && self.guide().is_some() {
            entries.pop();
        }
        let gap = if self.length(&entries, GAP) > place.width { 1 } else { GAP };
        let length = self.length(&entries, gap);
        let scales = match (axes.x.is_log(), axes.y.is_log()) {
            (true, true) => ", both log",
            (true, false) => ", log",
            (false, _) => "",
        };
        let title = format!("{} over {}{scales}", self.y_label, self.x_label);
        let title_length = paint::width(self.theme, &title);
        let fits = place.width >= title_length + 3 + length;
        if fits {
            paint::put(buf, place, (place.x, place.y), &title, self.theme, self.theme.style(Role::Dim));
        }
        let mut x = if fits { place.right() - length } else { place.x };
        for (mark, name, style) in entries {
            x = paint::put(buf, place, (x, place.y), mark, self.theme, style);
            x = paint::put(buf, place, (x + 1, place.y), &name, self.theme, self.theme.style(Role::Text));
            x += gap;
        }
    }

    fn entries(&self, after_ideal: &str) -> Vec<(&'static str, String, Style)> {
        let symbols = self.theme.symbols();
        let shown = self.series.iter().filter(|series| series.points.iter().any(super::Point::is_drawable));
        let series = shown.map(|series| {
            let mark = symbols.marks[series.mark % symbols.marks.len()];
            (mark, series.name.clone(), self.theme.style(Role::Series(series.mark)))
        });
        let guide = self.guide().map(|name| (symbols.ideal, name + after_ideal, self.theme.style(Role::Ideal)));
        let has_guess = self.guesses.iter().any(|series| series.points.iter().any(super::Point::is_drawable));
        let guess = has_guess.then(|| (symbols.guess, "predicted".to_owned(), self.theme.style(Role::Text)));
        series.chain(guess).chain(guide).collect()
    }

    /// What the dotted line is, if there is one.
    fn guide(&self) -> Option<String> {
        self.slope().map(|_| "ideal".to_owned()).or_else(|| self.drawn_level().map(units::percent))
    }

    fn length(&self, entries: &[(&str, String, Style)], gap: u16) -> u16 {
        let widths = entries.iter().map(|(mark, name, _)| {
            paint::width(self.theme, mark).saturating_add(1).saturating_add(paint::width(self.theme, name))
        });
        let gaps = gap.saturating_mul((entries.len() as u16).saturating_sub(1));
        widths.fold(gaps, u16::saturating_add)
    }
}
