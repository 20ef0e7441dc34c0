//! Tests that may run side by side: none expects a machine to itself, however busy the others keep it.
//!
//! What measures time, or counts what the machine has once only, is in `tests/alone`.

#[path = "../common/mod.rs"]
mod common;

mod cli;
mod cli_parsing;
mod faults;
mod history;
mod hybrid;
mod kinds;
mod lanes;
mod learning;
mod machine;
mod pipe;
mod readme;
mod report;
mod runs;
mod scenario;
mod screens;
mod scripted;
mod signals;
mod svc;
mod terminal;
mod try_it;
