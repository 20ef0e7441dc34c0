//! What is a task? The trait every kind implements, and the registry table of all kinds.
//!
//! A workload is a pure function of the task's index (and of the seed): it must not care who runs it, when, or
//! beside whom. What it leaves in the commons may, where that is the lesson. It never prints, and reads the clock for its measurements only, never for its result.

mod commons;
mod countdown;
mod crash;
mod lock;
mod mandelbrot;
mod matmul;
mod memory;
mod pi;
mod race;
mod refcount;
mod registry;
mod sleep;
mod square;
mod sum;
mod svc;
mod triad;

use std::time::Duration;

use nix::sys::resource::Usage;

use crate::scenario::{Job, MAX_VALUES};

pub use commons::Commons;
pub use lock::{Held, Lock};
pub use registry::{BuildError, Tally, Watch, build, needs, specs, watch};

/// A function that is mapped over the inputs.
pub trait Workload: Send + Sync {
    /// Runs one task. Long tasks must look at [`Desk::cancelled`] (or call [`Desk::progress`]) at least every
    /// 20 ms of work, and must wait only through [`Desk::sleep`].
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was cancelled before the task was finished.
    fn run(&self, task: u64, desk: &dyn Desk) -> Result<Values, Cancelled>;

    /// Called once by each worker before the work may begin, and by each replacement: gets what it keeps for itself, so
    /// that this is timed as hiring and not as work. May stop early when [`Desk::cancelled`].
    fn settle(&self, _: &dyn Desk) {}

    /// What the task costs, in any unit that is the same for all tasks; monotone in the input `x`.
    fn cost(&self, task: u64) -> f64;
}

/// What a job needs of the machine, besides a core and a little memory for each worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Memory that each worker allocates for itself, in bytes.
    pub worker_bytes: u64,
    /// Memory that is filled once before any worker is hired, in bytes; forked workers share that of their parent, and
    /// threads that of parlab.
    pub shared_bytes: u64,
    /// What each forked worker writes to of the memory shared, and has copied for it, in bytes.
    pub copied_bytes: u64,
    /// Threads that work on one task, the worker's own included; at least 1.
    pub inner_threads: u32,
}

impl Needs {
    /// Those of a kind that needs nothing in particular.
    const LITTLE: Self = Self { worker_bytes: 0, shared_bytes: 0, copied_bytes: 0, inner_threads: 1 };

    /// [`Self::LITTLE`], whatever the job.
    fn little(_: &Job) -> Self {
        Self::LITTLE
    }
}

/// The values of a result: as many as the kind's description names, the rest 0.
pub type Values = [f64; MAX_VALUES];

/// The trial was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// What a worker offers to the task it runs.
pub trait Desk {
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

    /// The number of the worker, from 0 on; a replacement has that of the worker whose place it takes.
    fn worker(&self) -> u32;

    /// What all workers of the trial share.
    fn commons(&self) -> &Commons;

    /// Counts in what a thread that the task had started, and that has ended, used of the machine.
    fn count_in(&self, _: &Usage) {}
}
