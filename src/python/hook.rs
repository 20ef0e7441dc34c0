//! The hook: a private folder of Python modules, first on PYTHONPATH of a watched program, whose `sitecustomize` each
//! interpreter below it loads before it runs anything.
//!
//! The folder lives as long as the value; what earlier ones left that were killed goes with the next.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::foreign::name;
use crate::protocol::{ADAPTERS, BOARD_VARIABLE};
use crate::system::xdg;

/// The modules by the names of their files, beside the adapter by which they write the board.
const MODULES: &[(&str, &str)] = &[
    ("sitecustomize.py", include_str!("hook/sitecustomize.py")),
    ("parlab_dask.py", include_str!("dask/parlab_dask.py")),
    ("parlab_distributed.py", include_str!("hook/parlab_distributed.py")),
    ("parlab_hook.py", include_str!("hook/parlab_hook.py")),
    ("parlab_joblib.py", include_str!("hook/parlab_joblib.py")),
    ("parlab_keys.py", include_str!("hook/parlab_keys.py")),
    ("parlab_loky.py", include_str!("hook/parlab_loky.py")),
    ("parlab_pool.py", include_str!("hook/parlab_pool.py")),
    ("parlab_processes.py", include_str!("hook/parlab_processes.py")),
    ("parlab_scheduler.py", include_str!("hook/parlab_scheduler.py")),
    ("parlab_start.py", include_str!("hook/parlab_start.py")),
    ("parlab_threads.py", include_str!("hook/parlab_threads.py")),
];

/// The module that watches a cluster of Dask, run as a program with the address of its scheduler.
pub const DASK_CLIENT: &str = "parlab_dask";

/// How the folders begin.
const PREFIX: &str = "parlab-python-";
/// Holds a file for each interpreter that loaded the hook, named by its process.
const STARTED: &str = "started";
/// Nanoseconds that watching adds to a task, as digits, from the first process that runs tasks.
const COST: &str = "cost";
/// A folder without a lock is another parlab's that begins, unless it is older.
const LEFT_AFTER: Duration = Duration::from_secs(60);
/// An interpreter that ends may still write to the folder while it is removed.
const REMOVALS: u32 = 5;

/// What is watched of Python's libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WatchUnit {
    /// Each task.
    #[default]
    Tasks,
    /// Each chunk that a library hands to a worker, as one task: for tasks so short that watching each costs more than
    /// they do.
    Chunks,
}

/// The hook, installed for one board. Dropping it removes it; programs that have loaded it go on.
#[derive(Debug)]
pub struct Hook {
    folder: Option<TempDir>,
    /// Locked as long as this lives.
    _lock: File,
    board: String,
    unit: WatchUnit,
}

impl Hook {
    /// Writes the hook to a folder that only this user can read, in `$XDG_RUNTIME_DIR` or where temporary files go.
    /// `board` is the address of the board that tasks are written to.
    ///
    /// # Errors
    /// When no such folder can be written, or its path has a colon, at which PYTHONPATH would be split.
    pub fn install(board: &str, unit: WatchUnit) -> io::Result<Self> {
        let parents = [xdg::variable("XDG_RUNTIME_DIR").filter(|path| path.is_absolute()), Some(env::temp_dir())];
        let mut failed = None;
        for parent in parents.into_iter().flatten() {
            match Self::install_in(&parent, board, unit) {
                Ok(hook) => return Ok(hook),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| io::Error::other("there is no folder for temporary files")))
    }

    fn install_in(parent: &Path, board: &str, unit: WatchUnit) -> io::Result<Self> {
        if parent.as_os_str().as_bytes().contains(&b':') || !parent.is_absolute() {
            return Err(io::Error::other(format!("PYTHONPATH cannot name a folder in {}", name(parent))));
        }
        remove_left_ones(parent);
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(PREFIX).permissions(private).tempdir_in(parent)?;
        let lock = File::open(folder.path())?;
        lock.try_lock()?;
        fs::create_dir(folder.path().join(STARTED))?;
        let adapter = ADAPTERS.iter().filter(|adapter| adapter.name == "python").map(|it| (it.file, it.text));
        for (file, text) in MODULES.iter().copied().chain(adapter) {
            fs::write(folder.path().join(file), text)?;
        }
        Ok(Self { folder: Some(folder), _lock: lock, board: board.to_owned(), unit })
    }

    /// What a program must have in its environment to be watched, beside what this process has in its own.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        self.environment_beside(env::var_os("PYTHONPATH").as_deref())
    }

    /// The same for a program that would have another PYTHONPATH than this process: its entries follow ours.
    pub fn environment_beside(&self, python_path: Option<&OsStr>) -> Vec<(OsString, OsString)> {
        let mut path = self.path().as_os_str().to_owned();
        // An empty entry would stand for the working directory.
        if let Some(others) = python_path.filter(|others| !others.is_empty()) {
            path.push(":");
            path.push(others);
        }
        let watch = match self.unit {
            WatchUnit::Tasks => "tasks",
            WatchUnit::Chunks => "chunks",
        };
        [("PYTHONPATH", path), (BOARD_VARIABLE, self.board.clone().into()), ("PARLAB_WATCH", watch.into())]
            .map(|(name, value)| (name.into(), value))
            .into()
    }

    /// The processes that loaded the hook when their interpreter started, in no order. A process that was forked from
    /// one of them has it too and is not among them.
    ///
    /// A Python below the watched program that is not, nor forked from one that is, was started without the hook:
    /// [`flags_that_hide`](super::flags_that_hide) may tell why, otherwise its environment was changed.
    pub fn started(&self) -> Vec<u32> {
        let Ok(entries) = fs::read_dir(self.path().join(STARTED)) else {
            return Vec::new();
        };
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
    }

    /// What watching adds to a task, as the first process that ran one measured it; `None` before.
    pub fn cost_of_a_task(&self) -> Option<Duration> {
        let digits = fs::read_to_string(self.path().join(COST)).ok()?;
        digits.trim().parse().ok().map(Duration::from_nanos)
    }

    fn path(&self) -> &Path {
        self.folder.as_ref().expect("it is taken when this is dropped").path()
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take() {
            remove(folder.keep());
        }
    }
}

fn remove(folder: PathBuf) {
    for _ in 0..REMOVALS {
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            _ => return,
        }
    }
}

/// Removes what was left by processes that were killed: folders that nothing holds the lock of.
fn remove_left_ones(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().as_bytes().starts_with(PREFIX.as_bytes())) {
        if is_left(&entry).unwrap_or(false) {
            remove(entry.path());
        }
    }
}

fn is_left(entry: &DirEntry) -> io::Result<bool> {
    let about = entry.metadata()?;
    let age = about.modified()?.elapsed().unwrap_or_default();
    Ok(about.is_dir() && age > LEFT_AFTER && File::open(entry.path())?.try_lock().is_ok())
}
