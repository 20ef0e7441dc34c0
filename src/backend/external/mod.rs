//! Programs that are not parlab's, as workers: each is started whole, and is parallel by itself.
//!
//! ```text
//!   programs ── Launcher (system::launch) ── the program ── whatever it starts
//!      │                                        │ its output
//!      └ one lane of the board              output: the last of it, and how much there was
//! ```
//!
//! `pythons` are interpreters whose libraries have workers of their own, each with a lane.
//!
//! A trial's work is the program from its start to its exit, by the kernel's clock and account. What looks into it
//! meanwhile does so from outside.

mod copied_lanes;
mod joined;
pub(super) mod launching;
pub(super) mod output;
pub(super) mod programs;
mod python_pool;
pub(super) mod pythons;
mod script;
