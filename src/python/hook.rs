//! The hook: a private folder of Python modules, first on PYTHONPATH of a watched program, whose `sitecustomize` each
//! interpreter below it loads before it runs anything.
//!
//! The folder lives as long as the value; what earlier ones left that were killed goes with the next.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

use crate::foreign::name;
use crate::protocol::{ADAPTERS, BOARD_VARIABLE};
use crate::system::private_folder::PrivateFolder;

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
    folder: PrivateFolder,
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
        let mut failed = None;
        for parent in PrivateFolder::parents() {
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
        let folder = PrivateFolder::create_in(parent, PREFIX)?;
        fs::create_dir(folder.path().join(STARTED))?;
        let adapter = ADAPTERS.iter().filter(|adapter| adapter.name == "python").map(|it| (it.file, it.text));
        for (file, text) in MODULES.iter().copied().chain(adapter) {
            fs::write(folder.path().join(file), text)?;
        }
        Ok(Self { folder, board: board.to_owned(), unit })
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
        self.folder.path()
    }
}
