//! This rank: what it does between the entry into a call and the return from it.
//!
//! A call of the program is delayed by this and nothing else is changed of it: no message is sent, no request looked at
//! by MPI.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::abi::Abi;
use super::board::Lane;
use super::calls::{CALLS, CallKind};
use super::communicators::{Communicators, rank_in, size_of};
use super::connection::Connection;
use super::layout::{
    DO, FLAG_BITS, FROM_ANY, HAS_TAG, MAY, OTHERS, RANKS, RING, SENDS, collective_record, communicator, lane, sent,
};
use super::real::{Real, Word, call};
use super::requests::{Request, RequestTarget, Requests, handles};
use super::sender;
use super::system::{now_ns, thread_id};
use super::view::View;

/// Tells where the board is.
const BOARD_VARIABLE: &str = "PARLAB_MPI_BOARD";

thread_local! {
    /// Whether this thread called `MPI_Init`.
    static IS_FIRST: Cell<bool> = const { Cell::new(false) };
}

static RANK: OnceLock<Option<Mutex<Rank>>> = OnceLock::new();

/// What is kept of this rank.
#[derive(Debug)]
struct Rank {
    lane: Lane,
    abi: Abi,
    communicators: Communicators,
    requests: Requests,
    /// Threads that are in calls.
    inside: u32,
}

/// A call that was entered.
#[derive(Debug)]
pub struct Entered {
    since_ns: u64,
    /// Whether the lane tells of it; calls of other threads meanwhile are only counted.
    is_told: bool,
    to: Peer,
    from: Peer,
    /// Of a collective: the communicator, and its number there.
    collective: Option<(u64, u64)>,
    /// The requests as they were before.
    first: u64,
    rest: Vec<u64>,
}

/// Whom a call deals with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Peer {
    Nobody,
    World(u32),
    Any,
    Elsewhere,
}

/// Begins to tell of this rank, where there is a board, or parlab can be reached.
#[cold]
pub fn begin(is_threaded: bool) {
    RANK.get_or_init(|| {
        let board = std::env::var(BOARD_VARIABLE).ok()?;
        let lane = Lane::claim(&board);
        let connection = if lane.is_none() { Some(Connection::open()?) } else { None };
        let lane = lane.unwrap_or_else(Lane::own);
        let abi = Abi::of_program();
        write_library(&lane);
        lane.set(lane::TID, thread_id());
        lane.set(lane::RANK, rank_in(abi.world()).max(0) as u64);
        lane.set(lane::SIZE, size_of(abi.world()) as u64);
        lane.set(lane::THREADED, if is_threaded { MAY } else { 0 });
        IS_FIRST.set(true);
        lane.set(lane::BEGAN, now_ns());
        lane.set(lane::PID, u64::from(std::process::id()));
        connection.into_iter().for_each(|connection| sender::start(connection, lane));
        let (communicators, requests) = (Communicators::default(), Requests::default());
        Some(Mutex::new(Rank { lane, abi, communicators, requests, inside: 0 }))
    });
}

/// The name of the MPI, as far as there is room for it.
fn write_library(lane: &Lane) {
    static VERSION: Real = Real::new(c"PMPI_Get_library_version");
    let (mut text, mut bytes) = (vec![0_u8; 1 << 15], 0_i32);
    call!(VERSION; text.as_mut_ptr() as Word, (&raw mut bytes) as Word);
    let words = (lane::LIBRARY..).zip(text[..lane::LIBRARY_WORDS * 8].chunks_exact(8));
    for (word, bytes) in words {
        lane.set(word, u64::from_ne_bytes(bytes.try_into().unwrap_or_default()));
    }
}

/// Says that this rank leaves MPI: by `MPI_Finalize`, or by `MPI_Abort` with a code.
#[cold]
pub fn end(abort: Option<i32>) {
    let Some(rank) = lock() else { return };
    if let Some(code) = abort {
        rank.lane.set(lane::ABORTED, 1 << 32 | u64::from(code as u32));
    }
    rank.lane.set(lane::ENDED, now_ns());
    sender::flush();
}

fn lock() -> Option<MutexGuard<'static, Rank>> {
    Some(RANK.get()?.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Tells of a call that is about to be made; `None` where this rank is not watched.
#[inline(never)]
pub fn enter(view: &View) -> Option<Entered> {
    RANK.get()?.as_ref()?;
    let since_ns = now_ns();
    let mut rank = lock()?;
    Some(rank.enter(view, since_ns))
}

/// Tells that it has returned.
#[inline(never)]
pub fn leave(view: &View, entered: &Entered) {
    let left_ns = now_ns();
    if let Some(mut rank) = lock() {
        rank.leave(view, entered, left_ns);
    }
}

impl Rank {
    fn enter(&mut self, view: &View, since_ns: u64) -> Entered {
        let Self { lane, abi, communicators, .. } = self;
        let (mut id, mut collective) = (0, None);
        let (mut to, mut from) = (Peer::Nobody, Peer::Nobody);
        if view.communicator != 0 {
            let known = communicators.of(view.communicator, *abi, lane);
            let peer = |rank: Option<i32>| match rank {
                None => Peer::Nobody,
                Some(rank) if rank == abi.any_source() => Peer::Any,
                Some(rank) if rank < 0 => Peer::Nobody,
                Some(rank) => known.in_world(rank).map_or(Peer::Elsewhere, Peer::World),
            };
            (id, to, from) = (known.id, peer(view.to), peer(view.from));
            if matches!(CALLS[view.call].kind, CallKind::Collective | CallKind::BeginCollective) {
                collective = known.place.map(|place| (id, count_collective(lane, place, view.call)));
            }
        }
        let mut standing = handles(view.requests, *abi);
        let first = standing.next().unwrap_or_default();
        let rest: Vec<u64> = standing.collect();
        self.inside += 1;
        if !IS_FIRST.get() {
            self.lane.set(lane::THREADED, DO);
        }
        let entered = Entered { since_ns, is_told: self.inside == 1, to, from, collective, first, rest };
        if entered.is_told {
            self.tell(view, &entered, id);
        }
        entered
    }

    /// Writes the call in hand.
    fn tell(&self, view: &View, entered: &Entered, communicator: u64) {
        let mut hand = Hand::default();
        hand.add(entered.to, true);
        hand.add(entered.from, false);
        let is_wait = matches!(CALLS[view.call].kind, CallKind::WaitAll | CallKind::WaitSome);
        if is_wait {
            self.open(view, entered).for_each(|request| hand.add_request(request));
        }
        if matches!(CALLS[view.call].kind, CallKind::Neighbours | CallKind::OneSided | CallKind::FreeCommunicator) {
            hand.flags |= OTHERS;
        }
        if entered.to == Peer::Nobody && view.to.is_none() && view.from.is_none() && is_message(view.call) {
            // A message that was found before is taken.
            hand.flags |= OTHERS;
        }
        let tag = view.tag.filter(|tag| *tag >= 0);
        hand.flags |= if tag.is_some() { HAS_TAG } else { 0 };
        self.lane.change(|lane| {
            lane.set(lane::CALL, view.call as u64 + 1);
            lane.set(lane::SINCE, entered.since_ns);
            lane.set(lane::TO, hand.to);
            lane.set(lane::FROM, hand.from);
            lane.set(lane::FLAGS, hand.flags | (hand.more_used as u64) << FLAG_BITS);
            lane.set(lane::TAG, u64::from(tag.unwrap_or_default() as u32));
            lane.set(lane::COMMUNICATOR, communicator);
            lane.set(lane::NUMBER, entered.collective.map_or(0, |(_, number)| number));
            (lane::MORE..).zip(&hand.more[..hand.more_used]).for_each(|(word, more)| lane.set(word, *more));
        });
    }

    /// The requests that a call names, as far as they are known.
    fn open<'a>(&'a self, view: &View, entered: &'a Entered) -> impl Iterator<Item = &'a Request> {
        let named = if view.requests.count == 0 { None } else { Some(entered.first) };
        named.into_iter().chain(entered.rest.iter().copied()).filter_map(|handle| self.requests.get(handle))
    }

    fn leave(&mut self, view: &View, entered: &Entered, left_ns: u64) {
        self.inside -= 1;
        let call = &CALLS[view.call];
        let spent_ns = left_ns.saturating_sub(entered.since_ns);
        if entered.is_told {
            self.lane.change(|lane| {
                lane.set(lane::CALL, 0);
                lane.add(lane::SPENT + call.class as usize, spent_ns);
                lane.add(lane::CALLS, 1);
            });
        } else {
            self.lane.add(lane::CALLS, 1);
        }
        match call.kind {
            CallKind::Send | CallKind::Exchange => self.count_message(entered.to, view.bytes()),
            CallKind::BeginSend | CallKind::PrepareSend | CallKind::BeginReceive | CallKind::PrepareReceive => {
                self.keep(view, entered, call.kind);
            }
            CallKind::BeginCollective => {
                let request = Request { target: RequestTarget::Other, bytes: 0, is_kept: false, is_active: true };
                handles(view.requests, self.abi).for_each(|handle| self.requests.insert(handle, request));
            }
            CallKind::Start => self.each(view, entered, Self::start),
            CallKind::WaitAll => self.each(view, entered, Self::done),
            CallKind::WaitSome | CallKind::Test => self.done_where_changed(view, entered),
            CallKind::Release => self.each(view, entered, |rank, handle| rank.forget(handle)),
            CallKind::FreeCommunicator => self.communicators.forget(view.communicator, self.abi),
            CallKind::Collective => self.record_collective(view.call, entered, left_ns),
            CallKind::Receive | CallKind::Look | CallKind::Neighbours | CallKind::OneSided => {}
        }
    }

    fn each(&mut self, view: &View, entered: &Entered, mut with: impl FnMut(&mut Self, u64)) {
        if view.requests.count > 0 {
            with(self, entered.first);
            entered.rest.iter().for_each(|handle| with(self, *handle));
        }
    }

    fn count_message(&self, to: Peer, bytes: u64) {
        if let Peer::World(to) = to {
            self.count_to(to, bytes);
        }
    }

    fn count_to(&self, to: u32, bytes: u64) {
        self.count_with(to, sent::MESSAGES, 1);
        self.count_with(to, sent::BYTES, bytes);
    }

    fn count_with(&self, rank: u32, word: usize, by: u64) {
        if (rank as usize) < RANKS {
            self.lane.add(lane::SENT_AT + rank as usize * sent::WORDS + word, by);
        }
    }

    /// Keeps the request that a call has made.
    fn keep(&mut self, view: &View, entered: &Entered, kind: CallKind) {
        let is_send = matches!(kind, CallKind::BeginSend | CallKind::PrepareSend);
        let is_kept = matches!(kind, CallKind::PrepareSend | CallKind::PrepareReceive);
        let target = match (if is_send { entered.to } else { entered.from }, is_send) {
            (Peer::World(rank), true) => RequestTarget::SendTo(rank),
            (Peer::World(rank), false) => RequestTarget::ReceiveFrom(rank),
            (Peer::Any, _) => RequestTarget::ReceiveFromAny,
            (Peer::Elsewhere, _) => RequestTarget::Other,
            (Peer::Nobody, _) if view.from.is_none() && !is_send => RequestTarget::Other,
            (Peer::Nobody, _) => return,
        };
        let request = Request { target, bytes: if is_send { view.bytes() } else { 0 }, is_kept, is_active: false };
        let made: Vec<u64> = handles(view.requests, self.abi).collect();
        for handle in made {
            self.requests.insert(handle, request);
            if !is_kept {
                self.start(handle);
            }
        }
    }

    /// Says that a request has begun.
    fn start(&mut self, handle: u64) {
        let Some(request) = self.requests.get_mut(handle) else { return };
        let is_again = std::mem::replace(&mut request.is_active, true);
        let Request { target, bytes, .. } = *request;
        if let RequestTarget::SendTo(rank) = target {
            self.count_to(rank, bytes);
        }
        if !is_again {
            self.count_open(target, 1);
        }
    }

    /// Says that a request is done.
    fn done(&mut self, handle: u64) {
        let Some(request) = self.requests.get_mut(handle) else { return };
        let was_active = std::mem::replace(&mut request.is_active, false);
        let Request { target, is_kept, .. } = *request;
        if !is_kept {
            self.requests.remove(handle);
        }
        if was_active {
            self.count_open(target, u64::MAX);
        }
    }

    /// A request that was given away: whether it gets done is not seen any more.
    fn forget(&mut self, handle: u64) {
        self.requests.remove(handle);
    }

    /// Counts what is begun; by -1 what is done.
    fn count_open(&self, target: RequestTarget, by: u64) {
        match target {
            RequestTarget::SendTo(rank) => self.count_with(rank, sent::SENDING, by),
            RequestTarget::ReceiveFrom(rank) => self.count_with(rank, sent::RECEIVING, by),
            RequestTarget::ReceiveFromAny => self.lane.add(lane::RECEIVING_ANY, by),
            RequestTarget::Other => {}
        }
    }

    /// Those requests are done whose handles MPI has taken back.
    fn done_where_changed(&mut self, view: &View, entered: &Entered) {
        let mut now = handles(view.requests, self.abi);
        let first = now.next();
        let rest: Vec<u64> = now.collect();
        if first.is_some_and(|first| first != entered.first) {
            self.done(entered.first);
        }
        for (before, after) in entered.rest.iter().zip(&rest) {
            if before != after {
                self.done(*before);
            }
        }
    }

    /// Writes a collective that was left.
    fn record_collective(&self, call: usize, entered: &Entered, left_ns: u64) {
        let Some((id, number)) = entered.collective else { return };
        let written = self.lane.get(lane::WRITTEN);
        let at = lane::RING_AT + (written as usize % RING) * collective_record::WORDS;
        self.lane.set(at + collective_record::COMMUNICATOR, id);
        self.lane.set(at + collective_record::NUMBER, number);
        self.lane.set(at + collective_record::CALL, call as u64);
        self.lane.set(at + collective_record::CAME, entered.since_ns);
        self.lane.set(at + collective_record::LEFT, left_ns);
        self.lane.set(lane::WRITTEN, written + 1);
    }
}

/// Counts a collective of a communicator, and gives its number.
fn count_collective(lane: &Lane, place: usize, call: usize) -> u64 {
    let at = lane::COMMUNICATORS_AT + place * communicator::WORDS;
    lane.set(at + communicator::LAST, call as u64 + 1);
    lane.add(at + communicator::COLLECTIVES, 1);
    lane.get(at + communicator::COLLECTIVES)
}

/// Whether a call is for a message between two ranks.
fn is_message(call: usize) -> bool {
    matches!(CALLS[call].kind, CallKind::Send | CallKind::Receive | CallKind::Exchange)
}

/// Whom the call in hand deals with, as words of the lane.
#[derive(Debug, Default)]
struct Hand {
    to: u64,
    from: u64,
    flags: u64,
    more: [u64; lane::MORE_WORDS],
    more_used: usize,
}

impl Hand {
    fn add(&mut self, peer: Peer, sends: bool) {
        match peer {
            Peer::Nobody => {}
            Peer::Any => self.flags |= FROM_ANY,
            Peer::Elsewhere => self.flags |= OTHERS,
            Peer::World(rank) => self.add_rank(rank, sends),
        }
    }

    fn add_rank(&mut self, rank: u32, sends: bool) {
        let word = u64::from(rank) + 1;
        let first = if sends { &mut self.to } else { &mut self.from };
        let told = word | if sends { SENDS } else { 0 };
        if *first == word || self.more[..self.more_used].contains(&told) {
        } else if *first == 0 {
            *first = word;
        } else if self.more_used < self.more.len() {
            self.more[self.more_used] = told;
            self.more_used += 1;
        } else {
            self.flags |= OTHERS;
        }
    }

    fn add_request(&mut self, request: &Request) {
        match request.target {
            _ if !request.is_active => {}
            RequestTarget::SendTo(rank) => self.add_rank(rank, true),
            RequestTarget::ReceiveFrom(rank) => self.add_rank(rank, false),
            RequestTarget::ReceiveFromAny => self.flags |= FROM_ANY,
            RequestTarget::Other => self.flags |= OTHERS,
        }
    }
}
