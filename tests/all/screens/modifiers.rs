//! Where there are few colours or none, modifiers carry the meaning: none may be left over from what lies below.

use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::update::{Msg, update};
use ratatui::style::Modifier;

use super::{fixture, frame};

#[test]
fn nothing_is_dim_that_is_drawn_over_something_dim() {
    let mut state = fixture::state((80, 24), Theme::PLAIN);
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    let seen = |buf: &ratatui::buffer::Buffer, symbol: &str, row: u16| {
        let cells = buf.content.iter().enumerate().filter(|(at, _)| at / 80 == usize::from(row));
        let cell = cells.map(|(_, cell)| cell).find(|cell| cell.symbol() == symbol);
        cell.map_or_else(|| panic!("no {symbol} in row {row}"), |cell| cell.modifier)
    };
    let buf = frame(&state);
    assert_eq!(seen(&buf, "c", 1), Modifier::BOLD, "a title in its frame");
    let bar = (2..5).find(|&row| buf.content[80 * row..80 * (row + 1)].iter().any(|cell| cell.symbol() == "#"));
    assert!(!seen(&buf, "#", bar.expect("a bar") as u16).contains(Modifier::DIM), "a bar over its track");

    fixture::run_trials(&mut state, 16);
    fixture::finish(&mut state, parlab::record::Status::Done, &[]);
    update(&mut state, Msg::Key(Key::End));
    let buf = frame(&state);
    // The marks of the series lie on the canvas, below the legend.
    let marks: Vec<_> =
        buf.content[80 * 3..80 * 12].iter().filter(|cell| ["o", "x", "+"].contains(&cell.symbol())).collect();
    assert!(!marks.is_empty());
    assert!(marks.iter().any(|cell| cell.symbol() == "o" && !cell.modifier.contains(Modifier::DIM)));
}
