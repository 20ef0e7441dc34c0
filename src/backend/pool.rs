//! The workers of one trial as the engine sees them, whoever hired them.

use std::time::Duration;

/// Workers that were hired for a trial.
pub trait Pool: Send {
    /// Waits for the next thing to know about a worker; `None` when the time is up.
    fn next(&mut self, timeout: Duration) -> Option<Notice>;

    /// Why nobody can go on without a worker that is gone, if that is so; asked once for each, before its replacement.
    fn loss_is_fatal(&mut self, _worker: u32) -> Option<Broken> {
        None
    }

    /// Takes note that a task is not to be run again, before the worker that held it is replaced.
    fn give_up(&mut self, _task: u64) {}

    /// Hires a replacement for a lost worker, to go on where it was.
    ///
    /// # Errors
    /// When nobody can be hired.
    fn replace(&mut self, worker: u32) -> Result<(), Broken>;

    /// The process that forked the workers and made what they share, if they were forked.
    fn parent(&self) -> Option<u32> {
        None
    }

    /// PipeEnds what can be ended by force. Threads cannot.
    fn kill(&mut self);
}

/// Something to know about a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It is gone. Whether it left in good order stands on its lane.
    Left {
        /// Its lane.
        worker: u32,
        /// Its process id.
        pid: u32,
        /// How it went.
        how: Departure,
    },
    /// It was stopped from outside, or goes on after that.
    Stalled {
        /// Its lane.
        worker: u32,
        /// Its process id.
        pid: u32,
        /// Whether it is stopped now.
        stopped: bool,
    },
    /// The pool cannot go on at all.
    Broken(Broken),
}

/// How a worker went.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Departure {
    /// It returned or exited with this status.
    Exit(i32),
    /// It was killed by the signal of this name.
    Signal(String),
}

/// Why a pool cannot be hired or cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);
