//! What came of the tasks, as the runner writes it down: a count, five columns of words, then failures as JSON.
//!
//! It is read as something that anybody may have written: sizes are held against what is there.

use std::collections::HashMap;
use std::io;

const WORD: usize = 8;
const COLUMNS: usize = 5;

/// What came of one task.
#[derive(Debug, Clone, PartialEq)]
pub struct PythonResult {
    /// Its index.
    pub task: u64,
    /// When it was started, in nanoseconds of `CLOCK_MONOTONIC`.
    pub start: u64,
    /// When it ended.
    pub end: u64,
    /// The thread that ran it.
    pub tid: u32,
    /// What it returned, or why it failed.
    pub value: Result<f64, String>,
}

/// What came of all tasks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PythonResults(pub Vec<PythonResult>);

impl PythonResults {
    /// Reads what the runner wrote.
    ///
    /// # Errors
    /// When it is cut short, or no such thing.
    pub(super) fn read(bytes: &[u8]) -> io::Result<Self> {
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "what the runner wrote down makes no sense");
        let (head, rest) = bytes.split_at_checked(WORD).ok_or_else(wrong)?;
        let count = usize::try_from(words(head).next().unwrap_or(0)).map_err(|_| wrong())?;
        let size = count.checked_mul(WORD * COLUMNS).ok_or_else(wrong)?;
        let (columns, failures) = rest.split_at_checked(size).ok_or_else(wrong)?;
        let mut failures: HashMap<u64, String> = serde_json::from_slice(failures).map_err(|_| wrong())?;
        let column = |number: usize| words(&columns[number * count * WORD..][..count * WORD]);
        let times = column(1).zip(column(2));
        let rows = column(0).zip(times).zip(column(3).zip(column(4)));
        let result = |((task, (start, end)), (tid, value))| PythonResult {
            task,
            start,
            end,
            tid: u32::try_from(tid).unwrap_or(0),
            value: failures.remove(&task).map_or_else(|| Ok(f64::from_bits(value)), Err),
        };
        Ok(Self(rows.map(result).collect()))
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes.chunks_exact(WORD).map(|word| u64::from_ne_bytes(word.try_into().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Vec<u8> {
        let columns = [[3, 7], [10, 20], [15, 29], [100, 101], [2.5_f64.to_bits(), 0]];
        let mut bytes = 2_u64.to_ne_bytes().to_vec();
        columns.iter().flatten().for_each(|word: &u64| bytes.extend(word.to_ne_bytes()));
        bytes.extend(br#"{"7": "ValueError: no"}"#);
        bytes
    }

    #[test]
    fn results_and_failures_are_read() {
        let PythonResults(results) = PythonResults::read(&written()).unwrap();
        let first = PythonResult { task: 3, start: 10, end: 15, tid: 100, value: Ok(2.5) };
        let second = PythonResult { task: 7, start: 20, end: 29, tid: 101, value: Err("ValueError: no".to_owned()) };
        assert_eq!(results, [first, second]);
    }

    #[test]
    fn what_is_cut_short_or_absurd_is_refused() {
        let whole = written();
        for length in 0..whole.len() {
            assert!(PythonResults::read(&whole[..length]).is_err(), "{length}");
        }
        let mut absurd = whole;
        absurd[..WORD].copy_from_slice(&u64::MAX.to_ne_bytes());
        assert!(PythonResults::read(&absurd).is_err());
    }
}
