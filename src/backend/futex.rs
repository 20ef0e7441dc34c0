//! Waiting on a word of shared memory, across threads and processes alike.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use rustix::thread::futex::{self, Flags};

/// Waits until `word` is no longer `seen`, is woken, or the time is up; may also return for no reason.
pub(super) fn wait(word: &AtomicU32, seen: u32, timeout: Option<Duration>) {
    let timeout = timeout.map(|duration| futex::Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    });
    // Whatever the reason to return, the caller looks at the word again.
    let _ = futex::wait(word, Flags::empty(), seen, timeout.as_ref());
}

/// Wakes all who wait on `word`.
pub(super) fn wake_all(word: &AtomicU32) {
    let _ = futex::wake(word, Flags::empty(), i32::MAX as u32);
}

/// Wakes one of those who wait on `word`.
pub(super) fn wake_one(word: &AtomicU32) {
    let _ = futex::wake(word, Flags::empty(), 1);
}
