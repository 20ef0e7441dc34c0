//! What a lane says of the ranges it has taken: the last of them, and sums over all by which those that are lost can be
//! found. Written by the lane's worker, or for it when it is gone.

use std::ops::Range;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::layout::LaneCells;

impl LaneCells {
    /// Says that these positions are this lane's to run: the range into the spare slot, then `taken`, which makes it
    /// valid.
    #[inline]
    pub(in crate::backend) fn claim(&self, positions: &Range<u64>) {
        let taken = self.taken.load(Acquire);
        let sums = StartSums::of_lane(self).and(positions.start);
        let claim = &self.claims[((taken + 1) % 2) as usize];
        claim.start.store(positions.start, Relaxed);
        claim.end.store(positions.end, Relaxed);
        claim.base.store(self.settled(), Relaxed);
        claim.starts.store(sums.starts, Relaxed);
        claim.squares.store(sums.squares, Relaxed);
        self.taken.store(taken + 1, Release);
    }

    /// Tasks of this lane that are over, one way or another.
    #[inline]
    pub(in crate::backend) fn settled(&self) -> u64 {
        self.done.load(Relaxed) + self.failed.load(Relaxed)
    }
}

/// Sums over starts of ranges, in tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::backend) struct StartSums {
    /// Of the starts, modulo 2⁶⁴.
    pub(in crate::backend) starts: u64,
    /// Of their squares, modulo 2⁶⁴.
    pub(in crate::backend) squares: u64,
}

impl StartSums {
    /// Those over the claims of a lane.
    #[inline]
    pub(in crate::backend) fn of_lane(lane: &LaneCells) -> Self {
        let claim = &lane.claims[(lane.taken.load(Acquire) % 2) as usize];
        Self { starts: claim.starts.load(Relaxed), squares: claim.squares.load(Relaxed) }
    }

    /// With one more range.
    #[inline]
    #[must_use]
    pub(in crate::backend) fn and(self, start: u64) -> Self {
        Self { starts: self.starts.wrapping_add(start), squares: self.squares.wrapping_add(start.wrapping_mul(start)) }
    }
}
