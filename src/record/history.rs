//! Which scenarios were run before: a small file in the user's state folder that outlives the program.
//!
//! It is a convenience and nothing depends on it: a file that is missing, broken, huge or no file at all counts as
//! empty, and one that cannot be written stays as it is. Nothing here waits for another process longer than a moment.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::fcntl::OFlag;
use serde::{Deserialize, Serialize};

use crate::foreign;
use crate::system::files::{CAUTIOUS, NewFile, read_regular};
use crate::system::xdg;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 256 << 10;
/// The most runs of the user's own scenarios that are remembered; the oldest are forgotten.
const MAX_OWN: usize = 200;
/// The most runs of bundled ones: more than there will ever be.
const MAX_BUNDLED: usize = 500;
/// The longest text of a record that is believed, in bytes.
const MAX_TEXT: usize = 200;
/// How often and how long the turn to write is waited for.
const TURNS: (u32, Duration) = (20, Duration::from_millis(10));
/// What the file says it is.
const SCHEMA: &str = "parlab.history/1";

/// The last run of a scenario that went well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The scenario's name.
    pub name: String,
    /// Whether it is a bundled one.
    pub bundled: bool,
    /// SHA-256 of its text at that time.
    pub sha256: String,
    /// When the run began: RFC 3339, UTC.
    pub at: String,
    /// The best of the median speedups; `None` if it has none.
    pub best_speedup: Option<f64>,
}

/// All that is remembered: one run a scenario.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    runs: Vec<Past>,
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
struct Stored {
    schema: String,
    runs: Vec<Past>,
}

impl History {
    /// Where the file is: `$XDG_STATE_HOME/parlab/history.json`, where the variable stands for `~/.local/state` if it
    /// is unset or not absolute (XDG Base Directory Specification 0.8). `None` if there is no home either: then
    /// nothing is remembered.
    pub fn standard_file(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
        Some(xdg::state_folder(variable)?.join("parlab").join("history.json"))
    }

    /// What the file remembers; nothing if it cannot be read or makes no sense.
    pub fn read(file: &Path) -> Self {
        let bytes = read_regular(file, MAX_BYTES).ok();
        let stored = bytes.and_then(|bytes| serde_json::from_slice::<Stored>(&bytes).ok());
        let mut history = Self::default();
        let runs = stored.filter(|stored| stored.schema == SCHEMA).map(|stored| stored.runs).unwrap_or_default();
        runs.into_iter().filter(is_sound).for_each(|past| history.add(past));
        history
    }

    /// The run of a scenario. A bundled one is known by its name, whatever its text was then; one of the user's by
    /// its name and its text, since another text is another experiment.
    pub fn of(&self, name: &str, bundled: bool, sha256: &str) -> Option<&Past> {
        self.runs.iter().find(|past| past.name == name && past.bundled == bundled && (bundled || past.sha256 == sha256))
    }

    /// Remembers a run in place of the last one of the same scenario.
    pub fn add(&mut self, past: Past) {
        self.runs.retain(|old| {
            let same_text = past.bundled || old.sha256 == past.sha256;
            !(old.name == past.name && old.bundled == past.bundled && same_text)
        });
        self.runs.push(past);
        for (bundled, most) in [(true, MAX_BUNDLED), (false, MAX_OWN)] {
            let mut surplus = self.runs.iter().filter(|past| past.bundled == bundled).count().saturating_sub(most);
            self.runs.retain(|past| {
                let goes = past.bundled == bundled && surplus > 0;
                surplus -= usize::from(goes);
                !goes
            });
        }
    }

    /// Adds a run to the file, beside what others have added in the meantime.
    ///
    /// # Errors
    /// When it cannot be written; nothing is lost then but this run.
    pub fn remember(file: &Path, past: Past) -> io::Result<()> {
        let folder = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let _turn = turn(&file.with_extension("lock"));
        let mut history = Self::read(file);
        history.add(past);
        let stored = Stored { schema: SCHEMA.to_owned(), runs: history.runs };
        let text = foreign::json(&stored).map_err(io::Error::other)?;
        // Not waited for to be on the disk: nothing depends on it.
        let mut new = NewFile::beside(file, 0o600)?;
        new.write_all((text + "\n").as_bytes())?;
        new.replace()
    }
}

/// Whether a record can be shown: short plain text, and a speedup that is one.
fn is_sound(past: &Past) -> bool {
    let plain = |text: &str| !text.is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control);
    let ascii = |text: &str| plain(text) && text.is_ascii();
    let speedup = past.best_speedup.is_none_or(|speedup| speedup.is_finite() && speedup > 0.0);
    plain(&past.name) && ascii(&past.sha256) && ascii(&past.at) && speedup
}

/// The turn to write, given up when dropped; `None` if others hold it for too long, which costs one of the runs that
/// are added at the same instant, and nothing else.
fn turn(lock: &Path) -> Option<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags((CAUTIOUS | OFlag::O_NOFOLLOW).bits())
        .open(lock)
        .ok()?;
    for _ in 0..TURNS.0 {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(TURNS.1),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
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
        assert_eq!(History::read(&file), History::default());
        History::remember(&file, past("database", true, "a")).unwrap();
        History::remember(&file, past("mine", false, "b")).unwrap();
        let history = History::read(&file);
        assert_eq!(history.of("database", true, "another text"), Some(&past("database", true, "a")));
        assert_eq!(history.of("database", false, "a"), None, "one's own is not the bundled one");
        assert_eq!(history.of("mine", false, "b"), Some(&past("mine", false, "b")));
        assert_eq!(history.of("mine", false, "c"), None, "another text is another experiment");
        let left: Vec<_> = std::fs::read_dir(file.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| name == "history.json" || name == "history.lock"), "{left:?}");
    }

    #[test]
    fn the_last_run_counts_and_old_ones_of_ones_own_are_forgotten() {
        let mut history = History::default();
        history.add(past("database", true, "a"));
        history.add(Past { best_speedup: None, ..past("database", true, "b") });
        assert_eq!(history.of("database", true, "").unwrap().best_speedup, None);
        assert_eq!(history.runs.len(), 1);
        (0..MAX_OWN + 3).for_each(|i| history.add(past("mine", false, &i.to_string())));
        assert_eq!(history.runs.len(), 1 + MAX_OWN);
        assert!(history.of("mine", false, "2").is_none() && history.of("mine", false, "3").is_some());
        assert!(history.of("database", true, "").is_some());
    }

    #[test]
    fn hostile_files_count_as_empty() {
        let folder = folder();
        let file = folder.path().join("history.json");
        let escape = r#"{"schema":"parlab.history/1","runs":[
            {"name":"a\u001b[2J","bundled":true,"sha256":"a","at":"b","best_speedup":null},
            {"name":"a","bundled":true,"sha256":"é","at":"b","best_speedup":null},
            {"name":"a","bundled":true,"sha256":"a","at":"b","best_speedup":-1.0},
            {"name":"fine","bundled":true,"sha256":"a","at":"b","best_speedup":null}]}"#;
        std::fs::write(&file, escape).unwrap();
        let history = History::read(&file);
        assert_eq!(history.runs.len(), 1);
        assert!(history.of("fine", true, "").is_some());
        let huge = format!("{escape}{}", " ".repeat(MAX_BYTES as usize));
        for text in ["", "[]", "{\"schema\":\"other\",\"runs\":[]}", "\u{0}", &huge] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(History::read(&file), History::default());
            History::remember(&file, past("after", true, "a")).unwrap();
            assert_eq!(History::read(&file).runs.len(), 1, "it is replaced by a sound one");
        }
        std::fs::remove_file(&file).unwrap();
        nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(History::read(&file), History::default(), "reading does not wait for a pipe");
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        assert!(History::remember(&file, past("x", true, "a")).is_err());
        assert!(History::remember(Path::new("/dev/null/parlab/history.json"), past("x", true, "a")).is_err());
    }

    #[test]
    fn runs_that_end_at_once_are_all_remembered() {
        let folder = folder();
        let file = folder.path().join("history.json");
        std::thread::scope(|scope| {
            for i in 0..4 {
                let file = &file;
                scope.spawn(move || History::remember(file, past(&format!("s{i}"), true, "a")).unwrap());
            }
        });
        assert_eq!(History::read(&file).runs.len(), 4);
    }

    #[test]
    fn the_file_stands_in_the_state_folder_or_nowhere() {
        let file = |variables: &[(&str, &str)]| {
            let get = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
            History::standard_file(get).map(|path| path.display().to_string())
        };
        let here = Some("/s/parlab/history.json".to_owned());
        let home = Some("/h/.local/state/parlab/history.json".to_owned());
        assert_eq!(file(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), here);
        assert_eq!(file(&[("XDG_STATE_HOME", "s"), ("HOME", "/h")]), home);
        assert_eq!(file(&[("XDG_STATE_HOME", ""), ("HOME", "/h")]), home);
        assert_eq!(file(&[("HOME", "")]), None);
        assert_eq!(file(&[]), None);
    }
}
