//! Where each cell of the board of ranks lies. Numbers only: nothing here reads or writes memory.
//!
//! It is compiled into the program, which reads the board, and into the library, which writes it; both come from one build,
//! so that the layout needs no description. All cells are words of 8 bytes.

/// What the board begins with: another layout has another number.
pub const MAGIC: u64 = 0x696d_6c72_6170_0001;
/// Bytes of a word.
pub const WORD: usize = 8;
/// Bytes of a page, of which the header is one; a lane begins with one.
pub const PAGE: usize = 4096;

/// Ranks that a board has room for, and those of a world that messages can be counted to.
pub const RANKS: usize = 1024;

/// Words of the header.
pub mod header {
    pub const MAGIC: usize = 0;
    /// How many ranks have asked for a lane, those among them that got none.
    pub const CLAIMED: usize = 1;
    /// A number that no other board has: on another node the same path may lead to another one.
    pub const ID: usize = 2;
}

/// Words of a lane.
pub mod lane {
    /// Stored last when the lane is claimed.
    pub const PID: usize = 0;
    pub const TID: usize = 1;
    pub const RANK: usize = 2;
    pub const SIZE: usize = 3;
    pub const BEGAN: usize = 4;
    /// When `MPI_Finalize` or `MPI_Abort` was called; 0 before.
    pub const ENDED: usize = 5;
    /// The code of `MPI_Abort` in the lower half, with 1 in the upper one; 0 when it was not called.
    pub const ABORTED: usize = 6;
    /// [`MAY`](super::MAY) when several threads may be in MPI at once, [`DO`](super::DO) when another than the first has been.
    pub const THREADED: usize = 7;
    /// The name of the MPI, UTF-8, zeros behind it.
    pub const LIBRARY: usize = 8;
    pub const LIBRARY_WORDS: usize = 8;

    /// Odd while the words from here to [`WRITTEN`] change.
    pub const VERSION: usize = 16;
    /// The place of the call in hand, plus 1; 0 between calls.
    pub const CALL: usize = 17;
    pub const SINCE: usize = 18;
    /// Rank plus 1, or 0.
    pub const TO: usize = 19;
    /// Rank plus 1, or 0.
    pub const FROM: usize = 20;
    /// [`FROM_ANY`], [`OTHERS`], [`HAS_TAG`], and how many of [`MORE`] hold something, from bit 8 on.
    pub const FLAGS: usize = 21;
    pub const TAG: usize = 22;
    pub const COMMUNICATOR: usize = 23;
    pub const NUMBER: usize = 24;
    pub const SPENT: usize = 25;
    pub const CALLS: usize = SPENT + 4;
    /// Further ranks, those to which it sends with [`SENDS`].
    pub const MORE: usize = CALLS + 1;
    pub const MORE_WORDS: usize = 6;
    const _: () = assert!(MORE + MORE_WORDS <= WRITTEN);

    /// Collectives written to the ring so far.
    pub const WRITTEN: usize = 40;
    /// Communicators in the table; stored after each.
    pub const COMMUNICATORS_USED: usize = 41;
    /// Receives from any rank that were begun by calls that do not wait, and not seen to be done.
    pub const RECEIVING_ANY: usize = 42;
    /// CPU nanoseconds of the thread that called `MPI_Init`, and of all others: of ranks that send their lane alone, since no
    /// others need to tell.
    pub const RAN: usize = 43;
    pub const RAN_BESIDE: usize = 44;
    const _: () = assert!(RAN_BESIDE < COMMUNICATORS_AT);

    pub const COMMUNICATORS_AT: usize = 64;
    pub const RING_AT: usize = COMMUNICATORS_AT + super::COMMUNICATORS * super::communicator::WORDS;
    pub const SENT_AT: usize = RING_AT + super::RING * super::collective_record::WORDS;
    pub const WORDS: usize = (SENT_AT + super::RANKS * super::sent::WORDS).next_multiple_of(super::PAGE / super::WORD);
}

/// Several threads may call MPI.
pub const MAY: u64 = 1;
/// Several threads have called MPI.
pub const DO: u64 = 2;

/// A flag: it takes a message from any rank of the communicator.
pub const FROM_ANY: u64 = 1;
/// A flag: it deals with ranks that are not told.
pub const OTHERS: u64 = 2;
/// A flag: the tag matters.
pub const HAS_TAG: u64 = 4;
/// Bits of the flags below the count of further ranks.
pub const FLAG_BITS: u32 = 8;
/// Set with a further rank to which it sends.
pub const SENDS: u64 = 1 << 32;

/// Communicators that a lane has room for.
pub const COMMUNICATORS: usize = 64;

/// Words of a communicator.
pub mod communicator {
    pub const ID: usize = 0;
    /// Collectives entered on it.
    pub const COLLECTIVES: usize = 1;
    /// The place of the last of these, plus 1.
    pub const LAST: usize = 2;
    /// A bit for each rank of the world; all 0 when its ranks are not told.
    pub const MEMBERS: usize = 3;
    pub const WORDS: usize = MEMBERS + super::RANKS / 64;
}

/// Collectives that a ring holds; a power of two.
pub const RING: usize = 1024;

/// Words of a collective that was left.
pub mod collective_record {
    pub const COMMUNICATOR: usize = 0;
    pub const NUMBER: usize = 1;
    pub const CALL: usize = 2;
    pub const CAME: usize = 3;
    pub const LEFT: usize = 4;
    pub const WORDS: usize = 5;
}

/// Which of these are times.
pub const RING_TIMES: [usize; 2] = [collective_record::CAME, collective_record::LEFT];

/// Words of what was sent to a rank.
pub mod sent {
    pub const MESSAGES: usize = 0;
    pub const BYTES: usize = 1;
    pub const SENDING: usize = 2;
    pub const RECEIVING: usize = 3;
    pub const WORDS: usize = 4;
}

/// Bytes of a lane.
pub const LANE_BYTES: usize = lane::WORDS * WORD;

/// Where a lane begins, in bytes.
pub const fn lane_at(lane: usize) -> usize {
    PAGE + lane * LANE_BYTES
}

/// Bytes of the board.
pub const BYTES: usize = lane_at(RANKS);
