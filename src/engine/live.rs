//! The trial in progress, or the last one, as plain figures read off its board. Only reads.

use std::sync::Arc;

use super::watch::WatchedLive;
use crate::backend::{ActivityReading, Board, LaneReading, RecordReading, TickScale, WorkerState};
use crate::record::{
    Activity, LaneKind, LaneState, LaneTurn, LaneView, LockView, MemoryCourse, SPANS_MAX, Snapshot, Span, TaskState,
};
use crate::scenario::{Dispatch, Inputs, Job};
use crate::workload;

/// The trial that is, or was last, in progress.
pub(super) struct LiveTrial {
    pub(super) board: Arc<Board>,
    inputs: Inputs,
    /// Whether its tasks run under an interpreter's lock.
    under_lock: bool,
    /// Whether what its tasks have come to says something before the end.
    searches: bool,
    scale: TickScale,
    /// When the gate was opened, in ticks.
    pub(super) opened: Option<u64>,
    /// When the trial was over, in ticks.
    pub(super) ended: Option<u64>,
    pub(super) memory: Option<MemoryCourse>,
    /// What is seen of the program, if it is one.
    pub(super) watched: Option<Arc<WatchedLive>>,
}

impl LiveTrial {
    /// A trial of a job, before its gate is opened.
    pub(super) fn new(board: &Arc<Board>, job: &Job, scale: TickScale) -> Self {
        Self {
            board: Arc::clone(board),
            inputs: job.inputs.clone(),
            under_lock: job.interpreter.is_some(),
            searches: workload::score(job).is_some(),
            scale,
            opened: None,
            ended: None,
            memory: None,
            watched: None,
        }
    }

    /// It at this instant, or at its end.
    pub(super) fn snapshot(&self) -> Snapshot {
        let spec = self.board.spec();
        let now = self.ended.unwrap_or_else(|| spec.clock.now());
        let time = Time { opened: self.opened.unwrap_or(now), now, seconds_per_tick: self.scale.seconds_per_tick() };
        let (done, failed) = self.board.progress();
        let snapshot = Snapshot {
            elapsed_s: time.since_opening(now),
            started: self.board.arrived(),
            done,
            failed,
            ..Snapshot::default()
        };
        if let Some(watched) = &self.watched {
            return Snapshot {
                lanes: watched.lanes(),
                spans: watched.spans(),
                memory: watched.memory(),
                program: Some(Box::new(watched.program())),
                ..snapshot
            };
        }
        Snapshot {
            lanes: (0..spec.lanes).map(|lane| self.lane_view(self.board.read_lane(lane), &time)).collect(),
            spans: self.spans(&time),
            values: self.values(),
            memory: self.memory.clone(),
            ..snapshot
        }
    }

    fn lane_view(&self, lane: LaneReading, time: &Time) -> LaneView {
        // A lane that is being written may for an instant name a task of another trial's size.
        let x = lane.task.filter(|&task| task < self.inputs.len()).map(|task| self.inputs.x(task));
        let lock = lock_view(&lane.activity, self.board.spec().dispatch, time).filter(|_| self.under_lock);
        LaneView { x, lock, ..lane_view(lane, time) }
    }

    fn spans(&self, time: &Time) -> Vec<Span> {
        let tasks = self.board.spec().tasks;
        if tasks > SPANS_MAX {
            return Vec::new();
        }
        let record = |task| self.board.read_record(task).map(|record| (task, record));
        let mut spans: Vec<Span> = (0..tasks)
            .filter_map(record)
            .map(|(task, record)| span(task, self.inputs.x(task), &record, time))
            .collect();
        spans.sort_by(|a, b| a.worker.cmp(&b.worker).then(a.start_s.total_cmp(&b.start_s)));
        spans
    }

    fn values(&self) -> Vec<TaskState> {
        let tasks = self.board.spec().tasks;
        let state = |task| match self.board.read_record(task) {
            None => TaskState::Pending,
            Some(record) if record.failed => TaskState::Failed,
            Some(record) => TaskState::Done(record.values),
        };
        if self.searches && tasks <= SPANS_MAX { (0..tasks).map(state).collect() } else { Vec::new() }
    }
}

/// Turns ticks into seconds since the gate opened.
struct Time {
    opened: u64,
    now: u64,
    seconds_per_tick: f64,
}

impl Time {
    fn since_opening(&self, ticks: u64) -> f64 {
        ticks.saturating_sub(self.opened) as f64 * self.seconds_per_tick
    }
}

fn lane_view(lane: LaneReading, time: &Time) -> LaneView {
    let in_hand_s = match lane.task {
        Some(_) => time.now.saturating_sub(lane.started) as f64 * time.seconds_per_tick,
        None => 0.0,
    };
    let waited = lane.waits_s.map(|waits_s| (in_hand_s / waits_s).min(1.0));
    LaneView {
        state: match lane.worker_state {
            WorkerState::Absent => LaneState::Absent,
            WorkerState::Waiting => LaneState::Waiting,
            WorkerState::Running => LaneState::Running,
            WorkerState::Stalled => LaneState::Stalled,
            WorkerState::Lost => LaneState::Lost,
            WorkerState::Finished => LaneState::Finished,
        },
        kind: LaneKind::Worker,
        name: String::new(),
        call: String::new(),
        pid: lane.pid,
        cpu: lane.cpu,
        task: lane.task,
        x: None,
        task_started_s: time.since_opening(lane.started),
        fraction: lane.task.and(lane.fraction.or(waited)),
        done: lane.done,
        busy_s: lane.busy as f64 * time.seconds_per_tick + in_hand_s,
        lock: None,
        activity: lane.activity.activity,
        seconds: Activity::ALL.map(|activity| lane.activity.ticks(activity, time.now) as f64 * time.seconds_per_tick),
        turns: lane.turns.iter().map(|&(activity, at)| LaneTurn { activity, from_s: time.since_opening(at) }).collect(),
        memory_bytes: None,
    }
}

/// A lane under an interpreter's lock; `None` while it had nothing to do with it yet.
fn lock_view(account: &ActivityReading, dispatch: Dispatch, time: &Time) -> Option<LockView> {
    let ticks = |activity| account.ticks(activity, time.now);
    let seconds = |ticks: u64| ticks as f64 * time.seconds_per_tick;
    // A worker that waits for a pipe has let go of the lock for that.
    let by_pipe = match dispatch {
        Dispatch::Pipe => ticks(Activity::Fetching) + ticks(Activity::Delivering),
        Dispatch::Shared => 0,
    };
    let [held, waited, native] = [Activity::Running, Activity::WaitingForLock, Activity::Native].map(ticks);
    let blocked = ticks(Activity::Blocked) + by_pipe;
    (held + waited + native + blocked > 0).then(|| LockView {
        activity: account.activity,
        held_s: seconds(held),
        waited_s: seconds(waited),
        blocked_s: seconds(blocked),
        native_s: seconds(native),
        waits: account.lock_waits,
        handovers: account.lock_handovers,
    })
}

fn span(task: u64, x: f64, record: &RecordReading, time: &Time) -> Span {
    Span {
        worker: record.worker,
        task,
        x,
        start_s: time.since_opening(record.start),
        end_s: time.since_opening(record.end),
        failed: record.failed,
    }
}
