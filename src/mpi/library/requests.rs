//! What this rank has begun and not seen to be done, by the handles of its requests.
//!
//! Of those that are prepared and begun again and again it is not always seen whether they are done: they count as begun
//! until it is.

use std::collections::HashMap;

use super::abi::Abi;
use super::real::Word;

/// What a request is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestTarget {
    /// To this rank of the world.
    SendTo(u32),
    /// From this rank.
    ReceiveFrom(u32),
    /// From any rank.
    ReceiveFromAny,
    /// A collective, or a rank of another world.
    Other,
}

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// What it is of.
    pub target: RequestTarget,
    /// Bytes of a message that is sent.
    pub bytes: u64,
    /// Whether it stays when it is done, and can be begun again.
    pub is_kept: bool,
    /// Whether it has begun.
    pub is_active: bool,
}

/// Where requests are in memory, as a call names them.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// The address of the first.
    pub at: Word,
    /// How many there are.
    pub count: usize,
    /// Whether they are Fortran's, which are integers.
    pub by_fortran: bool,
}

/// Those that are open.
#[derive(Debug, Default)]
pub struct Requests {
    open: HashMap<u64, Request>,
}

/// More are not kept: a program that never asks for its requests would fill the memory.
const OPEN_MAX: usize = 1 << 17;

/// Tells Fortran's handles from C's.
const FORTRAN: u64 = 1 << 63;

impl Requests {
    /// Keeps one.
    pub fn insert(&mut self, handle: u64, request: Request) {
        if self.open.len() < OPEN_MAX || self.open.contains_key(&handle) {
            self.open.insert(handle, request);
        }
    }

    /// One that is open.
    pub fn get(&self, handle: u64) -> Option<&Request> {
        self.open.get(&handle)
    }

    /// One that may be begun, or be done.
    pub fn get_mut(&mut self, handle: u64) -> Option<&mut Request> {
        self.open.get_mut(&handle)
    }

    /// One that is no more.
    pub fn remove(&mut self, handle: u64) -> Option<Request> {
        self.open.remove(&handle)
    }
}

/// The handles that stand there now.
pub fn handles(named: Named, abi: Abi) -> impl Iterator<Item = u64> {
    let wide = !named.by_fortran && abi.request_bytes() == 8;
    (0..if named.at == 0 { 0 } else { named.count }).map(move |place| {
        if wide {
            // SAFETY: the program has given an array of so many requests, which are that large in this MPI.
            unsafe { (named.at as *const u64).add(place).read_unaligned() }
        } else {
            // SAFETY: as above.
            let handle = u64::from(unsafe { (named.at as *const u32).add(place).read_unaligned() });
            // MPICH's are the same in both languages.
            if named.by_fortran && abi == Abi::OpenMpi { handle | FORTRAN } else { handle }
        }
    })
}
