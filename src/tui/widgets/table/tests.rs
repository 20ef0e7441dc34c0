//! Tables: exact frames, what is dropped when room is short, and that nothing breaks them.

use proptest::prelude::*;

use super::*;
use crate::tui::widgets::frame::{draw, sizes, themes};

fn columns() -> Vec<TableColumn> {
    vec![
        TableColumn::left("backend", 0),
        TableColumn::right("workers", 0),
        TableColumn::right("wall", 1),
        TableColumn::right("speedup", 0),
        TableColumn::right("efficiency", 2),
    ]
}

fn rows() -> Vec<Vec<TableCell>> {
    let row = |name: &str, n: u32, wall: &str, speedup: &str, efficiency: &str| {
        vec![name.into(), n.to_string().into(), wall.into(), speedup.into(), efficiency.into()]
    };
    vec![
        row("■ serial", 1, "8.40 s", "1.00", "100 %"),
        row("● threads", 2, "4.25 s", "1.98", "99 %"),
        row("◆ processes", 2, "4.31 s", "1.95", "97 %"),
        row("◆ processes", 12, "980 ms", "8.57", "71 %"),
    ]
}

fn at(width: u16, height: u16, selected: Option<usize>) -> String {
    draw(
        Table { columns: &columns(), rows: &rows(), selected, running: None, theme: &Theme::FULL },
        width,
        height,
        &Theme::FULL,
    )
}

#[test]
fn numbers_line_up_and_columns_go_by_priority() {
    insta::assert_snapshot!(at(60, 6, Some(1)), @"
     backend      workers    wall  speedup  efficiency
     ■ serial           1  8.40 s     1.00       100 %
    ▸● threads          2  4.25 s     1.98        99 %
     ◆ processes        2  4.31 s     1.95        97 %
     ◆ processes       12  980 ms     8.57        71 %
    ");
    insta::assert_snapshot!(at(40, 6, None), @"
    backend      workers    wall  speedup
    ■ serial           1  8.40 s     1.00
    ● threads          2  4.25 s     1.98
    ◆ processes        2  4.31 s     1.95
    ◆ processes       12  980 ms     8.57
    ");
    insta::assert_snapshot!(at(24, 6, None), @"
    backend      workers
    ■ serial           1
    ● threads          2
    ◆ processes        2
    ◆ processes       12
    ");
}

#[test]
fn a_column_that_stays_outlives_those_before_it() {
    let mut columns = columns();
    columns[3].stays = true;
    let table = Table { columns: &columns, rows: &rows(), selected: None, running: None, theme: &Theme::FULL };
    insta::assert_snapshot!(draw(table, 24, 6, &Theme::FULL), @"
    backend      speedup
    ■ serial        1.00
    ● threads       1.98
    ◆ processes     1.95
    ◆ processes     8.57
    ");
}

#[test]
fn the_selected_row_stays_in_sight() {
    insta::assert_snapshot!(at(60, 3, Some(3)), @"
     backend      workers    wall  speedup  efficiency
     ◆ processes        2  4.31 s     1.95        97 %
    ▸◆ processes       12  980 ms     8.57        71 %
    ");
}

#[test]
fn rows_out_of_sight_are_counted() {
    let table = Table { columns: &columns(), rows: &rows(), selected: Some(3), running: None, theme: &Theme::FULL };
    assert_eq!([0, 1, 3, 5, 9].map(|height| table.hidden(height)), [4, 4, 2, 0, 0]);
}

#[test]
fn any_size_theme_and_selection_will_do() {
    for theme in themes() {
        for (w, h) in sizes() {
            for selected in [None, Some(0), Some(3), Some(99)] {
                draw(
                    Table { columns: &columns(), rows: &rows(), selected, running: None, theme: &theme },
                    w,
                    h,
                    &theme,
                );
            }
            draw(
                Table { columns: &columns(), rows: &[], selected: Some(0), running: Some(1), theme: &theme },
                w,
                h,
                &theme,
            );
            draw(Table { columns: &[], rows: &rows(), selected: None, running: None, theme: &theme }, w, h, &theme);
        }
    }
}

proptest! {
    #[test]
    fn any_text_will_do(
        texts in proptest::collection::vec(proptest::collection::vec(".{0,30}", 0..7), 0..12),
        selected in proptest::option::of(0usize..14), w in 0u16..70, h in 0u16..9,
    ) {
        let rows: Vec<Vec<TableCell>> = texts.into_iter().map(|row| row.into_iter().map(TableCell::from).collect()).collect();
        for theme in [Theme::FULL, Theme::PLAIN] {
            draw(Table { columns: &columns(), rows: &rows, selected, running: None, theme: &theme }, w, h, &theme);
        }
    }
}
