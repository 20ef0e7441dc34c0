//! An MPI that parlab's own ranks use: loaded when the program runs, so that one program serves all of them and is built
//! without any. It starts no rank and knows nothing of tasks.
//!
//! ```text
//!   launcher         what starts ranks, found by its name
//!   candidates       which library a rank loads: that of the launcher that has started it
//!   functions        the functions of a library, and what stands for what in it
//!   window           a counter that all ranks count up
//!   progress         has a rank answer the others while it works
//! ```
//!
//! Arguments of MPI's functions are integers and pointers, and all of them are passed as words.

mod candidates;
mod functions;
mod launcher;
mod progress;
mod window;

pub use candidates::LIBRARY_VARIABLE;
pub use functions::MpiRuntime;
pub use launcher::{RankLauncher, RankLauncherError};
pub use window::{APART_VARIABLE, SharedCounter};
