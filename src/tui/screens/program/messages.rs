//! What the ranks of an MPI program sent each other, as a heat map: a row sends, a column gets. Shades say how much, so
//! that it can be read without colour; where there is room the bytes stand in the cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::chart::heat::shade;
use crate::record::WatchedMpi;
use crate::results::MessageGrid;
use crate::tui::theme::{Glyphs, Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// Columns of a cell with its bytes in it, the blank before it included.
const WITH_BYTES: u16 = 12;

/// Draws it with a frame.
pub(in crate::tui::screens) fn render(mpi: &WatchedMpi, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("messages: row to column", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let rows = usize::from(inner.height.saturating_sub(1)).min(usize::from(inner.width.saturating_sub(8)));
    let grid = MessageGrid::of(mpi, rows);
    if grid.is_empty() {
        let text = "no message from one rank to another so far";
        return paint::put_centred(buf, inner, text, theme, theme.style(Role::Dim));
    }
    let labels: Vec<String> = (0..grid.side).map(|row| grid.label(row, mpi.ranks)).collect();
    let label = labels.iter().map(|label| paint::width(theme, label)).max().unwrap_or(0) + 1;
    let room = inner.width.saturating_sub(label);
    let pitch = [WITH_BYTES, 2, 1].into_iter().find(|pitch| u32::from(*pitch) * grid.side as u32 <= room.into());
    let pitch = pitch.unwrap_or(1);
    column_labels(&labels, (label, pitch), theme, inner, buf);
    for (row, y) in (0..grid.side).zip(inner.y + 1..inner.bottom()) {
        paint::put(buf, inner, (inner.x, y), &labels[row], theme, theme.style(Role::Dim));
        for column in 0..grid.side {
            let x = inner.x + label + column as u16 * pitch;
            let place = Rect { x, y, width: pitch, height: 1 }.intersection(inner);
            cell(&grid, row * grid.side + column, theme, place, buf);
        }
    }
    if let Some(text) = legend(&grid, theme) {
        paint::on_frame(buf, area, &text, theme);
    }
}

/// Numbers above the columns: of all where cells are wide, else of the first and the last.
fn column_labels(labels: &[String], (label, pitch): (u16, u16), theme: &Theme, inner: Rect, buf: &mut Buffer) {
    let style = theme.style(Role::Dim);
    let x_of = |column: usize| inner.x + label + column as u16 * pitch;
    if pitch == WITH_BYTES {
        for (column, name) in labels.iter().enumerate() {
            let place = Rect { x: x_of(column), y: inner.y, width: pitch, height: 1 }.intersection(inner);
            paint::put_right(buf, place, inner.y, name, theme, style);
        }
        return;
    }
    let Some((last, name)) = labels.iter().enumerate().next_back() else { return };
    paint::put(buf, inner, (x_of(0), inner.y), &labels[0], theme, style);
    let width = paint::width(theme, name);
    let x = (x_of(last) + pitch).saturating_sub(width);
    if x > x_of(0) + paint::width(theme, &labels[0]) {
        paint::put(buf, inner, (x, inner.y), name, theme, style);
    }
}

fn cell(grid: &MessageGrid, index: usize, theme: &Theme, place: Rect, buf: &mut Buffer) {
    let symbols = theme.symbols();
    let Some(level) = grid.level(index) else {
        let x = place.right().saturating_sub(1);
        return paint::dot(buf, place, (x, place.y), symbols.dot, theme.style(Role::Dim));
    };
    let mark = symbols.shades[shade(level, symbols.shades.len())];
    let style = theme.style(Role::Level(level));
    if place.width < WITH_BYTES {
        for x in place.left()..place.right() {
            paint::dot(buf, place, (x, place.y), mark, style);
        }
        return;
    }
    let text = units::bytes(grid.bytes[index]);
    let x = paint::put_right(buf, place, place.y, &text, theme, theme.style(Role::Text));
    // In ASCII shades are digits, which would be taken for a part of the number.
    if theme.glyphs != Glyphs::Ascii {
        paint::dot(buf, place, (x.saturating_sub(2), place.y), mark, style);
    }
}

/// `░ 40 B … █ 12 kB, a row is 4 ranks`.
fn legend(grid: &MessageGrid, theme: &Theme) -> Option<String> {
    let (least, most) = grid.range()?;
    let shades = theme.symbols().shades;
    let (faint, full) = (shades.first()?, shades.last()?);
    let range = match least == most {
        true => format!("{full} {}", units::bytes(most)),
        false => format!("{faint} {} … {full} {}", units::bytes(least), units::bytes(most)),
    };
    let each = if grid.ranks_each > 1 { format!(", a row is {} ranks", grid.ranks_each) } else { String::new() };
    Some(range + &each)
}
