//! Waiting on a word of memory, across threads and processes alike.
//!
//! What the word means is the caller's; so is looking at it again, since every wait may end for no reason.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use rustix::thread::futex::{self, Flags, Timespec};

/// Waits until `word` is no longer `seen`, is woken, or the time is up; may also return for no reason. Without a
/// timeout it waits for ever.
pub fn wait(word: &AtomicU32, seen: u32, timeout: Option<Duration>) {
    let timeout = timeout.map(|duration| Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    });
    // Whatever the reason to return, the caller looks at the word again.
    let _ = futex::wait(word, Flags::empty(), seen, timeout.as_ref());
}

/// Wakes all threads that wait on `word`, of whatever process.
pub fn wake_all(word: &AtomicU32) {
    let _ = futex::wake(word, Flags::empty(), i32::MAX as u32);
}

/// Wakes one of the threads that wait on `word`.
pub fn wake_one(word: &AtomicU32) {
    let _ = futex::wake(word, Flags::empty(), 1);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::{Acquire, Release};
    use std::time::Instant;

    use super::*;

    #[test]
    fn waits_end_when_the_word_changes_or_the_time_is_up() {
        let word = &AtomicU32::new(0);
        wait(word, 1, None);
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(5) {
            wait(word, 0, Some(Duration::from_millis(5)));
        }
        std::thread::scope(|scope| {
            let waiters = [(); 3].map(|()| {
                scope.spawn(|| {
                    while word.load(Acquire) == 0 {
                        wait(word, 0, None);
                    }
                })
            });
            word.store(1, Release);
            wake_one(word);
            wake_all(word);
            waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
        });
    }
}
