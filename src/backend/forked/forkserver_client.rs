//! The forkserver as the engine's side holds it: started when first needed, asked, heard, and ended with all its
//! workers.

use std::fs::File;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::forkserver::COMMAND;
use super::wire::{Reply, Request, Wire};
use crate::backend::pool::{Broken, Unready};
use crate::backend::worker::LazyJob;
use crate::foreign::name;
use crate::scenario::Job;
use crate::system::process::{ChildGroup, ending};
use crate::workload::IsWanted;

/// How often it is looked whether what a forkserver prepares is still wanted.
const LOOK: Duration = Duration::from_millis(20);

/// What a forkserver has in place of a terminal, to read from and to write to.
const NOTHING: &str = "/dev/null";

/// The forkserver of a run: one at a time, started again after it was ended.
pub(in crate::backend) struct ForkserverClient {
    program: PathBuf,
    running: Mutex<Option<RunningForkserver>>,
}

impl ForkserverClient {
    /// `program` is the binary to start as the forkserver: parlab itself.
    pub(in crate::backend) fn new(program: &Path) -> Self {
        Self { program: program.to_owned(), running: Mutex::new(None) }
    }

    /// Starts the forkserver and has it prepare the job, unless that has been done. One that is still at it when it is
    /// not wanted any more is ended.
    ///
    /// # Errors
    /// When it cannot be started or cannot prepare the job, or is not wanted any more.
    pub(super) fn prepare(&self, job: &LazyJob, is_wanted: &IsWanted<'_>) -> Result<(), Unready> {
        let mut running = self.lock();
        let alive = running.as_mut().is_some_and(|forkserver| forkserver.child.is_running());
        let mut forkserver = match running.take().filter(|_| alive) {
            Some(forkserver) => forkserver,
            None => RunningForkserver::start(&self.program)?,
        };
        if forkserver.prepared != Some(job.number) {
            forkserver.prepare(&job.job, is_wanted)?;
            forkserver.prepared = Some(job.number);
        }
        *running = Some(forkserver);
        Ok(())
    }

    /// Sends it a request, with files beside it.
    ///
    /// # Errors
    /// When it is gone.
    pub(super) fn ask(&self, request: &Request, files: &[BorrowedFd<'_>]) -> Result<(), Broken> {
        let mut running = self.lock();
        let forkserver = running.as_mut().ok_or_else(gone)?;
        forkserver.wire.send(request, files).map_err(|_| forkserver.death_reason())
    }

    /// Waits for the next thing that it says; `None` when the time is up.
    ///
    /// # Errors
    /// When it is gone.
    pub(super) fn hear(&self, timeout: Duration) -> Result<Option<Reply>, Broken> {
        let mut running = self.lock();
        let forkserver = running.as_mut().ok_or_else(gone)?;
        let heard = forkserver.wire.receive(Some(timeout)).map_err(|_| forkserver.death_reason());
        if heard.is_err() {
            *running = None;
        }
        heard
    }

    /// Its process id, while it runs.
    pub(super) fn id(&self) -> Option<u32> {
        self.lock().as_ref().map(|forkserver| forkserver.child.id())
    }

    /// Whether it was stopped since this was last asked, and still is.
    pub(super) fn take_stop(&self) -> Option<bool> {
        self.lock().as_mut().and_then(|forkserver| forkserver.child.take_stop())
    }

    /// Ends it and all its workers.
    pub(super) fn end(&self) {
        *self.lock() = None;
    }

    /// Locks, also after a panic elsewhere: there is nothing here that a panic could leave half done.
    fn lock(&self) -> MutexGuard<'_, Option<RunningForkserver>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gone() -> Broken {
    Broken("the forkserver is gone".to_owned())
}

/// A forkserver that was started. Dropping it ends it and all its workers.
struct RunningForkserver {
    child: ChildGroup,
    wire: Wire,
    /// The number of the job that it has prepared.
    prepared: Option<u32>,
}

impl RunningForkserver {
    fn start(program: &Path) -> Result<Self, Broken> {
        let failed = |error: io::Error| Broken(format!("cannot start the forkserver ({}): {error}", name(program)));
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let mut command = Command::new(program);
        command.arg0("parlab").arg(COMMAND);
        let nothing =
            File::options().read(true).write(true).open(NOTHING).and_then(|file| Ok([file.try_clone()?, file]));
        let [out, err] = nothing.map_err(|error| Broken(format!("cannot start workers without {NOTHING}: {error}")))?;
        command.stdin(OwnedFd::from(theirs)).stdout(out).stderr(err);
        let child = ChildGroup::start(&mut command).map_err(failed)?;
        Ok(Self { child, wire: Wire::new(ours), prepared: None })
    }

    /// Has it prepare a job, in place of the one before.
    fn prepare(&mut self, job: &Job, is_wanted: &IsWanted<'_>) -> Result<(), Unready> {
        let asked = self.wire.send_while(&Request::Prepare(Box::new(job.clone())), &[], is_wanted);
        if asked.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return Err(Unready::CalledOff);
        }
        // One that is gone already may have said why.
        let patience = if asked.is_ok() { LOOK } else { Duration::ZERO };
        loop {
            match self.wire.receive(Some(patience)) {
                Ok(None) if asked.is_ok() && is_wanted() => {}
                Ok(None) if asked.is_ok() => return Err(Unready::CalledOff),
                Ok(None) => return Err(self.death_reason().into()),
                Ok(Some(Reply::Ready)) => return Ok(()),
                Ok(Some(Reply::Refused(reason))) => return Err(Broken(reason).into()),
                // Late news of the trial before.
                Ok(Some(Reply::Left { .. } | Reply::Stalled { .. })) => {}
                Err(_) => return Err(self.death_reason().into()),
            }
        }
    }

    /// How the forkserver died, now that its line is dead.
    fn death_reason(&mut self) -> Broken {
        Broken(format!("the forkserver that forks the workers {}", ending(&self.child.end())))
    }
}
