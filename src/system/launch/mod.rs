//! Starting programs that are not parlab's: by a small process of its own, the launcher, which starts them, waits for them
//! and cleans up behind them.
//!
//! ```text
//!   parlab ── Launcher ──────── line ──────── launcher ──── programs, a process group each
//!                Order, with its files         │               └ whatever they start
//!                Word: it runs, it stands       └ adopts what loses its parent (PR_SET_CHILD_SUBREAPER)
//!                still, it ended, it used
//! ```
//!
//! The launcher has one thread and little memory, so that `posix_spawn` from it costs the same however large parlab is. It
//! measures with the clock and account of the kernel from just before a program is started until it was waited for. When a
//! program has ended, whatever it left behind is killed, and when parlab is gone, however that came, everything is.
//!
//! What is started and why is the caller's matter; nothing here reads what programs write.

mod client;
mod launcher;
mod message;
mod reap;
mod strays;

pub use client::{Launcher, LauncherLine};
pub use launcher::{COMMAND, run};
pub use message::{Ended, How, ProgramOrder, Word, signal_name};
