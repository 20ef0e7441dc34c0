//! Thin lines on cells: braille dots, two by four in a cell, or one ASCII character a cell.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::theme::{Glyphs, Theme};

/// A place on the canvas in cells from the middle of its upper left one; fractions are kept for the dots within a cell.
pub(super) type CanvasPlace = (f64, f64);

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineStroke {
    /// Dot by dot, or in dashes: dots drawn and left out in turn, none for all drawn.
    Dashed(&'static [u8]),
    /// Every so often a dot.
    Dotted,
}

/// Lines to be laid over a buffer.
pub(super) struct PlotCanvas {
    pub(super) area: Rect,
    glyphs: Glyphs,
    cells: Vec<CanvasCell>,
}

/// What a cell has of the lines through it.
#[derive(Clone, Copy)]
struct CanvasCell {
    dots: u8,
    ascii: char,
    style: Style,
}

impl PlotCanvas {
    pub(super) fn new(area: Rect, theme: &Theme) -> Self {
        let blank = CanvasCell { dots: 0, ascii: ' ', style: Style::new() };
        Self { area, glyphs: theme.glyphs, cells: vec![blank; area.area() as usize] }
    }

    /// Draws a line; what lies outside of the canvas is cut off.
    pub(super) fn line(&mut self, from: CanvasPlace, to: CanvasPlace, stroke: LineStroke, style: Style) {
        let Some((from, to)) = self.clip(from, to) else { return };
        let (across, down) = self.dots_per_cell();
        let (dx, dy) = ((to.0 - from.0) * across, (to.1 - from.1) * down);
        let every = match (stroke, self.glyphs) {
            (LineStroke::Dashed(_), _) => 1.0,
            (LineStroke::Dotted, Glyphs::Unicode) => 3.0,
            (LineStroke::Dotted, Glyphs::Console | Glyphs::Ascii) => 2.0,
        };
        let length = match stroke {
            LineStroke::Dashed(_) => dx.abs().max(dy.abs()),
            LineStroke::Dotted => dx.hypot(dy),
        };
        let steps = (length / every).ceil().max(1.0) as u32;
        let ascii = match stroke {
            LineStroke::Dashed(_) => slope_char(dx, dy),
            LineStroke::Dotted => '.',
        };
        let is_gap = |i: u32| matches!(stroke, LineStroke::Dashed(dashes) if in_gap(dashes, i));
        for i in (0..=steps).filter(|i| !is_gap(*i)) {
            let t = f64::from(i) / f64::from(steps);
            self.dot((from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t), ascii, style);
        }
    }

    /// Columns between the specks of a light curve, and between those of the edges of its band.
    pub(super) fn spacing(&self) -> [f64; 2] {
        match self.glyphs {
            Glyphs::Unicode => [1.0, 1.5],
            Glyphs::Console | Glyphs::Ascii => [2.0, 3.0],
        }
    }

    /// A dot by itself, unless it falls on the x axis, at which it would only gnaw.
    pub(super) fn speck(&mut self, at: CanvasPlace, ascii: char, style: Style) {
        if at.1 < f64::from(self.area.height) - 1.5 {
            self.dot(at, ascii, style);
        }
    }

    /// Lays the lines over a buffer.
    pub(super) fn render(&self, buf: &mut Buffer) {
        for (at, drawn) in self.area.positions().zip(&self.cells) {
            let symbol = match self.glyphs {
                Glyphs::Unicode => char::from_u32(0x2800 + u32::from(drawn.dots)).filter(|_| drawn.dots > 0),
                Glyphs::Console | Glyphs::Ascii => Some(drawn.ascii).filter(|c| *c != ' '),
            };
            if let (Some(symbol), Some(cell)) = (symbol, buf.cell_mut(at)) {
                cell.set_char(symbol).set_style(drawn.style);
            }
        }
    }

    fn dots_per_cell(&self) -> (f64, f64) {
        match self.glyphs {
            Glyphs::Unicode => (2.0, 4.0),
            Glyphs::Console | Glyphs::Ascii => (1.0, 1.0),
        }
    }

    fn dot(&mut self, (x, y): CanvasPlace, ascii: char, style: Style) {
        // Braille's dots are numbered down the left column, then the right one, and the last row came later.
        const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let (across, down) = self.dots_per_cell();
        // A cell's own place is its middle.
        let (sub_x, sub_y) = (((x + 0.5) * across).floor(), ((y + 0.5) * down).floor());
        let (column, row) = ((sub_x / across).floor(), (sub_y / down).floor());
        let inside = |v: f64, end: u16| v >= 0.0 && v < f64::from(end);
        if !inside(column, self.area.width) || !inside(row, self.area.height) {
            return;
        }
        let bit = DOTS[(sub_y - row * down) as usize][(sub_x - column * across) as usize];
        let cell = &mut self.cells[row as usize * usize::from(self.area.width) + column as usize];
        cell.dots |= bit;
        cell.ascii = ascii;
        cell.style = style;
    }

    /// The part of a line within the canvas (Liang and Barsky's method).
    fn clip(&self, from: CanvasPlace, to: CanvasPlace) -> Option<(CanvasPlace, CanvasPlace)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        if ![from.0, from.1, dx, dy].iter().all(|v| v.is_finite()) {
            return None;
        }
        let (right, bottom) = (f64::from(self.area.width) - 0.51, f64::from(self.area.height) - 0.51);
        let edges = [(-dx, from.0 + 0.5), (dx, right - from.0), (-dy, from.1 + 0.5), (dy, bottom - from.1)];
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (p, q) in edges {
            if p == 0.0 && q < 0.0 {
                return None;
            }
            if p < 0.0 {
                enter = enter.max(q / p);
            } else if p > 0.0 {
                leave = leave.min(q / p);
            }
        }
        let at = |t: f64| (from.0 + dx * t, from.1 + dy * t);
        (enter <= leave).then(|| (at(enter), at(leave)))
    }
}

/// Whether the n-th dot of a line is left out.
fn in_gap(dashes: &[u8], dot: u32) -> bool {
    let length: u32 = dashes.iter().map(|part| u32::from(*part)).sum();
    let Some(mut left) = dot.checked_rem(length) else { return false };
    for (index, part) in dashes.iter().enumerate() {
        match left.checked_sub((*part).into()) {
            Some(rest) => left = rest,
            None => return index % 2 == 1,
        }
    }
    false
}

/// The character that lies most nearly along a line; `dy` points down.
fn slope_char(dx: f64, dy: f64) -> char {
    match (dx.abs(), dy.abs()) {
        (x, y) if y <= 0.4 * x => '-',
        (x, y) if x <= 0.3 * y => '|',
        _ if (dx > 0.0) == (dy > 0.0) => '\\',
        _ => '/',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLID: LineStroke = LineStroke::Dashed(&[]);
    use crate::tui::widgets::frame::lines;

    fn drawn(theme: &Theme, from: CanvasPlace, to: CanvasPlace, stroke: LineStroke) -> String {
        let area = Rect::new(0, 0, 6, 3);
        let mut canvas = PlotCanvas::new(area, theme);
        canvas.line(from, to, stroke, Style::new());
        let mut buf = Buffer::empty(area);
        canvas.render(&mut buf);
        lines(&buf)
    }

    #[test]
    fn dashes_leave_gaps() {
        let dashed = LineStroke::Dashed(&[2, 1]);
        assert_eq!(drawn(&Theme::PLAIN, (0.0, 1.0), (5.0, 1.0), dashed), "\n-- --");
        assert_eq!(drawn(&Theme::FULL, (0.0, 1.0), (3.0, 1.0), LineStroke::Dashed(&[1, 1])), "\n⠠⠠⠠⠠");
    }

    #[test]
    fn lines_are_dots_or_characters() {
        assert_eq!(drawn(&Theme::PLAIN, (0.0, 1.0), (5.0, 1.0), SOLID), "\n------");
        assert_eq!(drawn(&Theme::PLAIN, (0.0, 2.0), (2.0, 0.0), SOLID), "  /\n /\n/");
        assert_eq!(drawn(&Theme::PLAIN, (0.0, 1.0), (4.0, 1.0), LineStroke::Dotted), "\n. . .");
        assert_eq!(drawn(&Theme::FULL, (0.0, 1.0), (3.0, 1.0), SOLID), "\n⠠⠤⠤⠤");
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        assert_eq!(drawn(&Theme::PLAIN, (-100.0, 1.0), (100.0, 1.0), SOLID), "\n------");
        assert_eq!(drawn(&Theme::PLAIN, (-5.0, -5.0), (50.0, -5.0), SOLID), "");
        assert_eq!(drawn(&Theme::PLAIN, (f64::NAN, 0.0), (1.0, 1.0), SOLID), "");
        assert_eq!(drawn(&Theme::PLAIN, (1.0, 1e9), (1.0, -1e9), SOLID), " |\n |\n |");
    }
}
