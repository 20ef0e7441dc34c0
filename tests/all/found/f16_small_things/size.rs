//! Terminals that do not know their size, as serial lines and containers have them, or that tell nonsense.

use crate::common::terminal::{Session, Terminal};

/// What is on no screen unless it is drawn whole: the heading of the library and the first key of its footer.
fn library() -> impl Fn(&str) -> bool {
    |screen| screen.contains("scenarios") && screen.contains("help")
}

/// Rows and columns from the first to the last that something stands on.
fn drawn(terminal: &Terminal) -> (usize, usize) {
    let text = terminal.text();
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    (
        rows.last().map_or(0, |(row, _)| row + 1),
        text.lines().map(|line| line.trim_end().chars().count()).max().unwrap_or(0),
    )
}

/// A window that is larger than any size the program is to draw, in which it is told another.
fn window(cols: u16, rows: u16) -> Session {
    Session::parlab().size(200, 60).told(cols, rows)
}

fn assert_drawn(terminal: &Terminal, rows: usize, columns: usize) {
    terminal.wait(&format!("a screen of {rows} × {columns}"), |screen| {
        library()(screen) && {
            let (has_rows, has_columns) = drawn(terminal);
            has_rows == rows && has_columns <= columns && has_columns + 12 > columns
        }
    });
}

fn leave(mut terminal: Terminal) {
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn no_size_is_that_of_most_terminals() {
    let terminal = window(0, 0).open();
    assert_drawn(&terminal, 24, 80);
    leave(terminal);
}

#[test]
fn the_environment_names_the_size_that_the_terminal_does_not() {
    let cases = [
        ((0, 0), ("100", "30"), (30, 100)),
        ((0, 40), ("100", "30"), (40, 100)),
        ((90, 0), ("100", "30"), (30, 90)),
        ((0, 0), ("0", "x"), (24, 80)),
    ];
    for ((cols, rows), (columns, lines), (drawn_rows, drawn_columns)) in cases {
        let terminal = window(cols, rows).env("COLUMNS", columns).env("LINES", lines).open();
        assert_drawn(&terminal, drawn_rows, drawn_columns);
        leave(terminal);
    }
    let terminal = window(90, 30).env("COLUMNS", "100").env("LINES", "40").open();
    assert_drawn(&terminal, 30, 90);
    leave(terminal);
}

#[test]
fn no_size_in_the_middle_is_drawn_too() {
    let terminal = window(120, 40).open();
    assert_drawn(&terminal, 40, 120);
    terminal.tell_size(0, 0);
    assert_drawn(&terminal, 24, 80);
    terminal.tell_size(120, 0);
    assert_drawn(&terminal, 24, 120);
    terminal.tell_size(120, 40);
    assert_drawn(&terminal, 40, 120);
    leave(terminal);
}

#[test]
fn sizes_that_no_terminal_has_cost_no_memory_to_speak_of() {
    for (cols, rows) in [(u16::MAX, u16::MAX), (u16::MAX, 24), (80, u16::MAX), (1, 1)] {
        let mut terminal = window(cols, rows).open();
        crate::common::wait_until("something drawn", || terminal.bytes().len() > 40);
        terminal.send("?");
        terminal.send("\x1b");
        let status = std::fs::read_to_string(format!("/proc/{}/status", terminal.pid())).expect("a process");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().expect("kB");
        assert!(peak < 200 << 10, "{cols} × {rows}: {peak} kB");
        leave(terminal);
    }
}
