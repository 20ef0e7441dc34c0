//! Waiting for somebody else's answer without a core, and without missing that the trial was cancelled.

use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Cancelled;

/// How long a wait goes on before it looks whether it still should. Services hang up when a trial is cancelled, which
/// ends their waits at once; this is for those that nobody ends.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Waits until `source` has something to read or has come to its end.
///
/// # Errors
/// [`Cancelled`] once `cancelled` says so.
pub fn until_readable(source: BorrowedFd<'_>, cancelled: &dyn Fn() -> bool) -> Result<(), Cancelled> {
    loop {
        if cancelled() {
            return Err(Cancelled);
        }
        let mut fds = [PollFd::from_borrowed_fd(source, PollFlags::IN)];
        match poll(&mut fds, Some(&LOOK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            // What is wrong with it, whoever reads will be told.
            Ok(_) | Err(_) => return Ok(()),
        }
    }
}
