//! What the server of connections and the board that they write to share.
//!
//! Lanes are given out and closed here; what is sent for them is stored by their connections.

use std::io;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

use super::wire::Greeting;
use crate::protocol::layout::{Shape, header, lane};
use crate::system::clock::monotonic_ns;
use crate::system::outside_memory::{OutsideMemory, Shrunk};
use crate::system::secret::Secret;

/// What server and board know of a lane besides its memory.
#[derive(Debug, Default)]
pub(in crate::protocol) struct ServedLane {
    /// The number of the last record that was looked at. By who looks.
    pub(in crate::protocol) seen: AtomicU64,
    /// When the connection ended; 0 before. By the server.
    pub(in crate::protocol) closed: AtomicU64,
    /// Whether it ended since it sent what is no message. By the server.
    pub(in crate::protocol) is_nonsense: AtomicBool,
}

/// What server and board share.
pub(in crate::protocol) struct ServedBoard {
    /// The board's memory.
    pub(in crate::protocol) memory: OutsideMemory,
    /// How it is laid out.
    pub(super) shape: Shape,
    /// What writers know.
    pub(super) secret: Secret,
    /// Each lane's.
    pub(in crate::protocol) lanes: Box<[ServedLane]>,
    /// Whether a connection without a lane sent what is no greeting.
    pub(in crate::protocol) is_strange: AtomicBool,
    /// Connections that there are.
    pub(in crate::protocol) open: AtomicUsize,
    claimed: AtomicUsize,
    /// Whether the server is to end.
    pub(super) is_over: AtomicBool,
}

impl ServedBoard {
    /// All zero.
    pub(super) fn new(shape: Shape, secret: Secret) -> io::Result<Self> {
        let board = Self {
            memory: OutsideMemory::own(shape.bytes())?,
            shape,
            secret,
            lanes: (0..shape.lanes).map(|_| ServedLane::default()).collect(),
            is_strange: AtomicBool::new(false),
            open: AtomicUsize::new(0),
            claimed: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        };
        Ok(board)
    }

    /// A lane for a writer; lanes are not used again.
    pub(super) fn claim(&self, greeting: &Greeting) -> Option<usize> {
        let slot = self.claimed.load(Acquire);
        if slot >= self.shape.lanes {
            let refused = self.memory.word(header::REFUSED).unwrap_or(0);
            let _ = self.memory.write(header::REFUSED, &[refused + 1]);
            return None;
        }
        self.claimed.fetch_add(1, AcqRel);
        self.write_claim(slot, greeting).ok()?;
        Some(slot)
    }

    fn write_claim(&self, slot: usize, greeting: &Greeting) -> Result<(), Shrunk> {
        let at = self.shape.lane_at(slot);
        self.memory.write(at + lane::GENERATION, &[1])?;
        self.memory.write(at + lane::PID, &greeting.identity)?;
        self.memory.write(at + lane::CLAIMED_AT, &[monotonic_ns()])?;
        self.memory.write(at + lane::THREAD_NAME, &greeting.thread_name)?;
        self.memory.write(at + lane::GENERATION, &[2])
    }

    /// Notes that a connection has ended, and whether because of what it sent.
    pub(super) fn close(&self, slot: Option<usize>, is_nonsense: bool) {
        match slot.map(|slot| &self.lanes[slot]) {
            Some(lane) => {
                lane.is_nonsense.store(is_nonsense, Release);
                lane.closed.store(monotonic_ns(), Release);
            }
            None if is_nonsense => self.is_strange.store(true, Release),
            None => {}
        }
    }
}
