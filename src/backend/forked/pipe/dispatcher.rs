//! parlab's side of the pipes: a thread that sends out the chunks of a trial, and takes in their results.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::mpsc::Receiver;

use super::client::copy_to_slot;
use super::ends::{Moved, read, wait, waiting_for, write};
use super::frame::{FrameLayout, HEAD, ResultFrame, head, write_tasks};
use crate::backend::board::{Board, fingerprint};
use crate::backend::worker::{PreparedJob, counts_since, thread_usage};
use crate::system::poll::PollFlags;

/// Messages sent before results are looked at again.
const IN_A_ROW: usize = 64;
/// What is read at a time, at least.
const READ: usize = 64 << 10;

/// What a lost worker's loss means for the dispatcher.
pub(super) enum Return {
    /// These positions have to be sent again.
    Again(Range<u64>),
    /// This task was given up: no worker will send its result.
    GivenUp,
}

/// The state of the thread.
pub(super) struct Dispatcher {
    board: Arc<Board>,
    prepared: Arc<PreparedJob>,
    layout: FrameLayout,
    /// Where tasks go in, and where results come out.
    tasks: OwnedFd,
    results: OwnedFd,
    returns: Receiver<Return>,
    /// The next position that was never sent.
    next: u64,
    /// What has to be sent again.
    again: VecDeque<Range<u64>>,
    /// Tasks whose results are still to come.
    missing: u64,
    outgoing: Vec<u8>,
    sent: usize,
    incoming: Vec<u8>,
    received: usize,
}

impl Dispatcher {
    pub(super) fn new(
        board: &Arc<Board>,
        prepared: &Arc<PreparedJob>,
        (tasks, results): (OwnedFd, OwnedFd),
        returns: Receiver<Return>,
    ) -> Self {
        let layout = FrameLayout::of(board.spec());
        Self {
            board: Arc::clone(board),
            prepared: Arc::clone(prepared),
            layout,
            tasks,
            results,
            returns,
            next: 0,
            again: VecDeque::new(),
            missing: board.spec().tasks,
            outgoing: Vec::with_capacity(layout.tasks_max()),
            sent: 0,
            // Twice the largest message, so that whole ones seldom have to be moved.
            incoming: vec![1; READ.max(layout.results_max())],
            received: 0,
        }
    }

    /// Sends and receives from the gate's opening until all results are there or the trial is called off. Workers
    /// that find their pipe closed leave.
    ///
    /// # Errors
    /// When the system refuses a pipe's service, or what comes back makes no sense.
    pub(super) fn run(mut self) -> io::Result<()> {
        self.board.wait_at_gate();
        let before = thread_usage();
        let result = self.serve();
        if let Some(counts) = counts_since(before) {
            self.board.header().delivery.usage.add(counts);
        }
        result
    }

    fn serve(&mut self) -> io::Result<()> {
        while self.missing > 0 && !self.board.is_cancelled() {
            self.hear();
            let sent = self.send()?;
            let received = self.receive()?;
            if !sent && !received {
                let mut pipes = vec![waiting_for(&self.results, PollFlags::POLLIN)];
                if self.sent < self.outgoing.len() {
                    pipes.push(waiting_for(&self.tasks, PollFlags::POLLOUT));
                }
                wait(&mut pipes)?;
            }
        }
        Ok(())
    }

    fn hear(&mut self) {
        for told in self.returns.try_iter() {
            match told {
                Return::Again(positions) => self.again.push_back(positions),
                Return::GivenUp => self.missing -= 1,
            }
        }
    }

    /// Sends what there is room for, up to a few messages; says whether that was anything.
    fn send(&mut self) -> io::Result<bool> {
        let mut any = false;
        for _ in 0..IN_A_ROW {
            if self.sent == self.outgoing.len() && !self.pack() {
                break;
            }
            match write(&self.tasks, &self.outgoing[self.sent..])? {
                Moved::Some(bytes) => self.sent += bytes,
                Moved::None => break,
                // The forkserver is gone and all workers with it: the forkserver's client hears of that and tells it.
                Moved::Over => return Err(io::ErrorKind::BrokenPipe.into()),
            }
            any = true;
        }
        Ok(any)
    }

    /// Packs the next chunk, if there is one.
    fn pack(&mut self) -> bool {
        let spec = self.board.spec();
        let positions = self.again.pop_front().or_else(|| {
            let end = spec.tasks.min(self.next.saturating_add(spec.chunk.unwrap_or(1)));
            let fresh = self.next..end;
            self.next = end;
            (!fresh.is_empty()).then_some(fresh)
        });
        let Some(positions) = positions else { return false };
        write_tasks(&mut self.outgoing, positions, |p| self.prepared.task_at(p), |task| self.board.input(task));
        self.sent = 0;
        true
    }

    /// Takes in what has come; says whether that was anything.
    fn receive(&mut self) -> io::Result<bool> {
        match read(&self.results, &mut self.incoming[self.received..])? {
            Moved::Some(bytes) => self.received += bytes,
            Moved::None => return Ok(false),
            Moved::Over => return Err(io::ErrorKind::BrokenPipe.into()),
        }
        let mut at = 0;
        while let Some(end) = self.whole_message(at)? {
            self.unpack(at..end)?;
            at = end;
        }
        self.incoming.copy_within(at..self.received, 0);
        self.received -= at;
        Ok(true)
    }

    /// Where the message ends that begins here, if all of it has come.
    fn whole_message(&self, at: usize) -> io::Result<Option<usize>> {
        if self.received - at < HEAD {
            return Ok(None);
        }
        let size = self.layout.message(head(&self.incoming[at..]), self.layout.result()).ok_or_else(nonsense)?;
        Ok(Some(at + size).filter(|&end| end <= self.received))
    }

    fn unpack(&mut self, message: Range<usize>) -> io::Result<()> {
        let [worker, count] = head(&self.incoming[message.start..]);
        let worker = u32::try_from(worker).ok().filter(|&worker| worker < self.board.spec().lanes);
        let worker = worker.ok_or_else(nonsense)?;
        self.missing = self.missing.checked_sub(count).ok_or_else(nonsense)?;
        let entries = self.incoming[message.start + HEAD..message.end].chunks_exact(self.layout.result());
        for entry in entries {
            self.put_down(worker, &self.layout.read_result(entry));
        }
        self.board.header().delivery.last.store(self.board.spec().clock.now(), Release);
        Ok(())
    }

    /// Puts a result where it belongs: its values on the board, its payload into the worker's slot.
    fn put_down(&self, worker: u32, result: &ResultFrame<'_>) {
        let Some((values, sum)) = &result.values else { return };
        if let Some(cells) = self.board.record(result.task) {
            cells.values.iter().zip(values).for_each(|(cell, value)| cell.store(value.to_bits(), Relaxed));
        }
        debug_assert!(
            self.board.input(result.task).iter().zip(result.payload).all(|(sent, back)| *sent == !*back),
            "task {} came back with another's bytes",
            result.task
        );
        copy_to_slot(self.board.slot(worker), result.payload);
        let delivery = &self.board.header().delivery;
        let fingerprint = fingerprint(result.task, &values[..self.board.spec().summed], *sum);
        delivery.checksum.store(delivery.checksum.load(Relaxed).wrapping_add(fingerprint), Relaxed);
    }
}

fn nonsense() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what came through it is no result")
}
