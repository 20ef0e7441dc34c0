//! What a backend is to the engine: a way to start workers, and the workers of one trial, wherever they run.

use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::board::Board;
pub(super) use super::broken::{Broken, Unready};
use super::external::output::KeptOutput;
use super::worker::LazyJob;
use crate::scenario::Config;
use crate::system::launch::Ended;
use crate::workload::IsWanted;

/// A way to start workers, kept for the whole run.
pub(super) trait Backend: Send {
    /// Does once per job what is needed before workers of such a configuration can be started; cheap when that has been
    /// done. Not part of any start-up time.
    ///
    /// # Errors
    /// When the job cannot be made ready, or is not wanted any more before it is.
    fn prepare(&self, job: &LazyJob, config: &Config, is_wanted: &IsWanted<'_>) -> Result<(), Unready>;

    /// Starts a worker for each lane of the board; they come to its gate. The job was prepared for them.
    ///
    /// # Errors
    /// When the system refuses.
    fn start(&self, job: &LazyJob, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken>;
}

/// Workers that were started for a trial.
pub trait Pool: Send {
    /// Waits for the next thing to know about a worker; `None` when the time is up.
    fn next(&mut self, timeout: Duration) -> Option<Notice>;

    /// Why the others cannot go on without a worker that is gone, if that is so; asked once for each, before its
    /// replacement.
    fn loss_is_fatal(&mut self, _worker: u32) -> Option<Broken> {
        None
    }

    /// Takes note that a task is not to be run again, before the worker that held it is replaced.
    fn give_up(&mut self, _task: u64) {}

    /// Starts a replacement for a lost worker, to go on where it was.
    ///
    /// # Errors
    /// When none can be started.
    fn replace(&mut self, worker: u32) -> Result<(), Broken>;

    /// The process that forked the workers and made what they share, if they were forked.
    fn parent(&self) -> Option<u32> {
        None
    }

    /// Whether the process that forks the workers was stopped from outside since this was last asked, and whether it
    /// still is; `None` if it was not. Its workers may have been stopped with it.
    fn take_stop(&mut self) -> Option<bool> {
        None
    }

    /// How long its workers are given to stop by themselves once the trial is called off, before they are ended by
    /// force.
    fn grace(&self) -> Duration {
        GRACE
    }

    /// What is to be seen of the program, if it is one that the pool runs.
    fn program(&self) -> Option<ProgramView> {
        None
    }

    /// Says that the trial is called off, which its board says, too, and which signal a program is to be sent for that.
    fn call_off(&mut self, _signal: Signal) {}

    /// Ends what can be ended by force. Threads cannot.
    fn kill(&mut self);
}

/// How long tasks are given to stop by themselves.
const GRACE: Duration = Duration::from_millis(50);

/// What is to be seen of a program that a pool runs. It stays so when the pool is gone.
#[derive(Debug, Clone)]
pub struct ProgramView {
    /// When it was started, in ticks of the board's clock; `None` before.
    pub began: Option<u64>,
    /// Its process id; `None` before.
    pub pid: Option<u32>,
    /// The process that started it, and adopts its orphans; `None` before.
    pub launcher: Option<u32>,
    /// What it writes.
    pub output: Arc<KeptOutput>,
    /// How it ended, and what it used; `None` while it runs.
    pub end: Option<Ended>,
    /// Why it cannot be said that it went well, with the end of what it wrote; `None` where it did or still runs.
    pub failure: Option<String>,
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
