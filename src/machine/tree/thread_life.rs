//! How a thread's life is divided among its states: from the kernel's exact figures, and from what it was seen in.
//!
//! How long a thread ran and was queued is known; the rest of its life it slept. When it is seen asleep, what it slept
//! since it was seen so before is laid to what it is seen in. What a thread slept that is awake whenever it is looked at
//! is laid to nothing: it may have begun in another sleep than it is in now. Nothing is read here.

use super::call::SystemCall;
use super::state::{StateSeconds, ThreadState};

/// The kernel brings the time of a thread that runs up to date at each tick of its clock, of 10 ms at most: so much may be
/// missing, and is no sleep.
const TICK_NS: u64 = 10_000_000;

/// Calls that are told apart for one thread; what it slept in others counts as theirs.
const CALLS_MAX: usize = 8;

/// Ways to sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SleepKind {
    Call,
    Lock,
    Gil,
    Disk,
    Stopped,
    /// Also what was never seen.
    Untold,
}

const SLEEPS: usize = 6;

/// A thread's time so far, in nanoseconds.
#[derive(Debug, Clone)]
pub(super) struct ThreadLife {
    born_ns: u64,
    lived_ns: u64,
    ran_ns: u64,
    queued_ns: u64,
    slept_ns: [u64; SLEEPS],
    /// What it slept of that since it was seen asleep last.
    unseen_ns: u64,
    calls: Vec<(SystemCall, u64)>,
    state: ThreadState,
    /// Whether it was seen queued when it was last seen alive.
    was_queued: bool,
    /// What it was seen asleep in last.
    asleep_in: (SleepKind, Option<SystemCall>),
}

impl ThreadLife {
    /// A thread that began at an instant.
    pub(super) fn new(born_ns: u64) -> Self {
        Self {
            born_ns,
            lived_ns: 0,
            ran_ns: 0,
            queued_ns: 0,
            slept_ns: [0; SLEEPS],
            unseen_ns: 0,
            calls: Vec::new(),
            state: ThreadState::Asleep,
            was_queued: false,
            asleep_in: (SleepKind::Untold, None),
        }
    }

    /// What it was seen in last.
    pub(super) fn state(&self) -> ThreadState {
        self.state
    }

    /// Takes in what is known at an instant: how long it ran and was queued so far, and what it is seen in.
    pub(super) fn advance(&mut self, now_ns: u64, ran_ns: u64, queued_ns: u64, state: ThreadState) {
        let has_run = ran_ns > self.ran_ns || queued_ns > self.queued_ns;
        self.ran_ns = self.ran_ns.max(ran_ns);
        self.queued_ns = self.queued_ns.max(queued_ns);
        self.lived_ns = now_ns.saturating_sub(self.born_ns).max(self.lived_ns);
        // It cannot have done more than it lived: it began before the tick that its start is told by.
        let too_short_ns = (self.ran_ns + self.queued_ns).saturating_sub(self.lived_ns);
        self.born_ns = self.born_ns.saturating_sub(too_short_ns);
        self.lived_ns += too_short_ns;
        (self.state, self.was_queued) = (state, state == ThreadState::Queued);
        let slept = self.lived_ns.saturating_sub(self.ran_ns + self.queued_ns);
        let known = self.known_sleep_ns();
        if slept < known {
            self.take_back(known - slept);
        } else if !state.is_awake() || (has_run && slept - known > TICK_NS) {
            self.unseen_ns += slept - known;
        }
        if let Some(sleep) = sleep_of(state) {
            self.asleep_in = sleep;
            self.lay();
        }
    }

    fn known_sleep_ns(&self) -> u64 {
        self.slept_ns.iter().sum::<u64>() + self.unseen_ns
    }

    /// It has ended, at some time since: with how long it ran and was queued in the end, where that is known. What it
    /// slept since is not.
    pub(super) fn end(&mut self, ran_and_queued_ns: Option<(u64, u64)>, state: ThreadState) {
        if let Some((ran_ns, queued_ns)) = ran_and_queued_ns {
            self.ran_ns = self.ran_ns.max(ran_ns);
            self.queued_ns = self.queued_ns.max(queued_ns);
            self.lived_ns = self.lived_ns.max(self.ran_ns + self.queued_ns + self.known_sleep_ns());
        }
        self.state = state;
    }

    /// How its life is divided so far. What is not on the kernel's account yet is laid to what it is seen in.
    pub(super) fn seconds(&self) -> StateSeconds {
        let [call, lock, gil, disk, stopped, untold] = self.slept_ns.map(|ns| ns as f64 / 1e9);
        let known = self.ran_ns + self.queued_ns + self.known_sleep_ns();
        let rest = self.lived_ns.saturating_sub(known) as f64 / 1e9;
        StateSeconds {
            running: self.ran_ns as f64 / 1e9 + if self.was_queued { 0.0 } else { rest },
            queued: self.queued_ns as f64 / 1e9 + if self.was_queued { rest } else { 0.0 },
            in_call: call,
            on_lock: lock,
            for_gil: gil,
            on_disk: disk,
            stopped,
            asleep: untold + self.unseen_ns as f64 / 1e9,
        }
    }

    /// The calls that it slept in, with seconds, longest first.
    pub(super) fn calls(&self) -> Vec<(SystemCall, f64)> {
        let mut calls: Vec<_> = self.calls.iter().map(|&(call, ns)| (call, ns as f64 / 1e9)).collect();
        calls.sort_by(|a, b| b.1.total_cmp(&a.1));
        calls
    }

    /// Lays what it slept unseen to what it is seen asleep in.
    fn lay(&mut self) {
        let ns = std::mem::take(&mut self.unseen_ns);
        let (sleep, call) = self.asleep_in;
        self.slept_ns[sleep as usize] += ns;
        let Some(call) = call else { return };
        let known = self.calls.iter().position(|(known, _)| *known == call);
        match known {
            Some(at) => self.calls[at].1 += ns,
            None if self.calls.len() < CALLS_MAX => self.calls.push((call, ns)),
            None => {}
        }
    }

    /// What was taken for sleep turns out to have been spent queued, or running: it was entered late.
    fn take_back(&mut self, mut ns: u64) {
        let unseen = ns.min(self.unseen_ns);
        self.unseen_ns -= unseen;
        ns -= unseen;
        let last = self.asleep_in.0 as usize;
        for place in std::iter::once(last).chain(0..SLEEPS) {
            let taken = ns.min(self.slept_ns[place]);
            self.slept_ns[place] -= taken;
            ns -= taken;
            if place == SleepKind::Call as usize {
                self.take_back_of_calls(taken);
            }
        }
    }

    fn take_back_of_calls(&mut self, mut ns: u64) {
        let last = self.asleep_in.1;
        self.calls.sort_by_key(|(call, _)| Some(*call) != last);
        for (_, slept) in &mut self.calls {
            let taken = ns.min(*slept);
            *slept -= taken;
            ns -= taken;
        }
    }
}

fn sleep_of(state: ThreadState) -> Option<(SleepKind, Option<SystemCall>)> {
    match state {
        ThreadState::InCall(call) => Some((SleepKind::Call, Some(call))),
        ThreadState::OnLock => Some((SleepKind::Lock, None)),
        ThreadState::WaitingForGil => Some((SleepKind::Gil, None)),
        ThreadState::OnDisk => Some((SleepKind::Disk, None)),
        ThreadState::Stopped => Some((SleepKind::Stopped, None)),
        ThreadState::Asleep => Some((SleepKind::Untold, None)),
        ThreadState::Running | ThreadState::Queued | ThreadState::Zombie | ThreadState::Gone => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn in_ms(time: &ThreadLife) -> [u64; 8] {
        let s = time.seconds();
        [s.running, s.queued, s.in_call, s.on_lock, s.for_gil, s.on_disk, s.stopped, s.asleep]
            .map(|s| (s * 1000.0).round() as u64)
    }

    #[test]
    fn what_it_slept_is_laid_to_what_it_is_seen_in() {
        let mut time = ThreadLife::new(1000 * MS);
        time.advance(1050 * MS, 20 * MS, 5 * MS, ThreadState::InCall(SystemCall(0)));
        assert_eq!(in_ms(&time), [20, 5, 25, 0, 0, 0, 0, 0]);
        time.advance(1100 * MS, 30 * MS, 5 * MS, ThreadState::OnLock);
        time.advance(1150 * MS, 30 * MS, 5 * MS, ThreadState::WaitingForGil);
        time.advance(1200 * MS, 30 * MS, 5 * MS, ThreadState::OnDisk);
        time.advance(1250 * MS, 30 * MS, 5 * MS, ThreadState::Stopped);
        time.advance(1300 * MS, 30 * MS, 5 * MS, ThreadState::InCall(SystemCall(1)));
        assert_eq!(in_ms(&time), [30, 5, 75, 40, 50, 50, 50, 0]);
        assert_eq!(time.calls(), [(SystemCall(1), 0.05), (SystemCall(0), 0.025)]);
    }

    #[test]
    fn a_thread_that_computes_never_slept() {
        let mut time = ThreadLife::new(0);
        // Its time is entered at each tick, so that some is missing.
        for (now, ran) in [(50, 48), (100, 93), (150, 150), (200, 196)] {
            time.advance(now * MS, ran * MS, 0, ThreadState::Running);
            assert_eq!(in_ms(&time), [now, 0, 0, 0, 0, 0, 0, 0]);
        }
    }

    #[test]
    fn one_that_gets_no_cpu_is_queued_before_that_is_entered() {
        let mut time = ThreadLife::new(0);
        time.advance(50 * MS, 50 * MS, 0, ThreadState::Running);
        for now in [100, 150, 200] {
            time.advance(now * MS, 50 * MS, 0, ThreadState::Queued);
            assert_eq!(in_ms(&time), [50, now - 50, 0, 0, 0, 0, 0, 0]);
        }
        time.advance(250 * MS, 80 * MS, 170 * MS, ThreadState::Running);
        assert_eq!(in_ms(&time), [80, 170, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_it_slept_unseen_is_laid_to_what_it_is_seen_in_next() {
        let mut time = ThreadLife::new(0);
        time.advance(50 * MS, 20 * MS, 10 * MS, ThreadState::Running);
        assert_eq!(in_ms(&time), [20, 10, 0, 0, 0, 0, 0, 20], "in what is not known");
        time.advance(100 * MS, 40 * MS, 20 * MS, ThreadState::WaitingForGil);
        assert_eq!(in_ms(&time), [40, 20, 0, 0, 40, 0, 0, 0]);
        time.advance(150 * MS, 60 * MS, 30 * MS, ThreadState::Running);
        assert_eq!(in_ms(&time), [60, 30, 0, 0, 40, 0, 0, 20], "it may have been another sleep");
        time.advance(200 * MS, 80 * MS, 40 * MS, ThreadState::OnLock);
        assert_eq!(in_ms(&time), [80, 40, 0, 40, 40, 0, 0, 0]);
    }

    #[test]
    fn what_is_entered_late_is_taken_back() {
        let mut time = ThreadLife::new(0);
        time.advance(100 * MS, 0, 0, ThreadState::OnLock);
        time.advance(150 * MS, 10 * MS, 70 * MS, ThreadState::Running);
        assert_eq!(in_ms(&time), [10, 70, 0, 70, 0, 0, 0, 0], "it was awake for longer than since the last look");
        let mut time = ThreadLife::new(0);
        time.advance(100 * MS, 0, 0, ThreadState::InCall(SystemCall(1)));
        time.advance(150 * MS, 0, 0, ThreadState::InCall(SystemCall(0)));
        time.advance(200 * MS, 50 * MS, 80 * MS, ThreadState::Running);
        assert_eq!(in_ms(&time), [50, 80, 70, 0, 0, 0, 0, 0]);
        assert_eq!(time.calls(), [(SystemCall(1), 0.07), (SystemCall(0), 0.0)]);
        // It cannot have run for longer than it lived.
        let mut time = ThreadLife::new(100 * MS);
        time.advance(105 * MS, 9 * MS, 0, ThreadState::Running);
        assert_eq!(in_ms(&time), [9, 0, 0, 0, 0, 0, 0, 0]);
        time.advance(115 * MS, 9 * MS, 0, ThreadState::OnLock);
        assert_eq!(in_ms(&time), [9, 0, 0, 10, 0, 0, 0, 0]);
    }

    #[test]
    fn life_ends() {
        let mut time = ThreadLife::new(0);
        time.advance(50 * MS, 10 * MS, 0, ThreadState::OnLock);
        time.end(Some((15 * MS, 2 * MS)), ThreadState::Zombie);
        assert_eq!(in_ms(&time), [15, 2, 0, 40, 0, 0, 0, 0]);
        time.end(None, ThreadState::Gone);
        assert_eq!(in_ms(&time), [15, 2, 0, 40, 0, 0, 0, 0]);
        assert_eq!(time.state(), ThreadState::Gone);
        let mut time = ThreadLife::new(0);
        time.advance(50 * MS, 0, 0, ThreadState::Queued);
        time.end(None, ThreadState::Gone);
        assert_eq!(in_ms(&time), [0, 50, 0, 0, 0, 0, 0, 0], "it was never seen to run");
    }
}
