//! One rank's connection: its greeting, then messages, which are stored in its lane and nowhere else.
//!
//! It never waits: what has come is read, what is whole is stored, the rest is kept for the next time. What it keeps is
//! bounded.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::lanes::{RemoteLane, RemoteLanes};
use crate::mpi::layout::{self, RANKS, WORD};
use crate::mpi::wire::{
    BATCH, CLOCK, GREETING_WORDS, KIND_BITS, MAGIC, NODE_WORDS, PLACE_BITS, SECRET_WORDS, TIME, WELCOME, WORDS_MAX,
};
use crate::system::clock::monotonic_ns;
use crate::system::secret::Secret;

/// A connection that has not greeted by then is closed.
const GREETING_WITHIN: Duration = Duration::from_secs(5);
/// Bytes read at a time.
const AT_ONCE: usize = 64 << 10;

/// A rank's connection.
pub(super) struct RankConnection {
    /// The connection itself.
    pub(super) stream: TcpStream,
    opened: Instant,
    buffer: Vec<u8>,
    /// Its lane, once it has greeted.
    lane: Option<usize>,
}

/// The connection is at its end, or what came is nothing of the protocol.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl RankConnection {
    /// A connection that was just accepted.
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        const _: () = assert!(SECRET_WORDS * WORD == Secret::WORD);
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, opened: Instant::now(), buffer: Vec::new(), lane: None })
    }

    /// Its lane, once it has greeted.
    pub(super) fn lane(&self) -> Option<usize> {
        self.lane
    }

    /// Whether it may still be about to greet, or has.
    pub(super) fn is_in_time(&self) -> bool {
        self.lane.is_some() || self.opened.elapsed() < GREETING_WITHIN
    }

    /// Reads what has come and stores what is whole.
    pub(super) fn serve(&mut self, secret: &Secret, lanes: &RemoteLanes) -> Result<(), Over> {
        let is_open = self.fill()?;
        let mut used = 0;
        loop {
            let taken = match self.lane {
                None => self.greet(secret, lanes)?,
                Some(lane) => self.take(used, lane, lanes)?,
            };
            used += taken;
            if taken == 0 {
                break;
            }
        }
        self.buffer.drain(..used);
        if is_open { Ok(()) } else { Err(Over) }
    }

    /// Reads what there is, as far as a whole message may be long; false when no more will come.
    fn fill(&mut self) -> io::Result<bool> {
        let have = self.buffer.len();
        let most = if self.lane.is_some() { (WORDS_MAX + 1) * WORD } else { GREETING_WORDS * WORD };
        self.buffer.resize(most.min(have + AT_ONCE), 0);
        let read = self.stream.read(&mut self.buffer[have..]);
        self.buffer.truncate(have + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(read) => Ok(read > 0 || have == most),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Gives who knows the secret a lane; tells how many bytes that took.
    fn greet(&mut self, secret: &Secret, lanes: &RemoteLanes) -> Result<usize, Over> {
        let Some(bytes) = self.buffer.get(..GREETING_WORDS * WORD) else { return Ok(0) };
        let (begin, rest) = bytes.split_at(2 * WORD);
        let (word, node) = rest.split_at(SECRET_WORDS * WORD);
        if words(begin) != [MAGIC, layout::MAGIC] || !secret.is(word) {
            return Err(Over);
        }
        let node = node_name(node);
        let mut all = lanes.lock();
        if all.len() >= RANKS {
            return Err(Over);
        }
        all.push(RemoteLane::new(&node)?);
        self.lane = Some(all.len() - 1);
        drop(all);
        self.answer(WELCOME)?;
        Ok(GREETING_WORDS * WORD)
    }

    /// Takes a message from the buffer and returns how many bytes it had; 0 when it is not whole.
    fn take(&mut self, from: usize, lane: usize, lanes: &RemoteLanes) -> Result<usize, Over> {
        let Some(head) = self.buffer.get(from..from + WORD) else { return Ok(0) };
        let head = words(head)[0];
        let (kind, length) = (head & ((1 << KIND_BITS) - 1), head >> KIND_BITS);
        if length > WORDS_MAX as u64 {
            return Err(Over);
        }
        let end = from + WORD + length as usize * WORD;
        let Some(body) = self.buffer.get(from + WORD..end) else { return Ok(0) };
        let mut body = words(body);
        match (kind, &mut body[..]) {
            (TIME, []) => self.answer(monotonic_ns())?,
            (CLOCK, &mut [offset, uncertainty_ns]) => lanes.lock()[lane].set_clock(offset, uncertainty_ns),
            (BATCH, [at_ns, runs @ ..]) => store(&mut lanes.lock()[lane], *at_ns, runs).ok_or(Over)?,
            _ => return Err(Over),
        }
        Ok(end - from)
    }

    /// A word, for which there is room unless the rank never reads: then it is closed.
    fn answer(&mut self, word: u64) -> io::Result<()> {
        self.stream.write_all(&word.to_ne_bytes())
    }
}

/// Stores what a batch says.
fn store(lane: &mut RemoteLane, at_ns: u64, mut runs: &mut [u64]) -> Option<()> {
    while let [head, rest @ ..] = runs {
        let (place, count) = (*head & ((1 << PLACE_BITS) - 1), *head >> PLACE_BITS);
        let (words, next) = rest.split_at_mut_checked(usize::try_from(count).ok()?)?;
        lane.store(usize::try_from(place).ok()?, words)?;
        runs = next;
    }
    lane.told_at(at_ns);
    Some(())
}

fn words(bytes: &[u8]) -> Vec<u64> {
    bytes.chunks_exact(WORD).map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes"))).collect()
}

/// The name that a node has for itself, up to its domain.
fn node_name(bytes: &[u8]) -> String {
    const _: () = assert!(NODE_WORDS > 0);
    let name = bytes.split(|byte| *byte == 0 || *byte == b'.').next().unwrap_or_default();
    std::str::from_utf8(name).unwrap_or_default().to_owned()
}
