//! A lock in shared memory that outlives its holder: a futex that also says who holds it, and whether what it guards is
//! half changed.
//!
//! A worker may be killed while it holds the lock. No other waits for ever then: a caller that knows of the death frees
//! the lock in the dead worker's name ([`RobustLock::release_dead`]), and learns whether anything was lost with it.
//! (The kernel's own robust futexes are known to one process each, and tell neither.)

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::time::Duration;

use super::futex;

/// Set beside the holder while a thread may be asleep over the lock.
const AWAITED: u32 = 1 << 31;
/// Set beside the holder while what the lock guards is half changed.
const HALF_DONE: u32 = 1 << 30;
/// The rest: the holder's number plus 1.
const HOLDER: u32 = HALF_DONE - 1;

/// A lock between threads and processes; all zero is a free one.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct RobustLock(AtomicU32);

/// How a lock is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Looks at a held lock before going to sleep: it may be free again in a moment.
    pub looks: u32,
    /// The longest sleep before looking again, whether the wait was called off and whether the lock is free: a holder
    /// that is killed wakes no waiter.
    pub nap: Duration,
}

/// The wait for a lock was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitCancelled;

/// The lock is held while this lives.
#[derive(Debug)]
pub struct HeldLock<'a> {
    lock: &'a RobustLock,
    is_half_done: bool,
}

/// What a holder that died leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockRemains {
    /// It did not hold the lock.
    Nothing,
    /// It held the lock and was in the middle of nothing: the lock is free again.
    Lock,
    /// It was in the middle of a change. The lock stays held, since what it guards cannot be used.
    HalfDone,
}

impl RobustLock {
    /// A free lock.
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Waits until the lock is free, and takes it. `holder` is the caller's number, less than 2³⁰ − 1, by which its
    /// death is told; it must not hold the lock already.
    ///
    /// # Errors
    /// [`WaitCancelled`] once `is_cancelled` says so; a lock that is free is taken all the same.
    #[inline]
    pub fn take(
        &self,
        holder: u32,
        patience: &Patience,
        is_cancelled: impl Fn() -> bool,
    ) -> Result<HeldLock<'_>, WaitCancelled> {
        let held = HeldLock { lock: self, is_half_done: false };
        if self.0.compare_exchange(0, holder + 1, Acquire, Relaxed).is_ok()
            || self.wait(holder + 1, patience, is_cancelled)
        {
            return Ok(held);
        }
        std::mem::forget(held);
        Err(WaitCancelled)
    }

    /// Frees the lock from a holder that is dead, unless it died in the middle of a change.
    pub fn release_dead(&self, holder: u32) -> LockRemains {
        let word = self.0.load(SeqCst);
        let remains = match word & HOLDER == holder + 1 {
            false => LockRemains::Nothing,
            true if word & HALF_DONE != 0 => LockRemains::HalfDone,
            true => LockRemains::Lock,
        };
        if remains == LockRemains::Lock {
            self.0.store(0, SeqCst);
        }
        // It may also have died before it woke the next one.
        self.wake_waiters();
        remains
    }

    /// Wakes all who wait, so that they look whether their wait was called off.
    pub fn wake_waiters(&self) {
        futex::wake_all(&self.0);
    }

    /// Takes the lock when it is free, looking a few times before going to sleep; false once called off.
    fn wait(&self, holder: u32, patience: &Patience, is_cancelled: impl Fn() -> bool) -> bool {
        for _ in 0..patience.looks {
            if self.0.load(Relaxed) == 0 && self.0.compare_exchange(0, holder, Acquire, Relaxed).is_ok() {
                return true;
            }
            std::hint::spin_loop();
        }
        loop {
            let seen = self.0.load(Relaxed);
            if seen == 0 {
                // Who comes out of here does not know whether others sleep on.
                if self.0.compare_exchange(0, holder | AWAITED, Acquire, Relaxed).is_ok() {
                    return true;
                }
                continue;
            }
            if is_cancelled() {
                return false;
            }
            let marked = seen | AWAITED;
            if seen == marked || self.0.compare_exchange(seen, marked, Relaxed, Relaxed).is_ok() {
                futex::wait(&self.0, marked, Some(patience.nap));
            }
        }
    }

    #[inline]
    fn free(&self) {
        if self.0.swap(0, Release) & AWAITED != 0 {
            futex::wake_one(&self.0);
        }
    }
}

impl HeldLock<'_> {
    /// Notes that what the lock guards is half changed from now on. Who stops in between, by death or by returning,
    /// keeps the lock.
    pub fn begin_change(&mut self) {
        self.is_half_done = true;
        self.lock.0.fetch_or(HALF_DONE, SeqCst);
    }

    /// Notes that no change was made after all, and keeps the lock.
    pub fn undo_change(&mut self) {
        self.is_half_done = false;
        self.lock.0.fetch_and(!HALF_DONE, SeqCst);
    }

    /// Frees the lock: the change is whole.
    pub fn finish_change(mut self) {
        self.is_half_done = false;
    }
}

impl Drop for HeldLock<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_half_done {
            self.lock.free();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU64};
    use std::thread::{scope, sleep, yield_now};

    use super::*;

    const PATIENCE: Patience = Patience { looks: 100, nap: Duration::from_millis(5) };
    const HOUR: Duration = Duration::from_secs(3600);
    /// Long enough for a thread to fall asleep over a lock.
    const A_WHILE: Duration = Duration::from_millis(20);
    const NEVER: fn() -> bool = || false;

    #[test]
    fn one_at_a_time() {
        let (lock, inside, count) = (&RobustLock::new(), &AtomicBool::new(false), &AtomicU64::new(0));
        scope(|scope| {
            for holder in 0..4 {
                scope.spawn(move || {
                    for round in 0..2_000_u32 {
                        // Every other one sleeps until it is woken: no wake-up may be lost.
                        let patience = Patience { nap: if round % 2 == 0 { HOUR } else { PATIENCE.nap }, ..PATIENCE };
                        let _held = lock.take(holder, &patience, NEVER).expect("nothing is called off");
                        assert!(!inside.swap(true, Relaxed), "another thread is inside");
                        count.store(count.load(Relaxed) + 1, Relaxed);
                        if round % 64 == 0 {
                            // Long enough for the others to fall asleep.
                            yield_now();
                        }
                        inside.store(false, Relaxed);
                    }
                });
            }
        });
        assert_eq!(count.load(Relaxed), 8_000);
        assert_eq!(lock.0.load(Relaxed), 0);
    }

    #[test]
    fn who_waits_for_a_dead_holder_may_be_called_off_or_be_helped() {
        let lock = &RobustLock::new();
        std::mem::forget(lock.take(7, &PATIENCE, NEVER));
        let cancelled = &AtomicBool::new(false);
        scope(|scope| {
            let waiting = scope.spawn(|| lock.take(0, &PATIENCE, || cancelled.load(Relaxed)).map(drop));
            sleep(A_WHILE);
            assert!(!waiting.is_finished());
            cancelled.store(true, Relaxed);
            assert_eq!(waiting.join().expect("no panic"), Err(WaitCancelled));
        });
        let patient = Patience { nap: HOUR, ..PATIENCE };
        scope(|scope| {
            let waiting = scope.spawn(|| lock.take(0, &patient, NEVER).map(drop));
            sleep(A_WHILE);
            assert_eq!(lock.release_dead(6), LockRemains::Nothing);
            sleep(A_WHILE);
            assert!(!waiting.is_finished(), "it was freed from one who never had it");
            assert_eq!(lock.release_dead(7), LockRemains::Lock);
            assert_eq!(waiting.join().expect("no panic"), Ok(()));
        });
        assert!(lock.take(0, &PATIENCE, || true).is_ok(), "it is free in the end");
    }

    #[test]
    fn waiters_that_sleep_for_long_are_called_off_by_waking_them() {
        let (lock, cancelled) = (&RobustLock::new(), &AtomicBool::new(false));
        let held = lock.take(0, &PATIENCE, NEVER);
        scope(|scope| {
            let patient = Patience { looks: 0, nap: HOUR };
            let waiting = scope.spawn(move || lock.take(1, &patient, || cancelled.load(Relaxed)).map(drop));
            sleep(A_WHILE);
            cancelled.store(true, Relaxed);
            while !waiting.is_finished() {
                lock.wake_waiters();
                yield_now();
            }
            assert_eq!(waiting.join().expect("no panic"), Err(WaitCancelled));
        });
        drop(held);
        assert!(lock.take(1, &PATIENCE, NEVER).is_ok());
    }

    #[test]
    fn half_a_change_keeps_the_lock() {
        let lock = RobustLock::new();
        let mut held = lock.take(3, &PATIENCE, NEVER).unwrap();
        held.begin_change();
        held.undo_change();
        std::mem::forget(held);
        assert_eq!(lock.release_dead(3), LockRemains::Lock, "nothing was changed");
        let mut held = lock.take(4, &PATIENCE, NEVER).unwrap();
        held.begin_change();
        held.finish_change();
        let mut held = lock.take(4, &PATIENCE, NEVER).unwrap();
        held.begin_change();
        drop(held);
        assert_eq!(lock.take(5, &PATIENCE, || true).map(drop), Err(WaitCancelled));
        assert_eq!(lock.release_dead(3), LockRemains::Nothing);
        assert_eq!(lock.release_dead(4), LockRemains::HalfDone);
        assert_eq!(lock.take(5, &PATIENCE, || true).map(drop), Err(WaitCancelled), "no worker may have it any more");
    }
}
