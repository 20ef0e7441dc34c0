//! Waiting for a service's answer without a core, and without missing that the trial was cancelled.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::cancelled::Cancelled;
use crate::system::poll::{PollFd, PollFlags, poll};

/// How long a wait goes on before it looks whether it still should. Services hang up when a trial is cancelled, which
/// ends their waits at once; this is for those that no service ends.
const LOOK: Duration = Duration::from_millis(100);

/// Waits until `source` has something to read or has come to its end.
///
/// # Errors
/// [`Cancelled`] once `cancelled` says so.
pub fn until_readable(source: BorrowedFd<'_>, cancelled: &dyn Fn() -> bool) -> Result<(), Cancelled> {
    loop {
        if cancelled() {
            return Err(Cancelled);
        }
        // What is wrong with it, the caller is told when it reads.
        if !matches!(poll(&mut [PollFd::new(source, PollFlags::POLLIN)], Some(LOOK)), Ok(0)) {
            return Ok(());
        }
    }
}
