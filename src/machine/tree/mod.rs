//! What the processes and threads of a program do, as far as it can be seen from outside, in `/proc`: without root,
//! without a change to the program, and without stopping it.
//!
//! - [`Roots`]: which processes are watched
//! - [`TreeSampler`]: looks at them and all of their descendants, within what that may cost
//! - [`TreeLook`], [`TreeAccount`]: what a look shows, and what is kept in the end
//! - `tracked_thread`, `tracked_process`: one of each, looked at again and again; `kept_files`: what that takes
//! - `thread_life`: how a thread's life is divided among its states
//! - `scan`: looks for new processes
//! - `cpu_ledger`: the CPU time of processes that have ended
//! - `call`: calls of the system by their numbers
//! - `python`, `symbol`: where CPython's global interpreter lock lies
//! - `budget`: what looking may cost
//!
//! Sources: proc(5) and the pages it names; how a thread that waits for the global interpreter lock is told was found by
//! trying it on CPython 3.8 to 3.13.

mod budget;
mod call;
mod cpu_ledger;
mod error;
mod kept_files;
mod look;
mod python;
mod roots;
mod sampler;
mod scan;
mod state;
mod symbol;
mod thread_life;
mod tracked_process;
mod tracked_thread;
mod turns;

pub use call::SystemCall;
pub use error::TreeError;
pub use look::{
    CallSight, LookCost, MemorySeen, ProcessAccount, ProcessLook, ThreadAccount, ThreadLook, TreeAccount, TreeLook,
};
pub use python::{GilSight, PythonSeen};
pub use roots::Roots;
pub use sampler::TreeSampler;
pub use state::{StateSeconds, ThreadState};
