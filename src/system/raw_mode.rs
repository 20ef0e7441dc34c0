//! The modes of the terminal that is taken over, and what is written to it last. What is written to it otherwise, and
//! when, is the screen's business; how large it is, [`super::terminal`] says.
//!
//! Nothing here waits for a reader, so that it may be called when the program has to end. The calls are those
//! that a handler of a signal may make, too: they allocate nothing and lock nothing for longer than a moment.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use nix::sys::termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, isatty, tcgetpgrp};

use super::poll::{PollFd, PollFlags, poll};

/// How long a terminal may take to read on.
const MOMENT: Duration = Duration::from_millis(50);

/// The terminal that was made raw, and how it was before. One for the process, as its terminal is.
static RAW: Mutex<Option<(OwnedFd, Termios)>> = Mutex::new(None);

/// Locks, also after a panic elsewhere: what is in there is whole at any time.
fn raw() -> MutexGuard<'static, Option<(OwnedFd, Termios)>> {
    RAW.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The terminal that keys come from: standard input if that is one, else the one that controls this process.
///
/// # Errors
/// When there is none.
fn keyboard() -> io::Result<OwnedFd> {
    let stdin = io::stdin();
    if isatty(&stdin).unwrap_or(false) {
        stdin.as_fd().try_clone_to_owned()
    } else {
        Ok(File::open("/dev/tty")?.into())
    }
}

/// Has the terminal hand on every key as it comes and show none; does nothing if it does already.
///
/// # Errors
/// When there is no terminal, or none that can be had.
pub fn make_raw() -> io::Result<()> {
    let mut raw = raw();
    if raw.is_none() {
        let terminal = keyboard()?;
        let before = tcgetattr(&terminal)?;
        let mut modes = before.clone();
        cfmakeraw(&mut modes);
        tcsetattr(&terminal, SetArg::TCSANOW, &modes)?;
        *raw = Some((terminal, before));
    }
    Ok(())
}

/// Puts the terminal back to how it was before [`make_raw`]; does nothing if it is.
pub fn make_cooked() {
    let mut raw = match RAW.try_lock() {
        Ok(raw) => raw,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        // Another thread is at it, or is the one that a handler interrupted.
        Err(TryLockError::WouldBlock) => return,
    };
    if let Some((terminal, before)) = &*raw {
        // Now, without waiting until what was written has been read. A terminal that is gone needs no restoring.
        let _ = tcsetattr(terminal, SetArg::TCSANOW, before);
    }
    *raw = None;
}

/// Whether this process's group is the one that the terminal belongs to at present: to set its modes from the background
/// would stop the process.
///
/// # Errors
/// When there is no terminal any more.
pub fn is_in_foreground() -> io::Result<bool> {
    // One that does not control this process (its session has another, or none) never stops it.
    let Ok(terminal) = File::open("/dev/tty") else { return keyboard().map(|_| true) };
    Ok(tcgetpgrp(&terminal)? == getpgrp())
}

/// Throws away what was written to the terminal on standard output and has not been read yet.
pub fn discard_unread() {
    let _ = tcflush(io::stdout(), FlushArg::TCOFLUSH);
}

/// Writes a few bytes to standard output without waiting for a reader; if it is full, what was not
/// read is thrown away. For when the program ends on the spot.
pub fn write_last(bytes: &[u8]) {
    let stdout = io::stdout();
    if !has_room(stdout.as_fd()) {
        discard_unread();
    }
    if has_room(stdout.as_fd()) {
        // Not through the standard library's buffer, which another thread may hold.
        let _ = nix::unistd::write(stdout.as_fd(), bytes);
    }
}

fn has_room(terminal: BorrowedFd<'_>) -> bool {
    let mut files = [PollFd::new(terminal, PollFlags::POLLOUT)];
    poll(&mut files, Some(MOMENT)).is_ok_and(|ready| ready > 0)
}
