//! The board of ranks: made by parlab, written by the library in each rank, looked at by one thread.
//!
//! What is read may be anything, since the program of the ranks may write there: numbers are believed as far as they can
//! be true, and lead nowhere else.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;

use super::layout::{BYTES, LANE_BYTES, MAGIC, PAGE, RANKS, WORD, header, lane_at};
use super::look::{MpiLook, RankLook};
use super::rank_lane::RankLane;
use super::remote::{RankServer, Reach};
use crate::system::clock::monotonic_ns;
use crate::system::memfd;
use crate::system::outside_memory::OutsideMemory;
use crate::system::secret::Secret;

/// Between looks at what was sent to whom, of which there is much where there are many ranks.
const MESSAGES_NS: u64 = 500_000_000;

/// A board that the ranks of a program write.
pub struct MpiBoard {
    memory: OutsideMemory,
    address: String,
    /// Ranks open it through this process.
    _file: File,
    lanes: Vec<RankLane>,
    /// Takes in those that do not reach the board.
    server: Option<RankServer>,
    messages_due_ns: u64,
}

impl MpiBoard {
    /// A board, all empty.
    ///
    /// # Errors
    /// When the system has no memory for it.
    pub fn create() -> io::Result<Self> {
        const _: () = assert!(LANE_BYTES.is_multiple_of(PAGE));
        let file = File::from(memfd::of_size("parlab-mpi", BYTES as u64)?);
        // Unsealed, it can be cut short: it is read as a file is then.
        let memory = match memfd::is_sealed(&file) {
            true => OutsideMemory::map(&file, BYTES)?,
            false => OutsideMemory::File(file.try_clone()?),
        };
        let id = random_id()?;
        let head = [(header::ID, id), (header::MAGIC, MAGIC)];
        let written = head.iter().try_for_each(|(word, value)| memory.write(word * WORD, &[*value]));
        written.map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        let address = format!("/proc/{}/fd/{}#{id:x}", std::process::id(), file.as_raw_fd());
        Ok(Self { memory, address, _file: file, lanes: Vec::new(), server: None, messages_due_ns: 0 })
    }

    /// Takes in ranks that do not reach the board, so far away.
    ///
    /// # Errors
    /// When the system refuses a port or a thread.
    pub fn listen(&mut self, reach: Reach) -> io::Result<()> {
        self.server = Some(RankServer::start(reach)?);
        Ok(())
    }

    /// Where ranks find it: the file, and a number that no other board has.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where ranks that do not reach it find what takes them in, and what they have to know; `None` where nothing does.
    pub fn server(&self) -> Option<(String, String)> {
        self.server.as_ref().map(|server| (server.addresses().to_owned(), server.secret()))
    }

    /// Looks at all ranks. To be called by one thread, again and again; `is_last` when all of them should have ended.
    /// `is_alive` tells whether a process is there.
    pub fn look(&mut self, is_last: bool, is_alive: &dyn Fn(u32) -> bool) -> MpiLook {
        let at_ns = monotonic_ns();
        let claimed = self.memory.word(header::CLAIMED * WORD).unwrap_or(0);
        let lanes = claimed.min(RANKS as u64) as usize;
        while self.lanes.len() < lanes {
            self.lanes.push(RankLane::new(lane_at(self.lanes.len())));
        }
        let with_messages = is_last || at_ns >= self.messages_due_ns;
        if with_messages {
            self.messages_due_ns = at_ns + MESSAGES_NS;
        }
        let mut look = MpiLook { at_ns, refused: claimed.saturating_sub(RANKS as u64), ..MpiLook::default() };
        let gone_since = |pid| (!is_alive(pid)).then_some(at_ns);
        for lane in &mut self.lanes {
            lane.look(&self.memory, with_messages, &gone_since, &mut look);
        }
        if let Some(server) = &self.server {
            for (number, lane) in (0..).zip(server.lanes.lock().iter_mut()) {
                lane.look(number, with_messages, &mut look);
            }
        }
        in_order(&mut look);
        look
    }
}

fn random_id() -> io::Result<u64> {
    let word = Secret::new()?.word();
    u64::from_str_radix(&word[..16], 16).map_err(io::Error::other)
}

/// Tells worlds apart, and puts ranks in the order of these: of the ranks that say that they are so many, each goes to the
/// first world that has none of its number. Places that collectives name go with them.
fn in_order(look: &mut MpiLook) {
    let mut worlds: Vec<(u32, HashSet<u32>)> = Vec::new();
    for rank in &mut look.ranks {
        let of_size = worlds.iter().position(|(size, taken)| *size == rank.size && !taken.contains(&rank.rank));
        let world = of_size.unwrap_or_else(|| {
            worlds.push((rank.size, HashSet::new()));
            worlds.len() - 1
        });
        worlds[world].1.insert(rank.rank);
        rank.world = world as u32;
    }
    let mut order: Vec<usize> = (0..look.ranks.len()).collect();
    order.sort_by_key(|place| (look.ranks[*place].world, look.ranks[*place].rank));
    let mut new_places = vec![0; order.len()];
    order.iter().enumerate().for_each(|(new, old)| new_places[*old] = new as u32);
    look.collectives.iter_mut().for_each(|record| {
        record.place = new_places[record.place as usize];
    });
    let mut old: Vec<Option<RankLook>> = std::mem::take(&mut look.ranks).into_iter().map(Some).collect();
    look.ranks = order.into_iter().filter_map(|place| old[place].take()).collect();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::calls::CallClass;
    use super::super::layout::{FROM_ANY, HAS_TAG, RING, collective_record, communicator, lane, sent};
    use super::super::look::{Peers, RankLife, Sent};
    use super::*;

    impl MpiBoard {
        /// Writes words of a lane, as the library would.
        fn write(&self, of: usize, words: &[(usize, u64)]) {
            let claimed = self.memory.word(header::CLAIMED * WORD).unwrap().max(of as u64 + 1);
            self.memory.write(header::CLAIMED * WORD, &[claimed]).unwrap();
            for (word, value) in words {
                self.memory.write(lane_at(of) + word * WORD, &[*value]).unwrap();
            }
        }

        fn rank(&self, of: usize, rank: u64, size: u64) {
            self.write(of, &[(lane::RANK, rank), (lane::SIZE, size), (lane::BEGAN, 5), (lane::PID, 100 + of as u64)]);
        }

        fn all(&mut self) -> MpiLook {
            self.look(true, &|_| true)
        }
    }

    #[test]
    fn ranks_are_told_in_their_order_and_by_world() {
        let mut board = MpiBoard::create().unwrap();
        assert_eq!(board.all().ranks.len(), 0);
        for (lane, (rank, size)) in [(1, 2), (0, 1), (0, 2), (0, 1), (1, 2)].into_iter().enumerate() {
            board.rank(lane, rank, size);
        }
        let ranks = board.all().ranks;
        let told: Vec<(u32, u32, u32, u32)> = ranks.iter().map(|it| (it.world, it.rank, it.size, it.pid)).collect();
        assert_eq!(told, [(0, 0, 2, 102), (0, 1, 2, 100), (1, 0, 1, 101), (2, 0, 1, 103), (3, 1, 2, 104)]);
    }

    #[test]
    fn a_call_is_told_with_whom_it_is_for() {
        let mut board = MpiBoard::create().unwrap();
        board.rank(0, 0, 4);
        let receive = super::super::CALLS.iter().position(|call| call.name == "Recv").unwrap() as u64;
        let call =
            [(lane::CALL, receive + 1), (lane::SINCE, 7), (lane::FROM, 4), (lane::TAG, 9), (lane::FLAGS, HAS_TAG)];
        board.write(0, &call);
        let look = board.all();
        let call = look.ranks[0].call.as_ref().unwrap();
        assert_eq!((call.call.name, call.since_ns, call.tag), ("Recv", 7, Some(9)));
        assert_eq!(call.peers, Peers { from: vec![3], ..Peers::default() });
        assert_eq!(
            look.ranks[0].spent_ns[CallClass::Receiving as usize],
            look.at_ns - 7,
            "the call in hand is among them"
        );
        board.write(0, &[(lane::FROM, 0), (lane::FLAGS, FROM_ANY)]);
        assert!(board.all().ranks[0].call.as_ref().unwrap().peers.from_any);
        board.write(0, &[(lane::VERSION, 1), (lane::CALL, 0)]);
        assert!(board.all().ranks[0].call.is_some(), "while it changes, what was before stands");
        board.write(0, &[(lane::VERSION, 2)]);
        assert!(board.all().ranks[0].call.is_none());
    }

    #[test]
    fn how_far_a_rank_has_come_is_told() {
        let mut board = MpiBoard::create().unwrap();
        (0..4).for_each(|rank| board.rank(rank, rank as u64, 4));
        board.write(1, &[(lane::ENDED, 50)]);
        board.write(2, &[(lane::ABORTED, 1 << 32 | 3), (lane::ENDED, 60)]);
        let look = board.look(false, &|pid| pid != 103);
        let lives: Vec<(RankLife, Option<u64>)> = look.ranks.iter().map(|rank| (rank.life, rank.ended_ns)).collect();
        assert_eq!(
            lives[..3],
            [(RankLife::Running, None), (RankLife::Finalized, Some(50)), (RankLife::Aborted(3), Some(60)),]
        );
        assert_eq!(lives[3], (RankLife::Gone, Some(look.at_ns)));
    }

    #[test]
    fn messages_and_collectives_are_read() {
        let mut board = MpiBoard::create().unwrap();
        (0..2).for_each(|rank| board.rank(rank, rank as u64, 2));
        let row = lane::SENT_AT + sent::WORDS;
        board.write(0, &[(row, 3), (row + sent::BYTES, 12), (lane::CALLS, 3)]);
        let told = [(communicator::ID, 77), (communicator::COLLECTIVES, 2), (communicator::MEMBERS, 0b11)];
        let told = told.map(|(word, value)| (lane::COMMUNICATORS_AT + word, value));
        board.write(0, &told);
        board.write(0, &[(lane::COMMUNICATORS_USED, 1)]);
        let write_collective = |board: &MpiBoard, number: usize| {
            let at = lane::RING_AT + number % RING * collective_record::WORDS;
            let words = [77, number as u64 + 1, 0, 10, 20];
            board.write(0, &(at..).zip(words).collect::<Vec<(usize, u64)>>());
            board.write(0, &[(lane::WRITTEN, number as u64 + 1)]);
        };
        (0..2).for_each(|number| write_collective(&board, number));
        let look = board.all();
        assert_eq!(*look.ranks[0].sent, [Sent { to: 1, messages: 3, bytes: 12, ..Sent::default() }]);
        assert_eq!(*look.ranks[0].communicators[0].members, [0, 1]);
        let read: Vec<(u32, u64)> = look.collectives.iter().map(|it| (it.members, it.number)).collect();
        assert_eq!((read, look.lost), (vec![(2, 1), (2, 2)], 0));
        assert_eq!(board.all().collectives.len(), 0, "they are told once");
        (2..RING + 12).for_each(|number| write_collective(&board, number));
        let look = board.all();
        assert_eq!(
            (look.collectives.len(), look.lost),
            (RING - 1, 11),
            "the one that may be half written is lost, too"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_written_there_is_read(words in prop::collection::vec((0..lane::SENT_AT + 64, any::<u64>()), 1..400)) {
            let mut board = MpiBoard::create().unwrap();
            for of in 0..3 {
                board.write(of, &words);
            }
            board.write(2, &[(lane::RANK, 1), (lane::SIZE, 2), (lane::VERSION, 2)]);
            for _ in 0..2 {
                let look = board.all();
                prop_assert!(look.ranks.len() <= 3 && look.collectives.len() <= 3 * RING);
            }
        }
    }
}
