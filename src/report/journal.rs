//! The journal: each event as one line of JSON, so that a run can be told or shown again without running anything.
//!
//! It is a convenience and must not endanger the run: when it cannot be written any more it says so once, and the
//! run goes on without it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::record::{RunState, Stamped};

/// The longest line that is read back: the results of a configuration, 10 000 tasks, take a few MB.
const LINE_MAX: u64 = 64 << 20;

/// A journal being written.
#[derive(Debug)]
pub struct Journal<W: Write = BufWriter<File>> {
    path: PathBuf,
    /// `None` once writing failed.
    out: Option<W>,
}

/// The journal could not be written and is dropped; told once.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the journal {}: {cause}; the run goes on without it", path.display())]
pub struct JournalLost {
    /// The journal.
    pub path: PathBuf,
    /// Why.
    pub cause: io::Error,
}

/// A journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read.
    #[error("failed to read the journal {}: {cause}", path.display())]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A line is not an event.
    #[error("{}:{line}: not an event of a run: {cause}", path.display())]
    Line {
        /// The journal.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why.
        cause: serde_json::Error,
    },
    /// A line is too long to be an event.
    #[error("{}:{line}: longer than {} MiB: not a journal", path.display(), LINE_MAX >> 20)]
    TooLong {
        /// The journal.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

impl Journal {
    /// Starts a journal, replacing a file that is there.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self::new(path, BufWriter::new(File::create(path)?)))
    }
}

impl<W: Write> Journal<W> {
    fn new(path: &Path, out: W) -> Self {
        Self { path: path.to_owned(), out: Some(out) }
    }

    /// Writes an event and flushes it: events are few, and a journal is worth most when the run ends badly.
    ///
    /// # Errors
    /// [`JournalLost`] the first time that writing fails; after that nothing is written and nothing is told.
    pub fn record(&mut self, stamped: &Stamped) -> Result<(), JournalLost> {
        let Some(out) = &mut self.out else { return Ok(()) };
        write_line(out, stamped).map_err(|cause| {
            self.out = None;
            JournalLost { path: self.path.clone(), cause }
        })
    }
}

fn write_line(out: &mut impl Write, stamped: &Stamped) -> io::Result<()> {
    // In one piece, so that a disk that fills up does not leave half a line where it can be helped.
    let mut line = serde_json::to_vec(stamped)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

/// Reads a journal back. A last line that was cut short, as by a crash in the middle of writing it, is left out.
///
/// # Errors
/// [`JournalError`] if the file cannot be read or another line is no event.
pub fn read(path: &Path) -> Result<Vec<Stamped>, JournalError> {
    let io = |cause| JournalError::Io { path: path.to_owned(), cause };
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    let mut events = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.by_ref().take(LINE_MAX).read_until(b'\n', &mut line).map_err(io)?;
        if read == 0 {
            break;
        }
        let whole = line.ends_with(b"\n");
        if !whole && read as u64 == LINE_MAX {
            return Err(JournalError::TooLong { path: path.to_owned(), line: number });
        }
        match serde_json::from_slice(&line) {
            Ok(event) => events.push(event),
            Err(_) if !whole => break,
            Err(cause) => return Err(JournalError::Line { path: path.to_owned(), line: number, cause }),
        }
    }
    Ok(events)
}

/// Reads a journal back as what a consumer of its run knew at its end.
///
/// # Errors
/// As [`read`].
pub fn read_ledger(path: &Path) -> Result<RunState, JournalError> {
    let mut state = RunState::default();
    for event in read(path)? {
        state.apply(&event);
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Event;

    /// Takes so many bytes and is full then.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn event(trial: usize) -> Stamped {
        Stamped { elapsed_s: 0.25, trials_done: trial, event: Event::TrialStarted { trial } }
    }

    #[test]
    fn a_full_disk_is_told_once() {
        let mut journal = Journal::new(Path::new("run.jsonl"), Disk(80));
        assert!(journal.record(&event(0)).is_ok());
        let lost = journal.record(&event(1)).unwrap_err();
        assert!(lost.to_string().starts_with("failed to write the journal run.jsonl: "), "{lost}");
        assert!(lost.to_string().ends_with("; the run goes on without it"), "{lost}");
        assert!(journal.record(&event(2)).is_ok(), "said once");
    }

    #[test]
    fn a_line_is_an_event_in_json() {
        let mut line = Vec::new();
        write_line(&mut line, &event(3)).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert_eq!(line, "{\"elapsed_s\":0.25,\"trials_done\":3,\"event\":\"trial_started\",\"trial\":3}\n");
    }

    #[test]
    fn a_torn_last_line_is_left_out_and_any_other_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        let mut journal = Journal::create(&path).unwrap();
        journal.record(&event(0)).unwrap();
        journal.record(&event(1)).unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        assert_eq!(read(&path).unwrap(), [event(0)]);
        std::fs::write(&path, [&whole[..], b"\xff\n"].concat()).unwrap();
        let error = read(&path).unwrap_err();
        assert!(matches!(error, JournalError::Line { line: 3, .. }), "{error}");
        assert!(matches!(read(folder.path()), Err(JournalError::Io { .. })), "a folder is no journal");
    }
}
