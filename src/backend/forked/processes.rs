//! `processes` and `hybrid`: workers forked by a forkserver, as the engine's side sees them.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::forkserver;
use super::pipe::PipePool;
use super::wire::{Reply, Request, Wire};
use crate::backend::board::Board;
use crate::backend::pool::{Broken, Notice, Pool};
use crate::backend::worker::PreparedJob;
use crate::scenario::Job;
use crate::system::process::{ChildGroup, ending};

/// How long a forkserver may take to prepare a job, whatever has to be loaded for it.
const PREPARATION_MAX: Duration = Duration::from_secs(60);

/// Hires forked workers through a forkserver that is started when first needed and serves the whole run.
pub(in crate::backend) struct Processes {
    program: PathBuf,
    job: Box<Job>,
    /// How many jobs there were before this one.
    turn: u32,
    forkserver: Arc<Mutex<Option<Handle>>>,
}

impl Processes {
    /// `program` is the binary to start as the forkserver: parlab itself.
    pub(in crate::backend) fn new(program: &Path, job: &Job) -> Self {
        Self { program: program.to_owned(), job: Box::new(job.clone()), turn: 0, forkserver: Arc::default() }
    }

    /// Turns to another job, which the forkserver prepares when it is asked to.
    pub(in crate::backend) fn set_job(&mut self, job: &Job) {
        *self.job = job.clone();
        self.turn += 1;
    }

    /// Starts the forkserver and has it prepare the job, unless that has been done.
    ///
    /// # Errors
    /// When it cannot be started or cannot prepare the job.
    pub(in crate::backend) fn prepare(&self) -> Result<(), Broken> {
        let mut forkserver = lock(&self.forkserver);
        let alive = forkserver.as_mut().is_some_and(|handle| handle.child.is_running());
        let mut handle = match forkserver.take().filter(|_| alive) {
            Some(handle) => handle,
            None => Handle::start(&self.program)?,
        };
        if handle.prepared != Some(self.turn) {
            handle.prepare(&self.job)?;
            handle.prepared = Some(self.turn);
        }
        *forkserver = Some(handle);
        Ok(())
    }

    /// Has all workers of a board forked.
    ///
    /// # Errors
    /// When there is no forkserver to ask. That it cannot fork is told by the pool.
    pub(in crate::backend) fn start(&self, board: &Board) -> Result<Box<dyn Pool>, Broken> {
        let mut forkserver = lock(&self.forkserver);
        let handle = forkserver.as_mut().ok_or_else(|| Broken("the forkserver is gone".to_owned()))?;
        handle.wire.send(&Request::Hire(*board.shape()), &[board.memory()]).map_err(|_| handle.death_reason())?;
        Ok(Box::new(ForkedPool { forkserver: Arc::clone(&self.forkserver) }))
    }

    /// As [`Processes::hire`], for a board whose tasks come through a pipe.
    ///
    /// # Errors
    /// Also when the system refuses a pipe or the dispatcher's thread.
    pub(in crate::backend) fn start_with_pipe(
        &self,
        board: &Arc<Board>,
        prepared: &Arc<PreparedJob>,
    ) -> Result<Box<dyn Pool>, Broken> {
        let pipes = PipePool::open()?;
        let mut forkserver = lock(&self.forkserver);
        let handle = forkserver.as_mut().ok_or_else(|| Broken("the forkserver is gone".to_owned()))?;
        let [tasks, results] = pipes.ends.files();
        let order = Request::Hire(*board.shape());
        handle.wire.send(&order, &[board.memory(), tasks, results]).map_err(|_| handle.death_reason())?;
        let forked = Box::new(ForkedPool { forkserver: Arc::clone(&self.forkserver) });
        Ok(Box::new(pipes.serve(board, prepared, forked)?))
    }
}

/// The forked workers of a trial.
struct ForkedPool {
    forkserver: Arc<Mutex<Option<Handle>>>,
}

impl Pool for ForkedPool {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        let mut forkserver = lock(&self.forkserver);
        let Some(handle) = forkserver.as_mut() else {
            return Some(Notice::Broken(Broken("the forkserver is gone".to_owned())));
        };
        match handle.wire.receive(Some(timeout)) {
            Ok(Some(Reply::Left { worker, pid, how })) => Some(Notice::Left { worker, pid, how }),
            Ok(Some(Reply::Stalled { worker, pid, stopped })) => Some(Notice::Stalled { worker, pid, stopped }),
            Ok(Some(Reply::Refused(reason))) => Some(Notice::Broken(Broken(reason))),
            Ok(Some(Reply::Ready) | None) => None,
            Err(_) => {
                let broken = handle.death_reason();
                *forkserver = None;
                Some(Notice::Broken(broken))
            }
        }
    }

    fn replace(&mut self, worker: u32) -> Result<(), Broken> {
        let mut forkserver = lock(&self.forkserver);
        let handle = forkserver.as_mut().ok_or_else(|| Broken("the forkserver is gone".to_owned()))?;
        handle.wire.send(&Request::Replace(worker), &[]).map_err(|_| handle.death_reason())
    }

    fn parent(&self) -> Option<u32> {
        lock(&self.forkserver).as_ref().map(|handle| handle.child.id())
    }

    fn kill(&mut self) {
        // Workers are in the forkserver's process group: all go at once, and a later trial gets a new forkserver.
        *lock(&self.forkserver) = None;
    }
}

/// A forkserver that was started. Dropping it ends it and all its workers.
struct Handle {
    child: ChildGroup,
    wire: Wire,
    /// The turn whose job it has prepared.
    prepared: Option<u32>,
}

impl Handle {
    fn start(program: &Path) -> Result<Self, Broken> {
        let failed = |error: io::Error| Broken(format!("cannot start the forkserver ({}): {error}", program.display()));
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let mut command = Command::new(program);
        command.arg0("parlab").arg(forkserver::COMMAND);
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        let child = ChildGroup::start(&mut command).map_err(failed)?;
        Ok(Self { child, wire: Wire::new(ours), prepared: None })
    }

    /// Has it prepare a job, in place of the one before.
    fn prepare(&mut self, job: &Job) -> Result<(), Broken> {
        self.wire.send(&Request::Prepare(Box::new(job.clone())), &[]).map_err(|_| self.death_reason())?;
        loop {
            match self.wire.receive(Some(PREPARATION_MAX)) {
                Ok(None) => return Err(Broken("the forkserver does not answer".to_owned())),
                Ok(Some(Reply::Ready)) => return Ok(()),
                Ok(Some(Reply::Refused(reason))) => return Err(Broken(reason)),
                // Late news of the trial before.
                Ok(Some(Reply::Left { .. } | Reply::Stalled { .. })) => {}
                Err(_) => return Err(self.death_reason()),
            }
        }
    }

    /// How the forkserver died, now that its line is dead.
    fn death_reason(&mut self) -> Broken {
        Broken(format!("the forkserver that forks the workers {}", ending(&self.child.end())))
    }
}

/// Locks, also after a panic elsewhere: there is nothing in a handle that a panic could leave half done.
fn lock(forkserver: &Mutex<Option<Handle>>) -> MutexGuard<'_, Option<Handle>> {
    forkserver.lock().unwrap_or_else(PoisonError::into_inner)
}
