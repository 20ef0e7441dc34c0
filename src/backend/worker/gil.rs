//! The emulated interpreter lock. It knows which thread may compute now, and nothing of what is computed.
//!
//! The rules are CPython's since 3.2 (A. Pitrou's "new GIL": `take_gil` and `drop_gil` in `Python/ceval_gil.c`):
//! a thread that finds it taken waits for one switch interval; if no other thread got it in that time, it asks the
//! holder to let go; the holder looks at that request whenever it can be interrupted, lets go, and does not come back
//! before another thread has had it. A holder that lets go unasked, because it is going to wait or to run native code,
//! only wakes the next thread. There is no queue: the thread that comes at the right moment gets it.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One interpreter's lock.
pub(in crate::backend) struct Gil {
    interval: Duration,
    /// Whether the holder is asked to let go: all that it looks at while it computes.
    wanted: AtomicBool,
    state: Mutex<GilState>,
    /// Told when the lock is let go.
    freed: Condvar,
    /// Told when the lock is taken, or when no thread waits for it any more.
    taken: Condvar,
}

#[derive(Default)]
struct GilState {
    locked: bool,
    last_holder: Option<u32>,
    /// How often it went to another thread than the one that had it before.
    switches: u64,
    /// How often it was taken.
    takes: u64,
    /// How many threads wait for it.
    waiting: u32,
    /// How many threads let go and wait until another one has it.
    forcing: u32,
}

/// The longest that a thread waits without looking whether the trial was called off.
const LOOK: Duration = Duration::from_millis(20);

impl Gil {
    /// A free lock, whose waiters are patient for one `interval`.
    pub(in crate::backend) fn new(interval: Duration) -> Self {
        Self {
            interval,
            wanted: AtomicBool::new(false),
            state: Mutex::default(),
            freed: Condvar::new(),
            taken: Condvar::new(),
        }
    }

    /// Takes it if it is free.
    pub(in crate::backend) fn try_take(&self, who: u32) -> bool {
        let mut state = self.state();
        let free = !state.locked;
        if free {
            self.give(&mut state, who);
        }
        free
    }

    /// Waits until it is free and takes it; `false` if called off before.
    pub(in crate::backend) fn take(&self, who: u32, called_off: impl Fn() -> bool) -> bool {
        let mut state = self.state();
        state.waiting += 1;
        while state.locked && !called_off() {
            let switches = state.switches;
            let timed_out;
            (state, timed_out) = self.wait_an_interval(state, &called_off);
            if timed_out && state.locked && state.switches == switches {
                self.wanted.store(true, Relaxed);
            }
        }
        state.waiting -= 1;
        let free = !state.locked;
        if free {
            self.give(&mut state, who);
        } else if state.forcing > 0 {
            // The thread that made way for this one need not wait for it.
            self.taken.notify_all();
        }
        free
    }

    /// Whether the holder is asked to let go.
    #[inline]
    pub(in crate::backend) fn is_wanted(&self) -> bool {
        self.wanted.load(Relaxed)
    }

    /// Lets go. If asked to, waits until another thread has it: without that, the holder would nearly always be back
    /// before the one that it woke.
    pub(in crate::backend) fn release(&self, called_off: impl Fn() -> bool) {
        let mut state = self.state();
        state.locked = false;
        let takes = state.takes;
        if state.waiting > 0 {
            self.freed.notify_one();
        }
        if !self.wanted.swap(false, Relaxed) {
            return;
        }
        state.forcing += 1;
        while state.takes == takes && state.waiting > 0 && !called_off() {
            state = self.taken.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.forcing -= 1;
    }

    fn give(&self, state: &mut GilState, who: u32) {
        state.locked = true;
        state.takes += 1;
        if state.last_holder.replace(who) != Some(who) {
            state.switches += 1;
        }
        self.wanted.store(false, Relaxed);
        if state.forcing > 0 {
            self.taken.notify_all();
        }
    }

    /// Waits until the lock is let go or the interval is over, and says whether it is over; returns early when called
    /// off.
    fn wait_an_interval<'s>(
        &self,
        mut state: MutexGuard<'s, GilState>,
        called_off: impl Fn() -> bool,
    ) -> (MutexGuard<'s, GilState>, bool) {
        let until = Instant::now() + self.interval;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || called_off() {
                return (state, left.is_zero());
            }
            let woken = self.freed.wait_timeout(state, left.min(LOOK)).unwrap_or_else(PoisonError::into_inner);
            state = woken.0;
            // It may have been let go between the end of a look and this.
            if !woken.1.timed_out() || !state.locked {
                return (state, false);
            }
        }
    }

    /// There is nothing in the state that a panic elsewhere could leave half done.
    fn state(&self) -> MutexGuard<'_, GilState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, AtomicU64};
    use std::thread::{scope, sleep};

    use super::*;

    const NEVER: fn() -> bool = || false;
    /// Long enough that a busy machine does not blur the picture.
    const INTERVAL: Duration = Duration::from_millis(30);

    /// Computes with the lock in hand until `done`, letting go whenever it is asked to; how often it was.
    fn compute(gil: &Gil, who: u32, done: impl Fn() -> bool) -> u32 {
        let mut handovers = 0;
        assert!(gil.take(who, NEVER));
        while !done() {
            if gil.is_wanted() {
                handovers += 1;
                gil.release(NEVER);
                assert!(gil.take(who, NEVER));
            }
            std::hint::spin_loop();
        }
        gil.release(NEVER);
        handovers
    }

    #[test]
    fn one_at_a_time() {
        let gil = Gil::new(Duration::from_micros(50));
        let (inside, rounds) = (AtomicU32::new(0), AtomicU64::new(0));
        scope(|scope| {
            for who in 0..4 {
                let (gil, inside, rounds) = (&gil, &inside, &rounds);
                scope.spawn(move || {
                    for _ in 0..500 {
                        assert!(gil.try_take(who) || gil.take(who, NEVER));
                        assert_eq!(inside.fetch_add(1, Relaxed), 0, "two of them hold the lock");
                        // Not atomic as a whole: a second holder would lose counts.
                        rounds.store(rounds.load(Relaxed) + 1, Relaxed);
                        inside.fetch_sub(1, Relaxed);
                        gil.release(NEVER);
                    }
                });
            }
        });
        assert_eq!(rounds.load(Relaxed), 4 * 500);
    }

    #[test]
    fn a_waiter_gets_it_after_an_interval() {
        let gil = Gil::new(INTERVAL);
        assert!(gil.take(0, NEVER));
        let had_it = AtomicBool::new(false);
        scope(|scope| {
            let waiter = scope.spawn(|| {
                let begun = Instant::now();
                assert!(!gil.try_take(1) && gil.take(1, NEVER));
                had_it.store(true, Relaxed);
                gil.release(NEVER);
                begun.elapsed()
            });
            while !gil.is_wanted() {
                std::hint::spin_loop();
            }
            gil.release(NEVER);
            assert!(had_it.load(Relaxed) || !gil.try_take(0), "it was back before the one it made way for");
            assert!(waiter.join().unwrap() >= INTERVAL);
        });
    }

    #[test]
    fn no_holder_is_asked_to_let_go_while_none_waits() {
        let gil = Gil::new(Duration::from_millis(1));
        let until = Instant::now() + Duration::from_millis(30);
        assert_eq!(compute(&gil, 0, || Instant::now() > until), 0);
    }

    #[test]
    fn two_that_compute_take_turns_of_an_interval() {
        let gil = Gil::new(INTERVAL);
        let begun = Instant::now();
        let until = begun + 10 * INTERVAL;
        let handovers = AtomicU32::new(0);
        scope(|scope| {
            for who in 0..2 {
                let (gil, handovers) = (&gil, &handovers);
                scope.spawn(move || handovers.fetch_add(compute(gil, who, || Instant::now() > until), Relaxed));
            }
        });
        // Each turn lasts an interval or longer, never less.
        let most = begun.elapsed().as_secs_f64() / INTERVAL.as_secs_f64();
        let handovers = handovers.load(Relaxed);
        assert!((2..=most.ceil() as u32).contains(&handovers), "{handovers} in {most} intervals");
    }

    #[test]
    fn who_lets_go_unasked_may_be_back_at_once() {
        let gil = Gil::new(Duration::from_secs(10));
        assert!(gil.try_take(0));
        gil.release(NEVER);
        assert!(gil.try_take(0), "it waited for a switch that no thread wanted");
    }

    #[test]
    fn a_waiter_gets_what_is_let_go_before_its_interval_is_over() {
        let gil = Gil::new(Duration::from_secs(3600));
        assert!(gil.try_take(0));
        scope(|scope| {
            scope.spawn(|| assert!(gil.take(1, NEVER)));
            while gil.state().waiting == 0 {
                sleep(Duration::from_millis(1));
            }
            gil.release(NEVER);
        });
        assert!(!gil.is_wanted() && !gil.try_take(2));
    }

    #[test]
    fn waiters_hear_that_they_are_called_off() {
        let gil = Gil::new(Duration::from_secs(3600));
        let called_off = AtomicBool::new(false);
        assert!(gil.try_take(0));
        scope(|scope| {
            let waiter = scope.spawn(|| gil.take(1, || called_off.load(Relaxed)));
            called_off.store(true, Relaxed);
            assert!(!waiter.join().unwrap());
        });
        assert_eq!(gil.state().waiting, 0);
    }

    #[test]
    fn no_holder_makes_way_for_one_that_is_gone() {
        let gil = Gil::new(Duration::from_millis(1));
        let called_off = AtomicBool::new(false);
        assert!(gil.try_take(0));
        scope(|scope| {
            scope.spawn(|| gil.take(1, || called_off.load(Relaxed)));
            while !gil.is_wanted() {
                sleep(Duration::from_millis(1));
            }
            called_off.store(true, Relaxed);
        });
        // The request still stands.
        assert!(gil.is_wanted());
        gil.release(NEVER);
        assert!(gil.try_take(0));
    }
}
