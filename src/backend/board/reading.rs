//! Reading the board: what the workers have written, as plain values. Times stay in ticks; the engine, which
//! measured how long a tick is, makes seconds of them.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::activity::{Activity, ActivityReading};
use super::histogram::quantiles;
use super::layout::{LaneCells, UsageCells, verdict, worker_state};
use super::memory::Board;
use crate::scenario::Dispatch;

/// One worker as its lane shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneReading {
    /// Where it stands.
    pub worker_state: WorkerState,
    /// Process or thread id; 0 before there is one.
    pub pid: u32,
    /// The CPU it was last seen on.
    pub cpu: Option<u32>,
    /// The task in hand.
    pub task: Option<u64>,
    /// When the task in hand was started, in ticks.
    pub started: u64,
    /// The fraction of it that is done, if its workload said so.
    pub fraction: Option<f64>,
    /// How long it is going to wait, in seconds, if it said so.
    pub waits_s: Option<f64>,
    /// Tasks finished, failed ones included.
    pub done: u64,
    /// Ticks from start to end of finished tasks.
    pub busy: u64,
    /// Where its time goes.
    pub activity: ActivityReading,
    /// Ticks that the yardstick took at the gate and after the last task; `None` unless it was timed at both ends.
    pub yardstick: Option<[u64; 2]>,
    /// Ticks that timing it cost, both times together.
    pub yardstick_cost: u64,
    /// Its last turns to or from waiting and native code, with since when in ticks; oldest first.
    pub turns: Vec<(Activity, u64)>,
}

/// Where a worker stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerState {
    /// Not started yet.
    Absent,
    /// At the gate.
    Waiting,
    /// Running tasks.
    Running,
    /// Stopped from outside.
    Stalled,
    /// Gone before its time.
    Lost,
    /// Nothing left to do.
    Finished,
}

/// One task as its record shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordReading {
    /// The worker that ran it.
    pub worker: u32,
    /// Whether it failed.
    pub failed: bool,
    /// When it started, in ticks.
    pub start: u64,
    /// When it ended, in ticks.
    pub end: u64,
    /// The values of its result, as many as the workload has.
    pub values: Vec<f64>,
}

/// What all lanes add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// Tasks with a result.
    pub done: u64,
    /// Tasks given up.
    pub failed: u64,
    /// Sum over all results.
    pub checksum: u64,
    /// When the last task ended, or its result had come through the pipe, in ticks; 0 when none did.
    pub last_end: u64,
    /// When the last worker came to the gate, in ticks.
    pub last_arrival: u64,
    /// Microseconds of CPU in user mode, those of a pipe's dispatcher among them, as below.
    pub user_us: u64,
    /// Microseconds of CPU in the kernel.
    pub system_us: u64,
    /// Voluntary context switches.
    pub voluntary: u64,
    /// Involuntary context switches.
    pub involuntary: u64,
    /// Largest resident set of any process with workers, in KiB; 0 when unknown.
    pub peak_rss_kib: u64,
    /// Microseconds of CPU of the workers alone, in both modes.
    pub workers_us: u64,
    /// Nanoseconds that the workers could have run and had no CPU; `None` unless that is known of each.
    pub runnable_ns: Option<u64>,
    /// Durations of tasks in ticks: shortest, median, 95th percentile, longest.
    pub task_ticks: Option<[f64; 4]>,
    /// Ticks in each activity, by its number, as far as they are accounted for.
    pub spent: [u64; Activity::COUNT],
    /// How often workers waited for a lock, and how often one was asked to let go, and did.
    pub lock_counts: [u64; 2],
}

impl Board {
    /// One worker as its lane shows it.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn read_lane(&self, lane: u32) -> LaneReading {
        let lane = self.lane(lane);
        let fraction = f32::from_bits(lane.fraction.load(Relaxed));
        let waits_ns = lane.waits_ns.load(Relaxed);
        LaneReading {
            worker_state: state_of(lane),
            pid: lane.pid.load(Relaxed),
            cpu: lane.cpu.load(Relaxed).checked_sub(1),
            task: lane.hand.load(Acquire).checked_sub(1),
            started: lane.started.load(Relaxed),
            fraction: (!fraction.is_nan()).then_some(f64::from(fraction)),
            waits_s: (waits_ns > 0).then_some(waits_ns as f64 * 1e-9),
            done: lane.done.load(Relaxed) + lane.failed.load(Relaxed),
            busy: lane.busy.load(Relaxed),
            activity: lane.activity.read(),
            yardstick: Some(lane.yardstick.each_ref().map(|ticks| ticks.load(Relaxed)))
                .filter(|ends| !ends.contains(&0)),
            yardstick_cost: lane.yardstick_cost.load(Relaxed),
            turns: lane.activity.read_turns(),
        }
    }

    /// One task as its record shows it; `None` if it is not over or not on record.
    pub fn read_record(&self, task: u64) -> Option<RecordReading> {
        let cells = self.record(task)?;
        let word = cells.verdict.load(Acquire);
        (word != 0).then(|| RecordReading {
            worker: (word >> 32) as u32,
            failed: word & 0xFFFF_FFFF == verdict::FAILED,
            start: cells.start.load(Relaxed),
            end: cells.end.load(Relaxed),
            values: cells.values[..self.spec().values].iter().map(|v| f64::from_bits(v.load(Relaxed))).collect(),
        })
    }

    /// What all lanes add up to. Exact once all workers have left.
    pub fn totals(&self) -> Totals {
        let sum = |cell: fn(&LaneCells) -> u64| self.lanes().map(cell).fold(0, u64::wrapping_add);
        let delivery = &self.header().delivery;
        let used = |cell: fn(&UsageCells) -> &AtomicU64| {
            let workers = self.lanes().map(|lane| cell(&lane.usage).load(Relaxed)).fold(0, u64::wrapping_add);
            workers.wrapping_add(cell(&delivery.usage).load(Relaxed))
        };
        let max = |cell: fn(&LaneCells) -> u64| self.lanes().map(cell).max().unwrap_or(0);
        let accounts: Vec<ActivityReading> = self.lanes().map(|lane| lane.activity.read()).collect();
        Totals {
            done: sum(|lane| lane.done.load(Acquire)),
            failed: sum(|lane| lane.failed.load(Acquire)),
            checksum: match self.spec().dispatch {
                Dispatch::Shared => sum(|lane| lane.checksum[(lane.done.load(Acquire) % 2) as usize].load(Relaxed)),
                // What has come back counts, and not what was sent.
                Dispatch::Pipe => delivery.checksum.load(Relaxed),
            },
            last_end: max(|lane| lane.last_end.load(Relaxed)).max(delivery.last.load(Acquire)),
            last_arrival: max(|lane| lane.arrived_at.load(Relaxed)),
            user_us: used(|cells| &cells.user_us),
            system_us: used(|cells| &cells.system_us),
            voluntary: used(|cells| &cells.voluntary),
            involuntary: used(|cells| &cells.involuntary),
            workers_us: sum(|lane| lane.usage.user_us.load(Relaxed) + lane.usage.system_us.load(Relaxed)),
            runnable_ns: self.lanes().map(|lane| lane.usage.runnable_ns.load(Relaxed).checked_sub(1)).sum(),
            peak_rss_kib: max(|lane| lane.usage.peak_rss_kib.load(Relaxed)),
            task_ticks: self.task_ticks(),
            spent: Activity::ALL.map(|activity| accounts.iter().map(|account| account.spent[activity as usize]).sum()),
            lock_counts: [
                accounts.iter().map(|account| account.lock_waits).sum(),
                accounts.iter().map(|account| account.lock_handovers).sum(),
            ],
        }
    }

    /// Durations of the finished tasks in ticks: shortest, median, 95th percentile, longest.
    fn task_ticks(&self) -> Option<[f64; 4]> {
        let [median, p95] =
            if self.spec().has_records() { self.recorded_quantiles()? } else { self.counted_quantiles()? };
        let busy_lanes = || self.lanes().filter(|lane| lane.done.load(Acquire) > 0);
        let shortest = busy_lanes().map(|lane| lane.shortest.load(Relaxed)).min()? as f64;
        let longest = busy_lanes().map(|lane| lane.longest.load(Relaxed)).max()? as f64;
        // A bucket's middle may lie beyond the extremes, which are exact.
        Some([shortest, median.clamp(shortest, longest), p95.clamp(shortest, longest), longest])
    }

    fn recorded_quantiles(&self) -> Option<[f64; 2]> {
        let mut ticks: Vec<u64> = (0..self.spec().tasks)
            .filter_map(|task| self.record(task))
            .filter(|cells| cells.verdict.load(Acquire) & 0xFFFF_FFFF == verdict::DONE)
            .map(|cells| cells.end.load(Relaxed).saturating_sub(cells.start.load(Relaxed)))
            .collect();
        ticks.sort_unstable();
        Some([interpolated(&ticks, 0.5)?, interpolated(&ticks, 0.95)?])
    }

    fn counted_quantiles(&self) -> Option<[f64; 2]> {
        let all: Vec<_> = (0..self.spec().lanes).filter_map(|lane| self.histogram(lane)).collect();
        quantiles(&all, [0.5, 0.95])
    }
}

fn state_of(lane: &LaneCells) -> WorkerState {
    match lane.worker_state.load(Acquire) {
        worker_state::WAITING => WorkerState::Waiting,
        worker_state::RUNNING => WorkerState::Running,
        worker_state::STALLED => WorkerState::Stalled,
        worker_state::LOST => WorkerState::Lost,
        worker_state::FINISHED => WorkerState::Finished,
        _ => WorkerState::Absent,
    }
}

/// A quantile of a sorted list, linear between neighbours (Hyndman & Fan's type 7).
fn interpolated(sorted: &[u64], fraction: f64) -> Option<f64> {
    let at = fraction * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (sorted[at.floor() as usize] as f64, sorted[at.ceil() as usize] as f64);
    Some(low + (high - low) * at.fract())
}
