//! The claim that a worker took to its grave: killed after it moved the shared cursor, and before it wrote down
//! what it had got.
//!
//! That window is a few instructions wide, but tasks can be as short as that. Each lane keeps the sum of the
//! starts of all ranges it has taken; the sum over all ranges there are is known beforehand; so when everybody has
//! left and one range is missing, the difference of the two sums is where it starts.

use std::ops::Range;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::layout::LaneCells;
use super::memory::Board;
use super::schedule::share_at;
use super::spec::BoardSpec;
use crate::scenario::{Dispatch, Schedule};

impl Board {
    /// The range that nobody ran although all of them were handed out: `None` if there is none, or if there are
    /// several, which cannot be told apart. Only to be asked when all workers have left.
    pub fn lost_claim(&self) -> Option<Range<u64>> {
        let shape = self.shape();
        if shape.dispatch == Dispatch::Pipe {
            // Nothing is taken from the cursor, and the dispatcher knows what it has sent.
            return None;
        }
        let missing = shape.tasks.checked_sub(self.progress().0).filter(|&missing| missing > 0)?;
        let claimed = self.lanes().map(starts_of).fold(0, u64::wrapping_add);
        let start = sum_of_starts(shape)?.wrapping_sub(claimed);
        let range = start..start.checked_add(missing)?;
        (range.end <= shape.tasks && share_at(shape, start) == missing).then_some(range)
    }

    /// Gives a range to a worker that has left, for its replacement to run.
    pub fn hand_over(&self, worker: u32, range: &Range<u64>) {
        let lane = self.lane(worker);
        let taken = lane.taken.load(Acquire);
        let claim = &lane.claims[((taken + 1) % 2) as usize];
        claim.start.store(range.start, Relaxed);
        claim.end.store(range.end, Relaxed);
        claim.base.store(lane.done.load(Relaxed) + lane.failed.load(Relaxed), Relaxed);
        claim.starts.store(starts_of(lane).wrapping_add(range.start), Relaxed);
        lane.taken.store(taken + 1, Release);
    }
}

impl Board {
    /// Takes back what a lost worker had fetched through the pipe and not delivered; empty if there is none. Of a chunk
    /// from which a task was given up nothing was delivered.
    pub(in crate::backend) fn take_back(&self, worker: u32, given_up: bool) -> Range<u64> {
        let lane = self.lane(worker);
        let claim = &lane.claims[(lane.taken.load(Acquire) % 2) as usize];
        let start = claim.start.load(Relaxed);
        let settled = lane.done.load(Relaxed) + lane.failed.load(Relaxed);
        let delivered = !given_up && settled > claim.base.load(Relaxed);
        let end = if delivered { start } else { claim.end.load(Relaxed) };
        // Whoever comes after it at this lane must not give it back again.
        claim.end.store(start, Relaxed);
        start..end
    }
}

/// Sum of the starts of all ranges that a lane has taken.
pub(in crate::backend) fn starts_of(lane: &LaneCells) -> u64 {
    lane.claims[(lane.taken.load(Acquire) % 2) as usize].starts.load(Relaxed)
}

/// Sum of the starts of all ranges there are, modulo 2⁶⁴; `None` for schedules without a cursor.
fn sum_of_starts(shape: &BoardSpec) -> Option<u64> {
    match shape.schedule {
        Schedule::Dynamic => {
            let chunk = u128::from(shape.chunk.unwrap_or(1));
            let ranges = u128::from(shape.tasks).div_ceil(chunk);
            // At most 10¹² ranges of at most 10¹² tasks: the product of three such would not fit, but it does not
            // have to.
            Some((ranges * (ranges - 1) / 2).wrapping_mul(chunk) as u64)
        }
        Schedule::Guided => {
            let next = |&start: &u64| Some(start + share_at(shape, start)).filter(|&next| next < shape.tasks);
            Some(std::iter::successors(Some(0), next).fold(0, u64::wrapping_add))
        }
        Schedule::Static | Schedule::Stealing => None,
    }
}
