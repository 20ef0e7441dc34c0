//! Reads a journal back, suspicious of all that it says: whatever the file holds, it is read or refused, never waited
//! for.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::header::{FORMAT, JournalHeader, MAJOR, MINOR};
use crate::foreign::{escaped, name};
use crate::record::{RunState, Stamped};
use crate::system::files::{ReadError, open_regular};

/// The longest line that is read back, in bytes: the results of a configuration, 10 000 tasks, take a few MB.
const LINE_MAX: u64 = 64 << 20;

/// What a journal holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Version of the program that wrote it.
    pub parlab: String,
    /// All events in order; each run begins with [`Event::Planned`](crate::record::Event::Planned).
    pub events: Vec<Stamped>,
    /// Whether the last line was cut short, as by a crash in the middle of writing it; it is left out then.
    pub torn: bool,
    /// How many bytes are whole: the first line and all events that were read.
    pub whole_bytes: u64,
}

impl Recording {
    /// What a consumer of the last run knew when its journal ended.
    pub fn state(&self) -> RunState {
        let mut state = RunState::default();
        self.events.iter().for_each(|event| state.apply(event));
        state
    }
}

/// A journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read.
    #[error("failed to read the journal {}: {cause}", name(path))]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        cause: ReadError,
    },
    /// The first line does not say that it is one.
    #[error(
        "{}: not a journal: it does not begin with {{\"format\":\"{FORMAT}\",…}}; those of before version 1 of the format \
         cannot be read",
        name(path)
    )]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// A later program wrote it, in a way that is not known here.
    #[error(
        "{}: a journal of version {major}, and this parlab reads those of version {MAJOR}; use a newer one",
        name(path)
    )]
    TooNew {
        /// The journal.
        path: PathBuf,
        /// The version of its format.
        major: u32,
    },
    /// A line before the last is not an event.
    #[error("{}:{line}: not an event of a run: {}", name(path), escaped(&cause.to_string()))]
    Torn {
        /// The journal.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why.
        cause: serde_json::Error,
    },
    /// A line is too long to be an event.
    #[error("{}:{line}: longer than {} MiB: not an event of a run", name(path), LINE_MAX >> 20)]
    TooLong {
        /// The journal.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

/// Reads a journal, finished or not.
///
/// # Errors
/// [`JournalError`] if the file cannot be read, is no journal, is one of a later version, or if a line before the last
/// is no event. A last line that was cut short is no error.
pub fn read(path: &Path) -> Result<Recording, JournalError> {
    let file = open_regular(path).map_err(|cause| JournalError::Io { path: path.to_owned(), cause })?;
    let mut lines = Lines::after(path, BufReader::new(file), 0);
    let header = lines.header()?;
    let mut recording = Recording { parlab: header.parlab.clone(), events: Vec::new(), torn: false, whole_bytes: 0 };
    recording.whole_bytes = lines.line.len() as u64;
    while let Some(whole) = lines.next()? {
        match lines.event(header.minor) {
            Ok(event) => recording.events.extend(event),
            Err(_) if !whole => {
                recording.torn = true;
                break;
            }
            Err(error) => return Err(error),
        }
        recording.whole_bytes += lines.line.len() as u64;
    }
    Ok(recording)
}

fn is_object(line: &[u8]) -> bool {
    serde_json::from_slice::<Value>(line).is_ok_and(|value| value.is_object())
}

/// A file, line by line, no more than one of which is in memory.
pub(super) struct Lines<'a> {
    path: &'a Path,
    reader: BufReader<File>,
    /// The last line that was read.
    line: Vec<u8>,
    /// Its number, counted from 1.
    number: usize,
}

impl<'a> Lines<'a> {
    /// Those that follow so many others.
    pub(super) fn after(path: &'a Path, reader: BufReader<File>, number: usize) -> Self {
        Self { path, reader, line: Vec::new(), number }
    }

    /// The line that was read last, with its end.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.line
    }

    /// Reads the first line.
    fn header(&mut self) -> Result<JournalHeader, JournalError> {
        if self.has_whole_first()? { self.header_of_line() } else { Err(self.foreign()) }
    }

    /// Reads the first line; whether it is whole.
    pub(super) fn has_whole_first(&mut self) -> Result<bool, JournalError> {
        match self.next() {
            Ok(whole) => Ok(whole == Some(true)),
            Err(JournalError::TooLong { .. }) => Err(self.foreign()),
            Err(error) => Err(error),
        }
    }

    fn foreign(&self) -> JournalError {
        JournalError::NotAJournal { path: self.path.to_owned() }
    }

    /// What the line that was read last says as the first of a journal.
    pub(super) fn header_of_line(&self) -> Result<JournalHeader, JournalError> {
        let path = self.path;
        let foreign = || self.foreign();
        let told = serde_json::from_slice::<Value>(&self.line).map_err(|_| foreign())?;
        if told.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(foreign());
        }
        // Of a later version nothing else is known but its number.
        let major = told.get("major").and_then(Value::as_u64).and_then(|major| u32::try_from(major).ok());
        match major.filter(|&major| major > 0) {
            Some(major) if major > MAJOR => Err(JournalError::TooNew { path: path.to_owned(), major }),
            Some(_) => serde_json::from_value(told).map_err(|_| foreign()),
            None => Err(foreign()),
        }
    }

    /// The event of the line that was read last; `None` for one that a later program added.
    pub(super) fn event(&self, minor: u32) -> Result<Option<Stamped>, JournalError> {
        match serde_json::from_slice(&self.line) {
            Ok(event) => Ok(Some(event)),
            Err(_) if minor > MINOR && is_object(&self.line) => Ok(None),
            Err(cause) => Err(JournalError::Torn { path: self.path.to_owned(), line: self.number, cause }),
        }
    }

    /// Reads the next line; whether it is whole, or `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<bool>, JournalError> {
        self.line.clear();
        self.number += 1;
        let read = (&mut self.reader).take(LINE_MAX).read_until(b'\n', &mut self.line);
        let read = read.map_err(|cause| JournalError::Io { path: self.path.to_owned(), cause: cause.into() })?;
        let whole = self.line.ends_with(b"\n");
        if !whole && read as u64 == LINE_MAX {
            return Err(JournalError::TooLong { path: self.path.to_owned(), line: self.number });
        }
        Ok((read > 0).then_some(whole))
    }
}
