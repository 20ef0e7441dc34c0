//! A lock in shared memory that outlives its holder: a futex, as mutexes are made of on Linux, that also says who
//! holds it.
//!
//! A worker may be killed while it holds the lock. Whoever takes its place has its number, finds the lock held by
//! itself, and frees it ([`Lock::free_from`]); nobody has to guess whether a process is alive. The others wait
//! meanwhile, and stop waiting when the trial is called off.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use rustix::thread::futex::{self, Flags, Timespec};

use super::{Cancelled, Desk};

/// Set beside the holder's number when somebody may be asleep.
const AWAITED: u32 = 1 << 31;

/// Looks at a held lock before going to sleep: it may be free again in a moment.
const SPINS: u32 = 100;

/// How long a sleep lasts that nobody ends: a holder that was killed wakes nobody, and a cancelled trial does not know
/// who sleeps here.
const NAP: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };

/// 0 while it is free, else the number of its holder plus 1.
#[repr(C, align(128))]
pub struct Lock(AtomicU32);

/// The lock is held while this lives.
pub struct Held<'a>(&'a Lock);

impl Lock {
    pub(super) const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Waits until the lock is free, and takes it. It must not be held already by the same worker.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was called off meanwhile.
    #[inline]
    pub fn take(&self, desk: &dyn Desk) -> Result<Held<'_>, Cancelled> {
        let holder = desk.worker() + 1;
        if self.0.compare_exchange(0, holder, Acquire, Relaxed).is_err() {
            self.wait_for(holder, desk)?;
        }
        Ok(Held(self))
    }

    /// Frees it from a worker that was lost while it held it; to be called by its replacement.
    pub fn free_from(&self, worker: u32) {
        if self.0.load(Relaxed) & !AWAITED == worker + 1 {
            self.free();
        }
    }

    fn wait_for(&self, holder: u32, desk: &dyn Desk) -> Result<(), Cancelled> {
        for _ in 0..SPINS {
            if self.0.load(Relaxed) == 0 && self.0.compare_exchange(0, holder, Acquire, Relaxed).is_ok() {
                return Ok(());
            }
            std::hint::spin_loop();
        }
        while !desk.cancelled() {
            let seen = self.0.load(Relaxed);
            if seen == 0 {
                // Who comes out of here does not know whether others sleep on.
                if self.0.compare_exchange(0, holder | AWAITED, Acquire, Relaxed).is_ok() {
                    return Ok(());
                }
                continue;
            }
            let marked = seen | AWAITED;
            if seen == marked || self.0.compare_exchange(seen, marked, Relaxed, Relaxed).is_ok() {
                // Whatever the reason to return, the word is looked at again.
                let _ = futex::wait(&self.0, Flags::empty(), marked, Some(&NAP));
            }
        }
        Err(Cancelled)
    }

    fn free(&self) {
        if self.0.swap(0, Release) & AWAITED != 0 {
            let _ = futex::wake(&self.0, Flags::empty(), 1);
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.free();
    }
}
