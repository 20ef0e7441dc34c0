//! What is to be run? From TOML to a checked [`Scenario`], and from there to a [`Plan`] of trials.
//!
//! Nothing here runs a task or knows which kinds of workload exist: their descriptions are handed in.
//!
//! ```text
//! library ── finds ──▶ read ──▶ text ──▶ parse ──▶ Scenario ──▶ Plan
//!                                          │ about, job + inputs, sweep, vary, interpreter, rules: what a file may say
//!                                          │ section, setting, list: how it says it
//!                                          │ schema: the same, for editors
//!                                          └ syntax, diagnostics, problem, wording: what is wrong with it
//! ```

mod about;
mod bundled;
mod catalog;
mod data;
mod diagnostic;
mod diagnostics;
pub mod form;
mod inputs;
mod interpreter;
mod job;
mod kind;
pub mod library;
pub mod list;
mod model;
mod order;
mod outline;
mod overrides;
mod parse;
pub mod path;
mod plan;
mod prediction;
mod raw;
mod read;
mod rules;
mod schema;
mod section;
mod source;
mod sweep;
mod syntax;
mod vary;
mod wording;

pub use catalog::Catalog;
pub use data::{MAX_DATA_BYTES, data, data_label};
pub use diagnostic::{Diagnostic, DiagnosticList};
pub use inputs::{MAX_COMBINATIONS, MAX_TASKS};
pub use interpreter::Interpreter;
pub use kind::{Bounds, Domain, GridSearch, KindSpec, MAX_VALUES, Nature, ParamSpec, ValueSpec};
pub use list::{Layout, MAX_WORKERS};
pub use model::{Axis, BackendKind, Baseline, Dispatch, Inputs, Job, Order, Params, Scenario, Schedule, Sweep, Value};
pub use order::Permutation;
pub use outline::outline;
pub use overrides::Overrides;
pub use plan::{Config, Plan, PlannedTrial};
pub use prediction::{Expected, Prediction, PredictionSpec, prediction_specs, predictions};
pub use read::{MAX_BYTES, label, read};
pub use rules::{MAX_MESSAGE_BYTES, MAX_TRIALS};
pub use schema::schema;
pub use source::{Origin, Source};
pub use sweep::MAX_PAYLOAD;
pub use vary::Point;
pub use wording::{plain, plain_whole, printable};
