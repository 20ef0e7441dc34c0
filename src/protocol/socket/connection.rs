//! One writer's connection: its greeting, then messages, which are stored in its lane and nowhere else.
//!
//! It never waits: what has come is read, what is whole is stored, the rest is kept for the next time. What it keeps is
//! bounded, and while there is no room in its ring for what it sends, it is not read.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::Ordering::Acquire;
use std::time::{Duration, Instant};

use super::served::ServedBoard;
use super::wire::{GREETING_WORDS, Greeting, MESSAGE_MAX, Message, Nonsense, greeting, message};
use crate::protocol::layout::{ACTIVITY_BITS, FAILED, RING_RECORDS, Shape, VALUE, WORD, lane, record};
use crate::system::clock::monotonic_ns;

/// A connection that has not greeted by then is closed.
const GREETING_WITHIN: Duration = Duration::from_secs(5);
/// Who looks, looks at least so often.
const HELD_FOR_AT_MOST: Duration = Duration::from_secs(5);
const NUMBER: usize = record::NUMBER / WORD;
const RECORD_WORDS: usize = record::BYTES / WORD;

/// A writer's connection.
pub(super) struct Connection {
    /// The connection itself.
    pub(super) stream: TcpStream,
    opened: Instant,
    buffer: Vec<u8>,
    /// Its lane, once it has greeted.
    slot: Option<usize>,
    /// What to add to its clock.
    offset: u64,
    /// The number of the last record that its counts tell of, and how many of all are no ends of tasks.
    counted: u64,
    extra: u64,
    failed: u64,
    /// Whether it has to wait for room in its ring, and since when.
    is_held: bool,
    held_since: Option<Instant>,
}

/// The end of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ConnectionEnd {
    /// The writer is gone.
    Closed,
    /// There is no lane for it.
    Refused,
    /// It sent what is nothing of the protocol.
    Nonsense,
}

impl From<io::Error> for ConnectionEnd {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

impl From<Nonsense> for ConnectionEnd {
    fn from(_: Nonsense) -> Self {
        Self::Nonsense
    }
}

impl Connection {
    /// A connection that was just accepted.
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            opened: Instant::now(),
            buffer: Vec::new(),
            slot: None,
            offset: 0,
            counted: 0,
            extra: 0,
            failed: 0,
            is_held: false,
            held_since: None,
        })
    }

    /// Whether it is to be read when something has come.
    pub(super) fn wants_to_read(&self) -> bool {
        !self.is_held
    }

    /// The lane that it has.
    pub(super) fn slot(&self) -> Option<usize> {
        self.slot
    }

    /// Ends a connection that does not greet.
    ///
    /// # Errors
    /// When its time is up.
    pub(super) fn check(&self) -> Result<(), ConnectionEnd> {
        if self.slot.is_none() && self.opened.elapsed() > GREETING_WITHIN { Err(ConnectionEnd::Closed) } else { Ok(()) }
    }

    /// Reads what has come and stores what is whole.
    ///
    /// # Errors
    /// When it is at its end.
    pub(super) fn serve(&mut self, shared: &ServedBoard) -> Result<(), ConnectionEnd> {
        self.check()?;
        let is_open = self.is_held || self.fill()?;
        self.is_held = false;
        let mut used = 0;
        while !self.is_held {
            let taken = self.take(used, shared)?;
            used += taken;
            if taken == 0 {
                break;
            }
        }
        self.buffer.drain(..used);
        if is_open { Ok(()) } else { Err(ConnectionEnd::Closed) }
    }

    /// Reads what there is, up to a whole message; false when no more will come.
    fn fill(&mut self) -> io::Result<bool> {
        let most = MESSAGE_MAX + WORD;
        let have = self.buffer.len();
        self.buffer.resize(most, 0);
        let read = self.stream.read(&mut self.buffer[have..]);
        self.buffer.truncate(have + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) if have < most => Ok(false),
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Takes one thing from the buffer and returns how many bytes it had; 0 when it is not whole, or has to wait.
    fn take(&mut self, from: usize, shared: &ServedBoard) -> Result<usize, ConnectionEnd> {
        let Some(slot) = self.slot else {
            let Some(greeting) = greeting(&self.buffer[from..], &shared.secret)? else { return Ok(0) };
            self.welcome(&greeting, shared)?;
            return Ok(GREETING_WORDS * WORD);
        };
        let Some((message, length)) = message(&self.buffer[from..])? else { return Ok(0) };
        match message {
            Message::Time => self.answer(&[monotonic_ns()])?,
            Message::Clock([offset, _]) => self.offset = offset,
            Message::Cells(at, cells) => self.store_cells(slot, at, cells, shared)?,
            Message::Records(words) => {
                if !self.store_records(slot, &words, shared)? {
                    self.is_held = true;
                    return Ok(0);
                }
            }
        }
        Ok(length)
    }

    /// Gives it a lane and tells it how its own board is laid out.
    fn welcome(&mut self, greeting: &Greeting, shared: &ServedBoard) -> Result<(), ConnectionEnd> {
        self.slot = shared.claim(greeting);
        if self.slot.is_none() {
            self.answer(&[1])?;
            return Err(ConnectionEnd::Refused);
        }
        let mut words = vec![0];
        words.extend(Shape::writers_header());
        self.answer(&words)
    }

    /// Few bytes, for which there is room unless it never reads: then it is closed.
    fn answer(&mut self, words: &[u64]) -> Result<(), ConnectionEnd> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        Ok(self.stream.write_all(&bytes)?)
    }

    /// A time of the writer's clock in this machine's; never in the future.
    fn time(&self, there: u64) -> u64 {
        there.wrapping_add(self.offset).min(monotonic_ns())
    }

    fn store_cells(
        &mut self,
        slot: usize,
        at: usize,
        mut cells: Vec<u64>,
        shared: &ServedBoard,
    ) -> Result<(), ConnectionEnd> {
        let end = cells.len() * WORD + at;
        if !at.is_multiple_of(WORD) || at < lane::LEFT_AT || end > lane::BYTES {
            return Err(ConnectionEnd::Nonsense);
        }
        for (at, word) in (at..).step_by(WORD).zip(&mut cells) {
            *word = match at {
                lane::LEFT_AT | lane::STARTED if *word != 0 => self.time(*word),
                lane::ACTIVITY if *word != 0 => {
                    let (since, which) = (*word >> ACTIVITY_BITS, *word & ((1 << ACTIVITY_BITS) - 1));
                    self.time(since) << ACTIVITY_BITS | which
                }
                lane::BASE_DONE..=lane::PREVIOUS_HAND => 0,
                _ => *word,
            };
        }
        let lane_at = shared.shape.lane_at(slot);
        shared.memory.write(lane_at + at, &cells).map_err(|_| ConnectionEnd::Closed)?;
        let word = |cell| shared.memory.word(lane_at + cell).unwrap_or(0);
        self.extra = word(lane::EXTRA);
        self.failed = word(lane::FAILED);
        self.counted = word(lane::DONE).wrapping_add(self.extra);
        Ok(())
    }

    /// Stores records, each at its place; false while the ring has no room since it was not looked at yet.
    fn store_records(&mut self, slot: usize, words: &[u64], shared: &ServedBoard) -> Result<bool, ConnectionEnd> {
        let records = words.chunks_exact(RECORD_WORDS);
        let (Some(&first), Some(&last), []) = (words.get(NUMBER), words.last(), records.remainder()) else {
            return Err(ConnectionEnd::Nonsense);
        };
        if self.has_to_wait(last, shared.lanes[slot].seen.load(Acquire)) {
            return Ok(false);
        }
        let (mut extra, mut failed) = (0, 0);
        for words in records {
            let mut words: [u64; RECORD_WORDS] = words.try_into().map_err(|_| ConnectionEnd::Nonsense)?;
            if words[0] & VALUE == 0 {
                words[1] = self.time(words[1]);
                words[2] = self.time(words[2]);
                failed += u64::from(words[0] & FAILED != 0);
            } else {
                extra += 1;
            }
            let at = shared.shape.record_at(slot, words[NUMBER]);
            shared.memory.write(at, &words).map_err(|_| ConnectionEnd::Closed)?;
        }
        if first == self.counted.wrapping_add(1) && last - first == (words.len() / RECORD_WORDS) as u64 - 1 {
            self.count(slot, last, [extra, failed], shared);
        }
        Ok(true)
    }

    /// Counts records that follow on those before, so that they are looked at before there is room for the next.
    fn count(&mut self, slot: usize, last: u64, [extra, failed]: [u64; 2], shared: &ServedBoard) {
        self.counted = last;
        self.extra = self.extra.saturating_add(extra).min(last);
        self.failed = self.failed.saturating_add(failed);
        let at = shared.shape.lane_at(slot);
        let _ = shared.memory.write(at + lane::FAILED, &[self.failed]);
        let _ = shared.memory.write(at + lane::EXTRA, &[self.extra]);
        let _ = shared.memory.write(at + lane::DONE, &[last - self.extra]);
    }

    /// Whether records up to a number would be written over such as were not looked at yet. It does not go on for ever:
    /// what the counts tell of may be nothing that can be looked at.
    fn has_to_wait(&mut self, last: u64, seen: u64) -> bool {
        if seen >= self.counted || last.saturating_sub(seen) <= RING_RECORDS as u64 {
            self.held_since = None;
            return false;
        }
        self.held_since.get_or_insert_with(Instant::now).elapsed() < HELD_FOR_AT_MOST
    }
}
