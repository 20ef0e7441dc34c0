//! Signals that end a process on the spot: a last thing is done before they do what they would have done anyway.
//!
//! Nothing is made good here: a process that is broken ends, by the very signal.

#![expect(unsafe_code, reason = "a handler of one's own, and dispositions, have no safe interface")]

use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use nix::libc::{
    self, SA_ONSTACK, SA_SIGINFO, SIG_DFL, SIG_IGN, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP, c_int,
    c_void, sigaction, siginfo_t,
};

/// What is done, and what stood in for each signal before.
struct Last {
    act: fn(),
    before: Vec<(c_int, sigaction)>,
}

static LAST: OnceLock<Last> = OnceLock::new();

/// Those of a program that is broken; and those without a name, which are not sent by mistake.
fn fatal() -> impl Iterator<Item = c_int> {
    [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP].into_iter().chain(libc::SIGRTMIN()..=libc::SIGRTMAX())
}

/// From now on, has `act` called before the process is ended by a signal that nothing else hears. Only the first call
/// counts. In `act` nothing may be done but what POSIX calls async-signal-safe: no memory is allocated, and no lock
/// waited for.
pub fn before_the_end(act: fn()) {
    let mut is_new = false;
    let last = LAST.get_or_init(|| {
        is_new = true;
        let before = fatal().filter_map(|number| Some((number, disposition(number)?)));
        // What is ignored ends nothing.
        Last { act, before: before.filter(|(_, before)| before.sa_sigaction != SIG_IGN).collect() }
    });
    if is_new {
        // SAFETY: all of it is plain data, for which zero is valid.
        let mut action: sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = handle as *const () as usize;
        // On the stack that the standard library keeps for this: the thread's own may be what has run out.
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        last.before.iter().for_each(|(number, _)| set(*number, &action));
    }
}

fn disposition(number: c_int) -> Option<sigaction> {
    // SAFETY: as above; the call fills it in, and sets nothing.
    unsafe {
        let mut action: sigaction = std::mem::zeroed();
        (libc::sigaction(number, null(), &raw mut action) == 0).then_some(action)
    }
}

fn set(number: c_int, action: &sigaction) {
    // SAFETY: the action is a whole one: from `disposition`, the default, or with the handler below.
    unsafe {
        libc::sigaction(number, action, null_mut());
    }
}

extern "C" fn handle(number: c_int, info: *mut siginfo_t, _: *mut c_void) {
    let Some(last) = LAST.get() else { return };
    (last.act)();
    // SAFETY: the kernel hands over what the flag SA_SIGINFO says.
    let is_from_the_kernel = unsafe { (*info).si_code } > 0;
    let is_a_fault = is_from_the_kernel && [SIGBUS, SIGFPE, SIGILL, SIGSEGV].contains(&number);
    if is_a_fault && let Some((_, before)) = last.before.iter().find(|(known, _)| *known == number) {
        // The instruction that cannot be executed is tried again, which brings the signal anew: to what the standard
        // library has in place, which knows a stack that has run out.
        return set(number, before);
    }
    // SAFETY: plain data again; the default disposition runs no code of this program, and the signal, which is blocked
    // until this returns, comes then.
    unsafe {
        let mut default: sigaction = std::mem::zeroed();
        default.sa_sigaction = SIG_DFL;
        set(number, &default);
        libc::raise(number);
    }
}
