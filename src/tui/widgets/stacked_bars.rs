//! Bars that are divided into shares, one an item, below each other, with a legend above and per cent below.
//!
//! Parts are told apart by their characters; colours only help.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::chart::{SeriesMark, stacked};
use crate::tui::theme::{Role, Theme};

/// A part that bars may have.
#[derive(Debug, Clone, Copy)]
pub struct StackPart<'a> {
    /// What it is.
    pub name: &'a str,
    /// What its columns are drawn with, one column wide.
    pub symbol: &'a str,
    /// How it looks; `None` as the item does that it is of.
    pub role: Option<Role>,
}

/// A bar.
#[derive(Debug, Clone, Copy)]
pub struct StackedItem<'a> {
    /// What it is of.
    pub name: &'a str,
    /// Its mark and colour.
    pub mark: SeriesMark,
    /// The share of each part, from the left; together 1.
    pub shares: &'a [f64],
    /// What is said of it beside its name.
    pub figure: &'a str,
    /// Whether it is the selected one.
    pub is_selected: bool,
}

/// Bars with the parts that they may have.
#[derive(Debug, Clone, Copy)]
pub struct StackedBars<'a> {
    /// The parts, from the left.
    pub parts: &'a [StackPart<'a>],
    /// The bars, from above.
    pub items: &'a [StackedItem<'a>],
    /// What the terminal can show.
    pub theme: &'a Theme,
}

/// Areas with fewer columns than this show nothing.
const NARROWEST: u16 = 12;
/// Columns left of bars that stand below their names.
const LEFT: u16 = 2;
/// The part of a line that a name may have beside its bar, and columns that it has at least.
const NAME_PART: u16 = 3;
const NAME_LEAST: u16 = 10;

impl Widget for StackedBars<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.width < NARROWEST || area.height == 0 {
            return;
        }
        let legend = self.legend(area, buf);
        let axis = u16::from(area.height >= legend + 4);
        let body = Rect { y: area.y + legend, height: area.height - legend - axis, ..area };
        let lines: u16 = if usize::from(body.height) >= 2 * self.items.len() { 2 } else { 1 };
        let bars = self.bars_area(body, lines);
        let shown = usize::from(body.height / lines);
        let selected = self.items.iter().position(|item| item.is_selected).unwrap_or(0);
        let first = (selected + 1).saturating_sub(shown);
        for (n, item) in self.items.iter().skip(first).take(shown).enumerate() {
            let line = Rect { y: body.y + n as u16 * lines, height: 1, ..area };
            self.name(item, line, bars, lines, buf);
            self.bar(item, Rect { y: line.y + lines - 1, height: 1, ..bars }, buf);
        }
        if axis > 0 {
            let used = self.items.len().min(shown) as u16 * lines;
            self.axis(Rect { y: body.y + used, height: 1, ..bars }, buf);
        }
    }
}

impl StackedBars<'_> {
    /// Below the names, or beside them where these share their lines.
    fn bars_area(&self, body: Rect, lines: u16) -> Rect {
        let longest = self.items.iter().map(|item| paint::width(self.theme, item.name)).max().unwrap_or(0);
        let name = if lines == 1 { (longest + 1).min((body.width / NAME_PART).max(NAME_LEAST)) } else { 0 };
        let left = (LEFT + name).min(body.width);
        Rect { x: body.x + left, width: body.width - left, ..body }
    }

    /// Draws the legend, in a third of the lines at most, and says how many it took.
    fn legend(&self, area: Rect, buf: &mut Buffer) -> u16 {
        let most = area.height / 3;
        let (mut x, mut y) = (area.x, area.y);
        for part in self.parts {
            let width = 2 + paint::width(self.theme, part.name);
            if x > area.x && x + width > area.right() {
                (x, y) = (area.x, y + 1);
            }
            if y >= area.y + most {
                return most;
            }
            let line = Rect { y, height: 1, ..area };
            paint::dot(buf, line, (x, y), part.symbol, self.theme.style(part.role.unwrap_or(Role::Text)));
            paint::put(buf, line, (x + 2, y), part.name, self.theme, self.theme.style(Role::Dim));
            x = x.saturating_add(width + 2);
        }
        if self.parts.is_empty() { 0 } else { y + 1 - area.y }
    }

    fn name(&self, item: &StackedItem<'_>, line: Rect, bars: Rect, lines: u16, buf: &mut Buffer) {
        let own = self.theme.style(Role::Backend(item.mark.family));
        paint::dot(buf, line, (line.x, line.y), self.theme.mark(item.mark), own);
        let style = if item.is_selected { self.theme.style(Role::Selected) } else { own };
        let end = if lines == 1 { bars.x.saturating_sub(1) } else { line.right() };
        let place = Rect { width: end.saturating_sub(line.x), ..line };
        let name = paint::fit_name(self.theme, item.name, place.width.saturating_sub(LEFT));
        let x = paint::put(buf, place, (line.x + LEFT, line.y), &name, self.theme, style);
        if lines > 1 && x + 2 + paint::width(self.theme, item.figure) <= line.right() {
            paint::put_right(buf, line, line.y, item.figure, self.theme, self.theme.style(Role::Text));
        }
    }

    fn bar(&self, item: &StackedItem<'_>, line: Rect, buf: &mut Buffer) {
        let mut x = line.x;
        for (part, columns) in self.parts.iter().zip(stacked(item.shares, line.width)) {
            let style = self.theme.style(part.role.unwrap_or(Role::Backend(item.mark.family)));
            for column in x..x + columns {
                paint::dot(buf, line, (column, line.y), part.symbol, style);
            }
            x += columns;
        }
    }

    fn axis(&self, line: Rect, buf: &mut Buffer) {
        let style = self.theme.style(Role::Dim);
        paint::put(buf, line, (line.x, line.y), "0 %", self.theme, style);
        if line.width >= 16 {
            paint::put(buf, line, (line.x + line.width / 2 - 1, line.y), "50 %", self.theme, style);
        }
        paint::put_right(buf, line, line.y, "100 %", self.theme, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::frame::{draw, sizes, themes};

    fn parts(theme: &Theme) -> Vec<StackPart<'static>> {
        let symbols = &theme.symbols().time_uses;
        let part = |(n, name)| StackPart { name, symbol: symbols[n], role: None };
        ["work", "lock", "gate"].into_iter().enumerate().map(part).collect()
    }

    fn items() -> Vec<StackedItem<'static>> {
        let item = |name, shares, is_selected| StackedItem {
            name,
            mark: SeriesMark { family: 1, member: 0 },
            shares,
            figure: "work 50 %",
            is_selected,
        };
        vec![item("threads × 2", &[0.5, 0.25, 0.25], false), item("processes × 2", &[1.0, 0.0, 0.0], true)]
    }

    #[test]
    fn each_share_has_its_columns() {
        let theme = Theme::PLAIN;
        let drawn = draw(StackedBars { parts: &parts(&theme), items: &items(), theme: &theme }, 30, 7, &theme);
        let rows: Vec<&str> = drawn.lines().collect();
        assert_eq!(rows[0], "# work  : lock  | gate");
        assert_eq!(rows[2], format!("  {}{}{}", "#".repeat(14), ":".repeat(7), "|".repeat(7)));
        assert_eq!(rows[4], format!("  {}", "#".repeat(28)));
        assert!(rows[5].starts_with("  0 %") && rows[5].ends_with("100 %"), "{drawn}");
        // Without room for two lines each, names stand beside their bars.
        let drawn = draw(StackedBars { parts: &parts(&theme), items: &items(), theme: &theme }, 30, 4, &theme);
        assert!(drawn.lines().any(|line| line.contains("x 2") && line.contains("###")), "{drawn}");
    }

    #[test]
    fn any_size_and_theme_will_do() {
        for theme in themes() {
            for (w, h) in sizes() {
                draw(StackedBars { parts: &parts(&theme), items: &items(), theme: &theme }, w, h, &theme);
                draw(StackedBars { parts: &[], items: &[], theme: &theme }, w, h, &theme);
            }
        }
    }
}
