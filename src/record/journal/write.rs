//! Writes a journal: each event as it happens, so that it is whole up to the moment at which a run ends badly.
//!
//! It must not endanger the run: when it cannot be written any more it says so once, and the run goes on without it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::header::JournalHeader;
use super::read::Recording;
use super::sink::{JournalSink, LineSink};
use crate::foreign::{self, name};
use crate::record::{Observer, RunState, Stamped, Warning, WarningCode};

/// How long the reader of a pipe may take for what is left of a journal when its run is over.
const PATIENCE: Duration = Duration::from_secs(1);

/// A journal being written.
#[derive(Debug)]
pub struct Journal<S: LineSink = JournalSink> {
    path: PathBuf,
    /// `None` once writing failed.
    out: Option<S>,
    /// The first line, until it is written with the first event.
    header: Option<JournalHeader>,
    /// Why it is not whole, if it is not.
    lost: Option<JournalLost>,
    /// Whether that was told.
    is_told: bool,
}

/// The journal could not be written and is dropped.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the journal {}: {cause}; the run goes on without it", name(path))]
pub struct JournalLost {
    /// The journal.
    pub path: PathBuf,
    /// Why.
    pub cause: io::Error,
}

impl JournalLost {
    /// What a report says of it.
    pub fn warning(&self) -> Warning {
        let message = format!("the journal {} is not whole: {}", name(&self.path), self.cause);
        Warning { code: WarningCode::JournalIncomplete, message }
    }
}

impl Journal {
    /// Starts a journal, replacing a file that is there. A pipe is not waited for.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self::new(path, JournalSink::open(path)?))
    }

    /// Goes on with a journal that was read back: what follows its whole lines, as a last one that was cut short, is cut
    /// off, and events are added after them.
    ///
    /// # Errors
    /// If the file cannot be written, or if a run is writing it ([`io::ErrorKind::ResourceBusy`]).
    pub fn go_on(path: &Path, recording: &Recording) -> io::Result<Self> {
        let out = JournalSink::go_on(path, recording.whole_bytes)?;
        Ok(Self { header: None, ..Self::new(path, out) })
    }
}

impl<S: LineSink> Journal<S> {
    fn new(path: &Path, out: S) -> Self {
        Self { path: path.to_owned(), out: Some(out), header: Some(JournalHeader::own()), lost: None, is_told: false }
    }

    /// Whether nothing was written yet.
    pub fn is_new(&self) -> bool {
        self.header.is_some()
    }

    /// Writes an event at once: events are few, and a journal is worth most when the run ends badly. After the first
    /// failure nothing is written any more.
    pub fn record(&mut self, stamped: &Stamped) {
        let Some(out) = &mut self.out else { return };
        if let Err(cause) = lines(self.header.take().as_ref(), stamped).and_then(|lines| out.take(&lines)) {
            self.give_up(cause);
        }
    }

    /// Sees to it that what was recorded is written, as far as its reader takes it within a moment.
    pub fn settle(&mut self) {
        if let Some(Err(cause)) = self.out.as_mut().map(|out| out.settle(PATIENCE)) {
            self.give_up(cause);
        }
    }

    /// Why the journal could not be written, if it could not.
    pub fn lost(&self) -> Option<&JournalLost> {
        self.lost.as_ref()
    }

    /// The same, told once.
    pub fn newly_lost(&mut self) -> Option<&JournalLost> {
        let is_told = std::mem::replace(&mut self.is_told, self.lost.is_some());
        self.lost.as_ref().filter(|_| !is_told)
    }

    fn give_up(&mut self, cause: io::Error) {
        self.out = None;
        self.lost = Some(JournalLost { path: self.path.clone(), cause });
    }
}

impl<S: LineSink> Observer for Journal<S> {
    fn observe(&mut self, event: &Stamped, _: &RunState) {
        self.record(event);
    }
}

/// An event as a line, after the first line of the file if that is still to be written: in one piece, so that a disk
/// that fills up does not leave half a line where it can be helped.
fn lines(header: Option<&JournalHeader>, stamped: &Stamped) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    if let Some(header) = header {
        add_line(&mut lines, header)?;
    }
    add_line(&mut lines, stamped)?;
    Ok(lines)
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

    impl LineSink for Disk {
        fn take(&mut self, lines: &[u8]) -> io::Result<()> {
            self.0 = self.0.checked_sub(lines.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(())
        }

        fn settle(&mut self, _: Duration) -> io::Result<()> {
            Ok(())
        }
    }

    fn event(trial: usize) -> Stamped {
        Stamped { elapsed_s: 0.25, trials_done: trial, event: Event::TrialStarted { trial } }
    }

    #[test]
    fn a_full_disk_is_told_once_and_warned_of() {
        let mut journal = Journal::new(Path::new("run.jsonl"), Disk(160));
        journal.record(&event(0));
        assert!(journal.lost().is_none() && journal.newly_lost().is_none());
        journal.record(&event(1));
        let told = journal.newly_lost().expect("a loss").to_string();
        assert!(told.starts_with("failed to write the journal run.jsonl: "), "{told}");
        assert!(told.ends_with("; the run goes on without it"), "{told}");
        journal.record(&event(2));
        journal.settle();
        assert!(journal.newly_lost().is_none(), "said once");
        let warning = journal.lost().expect("it is still lost").warning();
        assert_eq!(warning.code, WarningCode::JournalIncomplete);
        assert!(warning.message.starts_with("the journal run.jsonl is not whole: "), "{}", warning.message);
    }

    #[test]
    fn the_first_line_says_what_the_file_is_and_every_other_is_an_event() {
        let written = [lines(Some(&JournalHeader::own()), &event(3)).unwrap(), lines(None, &event(4)).unwrap()];
        let version = env!("CARGO_PKG_VERSION");
        let expected = [
            format!("{{\"format\":\"parlab.journal\",\"major\":1,\"minor\":2,\"parlab\":\"{version}\"}}\n"),
            "{\"elapsed_s\":0.25,\"trials_done\":3,\"event\":\"trial_started\",\"trial\":3}\n".to_owned(),
            "{\"elapsed_s\":0.25,\"trials_done\":4,\"event\":\"trial_started\",\"trial\":4}\n".to_owned(),
        ];
        assert_eq!(String::from_utf8(written.concat()).unwrap(), expected.concat());
    }
}
