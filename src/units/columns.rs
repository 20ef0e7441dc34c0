//! Text in columns, by what characters take up on a terminal.

use unicode_width::UnicodeWidthStr as _;

/// Where text leans in a column that is wider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// As words do.
    Left,
    /// As figures do.
    Right,
}

impl Side {
    /// Where the cells of a column lean in a table of figures, the first column of which has labels.
    pub fn of_figures(column: usize) -> Self {
        if column == 0 { Self::Left } else { Self::Right }
    }
}

/// The text with blanks to so many columns; as it is where it takes more.
pub fn padded(text: &str, width: usize, side: Side) -> String {
    let blanks = " ".repeat(width.saturating_sub(text.width()));
    match side {
        Side::Left => format!("{text}{blanks}"),
        Side::Right => format!("{blanks}{text}"),
    }
}

/// A line a row, indented by two, each column as wide as its widest cell and two apart from the next; `side` is where
/// a column's cells lean, the first column being 0. Rows must have equally many cells.
pub fn aligned(rows: &[Vec<String>], side: impl Fn(usize) -> Side) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let columns: Vec<(usize, Side)> = (0..columns).map(|column| (width(column), side(column))).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&columns).map(|(cell, &(width, side))| format!("  {}", padded(cell, width, side)));
        cells.collect::<String>().trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[[&str; 2]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect()
    }

    #[test]
    fn columns_line_up() {
        let rows = rows(&[["", "lost"], ["serial", "0"], ["threads × 2", "1 234 567"]]);
        let lines = ["                    lost", "  serial               0", "  threads × 2  1 234 567"];
        assert_eq!(aligned(&rows, Side::of_figures), lines);
        let lines = ["               lost", "  serial       0", "  threads × 2  1 234 567"];
        assert_eq!(aligned(&rows, |_| Side::Left), lines);
        assert!(aligned(&[], Side::of_figures).is_empty());
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(padded("並列", 6, Side::Right), "  並列");
        assert_eq!(padded("並列", 6, Side::Left), "並列  ");
        assert_eq!(padded("並列", 3, Side::Left), "並列");
    }
}
