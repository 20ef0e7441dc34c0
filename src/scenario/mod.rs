//! What is to be run? From TOML to a checked [`Scenario`], and from there to a [`Plan`] of trials.
//!
//! Nothing here runs a task or knows which kinds of workload exist: their descriptions are handed in.
//!
//! ```text
//! library ── finds ──▶ read ──▶ text ──▶ parse ──▶ Scenario ──▶ Plan
//!                                          │ keys, kind: what a file may say; schema and form: the same, for editors
//!                                          │ given, job + inputs, vary, emulated, rules: what it does say, what fits together
//!                                          │ reader, texts, section, raw, list: how it says it
//!                                          │ overrides, laid_over: what the command line says instead
//!                                          └ syntax, diagnostics, diagnostic, wording: what is wrong with it
//! ```

mod arithmetic;
mod backends;
mod bundled;
mod catalog;
mod commands;
mod data;
mod diagnostic;
mod diagnostics;
mod domain;
mod emulated;
mod filling;
mod foreign_job;
pub mod form;
mod given;
mod growth;
mod inputs;
mod job;
mod key;
mod keys;
mod kind;
mod laid_over;
pub mod library;
pub mod list;
mod model;
mod order;
mod outline;
mod overrides;
mod parse;
pub mod path;
mod plan;
mod points;
mod prediction;
mod program_text;
mod python;
mod raw;
mod read;
mod reader;
mod rules;
mod runtime;
mod schedule;
mod schema;
mod section;
mod series;
mod setup;
mod source;
mod sweep;
mod syntax;
mod texts;
mod vary;
mod wording;

pub use backends::{BackendKind, BackendSpec, Isolation, Scales, baseline_word, baselines};
pub use catalog::Catalog;
pub use data::{MAX_DATA_BYTES, data, data_label, data_path};
pub use diagnostic::{Diagnostic, DiagnosticList};
pub use domain::{Bounds, Domain};
pub use filling::MAX_COMBINATIONS;
pub use growth::Growth;
pub use inputs::MAX_TASKS;
pub use key::{KeyDomain, KeySpec, Vary};
pub use keys::{KEYS, MAX_PAYLOAD};
pub use kind::{GridSearch, KindSpec, MAX_VALUES, Nature, ParamSpec, ValueSpec};
pub use list::MAX_WORKERS;
pub use model::{
    AutoRepeats, Axis, GROWTH, Inputs, Interpreter, Job, Layout, Params, RecordedResults, Scenario, Sweep, Value,
};
pub use order::Permutation;
pub use outline::outline;
pub use overrides::Overrides;
pub use plan::{Config, Plan, PlannedTrial};
pub use points::Point;
pub use prediction::{Expected, Prediction, PredictionSpec, prediction_specs, predictions};
pub use program_text::ProgramText;
pub use python::PythonNeeds;
pub use read::{MAX_BYTES, label, read};
pub use rules::{MAX_MESSAGE_BYTES, MAX_TRIALS};
pub use runtime::Runtime;
pub use schedule::{Dispatch, Order, Schedule};
pub use schema::schema;
pub use series::SeriesKey;
pub use setup::Setup;
pub use source::{Origin, Source};
pub use wording::{plain, plain_whole, printable};
