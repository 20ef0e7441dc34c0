//! The workers' ends of the two pipes, and reading and writing them without ever being stuck.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::OFlag;

use crate::system::poll::{PollFd, PollFlags, poll};

/// How long a worker or the dispatcher waits for a pipe before it looks whether the trial was called off.
pub(super) const LOOK_UP: Duration = Duration::from_millis(20);

/// What workers have of the pipes.
pub(in crate::backend) struct PipeEnds {
    /// Where tasks come out.
    pub(super) tasks: OwnedFd,
    /// Where results go in.
    pub(super) results: OwnedFd,
}

impl PipeEnds {
    /// Takes the two ends as they come with an order, tasks first.
    pub(in crate::backend) fn new(tasks: OwnedFd, results: OwnedFd) -> Self {
        Self { tasks, results }
    }

    /// The same two ends once more.
    ///
    /// # Errors
    /// When the system has no more files to give.
    #[cfg(test)]
    pub(in crate::backend) fn copied(&self) -> io::Result<Self> {
        Ok(Self::new(self.tasks.try_clone()?, self.results.try_clone()?))
    }

    /// The two ends, as they are to be sent with an order.
    pub(in crate::backend) fn files(&self) -> [BorrowedFd<'_>; 2] {
        [self.tasks.as_fd(), self.results.as_fd()]
    }
}

/// A pipe that neither end waits at: its reading and its writing end.
pub(super) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(nix::unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?)
}

/// How far a call got with a pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moved {
    /// So many bytes, at least one.
    Some(usize),
    /// None: the pipe is empty, or full.
    None,
    /// Nor will it ever: the other end is gone.
    Over,
}

/// Reads what is there.
pub(super) fn read(file: &OwnedFd, into: &mut [u8]) -> io::Result<Moved> {
    loop {
        return match nix::unistd::read(file, into) {
            Ok(0) => Ok(Moved::Over),
            Ok(bytes) => Ok(Moved::Some(bytes)),
            Err(Errno::EAGAIN) => Ok(Moved::None),
            Err(Errno::EINTR) => continue,
            Err(error) => Err(error.into()),
        };
    }
}

/// Writes what there is room for.
pub(super) fn write(file: &OwnedFd, bytes: &[u8]) -> io::Result<Moved> {
    loop {
        return match nix::unistd::write(file, bytes) {
            Ok(bytes) => Ok(Moved::Some(bytes)),
            Err(Errno::EAGAIN) => Ok(Moved::None),
            Err(Errno::EPIPE) => Ok(Moved::Over),
            Err(Errno::EINTR) => continue,
            Err(error) => Err(error.into()),
        };
    }
}

/// Waits until something can be done with one of the pipes, at most [`LOOK_UP`].
pub(super) fn wait(pipes: &mut [PollFd<'_>]) -> io::Result<()> {
    poll(pipes, Some(LOOK_UP)).map(drop)
}

/// One pipe to be waited for.
pub(super) fn waiting_for(file: &OwnedFd, flags: PollFlags) -> PollFd<'_> {
    PollFd::new(file.as_fd(), flags)
}
