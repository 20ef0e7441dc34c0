//! `processes` and `hybrid`: workers forked by a forkserver, a process each or as threads of some.

use std::sync::Arc;
use std::time::Duration;

use super::forkserver_client::ForkserverClient;
use super::pipe::PipePool;
use super::wire::{Reply, Request};
use crate::backend::board::Board;
use crate::backend::pool::{Backend, Broken, Notice, Pool, Unready};
use crate::backend::worker::LazyJob;
use crate::scenario::{Config, Dispatch};
use crate::workload::IsWanted;

/// Has workers forked.
pub(in crate::backend) struct Processes {
    forkserver: Arc<ForkserverClient>,
}

impl Processes {
    pub(in crate::backend) fn new(forkserver: &Arc<ForkserverClient>) -> Self {
        Self { forkserver: Arc::clone(forkserver) }
    }
}

impl Backend for Processes {
    fn prepare(&self, job: &LazyJob, config: &Config, is_wanted: &IsWanted<'_>) -> Result<(), Unready> {
        if config.dispatch == Dispatch::Pipe {
            // The dispatcher sends tasks in their order, and that may depend on what the workload knows.
            job.prepare(is_wanted)?;
        }
        self.forkserver.prepare(job, is_wanted)
    }

    /// That the forkserver cannot fork is told by the pool.
    fn start(&self, job: &LazyJob, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        let start = Request::Start(*board.spec());
        let forked = Box::new(ForkedPool { forkserver: Arc::clone(&self.forkserver) });
        match board.spec().dispatch {
            Dispatch::Shared => {
                self.forkserver.ask(&start, &[board.memory()])?;
                Ok(forked)
            }
            Dispatch::Pipe => {
                let prepared = job.prepared()?;
                let pipes = PipePool::open()?;
                let [tasks, results] = pipes.ends.files();
                self.forkserver.ask(&start, &[board.memory(), tasks, results])?;
                Ok(Box::new(pipes.serve(board, &prepared, forked)?))
            }
        }
    }
}

/// The forked workers of a trial.
struct ForkedPool {
    forkserver: Arc<ForkserverClient>,
}

impl Pool for ForkedPool {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        match self.forkserver.hear(timeout) {
            Ok(Some(Reply::Left { worker, pid, how })) => Some(Notice::Left { worker, pid, how }),
            Ok(Some(Reply::Stalled { worker, pid, stopped })) => Some(Notice::Stalled { worker, pid, stopped }),
            Ok(Some(Reply::Refused(reason))) => Some(Notice::Broken(Broken(reason))),
            Ok(Some(Reply::Ready) | None) => None,
            Err(broken) => Some(Notice::Broken(broken)),
        }
    }

    fn replace(&mut self, worker: u32) -> Result<(), Broken> {
        self.forkserver.ask(&Request::Replace(worker), &[])
    }

    fn parent(&self) -> Option<u32> {
        self.forkserver.id()
    }

    fn take_stop(&mut self) -> Option<bool> {
        self.forkserver.take_stop()
    }

    fn kill(&mut self) {
        // Workers are in the forkserver's process group: all go at once, and a later trial gets a new forkserver.
        self.forkserver.end();
    }
}
