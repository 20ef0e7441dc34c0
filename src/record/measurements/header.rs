//! The header of a file of measurements: which column is which.

use csv::ByteRecord;

use crate::foreign::{bytes, printable};

/// What a file of measurements begins with.
pub(super) const WANTED: &str = "the first line must be a header with workers,throughput or workers,seconds";

const WORKERS: &str = "workers";
const THROUGHPUT: &str = "throughput";
const SECONDS: &str = "seconds";

/// Columns that are named where a header lacks one.
const NAMED_MAX: usize = 8;

/// Where things stand in a line, from 0.
#[derive(Debug)]
pub(super) struct MeasurementColumns {
    /// The line of the header.
    pub(super) line: u64,
    /// Columns in all.
    pub(super) count: usize,
    pub(super) workers: usize,
    /// Throughput or seconds.
    pub(super) value: usize,
    pub(super) of_seconds: bool,
}

impl MeasurementColumns {
    /// Finds the columns by their names.
    pub(super) fn of(header: &ByteRecord, line: u64) -> Result<Self, String> {
        let workers = column(header, line, WORKERS)?;
        let (throughput, seconds) = (column(header, line, THROUGHPUT)?, column(header, line, SECONDS)?);
        let (value, of_seconds) = match (throughput, seconds) {
            (Some(_), Some(_)) => {
                return Err(format!(
                    ":{line}: has a column {THROUGHPUT} and a column {SECONDS}; keep one, by which the law is to be fitted"
                ));
            }
            (Some(value), None) => (value, false),
            (None, Some(value)) => (value, true),
            (None, None) => return Err(missing(header, line, &format!("{THROUGHPUT} or {SECONDS}"))),
        };
        let workers = workers.ok_or_else(|| missing(header, line, WORKERS))?;
        Ok(Self { line, count: header.len(), workers, value, of_seconds })
    }
}

/// The column of a name, if there is one.
fn column(header: &ByteRecord, line: u64, name: &str) -> Result<Option<usize>, String> {
    let mut found = (0..header.len()).filter(|&column| header[column].eq_ignore_ascii_case(name.as_bytes()));
    let first = found.next();
    match found.next() {
        Some(again) => Err(format!(":{line}: column {}: is a second column {name}; keep one", again + 1)),
        None => Ok(first),
    }
}

fn missing(header: &ByteRecord, line: u64, name: &str) -> String {
    let names: Vec<String> =
        header.iter().take(NAMED_MAX).map(|cell| printable(&bytes(&cell[..cell.len().min(200)]))).collect();
    let more = if header.len() > NAMED_MAX { ", …" } else { "" };
    format!(":{line}: has no column {name}, but {}{more}; {WANTED}", names.join(", "))
}
