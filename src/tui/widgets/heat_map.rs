//! A table of values as a heat map: numbers with shades where there is room, shades alone where there is less, and a
//! part of the table where there is least. The best value is marked, and colour never says anything alone.
//!
//! ```text
//!  C          rbf     poly         C       ░░▒▒▓▓██▓▓
//!  0.001   ▒ 0.9088  ░ 0.8976      0.001   ░░▒▒▓▓▸█▓▓
//!  10     ▸█ 0.9288  ▒ 0.9049      …
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::chart::heat::{self, HeatCell, HeatScale};
use crate::tui::theme::{Glyphs, Role, Theme};

/// A heat map.
#[derive(Debug, Clone, Copy)]
pub struct HeatMap<'a> {
    /// What the rows are called.
    pub corner: &'a str,
    /// A label a row.
    pub rows: &'a [String],
    /// A label a column.
    pub columns: &'a [String],
    /// Row by row; missing ones count as nothing.
    pub cells: &'a [HeatCell],
    /// The values at which shades begin and end.
    pub scale: HeatScale,
    /// The best cell.
    pub best: Option<usize>,
    /// What the terminal can show.
    pub theme: &'a Theme,
}

/// Row labels longer than this are cut.
const LABEL_MAX: u16 = 12;
/// Digits after the point, as many as there is room for.
const DECIMALS: [usize; 3] = [4, 3, 2];

/// What there is room for in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeatDetail {
    /// Numbers with so many digits after the point, in columns so wide, the blank before them included.
    Numbers { decimals: usize, pitch: u16 },
    /// Shades in columns so wide.
    Shades { pitch: u16 },
}

impl HeatMap<'_> {
    /// Rows that it would like to have: one for the column labels, and one for each of its own.
    pub fn height(&self) -> u16 {
        u16::try_from(self.rows.len()).unwrap_or(u16::MAX).saturating_add(1)
    }

    /// Columns that it would like to have.
    pub fn width(&self) -> u16 {
        let columns = u16::try_from(self.columns.len()).unwrap_or(u16::MAX);
        self.label_width().saturating_add(columns.saturating_mul(self.pitch(DECIMALS[0])))
    }

    /// Rows and columns that an area has no room for.
    pub fn hidden(&self, area: Rect) -> (usize, usize) {
        let pitch = match self.detail(area) {
            HeatDetail::Numbers { pitch, .. } | HeatDetail::Shades { pitch } => pitch,
        };
        let columns = area.width.saturating_sub(self.label_width()) / pitch.max(1);
        let rows = area.height.saturating_sub(1);
        (self.rows.len().saturating_sub(rows.into()), self.columns.len().saturating_sub(columns.into()))
    }

    fn label_width(&self) -> u16 {
        let labels = self.rows.iter().map(String::as_str).chain([self.corner]);
        labels.map(|label| paint::width(self.theme, label)).max().unwrap_or(0).min(LABEL_MAX) + 1
    }

    /// Columns that a number takes, with its mark, its shade and a blank before it.
    fn pitch(&self, decimals: usize) -> u16 {
        let number = self.cells.iter().map(|cell| match cell {
            HeatCell::Value(value) => format!("{value:.decimals$}").len(),
            HeatCell::Parts(done, of) => format!("{done}/{of}").len(),
            HeatCell::Nothing | HeatCell::Failed => 1,
        });
        let number = number.max().unwrap_or(1).max(decimals + 2);
        let labels = self.columns.iter().map(|label| paint::width(self.theme, label)).max().unwrap_or(0).min(LABEL_MAX);
        (u16::try_from(number).unwrap_or(u16::MAX).saturating_add(1 + self.shade_width())).max(labels).saturating_add(1)
    }

    /// Digits are the shades in ASCII, and beside a number they would be taken for a part of it.
    fn shade_width(&self) -> u16 {
        if self.theme.glyphs == Glyphs::Unicode { 2 } else { 0 }
    }

    fn detail(&self, area: Rect) -> HeatDetail {
        let room = area.width.saturating_sub(self.label_width());
        let columns = u16::try_from(self.columns.len().max(1)).unwrap_or(u16::MAX);
        let fits = |pitch: u16| columns.saturating_mul(pitch) <= room;
        let numbers = DECIMALS.into_iter().map(|decimals| (decimals, self.pitch(decimals)));
        match numbers.into_iter().find(|(_, pitch)| fits(*pitch)) {
            Some((decimals, pitch)) => HeatDetail::Numbers { decimals, pitch },
            None => HeatDetail::Shades { pitch: if fits(2) { 2 } else { 1 } },
        }
    }

    fn shade(&self, level: f64) -> &'static str {
        let shades = self.theme.symbols().shades;
        shades[heat::shade(level, shades.len())]
    }

    fn cell(&self, index: usize, detail: HeatDetail, place: Rect, buf: &mut Buffer) {
        let (theme, symbols) = (self.theme, self.theme.symbols());
        let is_best = self.best == Some(index);
        let cell = self.cells.get(index).copied().unwrap_or(HeatCell::Nothing);
        let at = (place.x, place.y);
        let (symbol, role) = match cell {
            HeatCell::Nothing => (symbols.dot, Role::Dim),
            HeatCell::Parts(..) => (symbols.ellipsis, Role::Dim),
            HeatCell::Failed => (symbols.cross, Role::Bad),
            HeatCell::Value(value) => {
                let level = self.scale.level(value);
                (self.shade(level), Role::Level(level))
            }
        };
        let HeatDetail::Numbers { decimals, .. } = detail else {
            // An ellipsis may be longer than the cell; what is on its way looks like what has not begun.
            let symbol = if matches!(cell, HeatCell::Parts(..)) { symbols.dot } else { symbol };
            paint::dot(buf, place, at, symbol, theme.style(role));
            if place.width > 1 && theme.glyphs == Glyphs::Unicode && matches!(cell, HeatCell::Value(_)) {
                paint::dot(buf, place, (at.0 + 1, at.1), symbol, theme.style(role));
            }
            if is_best {
                paint::dot(buf, place, at, symbols.pointer, theme.style(Role::Selected));
            }
            return;
        };
        let (text, text_role) = match cell {
            HeatCell::Value(value) => (format!("{value:.decimals$}"), Role::Text),
            HeatCell::Parts(done, of) => (format!("{done}/{of}"), Role::Dim),
            HeatCell::Nothing | HeatCell::Failed => (symbol.to_owned(), role),
        };
        let text_role = if is_best { Role::Selected } else { text_role };
        let x = paint::put_right(buf, place, place.y, &text, theme, theme.style(text_role));
        let before = x.saturating_sub(self.shade_width());
        if self.shade_width() > 0 && matches!(cell, HeatCell::Value(_)) {
            paint::dot(buf, place, (before, place.y), symbol, theme.style(role));
        }
        if is_best {
            paint::dot(buf, place, (before.saturating_sub(1), place.y), symbols.pointer, theme.style(Role::Accent));
        }
    }
}

impl Widget for HeatMap<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() || self.columns.is_empty() || self.rows.is_empty() {
            return;
        }
        let (theme, label) = (self.theme, self.label_width());
        let detail = self.detail(area);
        let pitch = match detail {
            HeatDetail::Numbers { pitch, .. } | HeatDetail::Shades { pitch } => pitch,
        };
        let per_row = self.columns.len();
        let room = usize::from(area.width.saturating_sub(label) / pitch.max(1));
        let columns = heat::window(per_row, room, self.best.map(|best| best % per_row));
        let rows = heat::window(self.rows.len(), area.height.saturating_sub(1).into(), self.best.map(|b| b / per_row));
        let corner = Rect { width: label.min(area.width).saturating_sub(1), height: 1, ..area };
        paint::put(buf, corner, (area.x, area.y), self.corner, theme, theme.style(Role::Dim));
        let x_of = |column: usize| area.x + label + (column - columns.start) as u16 * pitch;
        match detail {
            HeatDetail::Numbers { pitch, .. } => {
                for column in columns.clone() {
                    let place = Rect { x: x_of(column) + 1, y: area.y, width: pitch - 1, height: 1 };
                    paint::put_right(buf, place, area.y, &self.columns[column], theme, theme.style(Role::Dim));
                }
            }
            HeatDetail::Shades { .. } => {
                let ends = [columns.start, columns.end.saturating_sub(1)].map(|at| self.columns.get(at).cloned());
                let [first, last] = ends.map(Option::unwrap_or_default);
                let place = Rect { x: area.x + label, width: area.width.saturating_sub(label), height: 1, ..area };
                let text = format!("{first} – {last}");
                paint::put(buf, place, (place.x, area.y), &text, theme, theme.style(Role::Dim));
            }
        }
        for (y, row) in (area.y + 1..area.bottom()).zip(rows) {
            let name = Rect { y, ..corner };
            paint::put(buf, name, (area.x, y), &self.rows[row], theme, theme.style(Role::Dim));
            for column in columns.clone() {
                let gap = u16::from(matches!(detail, HeatDetail::Numbers { .. }));
                let place = Rect { x: x_of(column) + gap, y, width: pitch - gap, height: 1 }.intersection(area);
                self.cell(row * per_row + column, detail, place, buf);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::lines;
    use super::*;

    fn labels(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn drawn(map: HeatMap<'_>, width: u16, height: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        map.render(buf.area, &mut buf);
        lines(&buf)
    }

    #[test]
    fn numbers_where_there_is_room() {
        let (rows, columns) = (labels(&["0.001", "10"]), labels(&["rbf", "poly", "linear"]));
        let cells = [
            HeatCell::Value(0.908_846),
            HeatCell::Value(0.897_615),
            HeatCell::Parts(1, 2),
            HeatCell::Value(0.928_846),
            HeatCell::Failed,
        ];
        let map = HeatMap {
            corner: "C",
            rows: &rows,
            columns: &columns,
            cells: &cells,
            scale: HeatScale { low: 0.897_615, high: 0.928_846 },
            best: Some(3),
            theme: &Theme::FULL,
        };
        assert_eq!(
            drawn(map, map.width(), map.height()),
            "C            rbf      poly    linear\n\
             0.001   ▒ 0.9088  ░ 0.8976       1/2\n\
             10     ▸█ 0.9288         ✗         ·"
        );
        let narrower = drawn(map, map.width() - 1, 3);
        assert!(narrower.contains("▸█ 0.929") && !narrower.contains("0.9288"), "{narrower}");
        let plain = HeatMap { theme: &Theme::PLAIN, ..map };
        assert_eq!(
            drawn(plain, plain.width(), 3),
            "C          rbf    poly  linear\n\
             0.001   0.9088  0.8976     1/2\n\
             10     >0.9288       x       -"
        );
    }

    #[test]
    fn shades_where_there_is_less_and_a_part_where_there_is_least() {
        let names: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let cells: Vec<HeatCell> =
            (0..400).map(|i| HeatCell::Value(f64::from(i % 20 + i / 20) / 38.0 - f64::from(i / 399))).collect();
        let map = HeatMap {
            corner: "C",
            rows: &names,
            columns: &names,
            cells: &cells,
            scale: HeatScale { low: 0.0, high: 1.0 },
            best: Some(398),
            theme: &Theme::FULL,
        };
        let all = drawn(map, 44, 21);
        assert_eq!(all.lines().count(), 21);
        assert!(all.lines().nth(1).is_some_and(|line| line.starts_with("0  ░░░░")), "{all}");
        assert!(all.contains("▸█"), "{all}");
        assert_eq!(map.hidden(Rect::new(0, 0, 44, 21)), (0, 0));
        let part = drawn(map, 13, 6);
        assert_eq!(map.hidden(Rect::new(0, 0, 13, 6)), (15, 10));
        assert!(part.contains('▸') && part.starts_with("C  10 – 19"), "{part}");
        let plain = drawn(HeatMap { theme: &Theme::PLAIN, ..map }, 44, 21);
        assert!(plain.is_ascii() && plain.contains('>') && plain.contains("0 0 0 0 1 1"), "{plain}");
        for (width, height) in [(0, 0), (1, 1), (3, 2), (5, 1), (200, 60)] {
            drawn(map, width, height);
        }
    }
}
