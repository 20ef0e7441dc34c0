//! Rows of cells in columns: the first leans left, the others right, and what is said last is left as it is.

use unicode_width::UnicodeWidthStr;

/// A line a row, indented, each column as wide as its widest cell. Rows must have equally many cells.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            let padding = " ".repeat(width - cell.width());
            if column == 0 { format!("  {cell}{padding}") } else { format!("  {padding}{cell}") }
        });
        cells.collect::<String>().trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lean_right() {
        let rows = [["", "lost"], ["serial", "0"], ["threads × 2", "1 234 567"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
        let lines = ["                    lost", "  serial               0", "  threads × 2  1 234 567"];
        assert_eq!(aligned(&rows), lines.join("\n"));
        assert_eq!(aligned(&[]), "");
    }
}
