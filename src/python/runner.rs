//! The runner: a Python program of parlab's own that runs a function through a library, and what the two say to each
//! other.
//!
//! A [`RunnerFolder`] has its modules, the order of one trial and, in the end, what came of it. Starting it is the
//! caller's matter.

mod results;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::protocol::ADAPTERS;
use crate::system::xdg;

pub use results::{PythonResult, PythonResults};

const RUNNER: &str = include_str!("runner/parlab_runner.py");
const ORDER: &str = "order";
const RESULTS: &str = "results";
const BUNDLED: &str = "function";

/// What the interpreter is started with: nothing of this is a file that workers would take for the main one.
const PROGRAM: &str = "import parlab_runner; parlab_runner.main()";

/// What the runner is to do.
#[derive(Debug, Serialize)]
pub struct RunnerOrder<'a> {
    /// The file with the function, absolute.
    pub file: &'a Path,
    /// The function's name in it.
    pub function: &'a str,
    /// How it is run: a name of the table in the runner.
    pub backend: &'a str,
    /// What the library calls that, if it is one of several.
    pub library: &'a str,
    /// How many workers it is to have.
    pub workers: u32,
    /// Tasks handed out at a time; `None` leaves it to the library.
    pub chunk: Option<u64>,
    /// How processes are started.
    pub start_method: &'a str,
    /// Index and input of each task, in the order in which they are handed out.
    pub inputs: &'a [(u64, RunnerInput<'a>)],
}

/// What the function is called with.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum RunnerInput<'a> {
    /// An `int` where it is whole, else a `float`.
    Number(f64),
    /// A `str`.
    Text(&'a str),
}

/// What the runner says, a line of JSON each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunnerWord {
    /// All workers are there: process and thread of each.
    Ready(Vec<(u32, u32)>),
    /// A worker is gone, whose task never comes back.
    Lost {
        /// Its process.
        pid: u32,
        /// Its exit status, or the number of a signal below 0.
        status: i32,
    },
    /// All tasks are done, and what came of them is written down.
    Done(RunnerAccount),
    /// It cannot go on.
    Error(String),
}

/// What the workers used between the first task and the last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct RunnerAccount {
    /// By process: microseconds in user mode and in the kernel, voluntary and involuntary context switches.
    pub used: HashMap<u32, [u64; 4]>,
    /// By process: the largest resident set, in KiB.
    pub peaks: HashMap<u32, u64>,
    /// By thread: nanoseconds that it could have run and had no CPU; `None` unless all are known.
    pub queued: Option<HashMap<u32, u64>>,
}

/// A private folder of one trial. It goes when this is dropped.
#[derive(Debug)]
pub struct RunnerFolder {
    folder: TempDir,
}

impl RunnerFolder {
    /// Writes the runner to a folder of its own.
    ///
    /// # Errors
    /// When there is nowhere to write it.
    pub fn create() -> io::Result<Self> {
        let parents = [xdg::variable("XDG_RUNTIME_DIR").filter(|path| path.is_dir()), Some(std::env::temp_dir())];
        let private = Permissions::from_mode(0o700);
        let mut failed = io::Error::other("there is no folder for temporary files");
        for parent in parents.into_iter().flatten() {
            let made =
                tempfile::Builder::new().prefix("parlab-runner-").permissions(private.clone()).tempdir_in(parent);
            match made.and_then(|folder| fill(folder.path()).map(|()| folder)) {
                Ok(folder) => return Ok(Self { folder }),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a function's file that has none of its own; where that is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_function(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let folder = self.path().join(BUNDLED);
        fs::create_dir_all(&folder)?;
        let path = folder.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// Writes down what is to be done; the arguments for the interpreter.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_order(&self, order: &RunnerOrder<'_>) -> io::Result<Vec<OsString>> {
        let path = self.path().join(ORDER);
        let mut json = serde_json::to_value(order)?;
        json["folder"] = serde_json::to_value(self.path())?;
        fs::write(&path, serde_json::to_vec(&json)?)?;
        Ok(vec!["-c".into(), PROGRAM.into(), path.into()])
    }

    /// The PYTHONPATH for it: this folder, then what else there would be.
    pub fn python_path(&self) -> OsString {
        let mut path = self.path().as_os_str().to_owned();
        if let Some(others) = std::env::var_os("PYTHONPATH").filter(|others| !others.is_empty()) {
            path.push(":");
            path.push(others);
        }
        path
    }

    /// What came of the tasks, once that is said to be written down.
    ///
    /// # Errors
    /// When it cannot be read, or is not what the runner writes.
    pub fn results(&self) -> io::Result<PythonResults> {
        PythonResults::read(&fs::read(self.path().join(RESULTS))?)
    }
}

fn fill(folder: &Path) -> io::Result<()> {
    let adapter = ADAPTERS.iter().filter(|adapter| adapter.name == "python").map(|it| (it.file, it.text));
    for (file, text) in adapter.chain([("parlab_runner.py", RUNNER)]) {
        fs::write(folder.join(file), text)?;
    }
    Ok(())
}

impl RunnerWord {
    /// What a line says; `None` if it is none of the runner's.
    pub fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_the_runner_says_them() {
        let ready = RunnerWord::parse(br#"{"ready": [[12, 13], [12, 14]]}"#);
        assert_eq!(ready, Some(RunnerWord::Ready(vec![(12, 13), (12, 14)])));
        let lost = RunnerWord::parse(br#"{"lost": {"pid": 7, "status": -9}}"#);
        assert_eq!(lost, Some(RunnerWord::Lost { pid: 7, status: -9 }));
        let done = br#"{"done": {"used": {"12": [1, 2, 3, 4]}, "peaks": {"12": 9}, "queued": null}}"#;
        let account =
            RunnerAccount { used: HashMap::from([(12, [1, 2, 3, 4])]), peaks: HashMap::from([(12, 9)]), queued: None };
        assert_eq!(RunnerWord::parse(done), Some(RunnerWord::Done(account)));
        for nonsense in [&b"hello"[..], b"", b"{}", b"{\"ready\": 1}", b"\xff"] {
            assert_eq!(RunnerWord::parse(nonsense), None);
        }
    }
}
