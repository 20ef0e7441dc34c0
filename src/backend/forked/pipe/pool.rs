//! The dispatcher's thread and the forked workers it serves, as one pool.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use super::dispatcher::{Dispatcher, Return};
use super::ends::{PipeEnds, pipe};
use crate::backend::board::Board;
use crate::backend::pool::{Broken, Notice, Pool};
use crate::backend::worker::PreparedJob;
use crate::system::lock::LockRemains;

/// The pipes of a trial before the dispatcher serves them.
pub(in crate::backend) struct PipePool {
    /// The workers' ends, to be sent to the forkserver.
    pub(in crate::backend) ends: PipeEnds,
    ours: (OwnedFd, OwnedFd),
}

impl PipePool {
    /// Makes the pipes.
    ///
    /// # Errors
    /// When the system refuses them.
    pub(in crate::backend) fn open() -> Result<Self, Broken> {
        let pipes = || -> io::Result<_> { Ok((pipe()?, pipe()?)) };
        let ((tasks, tasks_in), (results, results_in)) =
            pipes().map_err(|error| Broken(format!("cannot make a pipe: {error}")))?;
        Ok(Self { ends: PipeEnds::new(tasks, results_in), ours: (tasks_in, results) })
    }

    /// Starts the dispatcher, which waits at the gate. The workers' ends are closed here: the workers have copies of
    /// them.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(in crate::backend) fn serve(
        self,
        board: &Arc<Board>,
        prepared: &Arc<PreparedJob>,
        forked: Box<dyn Pool>,
    ) -> Result<PipeWorkers, Broken> {
        let (returns, returned) = mpsc::channel();
        let dispatcher = Dispatcher::new(board, prepared, self.ours, returned);
        let thread = std::thread::Builder::new()
            .name("dispatcher".to_owned())
            .spawn(move || dispatcher.run())
            .map_err(|error| Broken(format!("cannot start a thread: {error}")))?;
        let (board, prepared) = (Arc::clone(board), Arc::clone(prepared));
        Ok(PipeWorkers { board, prepared, forked, returns, given_up: None, thread: Some(thread) })
    }
}

/// Forked workers and the dispatcher that serves them.
pub(in crate::backend) struct PipeWorkers {
    board: Arc<Board>,
    prepared: Arc<PreparedJob>,
    forked: Box<dyn Pool>,
    returns: Sender<Return>,
    /// A task that was given up with the worker that is to be replaced next.
    given_up: Option<u64>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Pool for PipeWorkers {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        // Of the two that may be broken, the workers know better why.
        self.forked.next(timeout).or_else(|| self.dispatchers_fault().map(Notice::Broken))
    }

    fn loss_is_fatal(&mut self, worker: u32) -> Option<Broken> {
        let [tasks, results] = [0, 1].map(|n| self.board.header().pipe_locks[n].release_dead(worker));
        let what = match (tasks, results) {
            (LockRemains::HalfDone, _) => "reading tasks from",
            (_, LockRemains::HalfDone) => "writing results to",
            _ => return None,
        };
        Some(Broken(format!(
            "worker {worker} died while it was {what} the pipe that all workers share: half a message is lost, and \
             no reader can tell where the next begins (multiprocessing.Pool waits for ever then)"
        )))
    }

    fn give_up(&mut self, task: u64) {
        self.given_up = Some(task);
    }

    fn replace(&mut self, worker: u32) -> Result<(), Broken> {
        let given_up = self.given_up.take();
        let positions = self.board.take_back(worker, given_up.is_some());
        // A dispatcher that is gone has told why, or is done.
        let tell = |told| drop(self.returns.send(told));
        let is_given_up = |&position: &u64| Some(self.prepared.task_at(position)) == given_up;
        let rest = match positions.clone().find(is_given_up) {
            Some(position) => {
                tell(Return::GivenUp);
                [positions.start..position, position + 1..positions.end]
            }
            None => [positions, 0..0],
        };
        rest.into_iter().filter(|range| !range.is_empty()).for_each(|range| tell(Return::Again(range)));
        self.forked.replace(worker)
    }

    fn parent(&self) -> Option<u32> {
        self.forked.parent()
    }

    fn take_stop(&mut self) -> Option<bool> {
        self.forked.take_stop()
    }

    fn kill(&mut self) {
        self.forked.kill();
    }
}

impl PipeWorkers {
    /// What has become of the dispatcher, if it ended other than it should.
    fn dispatchers_fault(&mut self) -> Option<Broken> {
        let thread = self.thread.take_if(|thread| thread.is_finished())?;
        match thread.join() {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(Broken(format!("the pipe to the workers failed: {error}"))),
            Err(_) => Some(Broken("the dispatcher of the pipe panicked".to_owned())),
        }
    }
}

impl Drop for PipeWorkers {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.board.progress().0 < self.board.spec().tasks {
            // It would wait for results that no worker computes any more.
            self.board.cancel();
        }
        let _ = thread.join();
    }
}
