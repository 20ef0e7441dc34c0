//! parlab: a terminal lab for parallel workloads.

pub mod analysis;
pub mod backend;
pub mod cli;
mod command;
pub mod engine;
pub mod machine;
pub mod report;
pub mod scenario;
pub mod tui;
pub mod units;
pub mod workload;

use std::process::ExitCode;

/// The program.
pub fn main() -> ExitCode {
    // A nursery must be small and quick to start: it skips everything else.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == backend::NURSERY_COMMAND) {
        return backend::run_nursery();
    }
    command::main()
}
