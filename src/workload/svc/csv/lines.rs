//! The lines of a CSV, cell by cell, with their numbers; and what stands between the cells.

use csv::StringRecord;

use super::cells::{CellKind, kind, with_decimal_comma};

/// What may stand between the columns; of those that fit alike, the first.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// CsvLines that are looked at to find out which.
const LOOKED_AT: usize = 50;

/// Goes through the lines that are not empty.
pub(super) struct CsvLines<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    /// The number and the columns of the first line.
    first: Option<(u64, usize)>,
}

impl<'a> CsvLines<'a> {
    pub(super) fn new(text: &'a str, separator: char) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(separator as u8)
            // How many columns there are is told in words of our own.
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        Self { text, reader, record: StringRecord::new(), first: None }
    }

    /// The next line's number and cells.
    ///
    /// # Errors
    /// That it has more or fewer columns than the first, or a cell that goes on beyond it.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &StringRecord)>, String> {
        loop {
            if !self.reader.read_record(&mut self.record).map_err(|error| format!(": {error}"))? {
                return Ok(None);
            }
            if self.record.len() > 1 || !self.record[0].is_empty() {
                break;
            }
        }
        let inner_breaks: usize = self.record.iter().map(|cell| cell.matches('\n').count()).sum();
        let line = line_before(self.reader.position(), self.text).saturating_sub(inner_breaks as u64);
        if let Some(column) = self.record.iter().position(|cell| cell.contains('\n')) {
            return Err(format!(
                ":{line}: column {}: has a quote that is closed on another line, if at all",
                column + 1
            ));
        }
        let columns = self.record.len();
        let (first, expected) = *self.first.get_or_insert((line, columns));
        if columns != expected {
            let has = if columns == 1 { "1 column".to_owned() } else { format!("{columns} columns") };
            return Err(format!(":{line}: has {has}, and line {first} has {expected}; all must have as many"));
        }
        if columns < 2 {
            return Err(format!(":{line}: has one column; numbers and a class are wanted, with commas between"));
        }
        Ok(Some((line, &self.record)))
    }
}

/// The line that ends at a position. The record's own position is no help: empty lines before it belong to it.
fn line_before(position: &csv::Position, text: &str) -> u64 {
    let end = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(text.len());
    position.line() - u64::from(text[..end].ends_with('\n'))
}

/// What stands between the columns: what makes as many columns of each line, and numbers of most of them.
pub(super) fn separator(text: &str) -> char {
    let head = || text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT);
    let fit = |separator: char| {
        let columns: Vec<usize> = head().map(|line| line.matches(separator).count() + 1).collect();
        let is_even = columns.first().is_some_and(|&first| first > 1 && columns.iter().all(|&n| n == first));
        let is_number = |cell: &&str| {
            let cell = cell.trim().trim_matches('"');
            matches!(kind(cell), CellKind::Number { .. }) || separator != ',' && with_decimal_comma(cell).is_some()
        };
        (is_even, head().flat_map(|line| line.split(separator)).filter(is_number).count())
    };
    // The last of equals is what `max_by_key` gives.
    SEPARATORS.into_iter().rev().max_by_key(|&separator| fit(separator)).unwrap_or(',')
}
