//! What was measured in a trial, read off its board when it is over.

use super::order::order_figures;
use super::supervisor::Opening;
use crate::backend::{Activity, ActivityReading, Board, Totals};
use crate::record::{
    LANES_MAX, LaneKind, LaneTotals, LockUse, RESULTS_MAX, TaskResult, TaskTimes, TrialEnd, TrialOutcome,
};
use crate::scenario::Job;

/// Reads the board of a trial.
pub(super) struct OutcomeReader<'a> {
    pub(super) job: &'a Job,
    pub(super) board: &'a Board,
    /// The names of a result's values.
    pub(super) value_names: &'a [String],
    /// Which of them says whether a result is what its kind is after, if one does.
    pub(super) settled: Option<usize>,
    /// Seconds a tick.
    pub(super) tick_s: f64,
}

impl OutcomeReader<'_> {
    /// What was measured in a trial that ended like this at `now`, in ticks, without what only its supervisor knows.
    pub(super) fn outcome(&self, end: TrialEnd, opening: Option<Opening>, now: u64) -> TrialOutcome {
        let (board, tick_s) = (self.board, self.tick_s);
        let totals = board.totals();
        let Opening { at: opened, startup_s } = opening.unwrap_or(Opening { at: now, startup_s: None });
        let last_end = if end == TrialEnd::Complete { totals.last_end } else { now };
        let wall_s = last_end.saturating_sub(opened) as f64 * tick_s;
        let order = || order_figures(board, &totals, tick_s, wall_s, self.job.order);
        TrialOutcome {
            end,
            broken: None,
            wall_s,
            startup_s,
            cpu_user_s: totals.user_us as f64 * 1e-6,
            cpu_system_s: totals.system_us as f64 * 1e-6,
            switches_voluntary: totals.voluntary,
            switches_involuntary: totals.involuntary,
            peak_rss_bytes: (totals.peak_rss_kib > 0).then_some(totals.peak_rss_kib * 1024),
            tasks_done: totals.done,
            tasks_failed: totals.failed,
            failure: board.failure(),
            unsettled: self.unsettled(),
            task_s: totals.task_ticks.map(|ticks| {
                let [min, median, p95, max] = ticks.map(|t| t * tick_s);
                TaskTimes { min, median, p95, max }
            }),
            interpreter: self.job.interpreter.map(|_| lock_use(&totals, tick_s)),
            order: (end == TrialEnd::Complete).then(order).flatten(),
            checksum: format!("{:016x}", totals.checksum),
            lanes: lanes(board, &Timeline { opened, ended: last_end, tick_s }),
            ..TrialOutcome::default()
        }
    }

    /// Tasks whose result is less than their kind is after.
    fn unsettled(&self) -> Vec<u64> {
        let Some(settled) = self.settled else { return Vec::new() };
        let is_unsettled = |task: &u64| {
            let record = self.board.read_record(*task).filter(|record| !record.failed);
            record.is_some_and(|record| record.values.get(settled).is_some_and(|&settled| settled < 1.0))
        };
        (0..self.board.spec().tasks).filter(is_unsettled).take(RESULTS_MAX as usize).collect()
    }

    /// What came of each task; `None` where there are too many.
    pub(super) fn results(&self) -> Option<Vec<TaskResult>> {
        let tasks = self.board.spec().tasks;
        let values = |task| {
            let record = self.board.read_record(task).filter(|record| !record.failed)?;
            Some(self.value_names.iter().cloned().zip(record.values).filter(|(_, value)| !value.is_nan()).collect())
        };
        let result = |task| TaskResult { values: values(task) };
        (tasks <= RESULTS_MAX).then(|| (0..tasks).map(result).collect())
    }
}

fn lock_use(totals: &Totals, tick_s: f64) -> LockUse {
    let [held_s, waited_s] =
        [Activity::Running, Activity::WaitingForLock].map(|activity| totals.spent[activity as usize] as f64 * tick_s);
    let [waits, handovers] = totals.lock_counts;
    LockUse { held_s, waited_s, waits, handovers }
}

/// From the opening of the gate to the end of a trial, in ticks.
struct Timeline {
    opened: u64,
    ended: u64,
    tick_s: f64,
}

impl Timeline {
    /// Seconds since the gate was opened; below 0 before.
    fn seconds(&self, ticks: u64) -> f64 {
        ticks.wrapping_sub(self.opened).cast_signed() as f64 * self.tick_s
    }
}

/// Where the time of each lane went, until the end of the trial.
fn lanes(board: &Board, timeline: &Timeline) -> Vec<LaneTotals> {
    let totals = |lane| {
        let reading = board.read_lane(lane);
        lane_totals(&reading.activity, timeline, (reading.pid, reading.done))
    };
    (0..board.spec().lanes.min(LANES_MAX)).map(totals).collect()
}

fn lane_totals(account: &ActivityReading, timeline: &Timeline, (pid, tasks): (u32, u64)) -> LaneTotals {
    if account.began == 0 {
        return LaneTotals::default();
    }
    let until = account.since.max(timeline.ended);
    let spent = Activity::ALL.map(|activity| (activity, account.ticks(activity, until)));
    LaneTotals {
        kind: LaneKind::Worker,
        name: String::new(),
        tid: None,
        pid,
        tasks,
        arrived_s: timeline.seconds(account.began),
        until_s: timeline.seconds(until),
        seconds: spent
            .into_iter()
            .filter(|(_, ticks)| *ticks > 0)
            .map(|(activity, ticks)| (activity, ticks as f64 * timeline.tick_s))
            .collect(),
    }
}
