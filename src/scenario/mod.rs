//! What is to be run? From TOML to a checked [`Scenario`], and from there to a [`Plan`] of trials.
//!
//! Nothing here runs a task or knows which kinds of workload exist: their descriptions are handed in.
//!
//! ```text
//! library ── finds ──▶ read ──▶ text ──▶ parse ──▶ Scenario ──▶ Plan
//!                                          │ about, job + inputs, sweep, vary, interpreter, rules: what a file may say
//!                                          │ section, setting, list: how it says it
//!                                          │ schema: the same, for editors
//!                                          └ syntax, findings, problem, wording: what is wrong with it
//! ```

mod about;
mod data;
mod findings;
pub mod form;
mod guess;
mod inputs;
mod interpreter;
mod job;
mod kind;
pub mod library;
pub mod list;
mod order;
mod outline;
mod overrides;
mod parse;
pub mod path;
mod plan;
mod problem;
mod read;
mod rules;
mod schema;
mod section;
mod setting;
mod settings;
mod sweep;
mod syntax;
mod vary;
mod wording;

pub use data::{MAX_DATA_BYTES, data, data_label};
pub use guess::{Expected, Guess, Prediction, guesses, predictions};
pub use inputs::{MAX_COMBINATIONS, MAX_TASKS};
pub use interpreter::Interpreter;
pub use kind::{Bounds, Domain, GridSearch, KindSpec, MAX_VALUES, Nature, ParamSpec, ValueSpec};
pub use list::{MAX_WORKERS, Team};
pub use order::Permutation;
pub use outline::outline;
pub use overrides::Overrides;
pub use parse::{parse, parse_from, parse_with};
pub use plan::{Config, Plan, PlannedTrial};
pub use problem::{Problem, Problems};
pub use read::{MAX_BYTES, label, read};
pub use rules::{MAX_MESSAGE_BYTES, MAX_TRIALS};
pub use schema::schema;
pub use settings::{
    Axis, BackendKind, Baseline, Dispatch, Inputs, Job, Order, Params, Scenario, Schedule, Sweep, Value,
};
pub use sweep::MAX_PAYLOAD;
pub use vary::Point;
pub use wording::{plain, plain_whole, printable};
