//! The lanes of ranks that send them. Connections write them, the board's looks read them, one at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::mpi::layout::{LANE_BYTES, RING, RING_TIMES, WORD, collective_record, lane};
use crate::mpi::look::{Elsewhere, MpiLook};
use crate::mpi::rank_lane::RankLane;
use crate::system::clock::monotonic_ns;
use crate::system::outside_memory::OutsideMemory;

/// All of them, in the order in which they came.
#[derive(Default)]
pub(in crate::mpi) struct RemoteLanes(Mutex<Vec<RemoteLane>>);

impl RemoteLanes {
    /// The lanes, while nobody else has them.
    pub(in crate::mpi) fn lock(&self) -> MutexGuard<'_, Vec<RemoteLane>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lane, and who sends it.
pub(in crate::mpi) struct RemoteLane {
    memory: OutsideMemory,
    lane: RankLane,
    node: Arc<str>,
    /// What to add to its clock, and how far off that may be.
    clock: (u64, u64),
    /// When the lane was as it is here; 0 before anything came.
    told_ns: u64,
    /// When its connection ended.
    closed_ns: Option<u64>,
}

impl RemoteLane {
    /// A lane of which nothing is known.
    ///
    /// # Errors
    /// When the system has no memory for it.
    pub(super) fn new(node: &str) -> std::io::Result<Self> {
        Ok(Self {
            memory: OutsideMemory::own(LANE_BYTES)?,
            lane: RankLane::new(0),
            node: node.into(),
            clock: (0, 0),
            told_ns: 0,
            closed_ns: None,
        })
    }

    /// How its clock is to be understood from now on.
    pub(super) fn set_clock(&mut self, offset: u64, uncertainty_ns: u64) {
        self.clock = (offset, uncertainty_ns);
    }

    /// Its connection has ended.
    pub(super) fn close(&mut self) {
        self.closed_ns = Some(monotonic_ns());
    }

    /// Whether it has.
    #[cfg(test)]
    pub(super) fn is_closed(&self) -> bool {
        self.closed_ns.is_some()
    }

    /// The lane was looked at, at this time of its clock, and all that has changed was stored.
    pub(super) fn told_at(&mut self, there_ns: u64) {
        self.told_ns = self.time(there_ns);
    }

    /// Stores words that have changed, from a place on; those that are times in this machine's. `None` where there is no
    /// such place.
    pub(super) fn store(&mut self, place: usize, words: &mut [u64]) -> Option<()> {
        if place.checked_add(words.len())? > lane::WORDS {
            return None;
        }
        for (place, word) in (place..).zip(words.iter_mut()) {
            if *word != 0 && is_time(place) {
                *word = self.time(*word);
            }
        }
        self.memory.write(place * WORD, words).ok()
    }

    /// Adds the rank to a look; nothing before it has told of itself.
    pub(in crate::mpi) fn look(&mut self, number: u32, with_messages: bool, into: &mut MpiLook) {
        let before = into.ranks.len();
        let closed_ns = self.closed_ns;
        self.lane.look(&self.memory, with_messages, &|_| closed_ns, into);
        let Some(rank) = into.ranks.get_mut(before) else { return };
        let word = |word: usize| self.memory.word(word * WORD).unwrap_or_default();
        rank.elsewhere = Some(Elsewhere {
            number,
            node: Arc::clone(&self.node),
            clock_ns: self.clock.1,
            told_ns: self.told_ns,
            ran_ns: word(lane::RAN),
            ran_beside_ns: word(lane::RAN_BESIDE),
        });
    }

    /// A time of its clock in this machine's; never in the future.
    fn time(&self, there_ns: u64) -> u64 {
        there_ns.wrapping_add(self.clock.0).min(monotonic_ns())
    }
}

/// Whether the word at this place of a lane is a time.
fn is_time(place: usize) -> bool {
    const RING_END: usize = lane::RING_AT + RING * collective_record::WORDS;
    match place {
        lane::BEGAN | lane::ENDED | lane::SINCE => true,
        lane::RING_AT..RING_END => RING_TIMES.contains(&((place - lane::RING_AT) % collective_record::WORDS)),
        _ => false,
    }
}
