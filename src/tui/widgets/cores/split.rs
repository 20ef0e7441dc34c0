//! Own load and others' side by side: on a bar, and as a tile of two columns. Characters tell them apart; colours only help.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint;
use crate::chart::heat;
use crate::tui::theme::{Glyphs, Role, Theme};

/// Load of others below this is not shown beside a tile: the meters are not good to more.
const NOISE: f64 = 0.05;

/// Fills the first row of `area`: what is own as bars are filled, then what is others' of all load.
pub(super) fn bar(buf: &mut Buffer, area: Rect, own: f64, all: f64, theme: &Theme) {
    // In ASCII what stands for a part of a cell is not told from others' load.
    let whole = theme.glyphs == Glyphs::Ascii;
    let (eighths, end) = extent(own, all, area.width, whole);
    let symbols = theme.symbols();
    for i in 0..end {
        let here = eighths.saturating_sub(i * 8).min(8);
        let (symbol, role) = match here {
            0 => (symbols.others, Role::Dim),
            here => (symbols.eighths[here as usize - 1], Role::Level(all)),
        };
        paint::dot(buf, area, (area.x + i as u16, area.y), symbol, theme.style(role));
    }
}

/// Eighths of cells that are own, and the cell before which others' load ends. Half a cell of that shows as one.
fn extent(own: f64, all: f64, columns: u16, whole: bool) -> (u32, u32) {
    let eighths = paint::eighths(own, columns);
    let eighths = if whole && eighths > 0 { ((eighths + 4) / 8).max(1) * 8 } else { eighths };
    let own_cells = eighths.div_ceil(8);
    let columns = f64::from(columns);
    let end = (all * columns).round() as u32;
    let least = own_cells + u32::from((all - own) * columns >= 0.5);
    (eighths, end.max(least).min(columns as u32))
}

/// The two columns of a tile: the shade of own load, and what stands for others'.
pub(super) fn tile(own: f64, others: f64, theme: &Theme) -> [(&'static str, Role); 2] {
    let symbols = theme.symbols();
    let third = ((others * 3.0) as usize).min(2);
    let beside = if others < NOISE { " " } else { symbols.others_thirds[third] };
    [(symbols.shades[heat::shade(own, symbols.shades.len())], Role::Level(own)), (beside, Role::Text)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_own_load_first() {
        assert_eq!(extent(0.5, 1.0, 10, false), (40, 10));
        assert_eq!(extent(0.0, 0.3, 10, false), (0, 3));
        assert_eq!(extent(0.0, 0.04, 10, false), (0, 0), "too little to show");
        assert_eq!(extent(0.31, 0.37, 10, false), (25, 5), "half a cell of others' is not lost behind a begun one");
        assert_eq!(extent(1.0, 1.0, 10, false), (80, 10));
        assert_eq!(extent(0.97, 1.0, 10, false), (78, 10));
        assert_eq!(extent(0.25, 0.25, 10, false), (20, 3));
        assert_eq!(extent(0.5, 1.0, 0, false), (0, 0));
    }

    #[test]
    fn ascii_bars_have_whole_cells() {
        assert_eq!(extent(0.33, 0.6, 10, true), (24, 6));
        assert_eq!(extent(0.01, 0.6, 10, true), (8, 6), "a little is not nothing");
        assert_eq!(extent(0.97, 1.0, 10, true), (80, 10));
    }

    #[test]
    fn tiles_say_both() {
        let words = |own, others, theme| tile(own, others, theme).map(|(symbol, _)| symbol).concat();
        let all = [(1.0, 0.0), (0.0, 1.0), (0.4, 0.1), (0.6, 0.4)];
        assert_eq!(all.map(|(own, others)| words(own, others, &Theme::FULL)), ["█ ", "░≡", "▒-", "▓="]);
        assert_eq!(all.map(|(own, others)| words(own, others, &Theme::PLAIN)), ["9 ", "0%", "4-", "6="]);
    }
}
