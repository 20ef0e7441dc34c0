//! The dispatcher's thread and the forked workers it serves, as one crew.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use super::super::board::Board;
use super::super::crew::{Broken, Crew, Notice};
use super::super::worker::Bench;
use super::dispatcher::{Dispatcher, Return};
use super::ends::{Ends, pipe};
use super::turn::Estate;

/// The pipes of a trial before anybody serves them.
pub(in crate::backend) struct Office {
    /// The workers' ends, to be sent to the nursery.
    pub(in crate::backend) ends: Ends,
    ours: (OwnedFd, OwnedFd),
}

impl Office {
    /// Makes the pipes.
    ///
    /// # Errors
    /// When the system refuses them.
    pub(in crate::backend) fn open() -> Result<Self, Broken> {
        let pipes = || -> io::Result<_> { Ok((pipe()?, pipe()?)) };
        let ((tasks, tasks_in), (results, results_in)) =
            pipes().map_err(|error| Broken(format!("cannot make a pipe: {error}")))?;
        Ok(Self { ends: Ends::new(tasks, results_in), ours: (tasks_in, results) })
    }

    /// Starts the dispatcher, which waits at the gate. The workers' ends are closed here: theirs are copies.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(in crate::backend) fn serve(
        self,
        board: &Arc<Board>,
        bench: &Arc<Bench>,
        family: Box<dyn Crew>,
    ) -> Result<Staff, Broken> {
        let (returns, returned) = mpsc::channel();
        let dispatcher = Dispatcher::new(board, bench, self.ours, returned);
        let thread = std::thread::Builder::new()
            .name("dispatcher".to_owned())
            .spawn(move || dispatcher.run())
            .map_err(|error| Broken(format!("cannot start a thread: {error}")))?;
        let (board, bench) = (Arc::clone(board), Arc::clone(bench));
        Ok(Staff { board, bench, family, returns, given_up: None, thread: Some(thread) })
    }
}

/// Forked workers and the dispatcher that serves them.
pub(in crate::backend) struct Staff {
    board: Arc<Board>,
    bench: Arc<Bench>,
    family: Box<dyn Crew>,
    returns: Sender<Return>,
    /// A task that was given up with the worker that is to be replaced next.
    given_up: Option<u64>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Crew for Staff {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        // Of the two that may be broken, the workers know better why.
        self.family.next(timeout).or_else(|| self.dispatchers_fault().map(Notice::Broken))
    }

    fn loss_is_fatal(&mut self, worker: u32) -> Option<Broken> {
        let [tasks, results] = [0, 1].map(|n| self.board.header().turns[n].bury(worker));
        let what = match (tasks, results) {
            (Estate::Message, _) => "reading tasks from",
            (_, Estate::Message) => "writing results to",
            _ => return None,
        };
        Some(Broken(format!(
            "worker {worker} died while it was {what} the pipe that all workers share: half a message is lost, and \
             nobody can tell where the next begins (multiprocessing.Pool waits for ever then)"
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
        let is_given_up = |&position: &u64| Some(self.bench.task_at(position)) == given_up;
        let rest = match positions.clone().find(is_given_up) {
            Some(position) => {
                tell(Return::GivenUp);
                [positions.start..position, position + 1..positions.end]
            }
            None => [positions, 0..0],
        };
        rest.into_iter().filter(|range| !range.is_empty()).for_each(|range| tell(Return::Again(range)));
        self.family.replace(worker)
    }

    fn parent(&self) -> Option<u32> {
        self.family.parent()
    }

    fn kill(&mut self) {
        self.family.kill();
    }
}

impl Staff {
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

impl Drop for Staff {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.board.progress().0 < self.board.shape().tasks {
            // It would wait for results that nobody computes any more.
            self.board.cancel();
        }
        let _ = thread.join();
    }
}
