//! What the board is made of: fixed-layout structures of atomics that threads, forked processes and the screen
//! see in the same bytes. Every cell has one writer and one unit, named beside it; any thread may read.
//!
//! A worker may be killed between any two instructions, so what belongs together is written to the spare one of
//! two slots and then switched over by a single store. What a worker writes to its lane goes through `lane`.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};

use super::activity::ActivityCells;
use crate::scenario::MAX_VALUES;
use crate::system::lock::RobustLock;
use crate::workload::SharedCells;

/// Shared by all workers. Each part has cache lines of its own, so that taking a task does not slow a look at
/// the cancel flag.
#[repr(C)]
pub(in crate::backend) struct Header {
    /// Where the next claim begins.
    pub(in crate::backend) cursor: Cursor,
    /// Where workers wait for the start.
    pub(in crate::backend) gate: Gate,
    /// Whether the trial is called off.
    pub(in crate::backend) cancel: Cancel,
    /// Held by the worker that reads from the pipe that tasks come through, and by the one that writes to the pipe that
    /// results go through; the indices are those of the pipes' client.
    pub(in crate::backend) pipe_locks: [RobustLock; 2],
    /// What the dispatcher of a pipe has received.
    pub(in crate::backend) delivery: Delivery,
    /// What the tasks share; by any worker.
    pub(in crate::backend) shared_cells: SharedCells,
}

/// The next position to hand out (dynamic, guided), counted in tasks; by the worker that takes one.
#[repr(C, align(128))]
pub(in crate::backend) struct Cursor(pub(in crate::backend) AtomicU64);

/// Where workers wait for each other.
#[repr(C, align(128))]
pub(in crate::backend) struct Gate {
    /// How many workers have come, replacements included; a futex. By each worker, once.
    pub(in crate::backend) arrivals: AtomicU32,
    /// 1 once workers that have come may look at the CPU that they are on; a futex. By the engine.
    pub(in crate::backend) look: AtomicU32,
    /// How many workers have done so, replacements included; a futex. By each that is to, once.
    pub(in crate::backend) looked: AtomicU32,
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
    /// Sum over the fingerprints of the results so far, modulo 2⁶⁴.
    pub(in crate::backend) checksum: AtomicU64,
    /// When the last one came, in ticks.
    pub(in crate::backend) last: AtomicU64,
    /// What the dispatcher itself used. Written once, at the end.
    pub(in crate::backend) usage: UsageCells,
}

/// One worker's lane. Written by its worker alone, through a `LaneWriter`, but for the cells marked otherwise: these
/// the engine writes too when the worker is gone.
#[repr(C, align(128))]
#[derive(Default)]
pub(in crate::backend) struct LaneCells {
    /// Tasks finished with a result: the switch for `checksum`, whose slot `done % 2` is valid.
    pub(in crate::backend) done: AtomicU64,
    /// Tasks given up. Engine too, for the task that a lost worker held.
    pub(in crate::backend) failed: AtomicU64,
    /// Sum over the fingerprints of the results so far, modulo 2⁶⁴.
    pub(in crate::backend) checksum: [AtomicU64; 2],
    /// The number of the task in hand plus 1; 0 between tasks. Engine too.
    pub(in crate::backend) hand: AtomicU64,
    /// When the task in hand was started, in ticks.
    pub(in crate::backend) started: AtomicU64,
    /// Ticks from start to end of the tasks finished with a result.
    pub(in crate::backend) busy: AtomicU64,
    /// When the last task ended, in ticks; 0 before. Engine too.
    pub(in crate::backend) last_end: AtomicU64,
    /// Where the ticks since it came to the gate went. Engine too.
    pub(in crate::backend) activity: ActivityCells,
    /// Fraction of the task in hand that is done, 0 to 1: bits of an `f32`, NaN when not told.
    pub(in crate::backend) fraction: AtomicU32,
    /// The number of the CPU of the last look, plus 1; 0 before.
    pub(in crate::backend) cpu: AtomicU32,
    /// How long the task in hand is going to wait, in nanoseconds; 0 when it does not.
    pub(in crate::backend) waits_ns: AtomicU64,
    /// Claims made: the switch for `claims`, whose slot `taken % 2` is valid. Engine too.
    pub(in crate::backend) taken: AtomicU64,
    /// The last claim and the one before. Engine too.
    pub(in crate::backend) claims: [Claim; 2],
    /// The shortest task with a result, in ticks; 0 before there is one.
    pub(in crate::backend) shortest: AtomicU64,
    /// The longest task with a result, in ticks; 0 before there is one.
    pub(in crate::backend) longest: AtomicU64,
    /// Process or thread id, as the kernel counts them; 0 before there is one.
    pub(in crate::backend) pid: AtomicU32,
    /// One of [`worker_state`]. Engine too.
    pub(in crate::backend) worker_state: AtomicU32,
    /// When its present worker came to the gate, in ticks; 0 before.
    pub(in crate::backend) arrived_at: AtomicU64,
    /// 1 once its present worker has looked at the CPU that it is on, and waits for the gate to open; written last then.
    pub(in crate::backend) looked: AtomicU32,
    /// Ticks that the yardstick took, at the gate and after the last task; 0 where it was not timed.
    pub(in crate::backend) yardstick: [AtomicU64; 2],
    /// Ticks that timing it cost, both times together.
    pub(in crate::backend) yardstick_cost: AtomicU64,
    /// Why its first task failed that could say so.
    pub(in crate::backend) reason: Reason,
    /// What the kernel says it used, gate to end. Written once, at the end; a replacement adds to it.
    pub(in crate::backend) usage: UsageCells,
}

/// Positions that a worker took and has to run.
#[repr(C)]
#[derive(Default)]
pub(in crate::backend) struct Claim {
    /// The first position, counted in tasks.
    pub(in crate::backend) start: AtomicU64,
    /// The first position behind it.
    pub(in crate::backend) end: AtomicU64,
    /// `done + failed` when it was taken: what has been added since is how far the worker has come in it.
    pub(in crate::backend) base: AtomicU64,
    /// Sum of the starts of this and all earlier claims of the lane, modulo 2⁶⁴: see `lost_claims`.
    pub(in crate::backend) starts: AtomicU64,
    /// Sum of their squares, modulo 2⁶⁴.
    pub(in crate::backend) squares: AtomicU64,
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

/// What the kernel says that threads used.
#[repr(C)]
#[derive(Default)]
pub(in crate::backend) struct UsageCells {
    /// CPU time in user mode, in microseconds.
    pub(in crate::backend) user_us: AtomicU64,
    /// CPU time in the kernel, in microseconds.
    pub(in crate::backend) system_us: AtomicU64,
    /// Times that they gave up the CPU to wait.
    pub(in crate::backend) voluntary: AtomicU64,
    /// Times that they were preempted.
    pub(in crate::backend) involuntary: AtomicU64,
    /// The largest resident set of their process, in KiB; 0 when the kernel does not tell.
    pub(in crate::backend) peak_rss_kib: AtomicU64,
    /// Nanoseconds that they could have run and had no CPU, plus 1; 0 when the kernel does not tell.
    pub(in crate::backend) runnable_ns: AtomicU64,
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

/// Where a worker stands in its life.
pub(in crate::backend) mod worker_state {
    /// Not started yet.
    pub(in crate::backend) const ABSENT: u32 = 0;
    /// At the gate.
    pub(in crate::backend) const WAITING: u32 = 1;
    /// Past the gate.
    pub(in crate::backend) const RUNNING: u32 = 2;
    /// Stopped from outside. By the engine.
    pub(in crate::backend) const STALLED: u32 = 3;
    /// Gone before its time. By the engine.
    pub(in crate::backend) const LOST: u32 = 4;
    /// Nothing left to do.
    pub(in crate::backend) const FINISHED: u32 = 5;
}

/// One task's record; by the worker that ran it, and its values by the dispatcher where results come through a pipe.
#[repr(C, align(64))]
pub(in crate::backend) struct Record {
    /// 0 not run, else one of [`verdict`] with the worker's number in the upper half. Written last.
    pub(in crate::backend) verdict: AtomicU64,
    /// When it was started, in ticks.
    pub(in crate::backend) start: AtomicU64,
    /// When it ended, in ticks.
    pub(in crate::backend) end: AtomicU64,
    /// Bits of `f64`s, in the units that the kind states.
    pub(in crate::backend) values: [AtomicU64; MAX_VALUES],
}

/// How a task ended.
pub(in crate::backend) mod verdict {
    /// With a result.
    pub(in crate::backend) const DONE: u64 = 1;
    /// Without.
    pub(in crate::backend) const FAILED: u64 = 2;
}
