//! A watched program, for scripts: `configs[].program`, `configs[].tasks` and `configs[].lanes`. Nothing is worked out
//! here.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::machine::tree::LookCost;
use crate::record::{
    Activity, Cause, CpuCourse, DurationBin, LaneKind, LaneTotals, MemoryKills, NamedTasks, NowAndMost, OutputTail,
    StoppedProcess, Tail, TaskInHand, WatchedProgram,
};
use crate::results::ProgramFigures;

/// What was seen of a program besides its lanes and tasks.
#[derive(Serialize)]
pub(super) struct ProgramJson<'a> {
    pid: u32,
    /// How it ended: `{"exit": 0}` or `{"signal": "SIGKILL"}`.
    exit: Option<&'a Cause>,
    /// CPU seconds a second of wall time.
    cpus_used: f64,
    /// The same over time.
    cpus: &'a CpuCourse,
    processes: NowAndMost,
    threads: NowAndMost,
    /// CPU seconds that are in no lane.
    unseen_cpu_s: f64,
    /// Parts of the lanes' time; their sum is 1.
    shares: BTreeMap<Activity, f64>,
    /// How many tasks took how long.
    durations: &'a [DurationBin],
    tail: Option<&'a Tail>,
    output: &'a OutputTail,
    /// Tasks that it had not ended, some of them, and how many that were.
    in_hand: &'a [TaskInHand],
    in_hand_count: u32,
    /// Which of its processes was stopped for the longest time.
    stopped: Option<&'a StoppedProcess>,
    /// What the kernel killed meanwhile.
    memory_kills: MemoryKills,
    /// What looking at it has cost.
    looking: LookCost,
    lanes_left_out: u32,
    /// What could not be seen, and why.
    remarks: &'a [String],
}

/// Tasks of one name.
#[derive(Serialize)]
pub(super) struct TasksJson<'a> {
    /// `null` for those that have none, or one too many.
    name: Option<&'a str>,
    done: u64,
    failed: u64,
    /// Still to be done, as far as that is told.
    pending: u64,
    seconds: f64,
    timed: u64,
    min_s: Option<f64>,
    max_s: Option<f64>,
}

/// What a thread of the program did.
#[derive(Serialize)]
pub(super) struct LaneJson<'a> {
    name: &'a str,
    kind: LaneKind,
    /// `null` where it is elsewhere.
    pid: Option<u32>,
    tid: Option<u32>,
    tasks: Option<u64>,
    /// When it was first seen, and last, in seconds since the program was started.
    from_s: f64,
    until_s: f64,
    seconds: &'a BTreeMap<Activity, f64>,
}

impl<'a> ProgramJson<'a> {
    pub(super) fn of(figures: &'a ProgramFigures) -> Self {
        let ProgramFigures { program, shares, cpus_used, .. } = figures;
        let WatchedProgram { pid, processes, threads, cpus, unseen_cpu_s, durations, tail, output, .. } = program;
        Self {
            pid: *pid,
            exit: program.exit.as_ref(),
            cpus_used: *cpus_used,
            cpus,
            processes: *processes,
            threads: *threads,
            unseen_cpu_s: *unseen_cpu_s,
            shares: shares.iter().copied().collect(),
            durations,
            tail: tail.as_ref(),
            output,
            in_hand: &program.in_hand,
            in_hand_count: program.in_hand_count,
            stopped: program.stopped.as_ref(),
            memory_kills: program.memory_kills,
            looking: program.looking,
            lanes_left_out: program.lanes_left_out,
            remarks: &program.remarks,
        }
    }
}

/// The tasks that it told of; `None` if it told of none.
pub(super) fn tasks(figures: &ProgramFigures) -> Option<Vec<TasksJson<'_>>> {
    figures.tasks.map(|_| figures.program.tasks.iter().map(TasksJson::of).collect())
}

/// Its lanes.
pub(super) fn lanes(figures: &ProgramFigures) -> Vec<LaneJson<'_>> {
    figures.lanes.iter().map(LaneJson::of).collect()
}

impl<'a> TasksJson<'a> {
    fn of(named: &'a NamedTasks) -> Self {
        let is_timed = named.timed > 0;
        Self {
            name: Some(named.name.as_str()).filter(|name| !name.is_empty()),
            done: named.done,
            failed: named.failed,
            pending: named.pending,
            seconds: named.seconds,
            timed: named.timed,
            min_s: is_timed.then_some(named.min_s),
            max_s: is_timed.then_some(named.max_s),
        }
    }
}

impl<'a> LaneJson<'a> {
    fn of(lane: &'a LaneTotals) -> Self {
        Self {
            name: &lane.name,
            kind: lane.kind,
            pid: (lane.pid > 0).then_some(lane.pid),
            tid: lane.tid,
            tasks: (lane.kind == LaneKind::Tasks).then_some(lane.tasks),
            from_s: lane.arrived_s,
            until_s: lane.until_s,
            seconds: &lane.seconds,
        }
    }
}
