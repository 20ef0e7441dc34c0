//! A lock in shared memory that outlives its holder: a futex, as mutexes are made of on Linux, that also says who
//! holds it.
//!
//! A worker may be killed while it holds the lock. Whoever takes its place has its number, finds the lock held by
//! itself, and frees it ([`RobustLock::free_from`]); nobody has to guess whether a process is alive. The others wait
//! meanwhile, and stop waiting when the trial is called off.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use rustix::thread::futex::{self, Flags, Timespec};

use super::{Cancelled, TaskContext};

/// Set beside the holder's number when somebody may be asleep.
const AWAITED: u32 = 1 << 31;

/// Looks at a held lock before going to sleep: it may be free again in a moment.
const SPINS: u32 = 100;

/// How long a sleep lasts that nobody ends: a holder that was killed wakes nobody, and a cancelled trial does not know
/// who sleeps here.
const NAP: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };

/// 0 while it is free, else the number of its holder plus 1.
#[repr(C, align(128))]
pub struct RobustLock(AtomicU32);

/// The lock is held while this lives.
pub struct Held<'a>(&'a RobustLock);

impl RobustLock {
    pub(super) const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Waits until the lock is free, and takes it. It must not be held already by the same worker.
    ///
    /// # Errors
    /// [`Cancelled`] when the trial was called off meanwhile.
    #[inline]
    pub fn take(&self, context: &dyn TaskContext) -> Result<Held<'_>, Cancelled> {
        let holder = context.worker() + 1;
        if self.0.compare_exchange(0, holder, Acquire, Relaxed).is_err() {
            self.wait_for(holder, context)?;
        }
        Ok(Held(self))
    }

    /// Frees it from a worker that was lost while it held it; to be called by its replacement.
    pub fn free_from(&self, worker: u32) {
        if self.0.load(Relaxed) & !AWAITED == worker + 1 {
            self.free();
        }
    }

    fn wait_for(&self, holder: u32, context: &dyn TaskContext) -> Result<(), Cancelled> {
        for _ in 0..SPINS {
            if self.0.load(Relaxed) == 0 && self.0.compare_exchange(0, holder, Acquire, Relaxed).is_ok() {
                return Ok(());
            }
            std::hint::spin_loop();
        }
        while !context.cancelled() {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU64};
    use std::time::Duration;

    use super::*;
    use crate::workload::SharedCells;

    /// A worker at a shared_cells; called off once it is told to give up.
    struct Seat<'a> {
        worker: u32,
        shared_cells: &'a SharedCells,
        gives_up: AtomicBool,
    }

    impl<'a> Seat<'a> {
        fn new(worker: u32, shared_cells: &'a SharedCells) -> Self {
            Self { worker, shared_cells, gives_up: AtomicBool::new(false) }
        }
    }

    impl TaskContext for Seat<'_> {
        fn progress(&self, _: f64) -> Result<(), Cancelled> {
            Ok(())
        }

        fn cancelled(&self) -> bool {
            self.gives_up.load(Relaxed)
        }

        fn sleep(&self, _: Duration) -> Result<(), Cancelled> {
            Ok(())
        }

        fn worker(&self) -> u32 {
            self.worker
        }

        fn shared_cells(&self) -> &SharedCells {
            self.shared_cells
        }
    }

    #[test]
    fn one_at_a_time() {
        let (shared_cells, inside, count) = (&SharedCells::new(), &AtomicBool::new(false), &AtomicU64::new(0));
        std::thread::scope(|scope| {
            for worker in 0..4 {
                scope.spawn(move || {
                    let seat = Seat::new(worker, shared_cells);
                    for turn in 0..2_000_u32 {
                        let _held = shared_cells.lock().take(&seat).expect("nobody gives up");
                        assert!(!inside.swap(true, Relaxed), "somebody else is inside");
                        count.store(count.load(Relaxed) + 1, Relaxed);
                        if turn % 64 == 0 {
                            // Long enough for the others to fall asleep.
                            std::thread::yield_now();
                        }
                        inside.store(false, Relaxed);
                    }
                });
            }
        });
        assert_eq!(count.load(Relaxed), 8_000);
    }

    #[test]
    fn who_waits_for_a_dead_holder_may_give_up_or_be_helped_by_its_replacement() {
        let shared_cells = &SharedCells::new();
        let lock = shared_cells.lock();
        std::mem::forget(lock.take(&Seat::new(7, shared_cells)));
        let seat = Seat::new(0, shared_cells);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| lock.take(&seat).map(drop));
            std::thread::sleep(Duration::from_millis(20));
            assert!(!waiting.is_finished());
            seat.gives_up.store(true, Relaxed);
            assert_eq!(waiting.join().expect("no panic"), Err(Cancelled));
        });
        let seat = Seat::new(0, shared_cells);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| lock.take(&seat).map(drop));
            std::thread::sleep(Duration::from_millis(20));
            lock.free_from(6);
            std::thread::sleep(Duration::from_millis(20));
            assert!(!waiting.is_finished(), "it was freed from somebody who never had it");
            lock.free_from(7);
            assert_eq!(waiting.join().expect("no panic"), Ok(()));
        });
        assert!(lock.take(&seat).is_ok(), "it is free in the end");
    }
}
