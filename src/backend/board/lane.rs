//! All that a worker writes to its lane, whatever runs the worker.
//!
//! # Order of stores
//! A worker may be killed between any two of them, and is read by others at any time:
//! 1. `arrive`: who it is and since when, then its state, and the gate's count last.
//! 2. `claim`: the range that was taken from the cursor into the spare slot, then `taken`, which makes it valid.
//! 3. `begin`: what is known of the task, then `hand`: from here on a loss costs this task.
//! 4. `finish`: the record, its verdict last; durations; the checksum into the spare slot; `hand`, then `done` last,
//!    which makes the sum valid. A worker killed between these two is seen to hold nothing, and the task is run again.
//! 5. `fail`: the reason, the record, `hand`, then `failed` last.
//! 6. `activity`: what is done now and since when, then the ticks of what was done before.
//! 7. `look`: what the yardstick took at the gate, then that it has looked, and the gate's count last.
//! 8. `leave`: the accounts, what the yardstick took after the last task, then the state last.
//!
//! What the engine writes to the lane of a worker that is gone stands in `recovery`.

use std::ops::Range;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::time::Duration;

use super::activity::Activity;
use super::checksum::fingerprint;
use super::histogram::record;
use super::layout::{LaneCells, verdict, worker_state};
use super::memory::Board;
use crate::machine::Yardstick;
use crate::scenario::Dispatch;
use crate::workload::Values;

/// Writes to one lane. A lane has one worker at a time, which may hold several of these.
#[derive(Clone, Copy)]
pub(in crate::backend) struct LaneWriter<'b> {
    board: &'b Board,
    cells: &'b LaneCells,
    lane: u32,
}

/// A task that was run, in ticks of the board's clock.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend) struct TimedTask {
    /// Its number.
    pub(in crate::backend) task: u64,
    /// When it was started.
    pub(in crate::backend) start: u64,
    /// When it ended.
    pub(in crate::backend) end: u64,
}

impl<'b> LaneWriter<'b> {
    /// For the worker at a lane of a board.
    ///
    /// # Panics
    /// If the board has no such lane.
    pub(in crate::backend) fn new(board: &'b Board, lane: u32) -> Self {
        Self { board, cells: board.lane(lane), lane }
    }

    fn now(&self) -> u64 {
        self.board.spec().clock.now()
    }

    /// Says which process it is, now that there is one.
    pub(in crate::backend) fn is_process(&self, id: u32) {
        self.cells.pid.store(id, Relaxed);
    }

    /// Comes to the gate, as the process or thread with this id.
    pub(in crate::backend) fn arrive(&self, id: u32) {
        let (cells, now) = (self.cells, self.now());
        cells.pid.store(id, Relaxed);
        cells.arrived_at.store(now, Relaxed);
        // Its predecessor may have looked, and been lost before the gate opened.
        cells.looked.store(0, Relaxed);
        // What its predecessor held is in no hand any more.
        cells.hand.store(0, Relaxed);
        cells.activity.begin(now);
        cells.worker_state.store(worker_state::WAITING, Relaxed);
        self.board.count_arrival();
    }

    /// Says that it has looked at the CPU that it is on, and what the yardstick took there, if it was timed.
    pub(in crate::backend) fn look(&self, yardstick: Option<Yardstick>) {
        yardstick.iter().for_each(|yardstick| self.put_yardstick(0, *yardstick));
        self.cells.looked.store(1, Release);
        self.board.count_look();
    }

    /// Says what the yardstick took after the last task.
    pub(in crate::backend) fn yardstick_after(&self, yardstick: Yardstick) {
        self.put_yardstick(1, yardstick);
    }

    fn put_yardstick(&self, end: usize, yardstick: Yardstick) {
        // A clock may be so coarse that it sees nothing pass.
        self.cells.yardstick[end].store(yardstick.least.max(1), Relaxed);
        self.cells.yardstick_cost.fetch_add(yardstick.cost, Relaxed);
    }

    /// Goes through the open gate, to get the first task.
    pub(in crate::backend) fn pass_gate(&self) {
        self.activity(Activity::Fetching, self.now());
        self.cells.worker_state.store(worker_state::RUNNING, Relaxed);
    }

    /// Claims made so far, those of earlier workers at the lane included.
    pub(in crate::backend) fn claims_made(&self) -> u64 {
        self.cells.taken.load(Relaxed)
    }

    /// Says that these positions are this worker's to run.
    pub(in crate::backend) fn claim(&self, positions: &Range<u64>) {
        self.cells.claim(positions);
    }

    /// What an earlier worker at the lane, which was lost, left of its last claim.
    pub(in crate::backend) fn rest_of_claim(&self) -> Option<Range<u64>> {
        let taken = self.claims_made();
        let claim = &self.cells.claims[(taken % 2) as usize];
        let rest = || {
            let run = self.cells.settled() - claim.base.load(Relaxed);
            claim.start.load(Relaxed) + run..claim.end.load(Relaxed)
        };
        (taken > 0).then(rest).filter(|rest| !rest.is_empty())
    }

    /// Takes a task in hand that starts at this tick: from then on it runs.
    #[inline]
    pub(in crate::backend) fn begin(&self, task: u64, start: u64) {
        let cells = self.cells;
        cells.started.store(start, Relaxed);
        cells.fraction.store(f32::NAN.to_bits(), Relaxed);
        cells.waits_ns.store(0, Relaxed);
        self.activity(Activity::Running, start);
        cells.hand.store(task + 1, Release);
    }

    /// Says which CPU it is on.
    pub(in crate::backend) fn seen_on(&self, cpu: u32) {
        self.cells.cpu.store(cpu + 1, Relaxed);
    }

    /// Says how far the task in hand is, from 0 to 1.
    pub(in crate::backend) fn progress(&self, fraction: f64) {
        self.cells.fraction.store((fraction as f32).to_bits(), Relaxed);
    }

    /// Says how long the task in hand is going to wait.
    pub(in crate::backend) fn expect_wait(&self, duration: Duration) {
        self.cells.waits_ns.store(duration.as_nanos().min(u64::MAX.into()) as u64, Relaxed);
    }

    /// Turns to an activity at this tick, which closes the account of the one before.
    #[inline]
    pub(in crate::backend) fn activity(&self, next: Activity, at: u64) {
        self.cells.activity.turn_to(next, at);
    }

    /// Turns to an activity now.
    pub(in crate::backend) fn activity_now(&self, next: Activity) {
        self.activity(next, self.now());
    }

    /// Runs its task again, unless it does.
    pub(in crate::backend) fn resume(&self) {
        if self.cells.activity.read_activity() != Activity::Running {
            self.activity_now(Activity::Running);
        }
    }

    /// Counts that it found the interpreter's lock taken.
    pub(in crate::backend) fn count_lock_wait(&self) {
        self.cells.activity.count_wait();
    }

    /// Counts that it was asked to let go of the interpreter's lock, and does.
    pub(in crate::backend) fn count_lock_handover(&self) {
        self.cells.activity.count_handover();
    }

    /// Has nothing in hand: what was run is still to be delivered.
    pub(in crate::backend) fn put_aside(&self) {
        self.cells.hand.store(0, Relaxed);
    }

    /// Counts a task with its result, and with the sum over the bytes that it was sent with.
    #[inline]
    pub(in crate::backend) fn finish(&self, timed: TimedTask, values: &Values, payload_sum: u64) {
        let (cells, ticks) = (self.cells, timed.end.saturating_sub(timed.start));
        let spec = self.board.spec();
        if let Some(record) = self.board.record(timed.task) {
            if spec.dispatch == Dispatch::Shared {
                record.values.iter().zip(values).for_each(|(cell, value)| cell.store(value.to_bits(), Relaxed));
            }
            self.put_on_record(timed, verdict::DONE);
        } else if let Some(histogram) = self.board.histogram(self.lane) {
            record(histogram, ticks);
        }
        let done = cells.done.load(Relaxed);
        if done == 0 || ticks < cells.shortest.load(Relaxed) {
            cells.shortest.store(ticks, Relaxed);
        }
        if ticks > cells.longest.load(Relaxed) {
            cells.longest.store(ticks, Relaxed);
        }
        cells.busy.store(cells.busy.load(Relaxed) + ticks, Relaxed);
        cells.last_end.store(timed.end, Relaxed);
        let sum = cells.checksum[(done % 2) as usize].load(Relaxed);
        let sum = sum.wrapping_add(fingerprint(timed.task, &values[..spec.summed], payload_sum));
        cells.checksum[((done + 1) % 2) as usize].store(sum, Relaxed);
        cells.hand.store(0, Relaxed);
        cells.done.store(done + 1, Release);
    }

    /// Counts a task without a result.
    pub(in crate::backend) fn fail(&self, timed: TimedTask, reason: &str) {
        self.cells.reason.write(reason);
        self.put_on_record(timed, verdict::FAILED);
        self.cells.last_end.store(timed.end, Relaxed);
        self.cells.hand.store(0, Relaxed);
        self.cells.failed.fetch_add(1, Release);
    }

    fn put_on_record(&self, timed: TimedTask, verdict: u64) {
        if let Some(cells) = self.board.record(timed.task) {
            cells.start.store(timed.start, Relaxed);
            cells.end.store(timed.end, Relaxed);
            cells.verdict.store(verdict | u64::from(self.lane) << 32, Release);
        }
    }

    /// Counts in what the kernel says was used: microseconds in user mode and in the kernel, voluntary and involuntary
    /// context switches.
    pub(in crate::backend) fn count_usage(&self, counts: [u64; 4]) {
        self.cells.usage.add(counts);
    }

    /// Counts in how long it could have run and had no CPU, in nanoseconds.
    pub(in crate::backend) fn count_runnable(&self, ns: u64) {
        let told = &self.cells.usage.runnable_ns;
        told.store(told.load(Relaxed).max(1).saturating_add(ns), Relaxed);
    }

    /// Says how large its process was at most, in KiB.
    pub(in crate::backend) fn peak_memory(&self, rss_kib: u64) {
        self.cells.usage.peak_rss_kib.fetch_max(rss_kib, Relaxed);
    }

    /// Says that there is nothing left to do.
    pub(in crate::backend) fn leave(&self) {
        self.activity_now(Activity::Idle);
        self.cells.hand.store(0, Relaxed);
        self.cells.worker_state.store(worker_state::FINISHED, Release);
    }
}
