//! Measurements of how something scales that others took: a CSV with a header, a line a measurement.
//!
//! ```text
//! workers,throughput        or        workers,seconds
//! 1,64.9                              1,12.5
//! 18,995.9                            2,6.4
//! ```
//!
//! Columns are found by their names, whatever else there is and in whichever order. Nothing is guessed: what cannot be a
//! measurement is an error with its line and column.

mod header;
#[cfg(test)]
mod tests;

use csv::{ByteRecord, ReaderBuilder, Terminator, Trim};

use crate::foreign::{bytes, printable};
use header::MeasurementColumns;

/// The most workers that are believed.
const WORKERS_MAX: f64 = 1e9;

/// Throughputs that a fit can square.
const THROUGHPUTS: std::ops::RangeInclusive<f64> = 1e-100..=1e100;

/// What was measured of so many workers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// The line that it stands in.
    pub line: u64,
    /// Workers: a whole number from 1 on.
    pub workers: f64,
    /// How much was done a second, or in any other unit; above 0.
    pub throughput: f64,
}

/// What a file of measurements holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurements {
    /// In the order of the file; there is at least one.
    pub all: Vec<Measurement>,
    /// Whether the file has seconds: a throughput is 1 ÷ these then.
    pub of_seconds: bool,
}

impl Measurements {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong first, as it follows the file's name: `:12: column 2: …; …` with what may help, or `: …`.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        let first = text.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
        let separator = separator(first.unwrap_or_default());
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .delimiter(separator)
            // How many columns there are is told in words of our own.
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .trim(Trim::All)
            .from_reader(text);
        let (mut record, mut columns, mut all) = (ByteRecord::new(), None, Vec::new());
        while reader.read_byte_record(&mut record).map_err(|error| format!(": {error}"))? {
            if record.len() <= 1 && record.get(0).is_none_or(<[u8]>::is_empty) {
                continue;
            }
            let line = line_of(&record, reader.position(), text)?;
            match &columns {
                None => columns = Some(MeasurementColumns::of(&record, line)?),
                Some(columns) => all.push(measurement(&record, line, columns)?),
            }
        }
        let Some(columns) = columns else {
            return Err(format!(": is empty; {}", header::WANTED));
        };
        if all.is_empty() {
            return Err(format!(":{}: no measurement follows the header; add a line such as 1,64.9", columns.line));
        }
        Ok(Self { all, of_seconds: columns.of_seconds })
    }
}

/// What stands between the columns: commas, unless the header has none and is parted by something else.
fn separator(header: &[u8]) -> u8 {
    *[b',', b';', b'\t'].iter().find(|separator| header.contains(separator)).unwrap_or(&b',')
}

/// The line that a record stands in. The record's own position is no help: empty lines before it belong to it.
fn line_of(record: &ByteRecord, end: &csv::Position, text: &[u8]) -> Result<u64, String> {
    let at = usize::try_from(end.byte()).unwrap_or(usize::MAX).min(text.len());
    let breaks = |cell: &[u8]| cell.iter().filter(|&&byte| byte == b'\n').count() as u64;
    let inner: u64 = record.iter().map(breaks).sum();
    let line = (end.line() - u64::from(text[..at].ends_with(b"\n"))).saturating_sub(inner);
    match record.iter().position(|cell| cell.contains(&b'\n')) {
        Some(column) => {
            Err(format!(":{line}: column {}: has a quote that is closed on another line, if at all", column + 1))
        }
        None => Ok(line),
    }
}

fn measurement(record: &ByteRecord, line: u64, columns: &MeasurementColumns) -> Result<Measurement, String> {
    if record.len() != columns.count {
        let has = if record.len() == 1 { "1 column".to_owned() } else { format!("{} columns", record.len()) };
        return Err(format!(
            ":{line}: has {has}, and the header in line {} has {}; all lines must have as many",
            columns.line, columns.count
        ));
    }
    let cell = |column: usize| record.get(column).unwrap_or_default();
    let wrong = |column: usize, what: &str, help: &str| {
        format!(":{line}: column {}: {} {what}; {help}", column + 1, shown(cell(column)))
    };
    let workers = number(cell(columns.workers))
        .filter(|n| n.fract() == 0.0 && (1.0..=WORKERS_MAX).contains(n))
        .ok_or_else(|| wrong(columns.workers, "is no number of workers", "write a whole number from 1 on"))?;
    let value = number(cell(columns.value)).filter(|value| *value > 0.0).ok_or_else(|| {
        let what = if columns.of_seconds { "is no time in seconds" } else { "is no throughput" };
        wrong(columns.value, what, "write a number above 0, such as 12.5, or leave the line out")
    })?;
    let throughput = if columns.of_seconds { value.recip() } else { value };
    if !THROUGHPUTS.contains(&throughput) {
        return Err(wrong(columns.value, "is too far from 1", "write it in another unit"));
    }
    Ok(Measurement { line, workers, throughput })
}

/// A number as programs write it, with a point; a finite one.
fn number(cell: &[u8]) -> Option<f64> {
    std::str::from_utf8(cell).ok()?.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A cell as it may be shown.
fn shown(cell: &[u8]) -> String {
    match cell {
        [] => "an empty cell".to_owned(),
        cell => format!("`{}`", printable(&bytes(&cell[..cell.len().min(200)]))),
    }
}
