//! A counter that all ranks of a world count up: in memory that they share where all are on one node; else in a window of
//! rank 0's memory, by messages of one side.
//!
//! To make it and to drop it is collective: all ranks have to.

#![expect(unsafe_code, reason = "memory and functions of an MPI are reached through pointers")]

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::functions::{MpiRuntime, MpiWord};
use super::progress::ProgressThread;

/// Has ranks of one node count as those of several do, to see what that costs.
pub const APART_VARIABLE: &str = "PARLAB_MPI_APART";

/// Bytes of the window: a cache line of its own, and the one that is fetched with it.
const BYTES: usize = 128;

/// The counter. It begins with 0.
pub struct SharedCounter<'m> {
    mpi: &'m MpiRuntime,
    window: MpiWord,
    /// In memory that all ranks share; `None` where they do not.
    cell: Option<&'m AtomicU64>,
    /// Answers the others, where this rank has the counter and they have to ask for it.
    progress: Option<ProgressThread>,
}

impl<'m> SharedCounter<'m> {
    /// Makes it. Ranks may count once all of them have come back; `any_thread` tells whether any thread may call MPI.
    ///
    /// # Errors
    /// When the MPI gives no memory.
    pub fn new(mpi: &'m MpiRuntime, any_thread: bool) -> Result<Self, &'static str> {
        let node = node_of(mpi);
        let is_apart = std::env::var_os(APART_VARIABLE).is_some() || mpi.size_of(node) < mpi.size();
        let made = if is_apart { Self::in_network(mpi, any_thread) } else { Self::on_node(mpi, node) }?;
        // Others may be needed to the end of a call that makes it, and would have gone to sleep at the gate.
        // SAFETY: all ranks make it.
        unsafe { (mpi.barrier)(mpi.numbers.comm_world) };
        Ok(made)
    }

    fn on_node(mpi: &'m MpiRuntime, node: MpiWord) -> Result<Self, &'static str> {
        let (mut window, mut own, mut first) = (0, 0, 0);
        let (mut bytes, mut unit) = (0_isize, 0_i32);
        let is_first = mpi.rank_in(node) == 0;
        // SAFETY: each writes what it is given the place of.
        unsafe {
            let size = if is_first { BYTES } else { 0 };
            (mpi.win_allocate_shared)(size, 1, mpi.numbers.info_null, node, place(&mut own), place(&mut window));
            let facts = (&raw mut bytes as MpiWord, &raw mut unit as MpiWord);
            (mpi.win_shared_query)(window, 0, facts.0, facts.1, place(&mut first));
        }
        let cell = std::ptr::with_exposed_provenance::<AtomicU64>(first);
        if !cell.is_aligned() || cell.is_null() {
            return Err("the MPI gives no shared memory");
        }
        // SAFETY: the window has so many bytes until it is freed, which this value does last; others change them only by
        // the same kind of operations.
        let cell = unsafe { &*cell };
        if is_first {
            cell.store(0, Relaxed);
        }
        Ok(Self { mpi, window, cell: Some(cell), progress: None })
    }

    fn in_network(mpi: &'m MpiRuntime, any_thread: bool) -> Result<Self, &'static str> {
        let (mut window, mut own) = (0, 0);
        let is_first = mpi.rank() == 0;
        let size = if is_first { BYTES } else { 0 };
        let (info, world) = (mpi.numbers.info_null, mpi.numbers.comm_world);
        // SAFETY: it writes what it is given the place of.
        unsafe { (mpi.win_allocate)(size, 1, info, world, place(&mut own), place(&mut window)) };
        let cell = std::ptr::with_exposed_provenance::<AtomicU64>(own);
        if is_first && (cell.is_null() || !cell.is_aligned()) {
            return Err("the MPI gives no memory for a window");
        }
        // SAFETY: it is this rank's own part of the window, to which nobody has access before the call below.
        unsafe {
            if is_first {
                (*cell).store(0, Relaxed);
            }
            (mpi.win_lock_all)(0, window);
        }
        let progress = (is_first && any_thread).then(|| ProgressThread::start(mpi)).flatten();
        Ok(Self { mpi, window, cell: None, progress })
    }

    /// The counter itself, where all ranks share memory.
    pub fn cell(&self) -> Option<&AtomicU64> {
        self.cell
    }

    /// Counts one up, and gives what it was before.
    //
    // Nothing more is asked of an MPI: at `MPI_Compare_and_swap` Open MPI 4.1 ends programs whose ranks share a node.
    pub fn count(&self) -> u64 {
        let mpi = self.mpi;
        let (one, mut before) = (1_u64, 0_u64);
        // SAFETY: it reads one number and writes one, which is there once the flush has returned.
        unsafe {
            let (one, before) = (&raw const one as MpiWord, &raw mut before as MpiWord);
            (mpi.fetch_and_op)(one, before, mpi.numbers.uint64_t, 0, 0, mpi.numbers.sum, self.window);
            (mpi.win_flush)(0, self.window);
        }
        before
    }
}

impl Drop for SharedCounter<'_> {
    fn drop(&mut self) {
        drop(self.progress.take());
        // SAFETY: the window is this value's, and not used any more.
        unsafe {
            if self.cell.is_none() {
                (self.mpi.win_unlock_all)(self.window);
            }
            (self.mpi.win_free)(place(&mut self.window));
        }
    }
}

/// The communicator of the ranks that share memory with this one.
fn node_of(mpi: &MpiRuntime) -> MpiWord {
    let mut node = 0;
    let kind = mpi.numbers.comm_type_shared.cast_unsigned() as MpiWord;
    // SAFETY: it writes a handle, which has the size of a word or less.
    unsafe { (mpi.comm_split_type)(mpi.numbers.comm_world, kind, 0, mpi.numbers.info_null, place(&mut node)) };
    node
}

/// Where a word is, as an argument. What is written there may be shorter.
fn place(word: &mut MpiWord) -> MpiWord {
    &raw mut *word as MpiWord
}
