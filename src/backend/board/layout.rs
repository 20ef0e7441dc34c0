//! What the board is made of: fixed-layout structures of atomics that threads, forked processes and the screen
//! see in the same bytes. Every field has one writer, named beside it; anybody may read.
//!
//! A worker may be killed between any two instructions, so what belongs together is written to the spare one of
//! two slots and then switched over by a single store.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::scenario::MAX_VALUES;
use crate::system::lock::RobustLock;
use crate::workload::SharedCells;

/// Shared by all workers. Each part has cache lines of its own, so that taking a task does not slow a look at
/// the cancel flag.
#[repr(C)]
pub(in crate::backend) struct Header {
    pub(in crate::backend) cursor: Cursor,
    pub(in crate::backend) gate: Gate,
    pub(in crate::backend) cancel: Cancel,
    /// Held by the worker that reads from the pipe that tasks come through, and by the one that writes to the pipe that
    /// results go through; by whoever takes them.
    pub(in crate::backend) pipe_locks: [RobustLock; 2],
    pub(in crate::backend) delivery: Delivery,
    /// What the tasks share; by any worker.
    pub(in crate::backend) shared_cells: SharedCells,
}

/// The next position to hand out (dynamic, guided); by whoever takes one.
#[repr(C, align(128))]
pub(in crate::backend) struct Cursor(pub(in crate::backend) AtomicU64);

/// Where workers wait for each other.
#[repr(C, align(128))]
pub(in crate::backend) struct Gate {
    /// How often a worker has come, replacements included; a futex. By each worker, once.
    pub(in crate::backend) arrivals: AtomicU32,
    /// 1 once the work may begin; a futex. By the engine.
    pub(in crate::backend) open: AtomicU32,
    /// 1 once workers that have nothing left to do may go; a futex. By the engine.
    pub(in crate::backend) leave: AtomicU32,
}

/// 1 once the work should end; a futex that sleeping tasks wait on. By the engine.
#[repr(C, align(128))]
pub(in crate::backend) struct Cancel(pub(in crate::backend) AtomicU32);

/// What has come back through the pipe; by the dispatcher.
#[repr(C, align(128))]
pub(in crate::backend) struct Delivery {
    /// Sum over the results so far.
    pub(in crate::backend) checksum: AtomicU64,
    /// When the last one came, in ticks.
    pub(in crate::backend) last: AtomicU64,
    /// What the dispatcher itself used. Written once, at the end.
    pub(in crate::backend) usage: UsageCells,
}

/// One worker's lane. Written by its worker alone but for the fields marked otherwise, which the engine writes
/// when the worker is gone.
#[repr(C, align(128))]
#[derive(Default)]
pub(in crate::backend) struct LaneCells {
    /// Tasks finished with a result: the switch for `checksum`, whose slot `done % 2` is valid.
    pub(in crate::backend) done: AtomicU64,
    /// Tasks given up. Engine too, for the task that a lost worker held.
    pub(in crate::backend) failed: AtomicU64,
    /// Sum over the results so far.
    pub(in crate::backend) checksum: [AtomicU64; 2],
    /// The task in hand plus 1; 0 between tasks. Engine too.
    pub(in crate::backend) hand: AtomicU64,
    /// When the task in hand was started, in ticks.
    pub(in crate::backend) started: AtomicU64,
    /// Ticks spent in finished tasks.
    pub(in crate::backend) busy: AtomicU64,
    /// When the last task ended, in ticks.
    pub(in crate::backend) last_end: AtomicU64,
    /// Fraction of the task in hand that is done: bits of an `f32`, NaN when not told.
    pub(in crate::backend) fraction: AtomicU32,
    /// The CPU of the last look, plus 1.
    pub(in crate::backend) cpu: AtomicU32,
    /// How long the task in hand is going to wait, in nanoseconds; 0 when it does not.
    pub(in crate::backend) waits_ns: AtomicU64,
    /// Chunks taken: the switch for `claims`, whose slot `taken % 2` is valid.
    pub(in crate::backend) taken: AtomicU64,
    pub(in crate::backend) claims: [Claim; 2],
    /// Shortest and longest task, in ticks.
    pub(in crate::backend) shortest: AtomicU64,
    pub(in crate::backend) longest: AtomicU64,
    /// Process or thread id; 0 before there is one.
    pub(in crate::backend) pid: AtomicU32,
    /// One of [`worker_state`]. Engine too.
    pub(in crate::backend) worker_state: AtomicU32,
    /// When it came to the gate, in ticks.
    pub(in crate::backend) arrived_at: AtomicU64,
    /// Why its first task failed that could say so.
    pub(in crate::backend) reason: Reason,
    /// What the kernel says it used, gate to end. Written once, at the end; a replacement adds to it.
    pub(in crate::backend) usage: UsageCells,
    /// What it does about the interpreter's lock, if there is one.
    pub(in crate::backend) interpreter: InterpreterCells,
}

/// Positions that a worker took and has to run.
#[repr(C)]
#[derive(Default)]
pub(in crate::backend) struct Claim {
    pub(in crate::backend) start: AtomicU64,
    pub(in crate::backend) end: AtomicU64,
    /// `done + failed` when it was taken: what has been added since is how far the worker has come in it.
    pub(in crate::backend) base: AtomicU64,
    /// Sum of the starts of this and all earlier claims of the lane, modulo 2⁶⁴: see `recovery`.
    pub(in crate::backend) starts: AtomicU64,
}

/// Why a task failed, in words.
#[repr(C)]
#[derive(Default)]
pub(in crate::backend) struct Reason {
    /// Bytes of the words; 0 before there are any. Written last.
    pub(in crate::backend) length: AtomicU64,
    /// UTF-8, eight bytes each, the first lowest.
    pub(in crate::backend) words: [AtomicU64; 15],
}

/// Resources used by a worker.
#[repr(C)]
#[derive(Default)]
pub(in crate::backend) struct UsageCells {
    pub(in crate::backend) user_us: AtomicU64,
    pub(in crate::backend) system_us: AtomicU64,
    pub(in crate::backend) voluntary: AtomicU64,
    pub(in crate::backend) involuntary: AtomicU64,
    pub(in crate::backend) peak_rss_kib: AtomicU64,
}

impl UsageCells {
    /// Adds microseconds in user mode and in the kernel, voluntary and involuntary context switches.
    pub(in crate::backend) fn add(&self, [user_us, system_us, voluntary, involuntary]: [u64; 4]) {
        self.user_us.fetch_add(user_us, Relaxed);
        self.system_us.fetch_add(system_us, Relaxed);
        self.voluntary.fetch_add(voluntary, Relaxed);
        self.involuntary.fetch_add(involuntary, Relaxed);
    }
}

/// A worker under an interpreter's lock; all 0 without one.
#[repr(C)]
#[derive(Default)]
pub(in crate::backend) struct InterpreterCells {
    /// One of [`activity`].
    pub(in crate::backend) activity: AtomicU32,
    /// Since when, in ticks.
    pub(in crate::backend) since: AtomicU64,
    /// Ticks spent in each of [`activity`] before that.
    pub(in crate::backend) spent: [AtomicU64; activity::ALL],
    /// How often it found the lock taken.
    pub(in crate::backend) waits: AtomicU64,
    /// How often it was asked to let go, and did.
    pub(in crate::backend) handovers: AtomicU64,
}

/// What a worker under an interpreter's lock is doing.
pub(in crate::backend) mod activity {
    pub(in crate::backend) const NOTHING: u32 = 0;
    pub(in crate::backend) const RUNNING: u32 = 1;
    pub(in crate::backend) const WAITING: u32 = 2;
    pub(in crate::backend) const BLOCKED: u32 = 3;
    pub(in crate::backend) const NATIVE: u32 = 4;
    /// How many there are.
    pub(in crate::backend) const ALL: usize = 5;
}

/// Where a worker stands in its life.
pub(in crate::backend) mod worker_state {
    pub(in crate::backend) const ABSENT: u32 = 0;
    pub(in crate::backend) const WAITING: u32 = 1;
    pub(in crate::backend) const RUNNING: u32 = 2;
    pub(in crate::backend) const STALLED: u32 = 3;
    pub(in crate::backend) const LOST: u32 = 4;
    pub(in crate::backend) const FINISHED: u32 = 5;
}

/// One task's record; by the worker that ran it.
#[repr(C, align(64))]
pub(in crate::backend) struct Record {
    /// 0 not run, else one of [`verdict`] with the worker in the upper half. Written last.
    pub(in crate::backend) verdict: AtomicU64,
    pub(in crate::backend) start: AtomicU64,
    pub(in crate::backend) end: AtomicU64,
    /// Bits of `f64`s.
    pub(in crate::backend) values: [AtomicU64; MAX_VALUES],
}

/// How a task ended.
pub(in crate::backend) mod verdict {
    pub(in crate::backend) const DONE: u64 = 1;
    pub(in crate::backend) const FAILED: u64 = 2;
}
