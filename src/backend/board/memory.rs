//! The memory of a board: a `memfd` mapped shared, so that a thread, a forked worker and the screen look at the same
//! bytes. This file owns the mapping and hands out references into it; it decides nothing, and writes nothing but the
//! inputs.

#![expect(unsafe_code, reason = "a shared mapping is reached through a pointer")]

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use memmap2::{MmapOptions, MmapRaw};

use super::histogram::BUCKETS;
use super::layout::{Header, LaneCells, Record};
use super::payload;
use super::spec::BoardSpec;
use crate::system::memfd;
use crate::workload::SharedCells;

/// A mapped board.
pub struct Board {
    spec: BoardSpec,
    memory: OwnedFd,
    map: MmapRaw,
}

impl Board {
    /// A new board, all zero: no worker, nothing done, the gate closed.
    ///
    /// # Errors
    /// When the kernel has no memory for it.
    pub fn create(spec: BoardSpec) -> io::Result<Self> {
        let memory = memfd::of_size("parlab-board", spec.bytes() as u64)?;
        let board = Self::attach(memory, spec)?;
        board.write_inputs();
        Ok(board)
    }

    /// Before any other process has the memory.
    fn write_inputs(&self) {
        let words = self.spec.inputs_bytes() as usize / size_of::<AtomicU64>();
        if words == 0 {
            return;
        }
        // SAFETY: as in `header`; the area lies within the mapping, begins with a cache line and ends with one.
        let area = unsafe {
            std::slice::from_raw_parts(self.map.as_ptr().add(self.spec.inputs_at()).cast::<AtomicU64>(), words)
        };
        area.iter().zip(payload::words()).for_each(|(cell, word)| cell.store(word.to_le(), Relaxed));
    }

    /// Maps a board that another process created to the same spec.
    ///
    /// # Errors
    /// When `memory` is smaller than the spec needs or cannot be mapped.
    pub fn attach(memory: OwnedFd, spec: BoardSpec) -> io::Result<Self> {
        let file = File::from(memory);
        if file.metadata()?.len() < spec.bytes() as u64 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the board is smaller than its spec"));
        }
        // Populated, so that no worker pays for the first touch of a page within its measured time.
        let map = MmapOptions::new().len(spec.bytes()).populate().map_raw(&file)?;
        Ok(Self { spec, memory: file.into(), map })
    }

    /// What it is laid out for.
    pub fn spec(&self) -> &BoardSpec {
        &self.spec
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

    /// # Panics
    /// If there is no such lane.
    pub(in crate::backend) fn lane(&self, lane: u32) -> &LaneCells {
        assert!(lane < self.spec.lanes, "no lane {lane}");
        let at = self.spec.lanes_at() + lane as usize * size_of::<LaneCells>();
        // SAFETY: as above; `at` is a multiple of the lane's alignment and the lane ends before `details_at()`.
        unsafe { &*self.map.as_ptr().add(at).cast::<LaneCells>() }
    }

    /// All lanes, in their order.
    pub(in crate::backend) fn lanes(&self) -> impl Iterator<Item = &LaneCells> {
        (0..self.spec.lanes).map(|lane| self.lane(lane))
    }

    /// The record of a task, where the board has records.
    #[inline]
    pub(in crate::backend) fn record(&self, task: u64) -> Option<&Record> {
        if !self.spec.has_records() || task >= self.spec.tasks {
            return None;
        }
        let at = self.spec.details_at() + task as usize * size_of::<Record>();
        // SAFETY: as above; lanes and header are multiples of the record's alignment, and the task is in range.
        Some(unsafe { &*self.map.as_ptr().add(at).cast::<Record>() })
    }

    /// The histogram of a lane, where the board has histograms.
    #[inline]
    pub(in crate::backend) fn histogram(&self, lane: u32) -> Option<&[AtomicU64]> {
        if self.spec.has_records() || lane >= self.spec.lanes {
            return None;
        }
        let at = self.spec.details_at() + lane as usize * BUCKETS * size_of::<AtomicU64>();
        // SAFETY: as above; the lane is in range, so its `BUCKETS` counts end within the mapping.
        Some(unsafe { std::slice::from_raw_parts(self.map.as_ptr().add(at).cast::<AtomicU64>(), BUCKETS) })
    }

    /// The bytes that a task is sent with.
    ///
    /// # Panics
    /// If there is no such task.
    pub(in crate::backend) fn input(&self, task: u64) -> &[u8] {
        assert!(task < self.spec.tasks, "no task {task}");
        if self.spec.payload == 0 {
            return &[];
        }
        let at = self.spec.input_offset(task);
        &self.inputs()[at..at + self.spec.payload as usize]
    }

    /// The bytes of all inputs.
    pub(in crate::backend) fn inputs(&self) -> &[u8] {
        let bytes = self.spec.inputs_bytes() as usize;
        // SAFETY: within the mapping; and nothing is written there once `create` has returned, before which no other
        // process has the memory.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().add(self.spec.inputs_at()), bytes) }
    }

    /// Where the payload of a lane's latest result lies, a word at a time.
    ///
    /// # Panics
    /// If there is no such lane.
    pub(in crate::backend) fn slot(&self, lane: u32) -> &[AtomicU64] {
        assert!(lane < self.spec.lanes, "no lane {lane}");
        let words = self.spec.slot_words();
        let at = self.spec.slots_at() + lane as usize * words * size_of::<AtomicU64>();
        // SAFETY: as in `header`; slots begin with a cache line, and all of them end within the mapping.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().add(at).cast::<AtomicU64>(), words) }
    }

    /// Where the next claim begins.
    #[inline]
    pub(in crate::backend) fn cursor(&self) -> &AtomicU64 {
        &self.header().cursor.0
    }

    /// What the tasks share.
    pub fn shared_cells(&self) -> &SharedCells {
        &self.header().shared_cells
    }
}
