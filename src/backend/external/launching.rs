//! The launcher that a backend shares among its trials: started when first needed, and again when it is gone.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::backend::broken::Broken;
use crate::foreign;
use crate::system::launch::{Launcher, ProgramOrder, Word};

/// A launcher, once there is one.
#[derive(Clone, Default)]
pub(in crate::backend) struct SharedLauncher(Arc<Mutex<Option<Launcher>>>);

impl SharedLauncher {
    /// Starts it, unless it is there; `program` is parlab's own binary.
    pub(in crate::backend) fn ready(&self, program: &Path) -> Result<(), Broken> {
        let mut launcher = self.lock();
        if launcher.is_none() {
            let failed =
                |error| Broken(format!("cannot start what starts programs ({}): {error}", foreign::name(program)));
            *launcher = Some(Launcher::start(program).map_err(failed)?);
        }
        Ok(())
    }

    /// Asks for a program; the number by which it is known.
    pub(in crate::backend) fn order(&self, order: &ProgramOrder, files: [BorrowedFd<'_>; 3]) -> Result<u64, Broken> {
        let mut launcher = self.lock();
        launcher.as_mut().ok_or_else(gone)?.line().and_then(|line| line.order(order, files)).map_err(|_| gone())
    }

    /// Sends a signal to the group of a program.
    pub(in crate::backend) fn signal(&self, program: u64, signal: Signal) -> Result<(), Broken> {
        let mut launcher = self.lock();
        launcher.as_mut().ok_or_else(gone)?.line().and_then(|line| line.signal(program, signal)).map_err(|_| gone())
    }

    /// Waits for the next thing that it says, with the handle of a program that runs.
    pub(in crate::backend) fn hear(&self, timeout: Duration) -> Result<Option<(Word, Option<OwnedFd>)>, Broken> {
        let mut launcher = self.lock();
        let heard = launcher.as_mut().ok_or_else(gone)?.line().and_then(|line| line.hear(timeout));
        heard.map_err(|_| {
            *launcher = None;
            gone()
        })
    }

    /// Locks, also after a panic elsewhere: there is nothing here that a panic could leave half done.
    fn lock(&self) -> MutexGuard<'_, Option<Launcher>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gone() -> Broken {
    Broken("what starts programs is gone".to_owned())
}
