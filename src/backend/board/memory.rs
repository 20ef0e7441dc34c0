//! The board: the block of shared memory that a trial is run on.
//!
//! It is a `memfd` mapped shared, so that a thread, a forked worker and the screen look at the same bytes. This
//! file owns the mapping and hands out references into it; it decides nothing.

#![expect(unsafe_code, reason = "a shared mapping is reached through a pointer")]

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use memmap2::{MmapOptions, MmapRaw};
use nix::sys::memfd::{MFdFlags, memfd_create};

use super::histogram::BUCKETS;
use super::layout::{Header, LaneCells, Record, verdict, worker_state};
use super::payload;
use super::spec::BoardSpec;
use crate::system::futex;
use crate::system::lock::RobustLock;
use crate::workload::SharedCells;

/// A mapped board.
pub struct Board {
    shape: BoardSpec,
    memory: OwnedFd,
    map: MmapRaw,
}

impl Board {
    /// A new board, all zero: nobody hired, nothing done, the gate closed.
    ///
    /// # Errors
    /// When the kernel has no memory for it.
    pub fn create(shape: BoardSpec) -> io::Result<Self> {
        let memory = memfd_create("parlab-board", MFdFlags::MFD_CLOEXEC)?;
        File::from(memory.try_clone()?).set_len(shape.bytes() as u64)?;
        let board = Self::attach(memory, shape)?;
        board.write_inputs();
        Ok(board)
    }

    /// Before anybody else has the memory.
    fn write_inputs(&self) {
        let words = self.shape.inputs_bytes() as usize / size_of::<AtomicU64>();
        if words == 0 {
            return;
        }
        // SAFETY: as in `header`; the area lies within the mapping, begins with a cache line and ends with one.
        let area = unsafe {
            std::slice::from_raw_parts(self.map.as_ptr().add(self.shape.inputs_at()).cast::<AtomicU64>(), words)
        };
        area.iter().zip(payload::words()).for_each(|(cell, word)| cell.store(word.to_le(), Relaxed));
    }

    /// Maps a board that somebody else created with the same shape.
    ///
    /// # Errors
    /// When `memory` is smaller than the shape needs or cannot be mapped.
    pub fn attach(memory: OwnedFd, shape: BoardSpec) -> io::Result<Self> {
        let file = File::from(memory);
        if file.metadata()?.len() < shape.bytes() as u64 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the board is smaller than its shape"));
        }
        // Populated, so that no worker pays for the first touch of a page within its measured time.
        let map = MmapOptions::new().len(shape.bytes()).populate().map_raw(&file)?;
        Ok(Self { shape, memory: file.into(), map })
    }

    /// What it is laid out for.
    pub fn shape(&self) -> &BoardSpec {
        &self.shape
    }

    /// The memory itself, to be handed to another process.
    pub fn memory(&self) -> BorrowedFd<'_> {
        self.memory.as_fd()
    }

    pub(in crate::backend) fn header(&self) -> &Header {
        // SAFETY: the mapping is page-aligned, at least `bytes()` long and lives as long as `self`; all fields
        // are atomics, for which every bit pattern is valid and which others may change at any time.
        unsafe { &*self.map.as_ptr().cast::<Header>() }
    }

    /// The lane of a worker.
    ///
    /// # Panics
    /// If there is no such worker.
    pub(in crate::backend) fn lane(&self, worker: u32) -> &LaneCells {
        assert!(worker < self.shape.workers, "no lane {worker}");
        let at = self.shape.lanes_at() + worker as usize * size_of::<LaneCells>();
        // SAFETY: as above; `at` is a multiple of the lane's alignment and the lane ends before `details_at()`.
        unsafe { &*self.map.as_ptr().add(at).cast::<LaneCells>() }
    }

    /// All lanes, by worker.
    pub(in crate::backend) fn lanes(&self) -> impl Iterator<Item = &LaneCells> {
        (0..self.shape.workers).map(|worker| self.lane(worker))
    }

    /// The record of a task, where the board has records.
    #[inline]
    pub(in crate::backend) fn record(&self, task: u64) -> Option<&Record> {
        if !self.shape.has_records() || task >= self.shape.tasks {
            return None;
        }
        let at = self.shape.details_at() + task as usize * size_of::<Record>();
        // SAFETY: as above; lanes and header are multiples of the record's alignment, and the task is in range.
        Some(unsafe { &*self.map.as_ptr().add(at).cast::<Record>() })
    }

    /// The histogram of a worker, where the board has histograms.
    #[inline]
    pub(in crate::backend) fn histogram(&self, worker: u32) -> Option<&[AtomicU64]> {
        if self.shape.has_records() || worker >= self.shape.workers {
            return None;
        }
        let at = self.shape.details_at() + worker as usize * BUCKETS * size_of::<AtomicU64>();
        // SAFETY: as above; the worker is in range, so its `BUCKETS` counts end within the mapping.
        Some(unsafe { std::slice::from_raw_parts(self.map.as_ptr().add(at).cast::<AtomicU64>(), BUCKETS) })
    }

    /// The bytes that a task is sent with.
    ///
    /// # Panics
    /// If there is no such task.
    pub(in crate::backend) fn input(&self, task: u64) -> &[u8] {
        assert!(task < self.shape.tasks, "no task {task}");
        if self.shape.payload == 0 {
            return &[];
        }
        let at = self.shape.input_offset(task);
        &self.inputs()[at..at + self.shape.payload as usize]
    }

    /// The bytes of all inputs.
    pub(in crate::backend) fn inputs(&self) -> &[u8] {
        let bytes = self.shape.inputs_bytes() as usize;
        // SAFETY: within the mapping; and nobody writes there once `create` has returned, before which nobody else has
        // the memory.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().add(self.shape.inputs_at()), bytes) }
    }

    /// Where the payload of a worker's latest result lies, a word at a time.
    ///
    /// # Panics
    /// If there is no such worker.
    pub(in crate::backend) fn slot(&self, worker: u32) -> &[AtomicU64] {
        assert!(worker < self.shape.workers, "no lane {worker}");
        let words = self.shape.slot_words();
        let at = self.shape.slots_at() + worker as usize * words * size_of::<AtomicU64>();
        // SAFETY: as in `header`; slots begin with a cache line, and all of them end within the mapping.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().add(at).cast::<AtomicU64>(), words) }
    }

    /// Workers that have come to the gate and are not lost.
    pub fn arrived(&self) -> u32 {
        let has_come =
            |lane: &&LaneCells| !matches!(lane.worker_state.load(Acquire), worker_state::ABSENT | worker_state::LOST);
        self.lanes().filter(has_come).count() as u32
    }

    /// Waits until all workers have come to the gate; may return early, and does when the time is up.
    pub fn wait_for_arrivals(&self, timeout: Duration) {
        let arrivals = &self.header().gate.arrivals;
        let seen = arrivals.load(Acquire);
        if self.arrived() < self.shape.workers {
            futex::wait(arrivals, seen, Some(timeout));
        }
    }

    /// Lets the work begin, and returns the instant in ticks.
    pub fn open_gate(&self) -> u64 {
        let gate = &self.header().gate;
        let now = self.shape.clock.now();
        gate.open.store(1, Release);
        futex::wake_all(&gate.open);
        now
    }

    /// Sleeps until the work may begin, or is called off.
    pub(in crate::backend) fn wait_at_gate(&self) {
        let gate = &self.header().gate;
        while gate.open.load(Acquire) == 0 && !self.is_cancelled() {
            futex::wait(&gate.open, 0, None);
        }
    }

    /// Whether all workers have nothing left to do.
    pub fn all_finished(&self) -> bool {
        self.lanes().all(|lane| lane.worker_state.load(Acquire) == worker_state::FINISHED)
    }

    /// Lets workers go that linger.
    pub fn let_go(&self) {
        let gate = &self.header().gate;
        gate.leave.store(1, Release);
        futex::wake_all(&gate.leave);
    }

    /// What the tasks share.
    pub fn shared_cells(&self) -> &SharedCells {
        &self.header().shared_cells
    }

    /// Asks all workers to end, and wakes those that sleep.
    pub fn cancel(&self) {
        let header = self.header();
        header.cancel.0.store(1, Release);
        // Whoever is just about to wait at the gate must find it open.
        header.gate.open.store(1, Release);
        futex::wake_all(&header.cancel.0);
        futex::wake_all(&header.gate.open);
        header.pipe_locks.iter().for_each(RobustLock::wake_waiters);
    }

    /// Whether the workers were asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.header().cancel.0.load(Relaxed) != 0
    }

    /// Marks a worker as lost, and returns the task it held.
    pub fn mark_lost(&self, worker: u32) -> Option<u64> {
        let lane = self.lane(worker);
        lane.worker_state.store(worker_state::LOST, Relaxed);
        lane.hand.load(Relaxed).checked_sub(1)
    }

    /// Gives up the task that a lost worker held; its replacement goes on with the next.
    pub fn give_up_task(&self, worker: u32, task: u64) {
        let lane = self.lane(worker);
        if let Some(record) = self.record(task) {
            let now = self.shape.clock.now();
            record.start.store(lane.started.load(Relaxed), Relaxed);
            record.end.store(now, Relaxed);
            record.verdict.store(verdict::FAILED | u64::from(worker) << 32, Release);
        }
        lane.last_end.store(self.shape.clock.now(), Relaxed);
        lane.hand.store(0, Relaxed);
        lane.failed.fetch_add(1, Release);
    }

    /// Notes that a worker was stopped from outside, or goes on.
    pub fn mark_stalled(&self, worker: u32, stopped: bool) {
        let lane = self.lane(worker);
        let (from, to) = if stopped {
            (worker_state::RUNNING, worker_state::STALLED)
        } else {
            (worker_state::STALLED, worker_state::RUNNING)
        };
        // If it has moved on by itself in the meantime, its own word counts.
        let _ = lane.worker_state.compare_exchange(from, to, Relaxed, Relaxed);
    }

    /// Whether a worker has left its loop in good order.
    pub fn is_finished(&self, worker: u32) -> bool {
        self.lane(worker).worker_state.load(Acquire) == worker_state::FINISHED
    }

    /// Tasks finished so far, failed ones included, and those that failed.
    pub fn progress(&self) -> (u64, u64) {
        self.lanes().fold((0, 0), |(done, failed), lane| {
            let lost = lane.failed.load(Relaxed);
            (done + lane.done.load(Relaxed) + lost, failed + lost)
        })
    }
}
