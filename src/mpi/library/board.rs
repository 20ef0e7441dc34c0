//! This rank's lane of the board. Words are stored and counted up, by one thread at a time; nothing is decided here.

use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

use super::layout::{BYTES, LANE_BYTES, MAGIC, PAGE, RANKS, WORD, header, lane, lane_at};
use super::system::map;

/// A lane that is this rank's own.
#[derive(Debug)]
pub struct Lane {
    words: &'static [AtomicU64],
}

impl Lane {
    /// Claims a lane of the board in this file; `None` where there is no such board, or no lane left.
    pub fn claim(board: &Path) -> Option<Self> {
        let head = map(board, 0, PAGE / WORD)?;
        if head[header::MAGIC].load(Acquire) != MAGIC || std::fs::metadata(board).ok()?.len() < BYTES as u64 {
            return None;
        }
        let place = head[header::CLAIMED].fetch_add(1, SeqCst) as usize;
        if place >= RANKS {
            return None;
        }
        Some(Self { words: map(board, lane_at(place), LANE_BYTES / WORD)? })
    }

    /// Stores a word, after all that were stored before.
    pub fn set(&self, word: usize, value: u64) {
        self.words[word].store(value, Release);
    }

    /// The word as it is.
    pub fn get(&self, word: usize) -> u64 {
        self.words[word].load(Relaxed)
    }

    /// Counts a word up, or down. Nobody else writes it.
    pub fn add(&self, word: usize, by: u64) {
        self.words[word].store(self.get(word).wrapping_add(by), Release);
    }

    /// Changes words that belong together: who reads in between sees it by the version.
    pub fn change(&self, change: impl FnOnce(&Self)) {
        let version = self.get(lane::VERSION);
        self.words[lane::VERSION].store(version | 1, Relaxed);
        std::sync::atomic::fence(Release);
        change(self);
        self.words[lane::VERSION].store((version | 1) + 1, Release);
    }
}
