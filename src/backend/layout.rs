//! What the board is made of: fixed-layout structures of atomics that threads, forked processes and the screen
//! see in the same bytes. Every field has one writer, named beside it; anybody may read.
//!
//! A worker may be killed between any two instructions, so what belongs together is written to the spare one of
//! two slots and then switched over by a single store.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::scenario::MAX_VALUES;
use crate::workload::SharedCells;

/// Shared by all workers. Each part has cache lines of its own, so that taking a task does not slow a look at
/// the cancel flag.
#[repr(C)]
pub(super) struct Header {
    pub(super) cursor: Cursor,
    pub(super) gate: Gate,
    pub(super) cancel: Cancel,
    /// Whose turn it is at the pipe that tasks come through, and at the one that results go through.
    pub(super) turns: [PipeLock; 2],
    pub(super) delivery: Delivery,
    /// What the tasks share; by any worker.
    pub(super) shared_cells: SharedCells,
}

/// The next position to hand out (dynamic, guided); by whoever takes one.
#[repr(C, align(128))]
pub(super) struct Cursor(pub(super) AtomicU64);

/// Where workers wait for each other.
#[repr(C, align(128))]
pub(super) struct Gate {
    /// How often a worker has come, replacements included; a futex. By each worker, once.
    pub(super) arrivals: AtomicU32,
    /// 1 once the work may begin; a futex. By the engine.
    pub(super) open: AtomicU32,
    /// 1 once workers that have nothing left to do may go; a futex. By the engine.
    pub(super) leave: AtomicU32,
}

/// 1 once the work should end; a futex that sleeping tasks wait on. By the engine.
#[repr(C, align(128))]
pub(super) struct Cancel(pub(super) AtomicU32);

/// Whose turn it is at a pipe that all workers share; by whoever has it.
#[repr(C, align(128))]
pub(super) struct PipeLock {
    /// 0 if nobody's, else the worker plus 1 and what it does: see `pipe::turn`. A futex.
    pub(super) holder: AtomicU32,
    /// How many wait for it. One that dies in the meantime is never taken off.
    pub(super) waiting: AtomicU32,
}

/// What has come back through the pipe; by the dispatcher.
#[repr(C, align(128))]
pub(super) struct Delivery {
    /// Sum over the results so far.
    pub(super) checksum: AtomicU64,
    /// When the last one came, in ticks.
    pub(super) last: AtomicU64,
    /// What the dispatcher itself used. Written once, at the end.
    pub(super) usage: UsageCells,
}

/// One worker's lane. Written by its worker alone but for the fields marked otherwise, which the engine writes
/// when the worker is gone.
#[repr(C, align(128))]
#[derive(Default)]
pub(super) struct LaneCells {
    /// Tasks finished with a result: the switch for `checksum`, whose slot `done % 2` is valid.
    pub(super) done: AtomicU64,
    /// Tasks given up. Engine too, for the task that a lost worker held.
    pub(super) failed: AtomicU64,
    /// Sum over the results so far.
    pub(super) checksum: [AtomicU64; 2],
    /// The task in hand plus 1; 0 between tasks. Engine too.
    pub(super) hand: AtomicU64,
    /// When the task in hand was started, in ticks.
    pub(super) started: AtomicU64,
    /// Ticks spent in finished tasks.
    pub(super) busy: AtomicU64,
    /// When the last task ended, in ticks.
    pub(super) last_end: AtomicU64,
    /// Fraction of the task in hand that is done: bits of an `f32`, NaN when not told.
    pub(super) fraction: AtomicU32,
    /// The CPU of the last look, plus 1.
    pub(super) cpu: AtomicU32,
    /// How long the task in hand is going to wait, in nanoseconds; 0 when it does not.
    pub(super) waits_ns: AtomicU64,
    /// Chunks taken: the switch for `claims`, whose slot `taken % 2` is valid.
    pub(super) taken: AtomicU64,
    pub(super) claims: [Claim; 2],
    /// Shortest and longest task, in ticks.
    pub(super) shortest: AtomicU64,
    pub(super) longest: AtomicU64,
    /// Process or thread id; 0 before there is one.
    pub(super) pid: AtomicU32,
    /// One of [`worker_state`]. Engine too.
    pub(super) worker_state: AtomicU32,
    /// When it came to the gate, in ticks.
    pub(super) arrived_at: AtomicU64,
    /// Why its first task failed that could say so.
    pub(super) reason: Reason,
    /// What the kernel says it used, gate to end. Written once, at the end; a replacement adds to it.
    pub(super) usage: UsageCells,
    /// What it does about the interpreter's lock, if there is one.
    pub(super) interpreter: InterpreterCells,
}

/// Positions that a worker took and has to run.
#[repr(C)]
#[derive(Default)]
pub(super) struct Claim {
    pub(super) start: AtomicU64,
    pub(super) end: AtomicU64,
    /// `done + failed` when it was taken: what has been added since is how far the worker has come in it.
    pub(super) base: AtomicU64,
    /// Sum of the starts of this and all earlier claims of the lane, modulo 2⁶⁴: see `recovery`.
    pub(super) starts: AtomicU64,
}

/// Why a task failed, in words.
#[repr(C)]
#[derive(Default)]
pub(super) struct Reason {
    /// Bytes of the words; 0 before there are any. Written last.
    pub(super) length: AtomicU64,
    /// UTF-8, eight bytes each, the first lowest.
    pub(super) words: [AtomicU64; 15],
}

/// Resources used by a worker.
#[repr(C)]
#[derive(Default)]
pub(super) struct UsageCells {
    pub(super) user_us: AtomicU64,
    pub(super) system_us: AtomicU64,
    pub(super) voluntary: AtomicU64,
    pub(super) involuntary: AtomicU64,
    pub(super) peak_rss_kib: AtomicU64,
}

impl UsageCells {
    /// Adds microseconds in user mode and in the kernel, voluntary and involuntary context switches.
    pub(super) fn add(&self, [user_us, system_us, voluntary, involuntary]: [u64; 4]) {
        self.user_us.fetch_add(user_us, Relaxed);
        self.system_us.fetch_add(system_us, Relaxed);
        self.voluntary.fetch_add(voluntary, Relaxed);
        self.involuntary.fetch_add(involuntary, Relaxed);
    }
}

/// A worker under an interpreter's lock; all 0 without one.
#[repr(C)]
#[derive(Default)]
pub(super) struct InterpreterCells {
    /// One of [`activity`].
    pub(super) activity: AtomicU32,
    /// Since when, in ticks.
    pub(super) since: AtomicU64,
    /// Ticks spent in each of [`activity`] before that.
    pub(super) spent: [AtomicU64; activity::ALL],
    /// How often it found the lock taken.
    pub(super) waits: AtomicU64,
    /// How often it was asked to let go, and did.
    pub(super) handovers: AtomicU64,
}

/// What a worker under an interpreter's lock is doing.
pub(super) mod activity {
    pub(in crate::backend) const NOTHING: u32 = 0;
    pub(in crate::backend) const RUNNING: u32 = 1;
    pub(in crate::backend) const WAITING: u32 = 2;
    pub(in crate::backend) const BLOCKED: u32 = 3;
    pub(in crate::backend) const NATIVE: u32 = 4;
    /// How many there are.
    pub(in crate::backend) const ALL: usize = 5;
}

/// Where a worker stands in its life.
pub(super) mod worker_state {
    pub(in crate::backend) const ABSENT: u32 = 0;
    pub(in crate::backend) const WAITING: u32 = 1;
    pub(in crate::backend) const RUNNING: u32 = 2;
    pub(in crate::backend) const STALLED: u32 = 3;
    pub(in crate::backend) const LOST: u32 = 4;
    pub(in crate::backend) const FINISHED: u32 = 5;
}

/// One task's record; by the worker that ran it.
#[repr(C, align(64))]
pub(super) struct Record {
    /// 0 not run, else one of [`verdict`] with the worker in the upper half. Written last.
    pub(super) verdict: AtomicU64,
    pub(super) start: AtomicU64,
    pub(super) end: AtomicU64,
    /// Bits of `f64`s.
    pub(super) values: [AtomicU64; MAX_VALUES],
}

/// How a task ended.
pub(super) mod verdict {
    pub(in crate::backend) const DONE: u64 = 1;
    pub(in crate::backend) const FAILED: u64 = 2;
}
