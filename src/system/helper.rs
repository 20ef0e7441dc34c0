//! What the small processes have in common that parlab starts of its own binary: their only line to it is their standard
//! input.
//!
//! What they do is said where they are.

use std::ffi::CString;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{getpgrp, getpid};

use super::poll::{PollFd, PollFlags, is_ready, poll};

/// The name that process lists show: 15 bytes at most.
pub fn name_process(name: &str) {
    if let Ok(name) = CString::new(name) {
        let _ = prctl::set_name(&name);
    }
}

/// The line to parlab, if standard input is one: such a process is not for users to start by hand. What stood for standard
/// output takes its place.
pub fn standard_input_as_line() -> Option<UnixStream> {
    let line = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().ok()?);
    // Asked of what is no Unix socket, it is an error.
    if line.local_addr().is_err() || getpgrp() != getpid() {
        return None;
    }
    // Standard output is where nothing is to be read or written, as the program that starts such a process sees to.
    nix::unistd::dup2_stdin(std::io::stdout()).ok()?;
    Some(line)
}

/// Whether no process is at the other end of the line: a parent that died earlier brings no signal.
pub fn is_dead(line: &UnixStream) -> bool {
    let mut files = [PollFd::new(line.as_fd(), PollFlags::empty())];
    poll(&mut files, Some(Duration::ZERO)).is_ok() && is_ready(&files[0])
}

/// Undoes a `SIG_IGN` for SIGCHLD, which is handed down through exec: under it the kernel reaps the children by
/// itself and does not tell this process.
///
/// # Errors
/// When the system refuses.
#[expect(unsafe_code, reason = "signal dispositions have no safe interface")]
pub fn hear_of_children() -> nix::Result<()> {
    // SAFETY: the default disposition runs no code of this program.
    unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl) }.map(drop)
}
