//! This rank's lane: one of the board, or of its own. Words are stored and counted up, by one thread at a time; nothing is
//! decided here.

use std::path::Path;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicU64, fence};

use super::layout::{BYTES, LANE_BYTES, MAGIC, PAGE, RANKS, WORD, header, lane, lane_at};
use super::system::map;

/// What is between the path of the board and its number.
const BEFORE_ID: char = '#';

/// A lane that is this rank's own.
#[derive(Debug, Clone, Copy)]
pub struct Lane {
    words: &'static [AtomicU64],
}

impl Lane {
    /// Claims a lane of the board with this address; `None` where there is no such board, or no lane left.
    pub fn claim(board: &str) -> Option<Self> {
        let (path, id) = board.rsplit_once(BEFORE_ID)?;
        let (board, id) = (Path::new(path), u64::from_str_radix(id, 16).ok()?);
        let head = map(board, 0, PAGE / WORD)?;
        let is_it = head[header::MAGIC].load(Acquire) == MAGIC && head[header::ID].load(Acquire) == id;
        if !is_it || std::fs::metadata(board).ok()?.len() < BYTES as u64 {
            return None;
        }
        let place = head[header::CLAIMED].fetch_add(1, SeqCst) as usize;
        if place >= RANKS {
            return None;
        }
        Some(Self { words: map(board, lane_at(place), LANE_BYTES / WORD)? })
    }

    /// A lane that nobody else sees.
    pub fn own() -> Self {
        let words: Vec<AtomicU64> = (0..LANE_BYTES / WORD).map(|_| AtomicU64::new(0)).collect();
        Self { words: words.leak() }
    }

    /// Stores a word, after all that were stored before.
    pub fn set(&self, word: usize, value: u64) {
        self.words[word].store(value, Release);
    }

    /// The word as it is.
    pub fn get(&self, word: usize) -> u64 {
        self.words[word].load(Relaxed)
    }

    /// The word as it is, before all that is read after it.
    pub fn get_before(&self, word: usize) -> u64 {
        self.words[word].load(Acquire)
    }

    /// The word as it is, after all that was read before it.
    pub fn get_after(&self, word: usize) -> u64 {
        fence(Acquire);
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
        fence(Release);
        change(self);
        self.words[lane::VERSION].store((version | 1) + 1, Release);
    }
}
