//! The handle on a run in progress: its holder can look at the trial and end it. Looking only reads the board; the
//! engine measures the same whether that is done or not.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::Signal;

use super::live::LiveTrial;
use super::watch::WatchedLive;
use crate::backend::{Board, TickScale};
use crate::record::{MemoryCourse, Snapshot};
use crate::scenario::Job;

/// How urgently a run should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Not at all.
    GoOn,
    /// As soon as tasks let go, and by force shortly after.
    Cancel,
    /// By force, now.
    Kill,
}

/// Shared by the engine and those that watch or end a run.
#[derive(Default)]
pub struct Control {
    urgency: AtomicU8,
    /// The signal that asked for the end, by its number; 0 where none did.
    asked_by: AtomicI32,
    disturbed: AtomicBool,
    slow_to_prepare: AtomicBool,
    live: Mutex<Option<LiveTrial>>,
}

impl Control {
    /// Ends the run cleanly: tasks stop where they are, what was measured is kept.
    pub fn cancel(&self) {
        self.escalate(Urgency::Cancel);
    }

    /// The same, since this program was sent a signal: a program that it runs is sent it, too.
    pub fn cancel_by(&self, signal: Signal) {
        // The first one counts, as it does for the exit code.
        let _ = self.asked_by.compare_exchange(0, signal as i32, Relaxed, Relaxed);
        self.cancel();
    }

    /// What a program is to be sent for it to end.
    pub(super) fn asked_by(&self) -> Signal {
        Signal::try_from(self.asked_by.load(Relaxed)).unwrap_or(Signal::SIGTERM)
    }

    /// Ends the run by force.
    pub fn kill(&self) {
        self.escalate(Urgency::Kill);
    }

    /// How urgently the run should end.
    pub fn urgency(&self) -> Urgency {
        match self.urgency.load(Relaxed) {
            0 => Urgency::GoOn,
            1 => Urgency::Cancel,
            _ => Urgency::Kill,
        }
    }

    /// Says that the program was stopped for a while (Ctrl-Z): the trial in progress has to be timed again. Not to be said
    /// of a SIGCONT alone, which may come without a stop.
    pub fn disturb(&self) {
        self.disturbed.store(true, Relaxed);
    }

    /// Says that what the tasks share could not be made ready within the time that a trial may take: no trial is tried.
    pub fn prepares_too_slowly(&self) {
        self.slow_to_prepare.store(true, Relaxed);
    }

    pub(super) fn is_slow_to_prepare(&self) -> bool {
        self.slow_to_prepare.load(Relaxed)
    }

    /// Whether there was a disturbance since this was last asked.
    pub(super) fn take_disturbance(&self) -> bool {
        self.disturbed.swap(false, Relaxed)
    }

    /// Whether there was one; asking changes nothing.
    pub fn is_disturbed(&self) -> bool {
        self.disturbed.load(Relaxed)
    }

    fn escalate(&self, urgency: Urgency) {
        self.urgency.fetch_max(urgency as u8, Relaxed);
        if let Some(live) = self.live().as_ref() {
            live.board.cancel();
        }
    }

    pub(super) fn enter(&self, board: &Arc<Board>, job: &Job, scale: TickScale) {
        *self.live() = Some(LiveTrial::new(board, job, scale));
        // A cancellation that came before there was a board has not reached it.
        if self.urgency() > Urgency::GoOn {
            board.cancel();
        }
    }

    /// Forgets the last trial, now that the next one begins.
    pub(super) fn leave(&self) {
        *self.live() = None;
    }

    pub(super) fn opened(&self, at: u64) {
        if let Some(live) = self.live().as_mut() {
            live.opened = Some(at);
        }
    }

    pub(super) fn watches(&self, program: Arc<WatchedLive>) {
        if let Some(live) = self.live().as_mut() {
            live.watched = Some(program);
        }
    }

    pub(super) fn measured(&self, memory: &MemoryCourse) {
        if let Some(live) = self.live().as_mut() {
            live.memory = Some(memory.clone());
        }
    }

    pub(super) fn ended(&self, at: u64) {
        if let Some(live) = self.live().as_mut() {
            live.ended = Some(at);
        }
    }

    /// The trial in progress, or else the last one, at this instant; empty before the first.
    pub fn snapshot(&self) -> Snapshot {
        self.live().as_ref().map(LiveTrial::snapshot).unwrap_or_default()
    }

    /// Tasks finished so far in the trial in progress, failed ones included, and those that failed.
    pub fn progress(&self) -> (u64, u64) {
        self.live().as_ref().map_or((0, 0), |live| live.board.progress())
    }

    fn live(&self) -> MutexGuard<'_, Option<LiveTrial>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
