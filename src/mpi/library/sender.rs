//! A rank that cannot reach the board has its lane in memory of its own, and a thread that sends what has changed of it
//! now and then; what the program itself does is as if the lane were on the board.
//!
//! The thread takes no signal, and ends with the connection: then the rank goes on unwatched.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::board::Lane;
use super::connection::Connection;
use super::layout::{COMMUNICATORS, MAY, RANKS, RING, collective_record, communicator, lane, sent};
use super::system::{at_exit, cpu_ns, now_ns, process_cpu_ns, spawn_without_signals, thread_id};
use super::wire::{BATCH, PLACE_BITS};

/// Between batches of a rank, where its world is small.
const LEAST_BETWEEN: Duration = Duration::from_millis(100);
/// Of each rank of the world: so parlab gets no more than a thousand batches a second.
const BETWEEN_PER_RANK: Duration = Duration::from_millis(1);
/// Between looks at parlab's clock: clocks drift apart.
const BETWEEN_CLOCKS_NS: u64 = 10_000_000_000;

/// Words of a lane that are read together.
const HEAD: usize = lane::COMMUNICATORS_AT;
/// Reads of these until none changed meanwhile.
const READS: u32 = 64;
/// So few words that did not change are sent along, rather than that a run ends.
const GAP: usize = 2;

static SENDER: OnceLock<Mutex<Sender>> = OnceLock::new();
/// Whose it is: children of that process have copies of all this, perhaps of the lock while it was held.
static OWNER: AtomicU32 = AtomicU32::new(0);

/// What is sent, and what was sent before.
#[derive(Debug)]
struct Sender {
    /// `None` once it is broken.
    connection: Option<Connection>,
    lane: Lane,
    /// The words as parlab has them.
    told: Vec<u64>,
    /// The thread that called `MPI_Init`.
    first: u64,
    /// CPU time of the sending thread.
    own_cpu_ns: u64,
}

/// Sends from now on what is written to a lane, until the connection or this process ends.
pub fn start(connection: Connection, lane: Lane) {
    let between = LEAST_BETWEEN.max(BETWEEN_PER_RANK * lane.get(lane::SIZE) as u32);
    let sender =
        Sender { connection: Some(connection), told: vec![0; lane::WORDS], lane, first: thread_id(), own_cpu_ns: 0 };
    OWNER.store(std::process::id(), Relaxed);
    let sender = SENDER.get_or_init(|| Mutex::new(sender));
    at_exit(flush);
    spawn_without_signals(move || {
        let (own, mut aligned_ns) = (thread_id(), 0);
        loop {
            let now = now_ns();
            let mut sender = sender.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = now >= aligned_ns + BETWEEN_CLOCKS_NS;
            aligned_ns = if is_due { now } else { aligned_ns };
            sender.own_cpu_ns = cpu_ns(own);
            if sender.tell(is_due).is_none() {
                sender.connection = None;
                return;
            }
            drop(sender);
            std::thread::sleep(between);
        }
    });
}

/// Sends what there is now: what this rank did last must be told before it ends.
pub extern "C" fn flush() {
    let own = SENDER.get().filter(|_| OWNER.load(Relaxed) == std::process::id());
    let Some(sender) = own else { return };
    sender.lock().unwrap_or_else(PoisonError::into_inner).tell(false);
}

impl Sender {
    fn tell(&mut self, with_clock: bool) -> Option<()> {
        if with_clock {
            self.connection.as_mut()?.align()?;
        }
        self.count_cpu();
        let at_ns = now_ns();
        let now = self.lane_now();
        let mut batch = vec![at_ns];
        runs(&self.told, &now, &mut batch);
        self.connection.as_mut()?.send(BATCH, &batch)?;
        self.told = now;
        Some(())
    }

    /// CPU time of the thread that called `MPI_Init`, and of the others but for the sending one.
    fn count_cpu(&self) {
        let ran_ns = cpu_ns(self.first);
        self.lane.set(lane::RAN, ran_ns);
        if self.lane.get(lane::THREADED) >= MAY {
            let others_ns = process_cpu_ns().saturating_sub(ran_ns.saturating_add(self.own_cpu_ns));
            self.lane.set(lane::RAN_BESIDE, others_ns.max(self.lane.get(lane::RAN_BESIDE)));
        }
    }

    /// The lane as it is: what belongs together was there at one time. What cannot be had is as it was.
    fn lane_now(&self) -> Vec<u64> {
        let mut now = self.told.clone();
        self.read_head(&mut now);
        let used = (now[lane::COMMUNICATORS_USED] as usize).min(COMMUNICATORS) * communicator::WORDS;
        self.read(lane::COMMUNICATORS_AT, used, &mut now);
        let ranks = (now[lane::SIZE] as usize).min(RANKS);
        self.read(lane::SENT_AT, ranks * sent::WORDS, &mut now);
        self.read_ring(&mut now);
        now
    }

    fn read(&self, at: usize, words: usize, into: &mut [u64]) {
        (at..).zip(&mut into[at..at + words]).for_each(|(place, word)| *word = self.lane.get(place));
    }

    fn read_head(&self, into: &mut [u64]) {
        for _ in 0..READS {
            let mut head = [0; HEAD];
            let version = self.lane.get_before(lane::VERSION);
            self.read(0, HEAD, &mut head);
            if version.is_multiple_of(2) && self.lane.get_after(lane::VERSION) == version {
                into[..HEAD].copy_from_slice(&head);
                return;
            }
            std::hint::spin_loop();
        }
    }

    /// Collectives up to the count that the head has. Those that may have been written over meanwhile are sent as none, and
    /// so are counted as lost.
    fn read_ring(&self, into: &mut [u64]) {
        let written = into[lane::WRITTEN];
        if written == self.told[lane::WRITTEN] {
            return;
        }
        self.read(lane::RING_AT, RING * collective_record::WORDS, into);
        let now = self.lane.get_after(lane::WRITTEN);
        let first = written.saturating_sub(RING as u64);
        for number in first..(now + 1).saturating_sub(RING as u64).min(written) {
            let at = lane::RING_AT + (number as usize % RING) * collective_record::WORDS;
            into[at..at + collective_record::WORDS].fill(0);
        }
    }
}

/// Adds the runs of words that are others than before.
fn runs(before: &[u64], now: &[u64], into: &mut Vec<u64>) {
    let is_other = |place: &usize| before[*place] != now[*place];
    let mut next = 0;
    while let Some(first) = (next..now.len()).find(is_other) {
        let mut end = first + 1;
        while let Some(more) = (end..now.len().min(end + GAP + 1)).find(is_other) {
            end = more + 1;
        }
        into.push(first as u64 | ((end - first) as u64) << PLACE_BITS);
        into.extend_from_slice(&now[first..end]);
        next = end;
    }
}
