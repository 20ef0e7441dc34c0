//! `processes` and `hybrid`: workers forked by a nursery, as the engine's side sees them.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::board::Board;
use super::crew::{Broken, Crew, Notice};
use super::nursery;
use super::pipe::Office;
use super::wire::{Order, Wire, Word};
use super::worker::Bench;
use crate::scenario::Job;

/// How long a nursery may take to prepare a job, whatever has to be loaded for it.
const PREPARATION_MAX: Duration = Duration::from_secs(60);

/// Hires forked workers through a nursery that is started when first needed and serves the whole run.
pub(super) struct Processes {
    program: PathBuf,
    job: Box<Job>,
    /// How many jobs there were before this one.
    turn: u32,
    nursery: Arc<Mutex<Option<Handle>>>,
}

impl Processes {
    /// `program` is the binary to start as the nursery: parlab itself.
    pub(super) fn new(program: &Path, job: &Job) -> Self {
        Self { program: program.to_owned(), job: Box::new(job.clone()), turn: 0, nursery: Arc::default() }
    }

    /// Turns to another job, which the nursery prepares when it is asked to.
    pub(super) fn turn_to(&mut self, job: &Job) {
        *self.job = job.clone();
        self.turn += 1;
    }

    /// Starts the nursery and has it prepare the job, unless that has been done.
    ///
    /// # Errors
    /// When it cannot be started or cannot prepare the job.
    pub(super) fn prepare(&self) -> Result<(), Broken> {
        let mut nursery = lock(&self.nursery);
        let alive = nursery.as_mut().is_some_and(Handle::is_alive);
        let mut handle = match nursery.take().filter(|_| alive) {
            Some(handle) => handle,
            None => Handle::start(&self.program)?,
        };
        if handle.prepared != Some(self.turn) {
            handle.prepare(&self.job)?;
            handle.prepared = Some(self.turn);
        }
        *nursery = Some(handle);
        Ok(())
    }

    /// Has all workers of a board forked.
    ///
    /// # Errors
    /// When there is no nursery to ask. That it cannot fork is told by the crew.
    pub(super) fn hire(&self, board: &Board) -> Result<Box<dyn Crew>, Broken> {
        let mut nursery = lock(&self.nursery);
        let handle = nursery.as_mut().ok_or_else(|| Broken("the nursery is gone".to_owned()))?;
        handle.wire.send(&Order::Hire(*board.shape()), &[board.memory()]).map_err(|_| handle.epitaph())?;
        Ok(Box::new(Family { nursery: Arc::clone(&self.nursery) }))
    }

    /// As [`Processes::hire`], for a board whose tasks come through a pipe.
    ///
    /// # Errors
    /// Also when the system refuses a pipe or the dispatcher's thread.
    pub(super) fn hire_by_pipe(&self, board: &Arc<Board>, bench: &Arc<Bench>) -> Result<Box<dyn Crew>, Broken> {
        let office = Office::open()?;
        let mut nursery = lock(&self.nursery);
        let handle = nursery.as_mut().ok_or_else(|| Broken("the nursery is gone".to_owned()))?;
        let [tasks, results] = office.ends.files();
        let order = Order::Hire(*board.shape());
        handle.wire.send(&order, &[board.memory(), tasks, results]).map_err(|_| handle.epitaph())?;
        let family = Box::new(Family { nursery: Arc::clone(&self.nursery) });
        Ok(Box::new(office.serve(board, bench, family)?))
    }
}

/// The forked workers of a trial.
struct Family {
    nursery: Arc<Mutex<Option<Handle>>>,
}

impl Crew for Family {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        let mut nursery = lock(&self.nursery);
        let Some(handle) = nursery.as_mut() else {
            return Some(Notice::Broken(Broken("the nursery is gone".to_owned())));
        };
        match handle.wire.receive(Some(timeout)) {
            Ok(Some(Word::Left { worker, pid, how })) => Some(Notice::Left { worker, pid, how }),
            Ok(Some(Word::Stalled { worker, pid, stopped })) => Some(Notice::Stalled { worker, pid, stopped }),
            Ok(Some(Word::Refused(reason))) => Some(Notice::Broken(Broken(reason))),
            Ok(Some(Word::Ready) | None) => None,
            Err(_) => {
                let broken = handle.epitaph();
                *nursery = None;
                Some(Notice::Broken(broken))
            }
        }
    }

    fn replace(&mut self, worker: u32) -> Result<(), Broken> {
        let mut nursery = lock(&self.nursery);
        let handle = nursery.as_mut().ok_or_else(|| Broken("the nursery is gone".to_owned()))?;
        handle.wire.send(&Order::Replace(worker), &[]).map_err(|_| handle.epitaph())
    }

    fn parent(&self) -> Option<u32> {
        lock(&self.nursery).as_ref().map(|handle| handle.child.id())
    }

    fn kill(&mut self) {
        // Workers are in the nursery's process group: all go at once, and a later trial gets a new nursery.
        *lock(&self.nursery) = None;
    }
}

/// A nursery that was started. Dropping it ends it and all its workers.
struct Handle {
    child: Child,
    wire: Wire,
    /// The turn whose job it has prepared.
    prepared: Option<u32>,
}

impl Handle {
    fn start(program: &Path) -> Result<Self, Broken> {
        let failed = |error: io::Error| Broken(format!("cannot start the nursery ({}): {error}", program.display()));
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let child = Command::new(program)
            .arg0("parlab")
            .arg(nursery::COMMAND)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: a Ctrl-C at the terminal is for parlab to hear, and the group can be killed whole.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        Ok(Self { child, wire: Wire::new(ours), prepared: None })
    }

    /// Has it prepare a job, in place of the one before.
    fn prepare(&mut self, job: &Job) -> Result<(), Broken> {
        self.wire.send(&Order::Prepare(Box::new(job.clone())), &[]).map_err(|_| self.epitaph())?;
        loop {
            match self.wire.receive(Some(PREPARATION_MAX)) {
                Ok(None) => return Err(Broken("the nursery does not answer".to_owned())),
                Ok(Some(Word::Ready)) => return Ok(()),
                Ok(Some(Word::Refused(reason))) => return Err(Broken(reason)),
                // Late news of the trial before.
                Ok(Some(Word::Left { .. } | Word::Stalled { .. })) => {}
                Err(_) => return Err(self.epitaph()),
            }
        }
    }

    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// How the nursery died, now that its line is dead.
    fn epitaph(&mut self) -> Broken {
        let _ = self.child.kill();
        let how = match self.child.wait() {
            Ok(status) => match status.signal().and_then(|number| Signal::try_from(number).ok()) {
                Some(signal) => format!("was killed by {signal}"),
                None => format!("ended ({status})"),
            },
            Err(error) => format!("cannot be asked ({error})"),
        };
        Broken(format!("the nursery that forks the workers {how}"))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = killpg(Pid::from_raw(self.child.id() as i32), Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

/// Locks, also after a panic elsewhere: there is nothing in a handle that a panic could leave half done.
fn lock(nursery: &Mutex<Option<Handle>>) -> MutexGuard<'_, Option<Handle>> {
    nursery.lock().unwrap_or_else(PoisonError::into_inner)
}
