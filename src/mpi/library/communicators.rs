//! The communicators of this rank: which ranks of the world are in them.
//!
//! A handle may be another one on each rank, and be used again for another communicator. So what is told is a number made
//! of the ranks: the same wherever it is seen.

use std::collections::HashMap;
use std::sync::Arc;

use super::abi::Abi;
use super::board::Lane;
use super::layout::{COMMUNICATORS, RANKS, communicator, lane};
use super::real::{Real, Word, call};

/// What is known of a communicator.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Never 0.
    pub id: u64,
    /// Its place in the lane's table; `None` when that is full.
    pub place: Option<usize>,
    /// The rank of the world that each of its ranks is, or each of the other group where it has two; -1 for those of
    /// another world. Empty for `MPI_COMM_WORLD`, where they are the same.
    peers: Vec<i32>,
}

impl Known {
    /// A rank of it as one of the world; `None` when it is of another world.
    pub fn in_world(&self, rank: i32) -> Option<u32> {
        if self.peers.is_empty() {
            return u32::try_from(rank).ok();
        }
        self.peers.get(rank as usize).and_then(|rank| u32::try_from(*rank).ok())
    }
}

/// All that calls have named so far.
#[derive(Debug, Default)]
pub struct Communicators {
    known: HashMap<Word, Arc<Known>>,
    /// The one that was named last: most programs have one alone.
    last: Option<(Word, Arc<Known>)>,
    /// Those in the lane's table, by place.
    ids: Vec<u64>,
}

impl Communicators {
    /// What is known of a handle; asked for when it is seen first.
    pub fn of(&mut self, handle: Word, abi: Abi, lane: &Lane) -> &Known {
        let handle = abi.handle(handle);
        if self.last.as_ref().is_none_or(|(last, _)| *last != handle) {
            let known = self.known.get(&handle).map(Arc::clone);
            let known = known.unwrap_or_else(|| self.ask(handle, abi, lane));
            self.last = Some((handle, known));
        }
        self.last.as_ref().map(|(_, known)| known.as_ref()).expect("it was set")
    }

    /// Forgets a handle, which may come to stand for another communicator.
    pub fn forget(&mut self, handle: Word, abi: Abi) {
        self.known.remove(&abi.handle(handle));
        self.last = None;
    }

    #[cold]
    fn ask(&mut self, handle: Word, abi: Abi, lane: &Lane) -> Arc<Known> {
        let is_world = handle == abi.world();
        let own = world_ranks(handle, &GROUP, abi);
        let is_between_groups = !is_world && is_between_groups(handle);
        let others = if is_between_groups { world_ranks(handle, &REMOTE_GROUP, abi) } else { Vec::new() };
        let id = own.iter().chain(&others).fold(0xcbf2_9ce4_8422_2325_u64, |sum, rank| {
            // FNV-1a, of ranks in place of bytes.
            (sum ^ (*rank as u64 + 1)).wrapping_mul(0x0100_0000_01b3)
        }) | 1;
        let members: Vec<i32> = own.iter().chain(&others).copied().collect();
        let place = self.place(id, &members, lane);
        let peers = if is_world {
            Vec::new()
        } else if is_between_groups {
            others
        } else {
            own
        };
        let known = Arc::new(Known { id, place, peers });
        self.known.insert(handle, Arc::clone(&known));
        known
    }

    /// The place of a communicator in the lane's table, where it is written when it is not there.
    fn place(&mut self, id: u64, members: &[i32], lane: &Lane) -> Option<usize> {
        if let Some(place) = self.ids.iter().position(|known| *known == id) {
            return Some(place);
        }
        let place = self.ids.len();
        if place >= COMMUNICATORS {
            return None;
        }
        let at = lane::COMMUNICATORS_AT + place * communicator::WORDS;
        let are_all_told = members.iter().all(|rank| (0..RANKS as i32).contains(rank));
        if are_all_told {
            let mut bits = [0_u64; RANKS / 64];
            members.iter().for_each(|rank| bits[*rank as usize / 64] |= 1 << (rank % 64));
            (at + communicator::MEMBERS..).zip(bits).for_each(|(word, bits)| lane.set(word, bits));
        }
        lane.set(at + communicator::ID, id);
        self.ids.push(id);
        lane.set(lane::COMMUNICATORS_USED, self.ids.len() as u64);
        Some(place)
    }
}

static GROUP: Real = Real::new(c"PMPI_Comm_group");
static REMOTE_GROUP: Real = Real::new(c"PMPI_Comm_remote_group");

/// The ranks of the world that are a communicator's, in its order; -1 for those of another world.
fn world_ranks(handle: Word, group_of: &Real, abi: Abi) -> Vec<i32> {
    static GROUP_SIZE: Real = Real::new(c"PMPI_Group_size");
    static GROUP_FREE: Real = Real::new(c"PMPI_Group_free");
    static TRANSLATE: Real = Real::new(c"PMPI_Group_translate_ranks");
    let (mut group, mut world) = (0 as Word, 0 as Word);
    let mut size = 0_i32;
    call!(group_of; handle, (&raw mut group) as Word);
    call!(GROUP; abi.world(), (&raw mut world) as Word);
    call!(GROUP_SIZE; group, (&raw mut size) as Word);
    let own: Vec<i32> = (0..size.max(0)).collect();
    let mut ranks = vec![-1_i32; own.len()];
    call!(TRANSLATE; group, size as Word, own.as_ptr() as Word, world, ranks.as_mut_ptr() as Word);
    call!(GROUP_FREE; (&raw mut group) as Word);
    call!(GROUP_FREE; (&raw mut world) as Word);
    // `MPI_UNDEFINED` is another number in each MPI, and below 0 in all.
    ranks.iter_mut().for_each(|rank| *rank = (*rank).max(-1));
    ranks
}

fn is_between_groups(handle: Word) -> bool {
    static TEST_INTER: Real = Real::new(c"PMPI_Comm_test_inter");
    let mut flag = 0_i32;
    call!(TEST_INTER; handle, (&raw mut flag) as Word) == 0 && flag != 0
}

/// How many ranks a communicator has.
pub fn size_of(handle: Word) -> usize {
    static SIZE: Real = Real::new(c"PMPI_Comm_size");
    let mut size = 0_i32;
    call!(SIZE; handle, (&raw mut size) as Word);
    size.max(0) as usize
}

/// Which of its ranks this one is.
pub fn rank_in(handle: Word) -> i32 {
    static RANK: Real = Real::new(c"PMPI_Comm_rank");
    let mut rank = -1_i32;
    call!(RANK; handle, (&raw mut rank) as Word);
    rank
}
