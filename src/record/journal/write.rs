//! Writes a journal: each event as it happens, so that it is whole up to the moment at which a run ends badly.
//!
//! It is a convenience and must not endanger the run: when it cannot be written any more it says so once, and the
//! run goes on without it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::header::JournalHeader;
use crate::foreign::{self, name};
use crate::record::{Observer, RunState, Stamped};

/// A journal being written.
#[derive(Debug)]
pub struct Journal<W: Write = BufWriter<File>> {
    path: PathBuf,
    /// `None` once writing failed.
    out: Option<W>,
    /// The first line, until it is written with the first event.
    header: Option<JournalHeader>,
    /// Why writing failed, until that is told.
    lost: Option<JournalLost>,
}

/// The journal could not be written and is dropped; told once.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the journal {}: {cause}; the run goes on without it", name(path))]
pub struct JournalLost {
    /// The journal.
    pub path: PathBuf,
    /// Why.
    pub cause: io::Error,
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
        Self { path: path.to_owned(), out: Some(out), header: Some(JournalHeader::own()), lost: None }
    }

    /// Writes an event and flushes it: events are few, and a journal is worth most when the run ends badly.
    ///
    /// # Errors
    /// [`JournalLost`] the first time that writing fails; after that nothing is written and nothing is told.
    pub fn record(&mut self, stamped: &Stamped) -> Result<(), JournalLost> {
        let Some(out) = &mut self.out else { return Ok(()) };
        write_lines(out, self.header.take().as_ref(), stamped).map_err(|cause| {
            self.out = None;
            JournalLost { path: self.path.clone(), cause }
        })
    }

    /// Why the journal could not be written, if it could not: told once.
    pub fn lost(&mut self) -> Option<JournalLost> {
        self.lost.take()
    }
}

impl<W: Write> Observer for Journal<W> {
    fn observe(&mut self, event: &Stamped, _: &RunState) {
        if let Err(lost) = self.record(event) {
            self.lost = Some(lost);
        }
    }
}

fn write_lines(out: &mut impl Write, header: Option<&JournalHeader>, stamped: &Stamped) -> io::Result<()> {
    // In one piece, so that a disk that fills up does not leave half a line where it can be helped.
    let mut lines = Vec::new();
    if let Some(header) = header {
        add_line(&mut lines, header)?;
    }
    add_line(&mut lines, stamped)?;
    out.write_all(&lines)?;
    out.flush()
}

fn add_line(lines: &mut Vec<u8>, content: &impl Serialize) -> io::Result<()> {
    lines.extend_from_slice(foreign::json_line(content)?.as_bytes());
    lines.push(b'\n');
    Ok(())
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
        let mut journal = Journal::new(Path::new("run.jsonl"), Disk(160));
        assert!(journal.record(&event(0)).is_ok());
        let lost = journal.record(&event(1)).unwrap_err();
        assert!(lost.to_string().starts_with("failed to write the journal run.jsonl: "), "{lost}");
        assert!(lost.to_string().ends_with("; the run goes on without it"), "{lost}");
        assert!(journal.record(&event(2)).is_ok(), "said once");
    }

    #[test]
    fn the_first_line_says_what_the_file_is_and_every_other_is_an_event() {
        let mut lines = Vec::new();
        write_lines(&mut lines, Some(&JournalHeader::own()), &event(3)).unwrap();
        write_lines(&mut lines, None, &event(4)).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let expected = [
            format!("{{\"format\":\"parlab.journal\",\"major\":1,\"minor\":0,\"parlab\":\"{version}\"}}\n"),
            "{\"elapsed_s\":0.25,\"trials_done\":3,\"event\":\"trial_started\",\"trial\":3}\n".to_owned(),
            "{\"elapsed_s\":0.25,\"trials_done\":4,\"event\":\"trial_started\",\"trial\":4}\n".to_owned(),
        ];
        assert_eq!(String::from_utf8(lines).unwrap(), expected.concat());
    }
}
