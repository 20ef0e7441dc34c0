//! A cell of a lane, with what has to be known of its number where it is carried to another machine's board.
//!
//! Which cells a lane has is not said here.

use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};

/// A cell of a lane, by what its number is.
pub(super) enum LaneCell<'a> {
    /// A number that means the same everywhere.
    Plain(&'a AtomicU64),
    /// The same of 32 bits.
    Narrow(&'a AtomicU32),
    /// Ticks of a clock, or 0.
    Tick(&'a AtomicU64),
    /// So many bits that mean something, and above them ticks of a clock; or 0.
    PackedTick(&'a AtomicU64, u32),
}

impl LaneCell<'_> {
    /// Its number.
    pub(super) fn load(&self) -> u64 {
        match self {
            Self::Plain(cell) | Self::Tick(cell) | Self::PackedTick(cell, _) => cell.load(Acquire),
            Self::Narrow(cell) => cell.load(Acquire).into(),
        }
    }

    /// Stores a number of another board's cell; `here` puts ticks right.
    pub(super) fn store(&self, word: u64, here: &dyn Fn(u64) -> u64) {
        match self {
            Self::Plain(cell) => cell.store(word, Release),
            Self::Narrow(cell) => cell.store(word as u32, Release),
            Self::Tick(cell) => cell.store(if word == 0 { 0 } else { here(word) }, Release),
            Self::PackedTick(cell, bits) => {
                let (low, ticks) = (word & ((1 << bits) - 1), word >> bits);
                cell.store(if word == 0 { 0 } else { here(ticks) << bits | low }, Release);
            }
        }
    }
}
