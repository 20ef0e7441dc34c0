//! Watches a program that a trial runs: its processes and threads by what the kernel tells, its tasks by what it tells
//! itself, on a thread that looks a few times a second and decides nothing.
//!
//! ```text
//!   the program ── PARLAB_BOARD ── protocol::OutsideBoard ─┐
//!        ├──────── its MPI ──────── mpi::MpiBoard ──────────┤
//!        └──────── /proc ───────── machine::TreeSampler ───┴─ watcher ── books ── LaneView, WatchedProgram
//! ```

mod books;
mod looks;
mod mpi_sight;
mod output;
mod outside_mpi;
mod ranks;
mod tasks;
mod tellers;
#[cfg(test)]
mod tests_support;
mod threads;
mod unhooked;
mod watcher;

pub(super) use watcher::{ProgramEnd, ProgramWatch, WatchedLive};
