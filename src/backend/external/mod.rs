//! Programs that are not parlab's, as workers: each is started whole, and is parallel by itself.
//!
//! ```text
//!   programs ── Launcher (system::launch) ── the program ── whatever it starts
//!      │                                        │ its output
//!      └ one lane of the board              output: the last of it, and how much there was
//! ```
//!
//! A trial's work is the program from its start to its exit, by the kernel's clock and account. Whoever looks into it
//! meanwhile does so from outside.

mod joined;
pub(super) mod output;
pub(super) mod programs;
