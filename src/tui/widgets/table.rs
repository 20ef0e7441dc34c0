//! A table whose columns line up: numbers to the right, one row selected, the least needed columns dropped when
//! there is no room, then names cut, which keep what tells them apart, and last of all columns dropped but for those
//! that stay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::paint;
use crate::tui::theme::{Role, Theme};
use crate::units::Side;

/// A column: its heading, where its text stands, and how much it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Its heading.
    pub title: String,
    /// Where its text stands.
    pub side: Side,
    /// When room is short the highest goes first; 0 goes only where cut names do not make room enough.
    pub priority: u8,
    /// Whether it is still kept then, if any is.
    pub stays: bool,
}

impl TableColumn {
    /// A column of text.
    pub fn left(title: impl Into<String>, priority: u8) -> Self {
        Self { title: title.into(), side: Side::Left, priority, stays: false }
    }

    /// A column of numbers.
    pub fn right(title: impl Into<String>, priority: u8) -> Self {
        Self { title: title.into(), side: Side::Right, priority, stays: false }
    }
}

/// What stands in a row under a column.
#[derive(Debug, Clone, PartialEq)]
pub struct TableCell {
    /// What it says.
    pub text: String,
    /// How it looks.
    pub role: Role,
}

impl<T: Into<String>> From<T> for TableCell {
    fn from(text: T) -> Self {
        Self { text: text.into(), role: Role::Text }
    }
}

impl TableCell {
    /// A cell that looks like this role.
    pub fn styled(text: impl Into<String>, role: Role) -> Self {
        Self { text: text.into(), role }
    }
}

/// A heading row and rows below it, scrolled so that the selected one is in sight, or
/// else the one that is going on.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Columns from left to right.
    pub columns: &'a [TableColumn],
    /// Rows; missing cells are blank, surplus ones are ignored.
    pub rows: &'a [Vec<TableCell>],
    /// The selected row.
    pub selected: Option<usize>,
    /// The row of what is going on now.
    pub running: Option<usize>,
    /// What the terminal can show.
    pub theme: &'a Theme,
}

/// Columns between columns.
const GAP: u16 = 2;
/// Columns left of the first one, for the pointer or the mark of what is going on.
const MARGIN: u16 = 1;
/// Columns right of the last one, so that no heading touches the frame.
const RIGHT: u16 = 1;
/// Text columns are not cut below this while another may still be dropped or cut.
const NARROWEST: u16 = 7;
/// So many columns are kept even if they must be cut: who it is, and the first thing that is told of them.
const KEPT: usize = 2;

impl Widget for Table<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() || self.columns.is_empty() {
            return;
        }
        let fields = self.layout(area);
        self.heading(&fields, area, buf);
        let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
        let window = self.window(body.height);
        for (y, index) in (body.top()..body.bottom()).zip(window) {
            self.row(index, y, &fields, body, buf);
        }
    }
}

/// Where a column stands.
struct TableField {
    column: usize,
    x: u16,
    width: u16,
}

impl Table<'_> {
    /// Rows that are out of sight in an area of this height.
    pub fn hidden(&self, height: u16) -> usize {
        self.rows.len() - self.window(height.saturating_sub(1)).len()
    }

    /// Columns of the screen that it takes with all of its own.
    pub fn width(&self) -> u16 {
        self.width_of(|_| true)
    }

    /// Columns of the screen that it takes with those of its own alone that go only after names are cut.
    pub fn least_width(&self) -> u16 {
        self.width_of(|column| column.priority == 0)
    }

    fn width_of(&self, is_kept: impl Fn(&TableColumn) -> bool) -> u16 {
        let kept = (0..self.columns.len()).filter(|c| is_kept(&self.columns[*c]));
        let kept: Vec<(usize, u16)> = kept.map(|c| (c, self.natural_width(c))).collect();
        u16::try_from(total(&kept)).unwrap_or(u16::MAX).saturating_add(MARGIN + RIGHT)
    }

    /// Columns that are kept, with their places.
    fn layout(&self, area: Rect) -> Vec<TableField> {
        let mut kept: Vec<(usize, u16)> = (0..self.columns.len()).map(|c| (c, self.natural_width(c))).collect();
        let margin = if area.width > MARGIN { MARGIN } else { 0 };
        let room = (area.width - margin).saturating_sub(RIGHT);
        while total(&kept) > u32::from(room) && kept.len() > 1 {
            let droppable = kept.iter().enumerate().filter(|(_, (c, _))| self.columns[*c].priority > 0);
            let Some((at, _)) = droppable.max_by_key(|(at, (c, _))| (self.columns[*c].priority, *at)) else { break };
            kept.remove(at);
        }
        while least(&kept, self) > u32::from(room) && kept.len() > KEPT {
            let goes = kept.iter().rposition(|(c, _)| !self.columns[*c].stays);
            kept.remove(goes.unwrap_or(kept.len() - 1));
        }
        self.shrink(&mut kept, room);
        let mut x = area.x + margin;
        let place = |(column, width): (usize, u16)| {
            let field = TableField { column, x, width };
            x = x.saturating_add(width).saturating_add(GAP);
            field
        };
        kept.into_iter().map(place).collect()
    }

    /// Cuts text columns, the widest first, until all fit or none can give.
    fn shrink(&self, kept: &mut [(usize, u16)], room: u16) {
        while total(kept) > u32::from(room) {
            let over = total(kept) - u32::from(room);
            let text = kept.iter_mut().filter(|(c, w)| self.columns[*c].side == Side::Left && *w > NARROWEST);
            let Some((_, widest)) = text.max_by_key(|(_, w)| *w) else { return };
            let give = u32::from(*widest - NARROWEST).min(over);
            *widest -= u16::try_from(give).unwrap_or(0);
        }
    }

    fn natural_width(&self, column: usize) -> u16 {
        let texts = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.as_str());
        let widths = texts.chain([self.columns[column].title.as_str()]).map(|text| paint::width(self.theme, text));
        widths.max().unwrap_or(0)
    }

    /// The rows in sight: from the first one, unless the selected one lies below.
    fn window(&self, height: u16) -> std::ops::Range<usize> {
        let height = usize::from(height);
        let last = self.selected.or(self.running).map_or(0, |selected| selected.min(self.rows.len().saturating_sub(1)));
        let start = if height == 0 { 0 } else { (last + 1).saturating_sub(height) };
        start..(start + height).min(self.rows.len())
    }

    fn heading(&self, fields: &[TableField], area: Rect, buf: &mut Buffer) {
        let style = self.theme.style(Role::Dim);
        for field in fields {
            let column = &self.columns[field.column];
            self.field(field, &column.title, area.y, style, area, buf);
        }
    }

    fn row(&self, index: usize, y: u16, fields: &[TableField], body: Rect, buf: &mut Buffer) {
        let selected = self.selected == Some(index);
        for field in fields {
            if let Some(cell) = self.rows[index].get(field.column) {
                self.field(field, &cell.text, y, self.theme.style(cell.role), body, buf);
            }
        }
        let symbols = self.theme.symbols();
        // Where both are in one row, being in reverse says enough of the one.
        let mark = match (self.running == Some(index), selected) {
            (true, _) => Some((symbols.running, Role::Accent)),
            (false, true) => Some((symbols.pointer, Role::Text)),
            (false, false) => None,
        };
        if let Some((symbol, role)) = mark.filter(|_| body.width > MARGIN) {
            paint::dot(buf, body, (body.x, y), symbol, self.theme.style(role));
        }
        if selected {
            buf.set_style(Rect { y, height: 1, ..body }, self.theme.style(Role::Selected));
        }
    }

    fn field(&self, field: &TableField, text: &str, y: u16, style: Style, area: Rect, buf: &mut Buffer) {
        let place = Rect { x: field.x, y, width: field.width, height: 1 }.intersection(area);
        if place.is_empty() {
            return;
        }
        match self.columns[field.column].side {
            Side::Left => {
                let text = paint::fit_name(self.theme, text, place.width);
                paint::put(buf, place, (place.x, y), &text, self.theme, style);
            }
            Side::Right => {
                paint::put_right(buf, place, y, text, self.theme, style);
            }
        }
    }
}

/// Columns taken where text is cut as far as it may be.
fn least(kept: &[(usize, u16)], table: &Table<'_>) -> u32 {
    let cut = |&(c, width): &(usize, u16)| match table.columns[c].side {
        Side::Left => (c, width.min(NARROWEST)),
        Side::Right => (c, width),
    };
    total(&kept.iter().map(cut).collect::<Vec<_>>())
}

fn total(kept: &[(usize, u16)]) -> u32 {
    let gaps = u32::from(GAP) * (kept.len() as u32).saturating_sub(1);
    kept.iter().map(|(_, width)| u32::from(*width)).sum::<u32>() + gaps
}

#[cfg(test)]
mod tests;
