//! parlab: a terminal lab for parallel workloads.

pub mod analysis;
pub mod cli;
pub mod engine;
pub mod machine;
pub mod report;
pub mod scenario;
pub mod tui;
pub mod units;
pub mod workload;
