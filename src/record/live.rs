//! What a trial looks like while it runs: plain figures read off the board, for the parts of the program that show
//! them.
//!
//! Taking a snapshot only reads; the workers neither wait for it nor notice it.

use serde::{Deserialize, Serialize};

use super::lane_totals::LaneKind;
use super::memory::MemoryCourse;
use super::program::WatchedProgram;
pub use crate::backend::Activity;

/// Up to this many tasks a snapshot tells what each worker did when.
pub const SPANS_MAX: u64 = 2_000;

/// A trial at one instant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Seconds since the gate opened; 0 while workers are being started.
    pub elapsed_s: f64,
    /// Workers at or past the gate.
    pub started: u32,
    /// Tasks finished, failed ones included.
    pub done: u64,
    /// Tasks given up.
    pub failed: u64,
    /// One entry a worker.
    pub lanes: Vec<LaneView>,
    /// What each worker did when, oldest first within a worker; empty when there are too many tasks to read.
    pub spans: Vec<Span>,
    /// What the tasks have come to, in task order; empty for kinds of which nothing is concluded before the end, and
    /// when there are too many tasks to read.
    pub values: Vec<TaskState>,
    /// What its processes take up in memory, for kinds that are watched for it.
    pub memory: Option<MemoryCourse>,
    /// The program that is watched, if it is one: the lanes are its.
    pub program: Option<Box<WatchedProgram>>,
}

/// A task at one instant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskState {
    /// It has not come to its end.
    #[default]
    Pending,
    /// It was given up.
    Failed,
    /// It has these values, in the order of its kind.
    Done(Vec<f64>),
}

/// One worker at one instant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneView {
    /// What it is doing.
    pub state: LaneState,
    /// What it is of.
    #[serde(default)]
    pub kind: LaneKind,
    /// What its thread is called; empty for workers of parlab, which go by their numbers.
    #[serde(default)]
    pub name: String,
    /// What its thread waits in, as the kernel calls it; empty where it does not wait, and for workers of parlab.
    #[serde(default)]
    pub call: String,
    /// Process or thread id; 0 before it is known.
    pub pid: u32,
    /// The CPU it last took a task on.
    pub cpu: Option<u32>,
    /// The task in hand.
    pub task: Option<u64>,
    /// Its input `x`.
    pub x: Option<f64>,
    /// When the task in hand was started, in seconds since the gate opened.
    pub task_started_s: f64,
    /// The fraction of the task in hand that is done, where its kind can tell.
    pub fraction: Option<f64>,
    /// Tasks finished by this worker.
    pub done: u64,
    /// Seconds spent in tasks so far, the one in hand included.
    pub busy_s: f64,
    /// What it does about the interpreter's lock; `None` without one.
    pub lock: Option<LockView>,
    /// What it does.
    pub activity: Activity,
    /// Seconds in each activity so far, by its number, from its arrival at the gate on; all 0 where nothing is known.
    pub seconds: [f64; Activity::COUNT],
    /// Bytes that its process takes up, where that is told; of several threads of a process, by the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Its last turns to or from waiting and native code, oldest first.
    pub turns: Vec<LaneTurn>,
}

impl LaneView {
    /// Whether it is of a thread that cannot be looked at from here: another process tells of it.
    pub fn is_elsewhere(&self) -> bool {
        self.kind == LaneKind::Tasks && self.pid == 0
    }
}

/// A worker turned to something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneTurn {
    /// What it has done since.
    pub activity: Activity,
    /// Since when, in seconds since the gate opened.
    pub from_s: f64,
}

/// A worker under an interpreter's lock, at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LockView {
    /// What it is doing.
    pub activity: Activity,
    /// Seconds so far that it held the lock.
    pub held_s: f64,
    /// Seconds so far that it waited for the lock.
    pub waited_s: f64,
    /// Seconds so far that it slept or waited for something else, without the lock.
    pub blocked_s: f64,
    /// Seconds so far that it ran native code, without the lock.
    pub native_s: f64,
    /// How often it found the lock taken.
    pub waits: u64,
    /// How often it was asked to let go, and did.
    pub handovers: u64,
}

/// What a worker is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaneState {
    /// Not started yet.
    #[default]
    Absent,
    /// Ready, waiting at the gate.
    Waiting,
    /// Running tasks.
    Running,
    /// Stopped from outside.
    Stalled,
    /// Killed, aborted or exited; perhaps to be replaced.
    Lost,
    /// Nothing left to do.
    Finished,
}

/// One task on the time line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// The worker that ran it.
    pub worker: u32,
    /// The task.
    pub task: u64,
    /// Its input `x`.
    pub x: f64,
    /// When it started, in seconds since the gate opened.
    pub start_s: f64,
    /// When it ended.
    pub end_s: f64,
    /// Whether it failed.
    pub failed: bool,
}
