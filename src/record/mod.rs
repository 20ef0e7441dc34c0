//! What is known of a run? Its events, what came of its trials, and their one fold; what is kept of runs on disk, and
//! what others measured.
//!
//! Nothing here carries out a run, and nothing is concluded from one but which of its trials count: `taint` has the rule
//! for noisy ones, `state` the door; `resumed` which count of a run
//! that is gone on with, `sittings` the door. A journal is enough to know all that this room knows.

mod cause;
mod event;
mod exact;
mod history;
mod journal;
mod lane_totals;
mod live;
mod measurements;
mod memory;
mod mpi;
mod noise;
mod observer;
mod order;
mod precision;
mod program;
mod resumed;
mod sittings;
mod state;
mod taint;
mod tainted;
mod task_times;
#[cfg(test)]
pub(crate) mod tests_support;
mod warning;
mod words;

pub use cause::Cause;
pub use event::{
    Added, ClockFacts, Disturbance, Event, LockUse, Loss, MachineFacts, Planned, RESULTS_MAX, Remedy, Resumption,
    ScenarioFacts, Stamped, Status, TaskResult, TrialEnd, TrialOutcome, noise_limits,
};
pub use history::{History, HistoryError, MovedAside, Past, read_history, remember};
pub use journal::{Journal, JournalError, JournalLost, JournalParts, JournalTail, Recording, read};
pub use lane_totals::{LANES_MAX, LaneKind, LaneTotals};
pub use live::{Activity, LaneState, LaneTurn, LaneView, LockView, SPANS_MAX, Snapshot, Span, TaskState};
pub use measurements::{Measurement, Measurements};
pub use memory::{MemoryCourse, ProcessMemory};
pub use mpi::{
    COLLECTIVES_MAX, CollectiveFigures, FLOWS_MAX, MessageFlow, MpiTrouble, RankFigures, RankWait, WaitedFor,
    WatchedMpi,
};
pub use noise::{NoiseCause, TrialNoise};
pub use observer::Observer;
pub use order::OrderFigures;
pub use precision::{IntervalWidth, Widths};
pub use program::{
    CpuCourse, DurationBin, IN_HAND_MAX, MemoryKills, NamedTasks, NowAndMost, OutputTail, StoppedProcess,
    TASK_NAMES_MAX, Tail, TaskInHand, WatchedProgram,
};
pub use resumed::ResumedAt;
pub use state::RunState;
pub use tainted::TaintCounts;
pub use task_times::TaskTimes;
pub use warning::{Warning, WarningCode};
pub use words::{
    added_in_words, cause_in_words, disturbance_in_words, label, label_at, loss_in_words, stall_in_words,
    task_in_words, trial_in_words, widest_in_words, width_beside, width_in_words, widths_in_words,
};
