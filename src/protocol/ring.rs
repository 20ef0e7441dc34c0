//! The ring of a lane: records of tasks that have ended, read behind their writer, who does not wait.
//!
//! A record is taken when it bears its number before and after, and its times can be. All others are counted as lost.

use std::sync::Arc;

use super::complaint::Fault;
use super::layout::{FAILED, INDEX_BITS, RING_RECORDS, VALUE, WORD, lane, record};
use super::look::{EndedTask, OutsideRun};
use super::looking::Looking;
use super::names::{TaskNames, index};
use crate::system::clock::monotonic_ns;
use crate::system::outside_memory::Shrunk;

const WORDS: usize = record::BYTES / WORD;
/// Figures that one task may have.
const VALUES_MAX: usize = 16;

/// How far a ring was read.
#[derive(Debug, Default)]
pub(super) struct RingPlace {
    /// The number of the last record that was read.
    seen: u64,
    /// When the lane was claimed.
    claimed_at: u64,
    /// When the last task ended, as far as known; 0 before.
    pub(super) last_end: u64,
    /// Nanoseconds in tasks that ended.
    pub(super) busy: u64,
    /// Nanoseconds in tasks of writers before, where several are taken together.
    earlier: u64,
    are_several: bool,
    /// Figures of a task whose end comes after them.
    values: Vec<(Arc<str>, f64)>,
}

impl RingPlace {
    /// Another writer goes on in the ring.
    pub(super) fn begin_writer(&mut self, claimed_at: u64) {
        *self = Self { seen: self.seen, claimed_at, ..Self::default() };
    }

    /// Several writers, one after the other, have gone on in the ring since it was looked at last.
    pub(super) fn begin_several(&mut self, since: u64) {
        self.begin_writer(since);
        self.are_several = true;
    }

    /// Reads the records up to a number that is taken for true, and returns what was wrong with them.
    pub(super) fn read(
        &mut self,
        last: u64,
        writer: usize,
        names: &TaskNames,
        look: &mut Looking<'_>,
    ) -> Result<[Option<Fault>; 3], Shrunk> {
        let slot = look.lanes[writer].slot;
        let first = self.seen.max(last.saturating_sub(RING_RECORDS as u64)) + 1;
        let mut lost = first - self.seen - 1;
        self.seen = last;
        let mut faults = [None; 3];
        if first > last {
            return Ok(faults);
        }
        if lost > 0 {
            // What they are of is among what is lost.
            self.values.clear();
        }
        let words = copy(slot, first..last + 1, look)?;
        let overwritten = overwritten(slot, last, look)?;
        look.latest = monotonic_ns();
        let mut run = RingRun { lane: writer, names, key: 0, tasks: std::mem::take(&mut look.scratch.tasks) };
        for (number, words) in (first..).zip(words.chunks_exact(WORDS)) {
            if number <= overwritten {
                self.values.clear();
                lost += 1;
                continue;
            }
            match self.one(number, words, names, look) {
                Ok(Some(task)) => run.add(words[record::KEY / WORD], task, &mut self.values, look),
                Ok(None) => {}
                // A connection leaves out what it could not send in time.
                Err(Fault::Records) if look.served.is_some() => {
                    self.values.clear();
                    lost += 1;
                }
                Err(fault) => {
                    self.values.clear();
                    lost += 1;
                    faults[place(fault)] = Some(fault);
                }
            }
        }
        run.hand_over(&[], look);
        (look.scratch.words, look.scratch.tasks) = (words, run.tasks);
        look.lanes[writer].lost += lost;
        Ok(faults)
    }

    /// What a record says: a task that has ended, or nothing yet.
    fn one(
        &mut self,
        number: u64,
        words: &[u64],
        names: &TaskNames,
        look: &Looking<'_>,
    ) -> Result<Option<EndedTask>, Fault> {
        if words[record::NUMBER / WORD] != number {
            return Err(Fault::Records);
        }
        let word = words[record::KEY / WORD];
        if word & VALUE != 0 {
            return self.keep_value(words, names).map_or(Ok(None), Err);
        }
        let (start, end) = self.times(words, look).ok_or(Fault::Times)?;
        if !names.knows(word) {
            return Err(Fault::Names);
        }
        Ok(Some(EndedTask { index: index(word), start, end }))
    }

    /// The beginning and end of a record, when they can be: it begins after the one before has ended.
    fn times(&mut self, words: &[u64], look: &Looking<'_>) -> Option<(u64, u64)> {
        let [start, end, busy] = [record::START, record::END, record::BUSY].map(|at| words[at / WORD]);
        let can_be = start <= end && start >= self.last_end && look.can_be(start) && look.can_be(end);
        let since = if self.are_several { look.created } else { self.claimed_at };
        if !can_be || busy > end.saturating_sub(since) || busy < end - start {
            return None;
        }
        match self.earlier.saturating_add(busy) {
            total if total >= self.busy => self.busy = total,
            _ if self.are_several => (self.earlier, self.busy) = (self.busy, self.busy.saturating_add(busy)),
            _ => return None,
        }
        self.last_end = end;
        Some((start, end))
    }

    fn keep_value(&mut self, words: &[u64], names: &TaskNames) -> Option<Fault> {
        let Some(name) = names.name(words[record::START / WORD]) else { return Some(Fault::Names) };
        if self.values.len() < VALUES_MAX {
            self.values.push((name, f64::from_bits(words[record::END / WORD])));
        }
        None
    }
}

/// Tasks that follow each other in a ring and have a name in common, until they are handed over.
struct RingRun<'a> {
    lane: usize,
    names: &'a TaskNames,
    /// The key of one of them.
    key: u64,
    tasks: Vec<EndedTask>,
}

impl RingRun<'_> {
    /// Tasks that are handed over at once, at most: they are read again while they are in the cache.
    const MOST: usize = 512;

    /// Adds a task with its figures, which are its own from then on.
    fn add(&mut self, key: u64, task: EndedTask, values: &mut Vec<(Arc<str>, f64)>, look: &mut Looking<'_>) {
        let is_like = (key ^ self.key) >> INDEX_BITS == 0;
        if !is_like || !values.is_empty() || self.tasks.len() >= Self::MOST {
            self.hand_over(&[], look);
        }
        self.key = key;
        self.tasks.push(task);
        if !values.is_empty() {
            self.hand_over(values, look);
            values.clear();
        }
    }

    fn hand_over(&mut self, values: &[(Arc<str>, f64)], look: &mut Looking<'_>) {
        if !self.tasks.is_empty() {
            let (name, failed) = (self.names.of_key(self.key), self.key & FAILED != 0);
            (look.take)(&OutsideRun { lane: self.lane, name, failed, tasks: &self.tasks, values });
            self.tasks.clear();
        }
    }
}

/// The number of the record that lies where that of a number should.
pub(super) fn number_at(look: &Looking<'_>, slot: usize, number: u64) -> Result<u64, Shrunk> {
    look.memory.word(look.shape.record_at(slot, number) + record::NUMBER)
}

/// The number up to which records may have been overwritten while they were read: the writer may be at the one after its
/// counts already.
fn overwritten(slot: usize, last: u64, look: &Looking<'_>) -> Result<u64, Shrunk> {
    let at = look.shape.lane_at(slot);
    let counted = look.memory.word(at + lane::DONE)?.wrapping_add(look.memory.word(at + lane::EXTRA)?);
    Ok(counted.max(last).saturating_add(1).saturating_sub(RING_RECORDS as u64))
}

fn place(fault: Fault) -> usize {
    match fault {
        Fault::Names => 0,
        Fault::Times => 1,
        _ => 2,
    }
}

/// Copies records, which may go on at the ring's beginning.
fn copy(slot: usize, numbers: std::ops::Range<u64>, look: &mut Looking<'_>) -> Result<Vec<u64>, Shrunk> {
    let count = (numbers.end - numbers.start).min(RING_RECORDS as u64) as usize;
    let mut words = std::mem::take(&mut look.scratch.words);
    words.clear();
    words.resize(count * WORDS, 0);
    let until_end = RING_RECORDS - (numbers.start % RING_RECORDS as u64) as usize;
    let (front, back) = words.split_at_mut(count.min(until_end) * WORDS);
    look.memory.read(look.shape.record_at(slot, numbers.start), front)?;
    if !back.is_empty() {
        look.memory.read(look.shape.record_at(slot, 0), back)?;
    }
    Ok(words)
}
