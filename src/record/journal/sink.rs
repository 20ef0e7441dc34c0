//! Where a journal's lines go, without ever being waited for: what the reader of a pipe does not take yet is kept, and
//! how long it may take in the end is bounded.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::libc::ENXIO;
use nix::poll::{PollFd, PollFlags, poll};

use crate::system::files::CAUTIOUS;
use crate::system::links::own_descriptor;

/// The most that is kept for a reader, in bytes; one that has not taken this much will not take it.
const KEPT_MAX: usize = 64 << 20;

/// How often a reader is looked for in the end.
const LOOK: Duration = Duration::from_millis(10);

/// What takes lines, and is never waited for but in the end.
pub trait LineSink {
    /// Takes lines, whole.
    ///
    /// # Errors
    /// When they cannot be written, now or later.
    fn take(&mut self, lines: &[u8]) -> io::Result<()>;

    /// Writes what is left; waits for its reader no longer than this.
    ///
    /// # Errors
    /// When not all of it got there.
    fn settle(&mut self, patience: Duration) -> io::Result<()>;
}

/// A journal's file, or a pipe or a device in its place.
#[derive(Debug)]
pub struct JournalSink {
    path: PathBuf,
    /// `None` for a pipe that no process has opened to read.
    file: Option<File>,
    /// What was not taken yet.
    kept: Vec<u8>,
}

impl JournalSink {
    /// Opens a path to write to. A file that is there is emptied; what this process has open anyway is added to; a pipe
    /// need not have a reader yet.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = match writer(path) {
            Err(error) if is_unread(path, &error) => None,
            opened => Some(opened?),
        };
        Ok(Self { path: path.to_owned(), file, kept: Vec::new() })
    }

    /// Opens a regular file to add to it after so many bytes, and cuts off what follows them. Nothing is cut off of one
    /// that a run is still writing.
    ///
    /// # Errors
    /// When the system refuses, [`ErrorKind::ResourceBusy`] if a run is writing it, and [`ErrorKind::InvalidInput`] if it
    /// is no regular file, or shorter than that.
    pub(super) fn go_on(path: &Path, whole_bytes: u64) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).custom_flags(CAUTIOUS.bits()).open(path)?;
        let found = file.metadata()?;
        if !found.is_file() || found.len() < whole_bytes {
            return Err(ErrorKind::InvalidInput.into());
        }
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(io::Error::new(ErrorKind::ResourceBusy, "a run is still writing it"));
        }
        file.set_len(whole_bytes)?;
        let mut last = [b'\n'];
        if let Some(before) = whole_bytes.checked_sub(1) {
            file.read_exact_at(&mut last, before)?;
        }
        // An event that lacks nothing but the end of its line is one.
        let kept = if last == *b"\n" { Vec::new() } else { vec![b'\n'] };
        Ok(Self { path: path.to_owned(), file: Some(file), kept })
    }

    /// Writes as much as is taken at once.
    fn push(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            match writer(&self.path) {
                Err(error) if is_unread(&self.path, &error) => return Ok(()),
                opened => self.file = Some(opened?),
            }
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut written = 0;
        let result = loop {
            match file.write(&self.kept[written..]) {
                Ok(0) if written < self.kept.len() => break Err(ErrorKind::WriteZero.into()),
                Ok(n) => written += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error),
            }
            if written == self.kept.len() {
                break Ok(());
            }
        };
        self.kept.drain(..written);
        result
    }

    /// Waits until something may be taken, or a moment.
    fn wait(&self) {
        match &self.file {
            Some(file) => {
                let mut files = [PollFd::new(file.as_fd(), PollFlags::POLLOUT)];
                // Whatever it says, the next attempt to write will tell.
                let _ = poll(&mut files, LOOK.as_millis() as u16);
            }
            None => std::thread::sleep(LOOK),
        }
    }

    fn why_not(&self) -> io::Error {
        let why = match self.file {
            None => "no process reads the pipe",
            Some(_) => "its reader does not take it",
        };
        io::Error::new(ErrorKind::TimedOut, why)
    }
}

impl LineSink for JournalSink {
    fn take(&mut self, lines: &[u8]) -> io::Result<()> {
        self.kept.extend_from_slice(lines);
        self.push()?;
        if self.kept.len() > KEPT_MAX { Err(self.why_not()) } else { Ok(()) }
    }

    fn settle(&mut self, patience: Duration) -> io::Result<()> {
        let until = Instant::now() + patience;
        while !self.kept.is_empty() {
            self.push()?;
            if self.kept.is_empty() {
                break;
            }
            if Instant::now() >= until {
                return Err(self.why_not());
            }
            self.wait();
        }
        // Network file systems, and those with quotas, tell of a full disk only now.
        match self.file.as_ref().filter(|file| file.metadata().is_ok_and(|found| found.is_file())) {
            Some(file) => file.sync_data(),
            None => Ok(()),
        }
    }
}

/// Opens what is to be written to, never waiting for another end.
fn writer(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.custom_flags(CAUTIOUS.bits());
    match own_descriptor(path) {
        Some(_) => options.append(true),
        None => options.write(true).create(true).truncate(true),
    };
    let file = options.open(path)?;
    // Held until this process ends, however it does, so that no other goes on with it meanwhile. Pipes, devices and some
    // network file systems have no such locks, and are written all the same.
    let _ = file.try_lock();
    Ok(file)
}

/// Whether it is a pipe without a reader.
fn is_unread(path: &Path, error: &io::Error) -> bool {
    error.raw_os_error() == Some(ENXIO) && fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use nix::sys::stat::Mode;

    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn pipe() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap();
        (folder, path)
    }

    fn reader(path: &Path) -> File {
        OpenOptions::new().read(true).custom_flags(CAUTIOUS.bits()).open(path).unwrap()
    }

    #[test]
    fn a_reader_that_comes_late_gets_everything() {
        let (_folder, path) = pipe();
        let mut sink = JournalSink::open(&path).unwrap();
        sink.take(b"one\n").unwrap();
        let why = sink.settle(NOW).unwrap_err();
        assert_eq!(why.to_string(), "no process reads the pipe");
        let mut reader = reader(&path);
        sink.take(b"two\n").unwrap();
        sink.settle(NOW).unwrap();
        let mut read = [0; 8];
        reader.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"one\ntwo\n");
    }

    #[test]
    fn a_reader_that_does_not_read_is_not_waited_for() {
        let (_folder, path) = pipe();
        let mut reader = reader(&path);
        let mut sink = JournalSink::open(&path).unwrap();
        let lines = vec![b'x'; 3 << 20];
        sink.take(&lines).unwrap();
        assert_eq!(sink.settle(NOW).unwrap_err().to_string(), "its reader does not take it");
        let mut read = Vec::new();
        while read.len() < lines.len() {
            let mut part = vec![0; 1 << 16];
            let n = reader.read(&mut part).unwrap();
            read.extend_from_slice(&part[..n]);
            sink.push().unwrap();
        }
        sink.settle(NOW).unwrap();
        assert_eq!(read, lines);
        while sink.take(&lines).is_ok() {
            assert!(sink.kept.len() <= KEPT_MAX, "what is kept is bounded");
        }
        drop(reader);
        assert_eq!(sink.push().unwrap_err().kind(), ErrorKind::BrokenPipe);
    }

    #[test]
    fn files_and_devices_take_everything_at_once_or_say_why_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, "an older one, and longer").unwrap();
        let mut sink = JournalSink::open(&path).unwrap();
        sink.take(b"line\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"line\n", "before anything else happens");
        sink.settle(NOW).unwrap();
        let mut full = JournalSink::open(Path::new("/dev/full")).unwrap();
        assert_eq!(full.take(b"line\n").unwrap_err().kind(), ErrorKind::StorageFull);
        assert!(JournalSink::open(folder.path()).is_err());
        assert!(JournalSink::open(&folder.path().join("no/such")).is_err());
    }
}
