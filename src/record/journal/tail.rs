//! Reads a journal while another process writes it, perhaps on another machine: each event once, as soon as its line is
//! whole. Nothing is waited for, and the file is opened anew each time, so that shared file systems look at it anew.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::read::{JournalError, Lines};
use crate::record::Stamped;
use crate::system::files::{ReadError, open_regular};

/// The bytes by which it is seen that a run was begun anew in the same file: the time at which one was is among them.
const HEAD: u64 = 512;

/// The most that is taken in at a time, in bytes: the rest is next.
const AT_A_TIME: u64 = 8 << 20;

/// A journal that grows.
#[derive(Debug, Clone)]
pub struct JournalTail {
    path: PathBuf,
    /// How far it was read: whole lines.
    read: u64,
    /// Lines so far.
    lines: usize,
    /// The minor version of the format.
    minor: u32,
    /// How it begins, as far as it was read.
    head: Vec<u8>,
}

impl JournalTail {
    /// A journal of which nothing was read yet, and which need not be there.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), read: 0, lines: 0, minor: 0, head: Vec::new() }
    }

    /// The events that were added since, in order. Where the file was begun anew they are all of the new one.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be read, is no journal, or is one of a later version. One that is not there,
    /// or has no whole line yet, has no events.
    pub fn read(&mut self) -> Result<Vec<Stamped>, JournalError> {
        let path = self.path.clone();
        let io_error = |cause: ReadError| JournalError::Io { path: path.clone(), cause };
        let mut file = match open_regular(&path) {
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened.map_err(io_error)?,
        };
        if !self.goes_on(&mut file).map_err(|cause| io_error(cause.into()))? {
            *self = Self::new(&path);
        }
        file.seek(SeekFrom::Start(self.read)).map_err(|cause| io_error(cause.into()))?;
        let mut lines = Lines::after(&path, BufReader::new(file), self.lines);
        let mut events = Vec::new();
        let end = self.read + AT_A_TIME;
        if self.read == 0 {
            if !lines.has_whole_first()? {
                return Ok(events);
            }
            self.minor = lines.header_of_line()?.minor;
            self.take(lines.bytes());
        }
        while self.read < end
            && let Some(true) = lines.next()?
        {
            events.extend(lines.event(self.minor)?);
            self.take(lines.bytes());
        }
        Ok(events)
    }

    /// Whether the file is the one that was read, and has become no shorter.
    fn goes_on(&mut self, file: &mut File) -> io::Result<bool> {
        if file.metadata()?.len() < self.read {
            return Ok(false);
        }
        let mut head = Vec::new();
        file.take(self.head.len() as u64).read_to_end(&mut head)?;
        Ok(head == self.head)
    }

    /// A line was read.
    fn take(&mut self, line: &[u8]) {
        self.read += line.len() as u64;
        self.lines += 1;
        let room = (HEAD as usize).saturating_sub(self.head.len()).min(line.len());
        self.head.extend_from_slice(&line[..room]);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::record::{Event, Journal};

    fn event(trial: usize) -> Stamped {
        Stamped { elapsed_s: 0.25, trials_done: trial, event: Event::TrialStarted { trial } }
    }

    fn journal(path: &Path, trials: std::ops::Range<usize>) -> Vec<u8> {
        let mut journal = Journal::create(path).unwrap();
        trials.for_each(|trial| journal.record(&event(trial)));
        journal.settle();
        drop(journal);
        fs::read(path).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn each_event_is_told_once_however_the_file_grows(mut cuts in prop::collection::vec(0usize..700, 0..9)) {
            let folder = tempfile::tempdir().unwrap();
            let bytes = journal(&folder.path().join("whole"), 0..7);
            cuts.retain(|cut| *cut < bytes.len());
            cuts.push(bytes.len());
            cuts.sort_unstable();
            let path = folder.path().join("grows");
            let mut tail = JournalTail::new(&path);
            prop_assert_eq!(tail.read().unwrap(), Vec::new());
            let mut told = Vec::new();
            for cut in cuts {
                fs::write(&path, &bytes[..cut]).unwrap();
                told.extend(tail.read().unwrap());
            }
            prop_assert_eq!(told, (0..7).map(event).collect::<Vec<_>>());
            prop_assert_eq!(tail.read().unwrap(), Vec::new());
        }
    }

    #[test]
    fn a_run_that_is_begun_anew_is_told_from_its_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        journal(&path, 0..5);
        let mut tail = JournalTail::new(&path);
        assert_eq!(tail.read().unwrap().len(), 5);
        journal(&path, 0..2);
        assert_eq!(tail.read().unwrap(), [event(0), event(1)], "it is shorter");
        journal(&path, 6..9);
        assert_eq!(tail.read().unwrap(), [event(6), event(7), event(8)], "it is another");
    }

    #[test]
    fn what_is_no_journal_of_this_version_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        let refused = |content: &str| {
            fs::write(&path, content).unwrap();
            JournalTail::new(&path).read().map_err(|error| error.to_string())
        };
        assert_eq!(refused(""), Ok(Vec::new()));
        assert_eq!(refused("{\"format\":\"parlab.jour"), Ok(Vec::new()), "it is being written");
        assert!(refused("{\"event\":\"planned\"}\n").unwrap_err().contains("not a journal"));
        let newer = "{\"format\":\"parlab.journal\",\"major\":2,\"minor\":0,\"parlab\":\"9\"}\n";
        assert!(refused(newer).unwrap_err().contains("a journal of version 2"));
        let torn = "{\"format\":\"parlab.journal\",\"major\":1,\"minor\":2,\"parlab\":\"9\"}\nnonsense\n";
        assert!(refused(torn).unwrap_err().contains(":2: not an event"));
        assert!(JournalTail::new(folder.path()).read().is_err(), "a folder is none");
    }
}
