//! What a look at an outside board hands out. Plain data, checked; times are `CLOCK_MONOTONIC` in nanoseconds.
//!
//! Names are as their writers wrote them, but for what does more on a terminal than take its place, which is escaped.

use std::sync::Arc;

use super::activity::{OutsideActivity, SpentNs};
use super::complaint::OutsideComplaint;

/// All there is to see at an instant, and what came since the last look.
#[derive(Debug, Clone, Default)]
pub struct OutsideLook {
    /// When it was looked.
    pub at: u64,
    /// Every thread that ever had a lane, in the order in which they were seen. Their places never change.
    pub lanes: Vec<OutsideLane>,
    /// Tasks that ended since the last look, by lane in the order of their ends; the last ones may have ended while it was
    /// looked. None where they were handed over in runs.
    pub records: Vec<OutsideRecord>,
    /// What was found wrong since the last look.
    pub complaints: Vec<OutsideComplaint>,
    /// Threads that found no lane so far, and run on unwatched.
    pub refused: u64,
}

/// How it stands with a lane's thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It is there.
    Alive,
    /// It said that it is done.
    Left,
    /// It is gone, and has said nothing. With a task in hand, it was killed in the middle of it.
    Gone,
}

/// One thread of another program.
#[derive(Debug, Clone, PartialEq)]
pub struct OutsideLane {
    /// Which lane of the memory it has; lanes of threads that are gone may be used again when all are taken.
    pub slot: usize,
    /// Its process; 0 when its lane was used again before it was looked at. The process that tells of it when it is
    /// elsewhere.
    pub pid: u32,
    /// The thread, as the kernel counts them; 0 likewise, and when it is elsewhere.
    pub tid: u32,
    /// The name of the thread; may be empty.
    pub name: Arc<str>,
    /// When it claimed the lane.
    pub claimed_at: u64,
    /// When it was looked at last: with the look, unless its cells make no sense or are gone.
    pub looked_at: u64,
    /// When it left or was found gone.
    pub ended_at: Option<u64>,
    /// Whether it is there.
    pub life: Life,
    /// The task in hand. Of a thread that is gone: what it died with.
    pub hand: Option<OutsideTask>,
    /// Tasks that ended well.
    pub done: u64,
    /// Tasks that failed.
    pub failed: u64,
    /// Of these, how many are known by their count alone: their records were overwritten before the look, or wrong.
    pub lost: u64,
    /// Nanoseconds in tasks, the one in hand with them.
    pub busy_ns: u64,
    /// What it does.
    pub activity: OutsideActivity,
    /// Since when.
    pub since: u64,
    /// Where its time went, by [`OutsideActivity`]'s number; sums to the time from `claimed_at`
    /// to its end, or to `looked_at`.
    pub spent_ns: SpentNs,
    /// Bytes that the process takes up that it tells of; 0 when not told.
    pub memory: u64,
    /// Tasks that are still to be done, by name, as far as this lane tells; none when it is gone.
    pub pending: Vec<(Arc<str>, u64)>,
}

impl OutsideLane {
    /// Whether it is of a thread that cannot be looked at from here: another process tells of it.
    pub fn is_elsewhere(&self) -> bool {
        self.tid == 0 && self.pid != 0
    }
}

/// A task in hand.
#[derive(Debug, Clone, PartialEq)]
pub struct OutsideTask {
    /// Its name.
    pub name: Arc<str>,
    /// Its index, if it has one.
    pub index: Option<u64>,
    /// When it was begun.
    pub since: u64,
    /// How much of it is done, 0 to 1, if it says.
    pub fraction: Option<f64>,
}

/// A task that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct OutsideRecord {
    /// Whose it was: the place in [`OutsideLook::lanes`].
    pub lane: usize,
    /// Its name.
    pub name: Arc<str>,
    /// Its index, if it has one.
    pub index: Option<u64>,
    /// When it was begun.
    pub start: u64,
    /// When it ended.
    pub end: u64,
    /// Whether it failed.
    pub failed: bool,
    /// Figures that came of it, by name.
    pub values: Vec<(Arc<str>, f64)>,
}

/// Tasks of a lane that ended one after the other, all of one name, and all of them well or none.
#[derive(Debug, Clone, Copy)]
pub struct OutsideRun<'a> {
    /// Whose they were: the place in [`OutsideLook::lanes`].
    pub lane: usize,
    /// Their name.
    pub name: &'a Arc<str>,
    /// Whether they failed.
    pub failed: bool,
    /// Each of them, in the order of their ends.
    pub tasks: &'a [EndedTask],
    /// Figures that came of it, by name, where it is one task alone.
    pub values: &'a [(Arc<str>, f64)],
}

/// One of a run of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedTask {
    /// Its index, if it has one.
    pub index: Option<u64>,
    /// When it was begun.
    pub start: u64,
    /// When it ended.
    pub end: u64,
}

impl EndedTask {
    /// What it took, in nanoseconds.
    pub fn took(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

impl OutsideRun<'_> {
    /// The tasks one by one.
    pub fn records(&self) -> impl Iterator<Item = OutsideRecord> {
        self.tasks.iter().map(|task| OutsideRecord {
            lane: self.lane,
            name: self.name.clone(),
            index: task.index,
            start: task.start,
            end: task.end,
            failed: self.failed,
            values: self.values.to_vec(),
        })
    }
}

/// All tasks of a name. What is known by counts alone is not among them.
#[derive(Debug, Clone, PartialEq)]
pub struct NameTotal {
    /// The name.
    pub name: Arc<str>,
    /// Tasks that ended, those that failed among them.
    pub count: u64,
    /// Those that failed.
    pub failed: u64,
    /// Nanoseconds in all of them.
    pub ns: u64,
    /// The shortest, in nanoseconds.
    pub shortest_ns: u64,
    /// The longest.
    pub longest_ns: u64,
}
