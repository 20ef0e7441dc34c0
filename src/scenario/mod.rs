//! What is to be run? From TOML to a checked [`Scenario`], and from there to a [`Plan`] of trials.
//!
//! Nothing here runs a task or knows which kinds of workload exist: their descriptions are handed in.

mod kind;
mod order;
mod plan;
mod settings;

pub use kind::{Bounds, Domain, KindSpec, MAX_VALUES, Nature, ParamSpec, ValueSpec};
pub use order::Permutation;
pub use plan::{Config, Plan, PlannedTrial};
pub use settings::{Axis, BackendKind, Baseline, Inputs, Job, Order, Params, Scenario, Schedule, Sweep, Value};
