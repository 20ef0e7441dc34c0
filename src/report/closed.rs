//! Whether standard output was open when the program was started.
//!
//! Rust's own start-up puts /dev/null in place of a standard stream that is closed, so that no other file gets its
//! number: from then on a report that no user can read looks delivered. So this is looked at before.

#![expect(
    unsafe_code,
    reason = "what runs before main, and asks about a descriptor that may be closed, is no safe code"
)]

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use nix::libc::{F_GETFD, STDOUT_FILENO, fcntl};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Called by the dynamic linker, or what stands for it in a static program, before Rust's start-up.
// SAFETY: the section holds pointers to functions of this type; they are called once each, by one thread.
#[used]
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    // SAFETY: asks about a number, whether or not it is a descriptor; the standard library is not called.
    let flags = unsafe { fcntl(STDOUT_FILENO, F_GETFD) };
    CLOSED.store(flags == -1, Relaxed);
}

/// Whether what is written to standard output is lost, because it was closed from the start.
pub(super) fn is_stdout_closed() -> bool {
    CLOSED.load(Relaxed)
}
