//! A worker's side of the pipes: fetches chunks, and delivers their results.

use std::io;
use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::ends::{Moved, PipeEnds, read, wait, waiting_for, write};
use super::frame::{FrameLayout, HEAD, head, put_word, word};
use crate::backend::board::Board;
use crate::system::lock::{HeldLock, Patience, WaitCancelled};
use crate::system::poll::PollFlags;
use crate::workload::{Cancelled, Values};

/// The locks of the board: at the pipe that tasks come through, and at the one that results go through.
const TASKS: usize = 0;
const RESULTS: usize = 1;
/// Looks at a lock before a worker goes to sleep over it: about as many as a small message takes.
const PATIENCE: Patience = Patience { looks: 200, nap: Duration::from_millis(250) };

/// One worker's, with the chunk in hand and its results as far as there are any.
pub(super) struct PipeClient<'a> {
    board: &'a Board,
    ends: &'a PipeEnds,
    worker: u32,
    layout: FrameLayout,
    tasks: Vec<u8>,
    results: Vec<u8>,
}

impl<'a> PipeClient<'a> {
    /// A client with room for the largest messages, the pages of which are there from the start.
    pub(super) fn new(board: &'a Board, ends: &'a PipeEnds, worker: u32) -> Self {
        let layout = FrameLayout::of(board.spec());
        // Zeros would be given out as pages that are not there yet.
        let [tasks, results] = [layout.tasks_max(), layout.results_max()].map(|bytes| vec![1; bytes]);
        Self { board, ends, worker, layout, tasks, results }
    }

    /// Waits for the next chunk; `None` when there are no more. `claim` writes down whose it is before another worker
    /// may read.
    pub(super) fn fetch(&mut self, claim: impl FnOnce(&Range<u64>)) -> Result<Option<Range<u64>>, Cancelled> {
        let mut held = take(self.board, TASKS, self.worker)?;
        // A message has a task at least: so much belongs to it whatever its head says.
        let sure = HEAD + self.layout.task();
        let Some(read) = self.begin_reading(&mut held, sure)? else { return Ok(None) };
        self.read_to(read, sure)?;
        let [first, count] = head(&self.tasks);
        let whole = self.layout.message([first, count], self.layout.task()).ok_or(Cancelled)?;
        self.read_to(sure, whole)?;
        let positions = first..first + count;
        claim(&positions);
        held.finish_change();
        Ok(Some(positions))
    }

    /// Reads the first bytes of a message, at most `sure` many; `None` when there are no more messages.
    fn begin_reading(&mut self, held: &mut HeldLock<'_>, sure: usize) -> Result<Option<usize>, Cancelled> {
        loop {
            held.begin_change();
            let read = read(&self.ends.tasks, &mut self.tasks[..sure]).map_err(unusable)?;
            if let Moved::Some(bytes) = read {
                return Ok(Some(bytes));
            }
            held.undo_change();
            if read == Moved::Over {
                return Ok(None);
            }
            self.wait(PollFlags::POLLIN)?;
        }
    }

    fn read_to(&mut self, mut read_so_far: usize, whole: usize) -> Result<(), Cancelled> {
        while read_so_far < whole {
            match read(&self.ends.tasks, &mut self.tasks[read_so_far..whole]).map_err(unusable)? {
                Moved::Some(bytes) => read_so_far += bytes,
                Moved::None => self.wait(PollFlags::POLLIN)?,
                Moved::Over => return Err(Cancelled),
            }
        }
        Ok(())
    }

    /// A task of the chunk in hand, with its input, and where the payload of its result is to be written.
    pub(super) fn open(&mut self, n: usize) -> (u64, &[u8], &mut [u8]) {
        let (at, size) = (HEAD + n * self.layout.task(), self.layout.task());
        let entry = &self.tasks[at..at + size];
        let at = HEAD + n * self.layout.result();
        let payload = &mut self.results[at + self.layout.result() - (size - HEAD / 2)..at + self.layout.result()];
        (word(entry, 0), &entry[HEAD / 2..], payload)
    }

    /// Writes down the result of a task of the chunk in hand; `None` if it failed.
    pub(super) fn close(&mut self, n: usize, task: u64, result: Option<&(Values, u64)>) {
        let at = HEAD + n * self.layout.result();
        self.layout.write_result(&mut self.results[at..at + self.layout.result()], task, result);
    }

    /// Sends the results of the chunk in hand. `commit` counts them as done, before the engine could think that they
    /// were lost.
    pub(super) fn deliver(&mut self, count: u64, commit: impl FnOnce()) -> Result<(), Cancelled> {
        put_word(&mut self.results, 0, self.worker.into());
        put_word(&mut self.results, 1, count);
        let whole = HEAD + count as usize * self.layout.result();
        let mut held = take(self.board, RESULTS, self.worker)?;
        held.begin_change();
        let mut written = 0;
        while written < whole {
            match write(&self.ends.results, &self.results[written..whole]).map_err(unusable)? {
                Moved::Some(bytes) => written += bytes,
                Moved::None => self.wait(PollFlags::POLLOUT)?,
                Moved::Over => return Err(Cancelled),
            }
        }
        commit();
        held.finish_change();
        Ok(())
    }

    fn wait(&self, flags: PollFlags) -> Result<(), Cancelled> {
        let file = if flags == PollFlags::POLLIN { &self.ends.tasks } else { &self.ends.results };
        wait(&mut [waiting_for(file, flags)]).map_err(unusable)?;
        if self.board.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

/// Waits for one of the locks of the pipes. A worker that is lost in the middle of a message keeps it.
fn take(board: &Board, which: usize, worker: u32) -> Result<HeldLock<'_>, Cancelled> {
    board.header().pipe_locks[which].take(worker, &PATIENCE, || board.is_cancelled()).map_err(|WaitCancelled| Cancelled)
}

/// A pipe that gives errors is one that the dispatcher no longer serves; the engine sees what is missing in the end.
fn unusable(_: io::Error) -> Cancelled {
    Cancelled
}

/// Puts a word of a result's payload where it belongs; the last may have fewer bytes.
pub(super) fn put_payload_word(payload: &mut [u8], at: usize, word: u64) {
    let end = payload.len().min(8 * at + 8);
    let room = &mut payload[8 * at..end];
    room.copy_from_slice(&word.to_le_bytes()[..room.len()]);
}

/// Copies a payload to where results lie in shared memory.
pub(super) fn copy_to_slot(slot: &[AtomicU64], payload: &[u8]) {
    for (cell, bytes) in slot.iter().zip(payload.chunks(8)) {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        cell.store(u64::from_le_bytes(word), std::sync::atomic::Ordering::Relaxed);
    }
}
