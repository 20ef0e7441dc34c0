//! Tests that may run side by side: none expects a machine to itself, however busy the others keep it.
//!
//! More of them run at a time than there are CPUs (`.cargo/config.toml`), since most of them wait most of the time.
//! What measures time, or takes more of the machine than others could bear, is in `tests/alone`.

#[path = "../common/mod.rs"]
mod common;

mod bundled;
mod cli;
mod cli_parsing;
mod commands;
mod faults;
mod fit;
mod found;
mod fuzz;
mod gil;
mod history;
mod hybrid;
mod journal;
mod kinds;
mod lanes;
mod learning;
mod losses;
mod machine;
mod metg;
mod more_trials;
mod pipe;
mod programs;
mod protocol;
mod readme;
mod report;
mod resume;
mod runs;
mod scenario;
mod screens;
mod scripted;
mod signals;
mod strikes;
mod submit;
mod svc;
mod terminal;
mod try_it;
mod watch;
mod watch_faults;
