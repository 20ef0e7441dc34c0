//! How does a run go? A plan, carried out trial by trial on its backends, told as events.
//!
//! The engine owns the run: it hires, opens gates, watches the clock, hears cancellations and decides what a
//! lost worker means. It neither prints nor draws, and measures the same whether anybody looks on or not.

mod control;
mod event;
mod figures;
mod ledger;
mod live;
mod problems;
mod run;
mod search;
mod session;
mod trial;
mod words;

pub use control::{Control, SPANS_MAX, Urgency};
pub use event::{
    Cause, Event, Loss, MachineFacts, Planned, Problem, Remedy, ScenarioFacts, Stamped, Status, TaskResult, TaskTimes,
    TrialEnd, TrialOutcome,
};
pub use figures::{Figures, Metg, Row, Speedup, TaskCounts, Usage, WORTH_WHILE, label, label_at, results};
pub use ledger::Ledger;
pub use live::{LaneState, LaneView, Snapshot, Span};
pub use run::{Executor, Setting, run};
pub use search::{Combination, SearchFigures};
pub use session::Session;
pub use trial::{Laboratory, RESULTS_MAX};
pub use words::{loss_in_words, trial_in_words};
