//! What a task is to those who run it: a workload, what it needs, and what its worker offers to it.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use nix::sys::resource::Usage;
use serde::{Deserialize, Serialize};

use super::cancelled::Cancelled;
use super::data_facts::DataFacts;
use super::shared_cells::SharedCells;
use super::waiting::until_readable;
use crate::scenario::{Job, MAX_VALUES};
use crate::system::launch::Ended;
use crate::system::lock::HeldLock;
use crate::system::secret::Secret;

/// A function that is mapped over the inputs.
pub trait Workload: Send + Sync {
    /// Runs one task. Long tasks must look at [`TaskContext::cancelled`] (or call [`TaskContext::progress`]) at least
    /// every 20 ms of work, and must wait only through [`TaskContext::sleep`].
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was cancelled before the task was finished, or what [`TaskContext::fail`] returns
    /// when it cannot be finished.
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled>;

    /// Called once by each worker before the work may begin, and by each replacement: gets what it keeps for itself, so
    /// that this is timed as start-up and not as work. May stop early when [`TaskContext::cancelled`].
    fn settle(&self, _: &dyn TaskContext) {}

    /// What the task costs, in any unit that is the same for all tasks; monotone in the input `x`.
    fn cost(&self, task: u64) -> f64;

    /// What was read of the file of data that its job names; `None` if it names none.
    fn data(&self) -> Option<&DataFacts> {
        None
    }
}

/// Where a trial's [`Service`] is to be had, and how it knows the trial's own workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAddress {
    /// The port on the loopback interface.
    pub port: u16,
    /// What it answers those alone who know it.
    pub secret: Secret,
}

/// Something that the tasks of a trial ask for: it runs within parlab, beside the workers, from before they are started
/// until it is dropped.
pub trait Service: Send {
    /// Where it is to be had.
    fn address(&self) -> ServiceAddress;
}

/// What one worker of a job needs of the machine, besides a core and a little memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Memory that each worker allocates for itself, in bytes.
    pub worker_bytes: u64,
    /// Memory that is filled once before any worker is started, in bytes; forked workers share their parent's, and threads
    /// that of parlab.
    pub shared_bytes: u64,
    /// What each forked worker writes to of the memory shared, and has copied for it, in bytes.
    pub copied_bytes: u64,
    /// Threads that work on one task, the worker's own included; at least 1.
    pub inner_threads: u32,
}

impl Needs {
    /// Those of a kind that needs nothing in particular.
    pub(super) const LITTLE: Self = Self { worker_bytes: 0, shared_bytes: 0, copied_bytes: 0, inner_threads: 1 };

    /// [`Self::LITTLE`], whatever the job.
    pub(super) fn little(_: &Job) -> Self {
        Self::LITTLE
    }
}

/// The values of a result: as many as the kind's description names, the rest 0.
pub type Values = [f64; MAX_VALUES];

/// The values of a result that has so many.
pub fn values_of<const COUNT: usize>(given: [f64; COUNT]) -> Values {
    let mut values = Values::default();
    values[..COUNT].copy_from_slice(&given);
    values
}

/// What a worker offers to the task it runs.
pub trait TaskContext {
    /// Says how much of the task is done, from 0 to 1.
    ///
    /// # Errors
    /// [`Cancelled`] when the task should stop.
    fn progress(&self, fraction: f64) -> Result<(), Cancelled>;

    /// Whether the task should stop.
    fn cancelled(&self) -> bool;

    /// Waits, leaving the CPU to others; ends early when the trial is cancelled.
    ///
    /// # Errors
    /// [`Cancelled`] when it ended early.
    fn sleep(&self, duration: Duration) -> Result<(), Cancelled>;

    /// Waits until `source` has something to read or has come to its end, leaving the CPU to others; `expected` is
    /// how long that should take. Ends early when the trial is cancelled.
    ///
    /// # Errors
    /// [`Cancelled`] when it ended early.
    fn await_input(&self, source: BorrowedFd<'_>, _expected: Duration) -> Result<(), Cancelled> {
        until_readable(source, &|| self.cancelled())
    }

    /// Where the trial's [`Service`] is, if its kind has one.
    fn service(&self) -> Option<ServiceAddress> {
        None
    }

    /// Takes down why the task in hand cannot be finished: it counts as failed, and the report says why. The task
    /// returns what this returns.
    fn fail(&self, _reason: &str) -> Cancelled {
        Cancelled
    }

    /// Lets go of the interpreter's lock, if there is one: the task is going to wait by itself or to run native code.
    /// [`dyn TaskContext::without_lock`](#method.without_lock) is the way to call it.
    fn release(&self, _: ReleasedGil) {}

    /// Takes the interpreter's lock again, which may take a while.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was cancelled meanwhile.
    fn reacquire(&self) -> Result<(), Cancelled> {
        Ok(())
    }
    /// The number of the worker, from 0 on; a replacement has that of the worker whose place it takes.
    fn worker(&self) -> u32;

    /// What all workers of the trial share.
    fn shared_cells(&self) -> &SharedCells;

    /// Counts in what a program used that the task had started.
    fn count_program(&self, _: &Ended) {}

    /// Counts in what a thread that the task had started, and that has ended, used of the machine.
    fn count_in(&self, _: &Usage) {}
}

/// Why a task goes on without the interpreter's lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleasedGil {
    /// It waits for something outside.
    Blocked,
    /// It runs native code, as extension modules do that touch no object of the interpreter.
    Native,
}

impl dyn TaskContext + '_ {
    /// Does something without the interpreter's lock. After a panic in it the worker takes the lock when it needs it.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was cancelled before the lock was had again; what was done is lost.
    pub fn without_lock<T>(&self, away: ReleasedGil, work: impl FnOnce() -> T) -> Result<T, Cancelled> {
        self.release(away);
        let done = work();
        self.reacquire()?;
        Ok(done)
    }
}

impl SharedCells {
    /// Waits until the lock, which has a line of its own, is free, and takes it for a task's worker. That must not hold
    /// it already.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was called off meanwhile.
    #[inline]
    pub fn lock(&self, context: &dyn TaskContext) -> Result<HeldLock<'_>, Cancelled> {
        self.take_lock(context.worker(), || context.cancelled())
    }
}

/// A workload cannot be made ready to run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A job names a kind that is not in the table.
    #[error("no workload is called {0:?}")]
    UnknownKind(String),
    /// What its tasks share cannot be had: data that is no data, or more of it than fits.
    #[error("{0}")]
    Unfit(String),
    /// It was called off meanwhile.
    #[error("it was called off while it was made ready")]
    CalledOff,
}

/// Whether something that takes its time is still wanted. What prepares a workload asks at least every 20 ms of work.
pub type IsWanted<'a> = dyn Fn() -> bool + 'a;
