//! The small file in the user's state folder in which runs are remembered, which outlives the program.
//!
//! No run depends on it, and it is never thrown away: what cannot be read or is of another version is left alone, what
//! is no history is moved aside, and one that is a link stays one. One process writes at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;

use super::stored::{HistoryError, Misread, parse, text};
use super::{History, Past};
use crate::system::files::{CAUTIOUS, ReadError, move_aside, read_regular};
use crate::system::links::meant;
use crate::system::replace::replace;

/// The largest file that is read, in bytes: several times what is ever written.
const MAX_BYTES: u64 = 4 << 20;
/// How long the turn to write is waited for: the others need some milliseconds each.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked whether the turn has come.
const LOOK: Duration = Duration::from_millis(5);

/// A file that was no history, and is kept under another name.
#[derive(Debug, PartialEq, Eq)]
pub struct MovedAside {
    /// Where it was.
    pub file: PathBuf,
    /// Where it is.
    pub aside: PathBuf,
}

/// What a file remembers; nothing if there is none, or a device that forgets everything, such as `/dev/null`.
///
/// # Errors
/// When it cannot be read or understood.
pub fn read_history(file: &Path) -> Result<History, HistoryError> {
    if forgets(file) {
        return Ok(History::default());
    }
    let bytes = match read_regular(file, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(ReadError::Io(error)) if is_absent(&error) => return Ok(History::default()),
        Err(ReadError::TooLarge) => return Err(HistoryError::Unsound { file: file.to_owned() }),
        Err(cause) => return Err(HistoryError::Unread { file: file.to_owned(), cause }),
    };
    parse(&bytes).map_err(|why| match why {
        Misread::OtherVersion(schema) => HistoryError::OtherVersion { file: file.to_owned(), schema },
        Misread::Unsound => HistoryError::Unsound { file: file.to_owned() },
    })
}

/// Adds a run to a file, beside what others have added in the meantime; says if something else was there, and where
/// that is now. Nothing is done where there can be no folder for it, as below `/dev/null`.
///
/// # Errors
/// When the file cannot be read, is of another version, or cannot be written; nothing is lost then but this run.
pub fn remember(file: &Path, past: Past) -> Result<Option<MovedAside>, HistoryError> {
    let unwritten = |cause: io::Error| HistoryError::Unwritten { file: file.to_owned(), cause };
    let folder = file.parent().ok_or_else(|| unwritten(ErrorKind::InvalidInput.into()))?;
    match fs::DirBuilder::new().recursive(true).mode(0o700).create(folder) {
        Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(None),
        made => made.map_err(unwritten)?,
    }
    if forgets(file) {
        return Ok(None);
    }
    let _turn = turn(file).map_err(unwritten)?;
    let (mut history, aside) = match read_history(file) {
        Err(HistoryError::Unsound { .. }) => {
            let target = meant(file).map_err(unwritten)?;
            let aside = move_aside(&target).map_err(unwritten)?;
            (History::default(), Some(MovedAside { file: file.to_owned(), aside }))
        }
        read => (read?, None),
    };
    history.add(past);
    let text = text(&history).map_err(unwritten)?;
    replace(file, text.as_bytes(), 0o600).map_err(unwritten)?;
    Ok(aside)
}

/// Whether what is written there is meant to be forgotten.
fn forgets(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.file_type().is_char_device())
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The turn to write, given up when dropped: held beside the file, or where nothing can be made there by the file
/// itself, which is then written in place. `None` where nothing can be held.
fn turn(file: &Path) -> io::Result<Option<File>> {
    let flags = (CAUTIOUS | OFlag::O_NOFOLLOW).bits();
    let beside = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(flags)
        .open(file.with_extension("lock"))
        .or_else(|_| OpenOptions::new().read(true).custom_flags(CAUTIOUS.bits()).open(file));
    let Ok(held) = beside else { return Ok(None) };
    let until = Instant::now() + PATIENCE;
    loop {
        match held.try_lock() {
            Ok(()) => return Ok(Some(held)),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOOK),
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(ErrorKind::TimedOut, "another program keeps it from being written"));
            }
            // Some file systems cannot.
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn past(name: &str, bundled: bool, sha256: &str) -> Past {
        let at = "2026-01-02T03:04:05Z".to_owned();
        Past { name: name.to_owned(), bundled, sha256: sha256.to_owned(), at, best_speedup: Some(1.5) }
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn what_was_run_is_remembered() {
        let folder = folder();
        let file = folder.path().join("deep").join("parlab").join("history.json");
        assert_eq!(read_history(&file).unwrap(), History::default());
        assert_eq!(remember(&file, past("database", true, "a")).unwrap(), None);
        remember(&file, past("mine", false, "b")).unwrap();
        let history = read_history(&file).unwrap();
        assert_eq!(history.of("database", true, "another text"), Some(&past("database", true, "a")));
        assert_eq!(history.of("database", false, "a"), None, "one's own is not the bundled one");
        assert_eq!(history.of("mine", false, "b"), Some(&past("mine", false, "b")));
        assert_eq!(history.of("mine", false, "c"), None, "another text is another experiment");
        let left: Vec<_> = fs::read_dir(file.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| name == "history.json" || name == "history.lock"), "{left:?}");
    }

    #[test]
    fn as_much_as_is_ever_written_is_read() {
        let folder = folder();
        let file = folder.path().join("history.json");
        let mut history = History::default();
        let text = |c: &str, i: usize| format!("{i:04}{}", c.repeat(196));
        for i in 0..1000 {
            history.add(Past { at: text("t", i), ..past(&text("n", i), i % 2 == 0, &text("s", i)) });
        }
        fs::write(&file, super::text(&history).unwrap()).unwrap();
        assert_eq!(read_history(&file).unwrap(), history);
        assert!(fs::metadata(&file).unwrap().len() * 4 < MAX_BYTES);
    }

    #[test]
    fn what_is_no_history_is_moved_aside_and_nothing_in_its_way() {
        let folder = folder();
        let file = folder.path().join("history.json");
        let huge = "x".repeat(MAX_BYTES as usize + 1);
        for (n, text) in ["no history", "[]", &huge].into_iter().enumerate() {
            fs::write(&file, text).unwrap();
            assert!(matches!(read_history(&file), Err(HistoryError::Unsound { .. })));
            let aside = remember(&file, past("after", true, "a")).unwrap().expect("it was moved").aside;
            assert!(aside.ends_with(["history.json.bad", "history.json.bad-2", "history.json.bad-3"][n]), "{aside:?}");
            assert_eq!(fs::read_to_string(aside).unwrap(), text);
            assert_eq!(read_history(&file).unwrap().runs.len(), 1, "it is replaced by a sound one");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_alone() {
        let folder = folder();
        let file = folder.path().join("history.json");
        let later = "{\"schema\":\"parlab.history/2\",\"runs\":7}";
        fs::write(&file, later).unwrap();
        assert!(matches!(remember(&file, past("x", true, "a")), Err(HistoryError::OtherVersion { .. })));
        assert_eq!(fs::read_to_string(&file).unwrap(), later);
        fs::remove_file(&file).unwrap();
        nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(matches!(remember(&file, past("x", true, "a")), Err(HistoryError::Unread { .. })), "nor waited for");
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(matches!(remember(&file, past("x", true, "a")), Err(HistoryError::Unread { .. })));
        fs::remove_dir(&file).unwrap();
        symlink("/dev/null", &file).unwrap();
        assert_eq!(remember(&file, past("x", true, "a")).unwrap(), None);
        assert!(file.is_symlink() && read_history(&file).unwrap() == History::default());
        assert_eq!(remember(Path::new("/dev/null/parlab/history.json"), past("x", true, "a")).unwrap(), None);
    }

    #[test]
    fn runs_that_end_at_once_are_all_remembered() {
        let folder = folder();
        let file = folder.path().join("history.json");
        std::thread::scope(|scope| {
            for i in 0..40 {
                let file = &file;
                scope.spawn(move || remember(file, past(&format!("s{i}"), true, "a")).unwrap());
            }
        });
        assert_eq!(read_history(&file).unwrap().runs.len(), 40);
    }
}
