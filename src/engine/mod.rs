//! How does a run go? A plan, carried out trial by trial on its backends, told as events.
//!
//! The engine owns the run: it hires, opens gates, watches the clock, hears cancellations and decides what a
//! lost worker means. It neither prints nor draws, and measures the same whether anybody looks on or not.

mod control;
mod event;
mod figures;
mod findings;
mod history;
mod live;
mod memory;
mod order;
mod predicted;
mod run;
mod scores;
mod search;
mod session;
mod state;
mod trial;
mod warnings;
mod words;

pub use control::{Control, SPANS_MAX, Urgency};
pub use event::{
    Cause, Event, LockUse, Loss, MachineFacts, MemoryCourse, Planned, ProcessMemory, Remedy, ScenarioFacts, Stamped,
    Status, TaskResult, TaskTimes, TrialEnd, TrialOutcome, Warning, WarningCode,
};
pub use figures::{
    Figures, Metg, Row, Speedup, TaskCounts, Usage, WORTH_WHILE, label, label_at, results, tally_figure,
};
pub use findings::{Finding, findings};
pub use history::{History, Past};
pub use live::{Activity, LaneState, LaneView, LockView, Snapshot, Span};
pub use order::OrderFigures;
pub use predicted::{Predicted, off_by};
pub use run::{Executor, RunInfo, run};
pub use scores::{SCORES_MAX, Score, Scores};
pub use search::{Combination, SearchFigures};
pub use session::Session;
pub use state::RunState;
pub use trial::{BoardExecutor, RESULTS_MAX};
pub use words::{loss_in_words, trial_in_words};
