//! Frames as text, for tests: what a widget draws, and that it keeps to its area and its characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::tui::theme::{Glyphs, Theme};

/// The symbols of a buffer, a line a row, without trailing blanks.
pub(crate) fn lines(buf: &Buffer) -> String {
    let rows = buf.area.rows().map(|row| {
        let text: String = row.columns().map(|cell| buf[(cell.x, cell.y)].symbol()).collect();
        text.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n").trim_end_matches('\n').to_owned()
}

/// Draws a widget at this size and gives its text. It is drawn amid a larger buffer of marks, which must survive.
pub(crate) fn draw(widget: impl Widget, width: u16, height: u16, theme: &Theme) -> String {
    let area = Rect::new(3, 2, width, height);
    let mut buf = Buffer::empty(Rect::new(0, 0, width + 6, height + 4));
    for cell in &mut buf.content {
        cell.set_symbol("~");
    }
    for at in area.positions() {
        buf[at].set_symbol(" ");
    }
    widget.render(area, &mut buf);
    let mut inner = Buffer::empty(Rect::new(0, 0, width, height));
    for at in buf.area.positions() {
        let symbol = buf[at].symbol();
        if !area.contains(at) {
            assert_eq!(symbol, "~", "drew outside of its {width}×{height} area, at {at}");
            continue;
        }
        assert!(theme.glyphs == Glyphs::Unicode || symbol.is_ascii(), "{symbol:?} at {at} in ASCII mode");
        inner[(at.x - area.x, at.y - area.y)].set_symbol(symbol);
    }
    let text = lines(&inner);
    if std::env::var_os("PARLAB_SHOW_FRAMES").is_some() {
        println!("{width}×{height}\n{text}\n");
    }
    text
}

/// Areas that have broken widgets before: nothing, slivers, ordinary ones.
pub(crate) fn sizes() -> impl Iterator<Item = (u16, u16)> {
    const WIDTHS: [u16; 14] = [0, 1, 2, 3, 5, 8, 11, 17, 24, 32, 41, 80, 120, 200];
    const HEIGHTS: [u16; 9] = [0, 1, 2, 3, 4, 6, 10, 24, 60];
    WIDTHS.into_iter().flat_map(|w| HEIGHTS.into_iter().map(move |h| (w, h)))
}

/// All kinds of themes.
pub(crate) fn themes() -> [Theme; 4] {
    use crate::tui::theme::Colours;
    [
        Theme::FULL,
        Theme::PLAIN,
        Theme { colours: Colours::Ansi16, glyphs: Glyphs::Unicode },
        Theme { colours: Colours::Ansi256, glyphs: Glyphs::Ascii },
    ]
}
