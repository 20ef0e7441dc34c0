//! Where each cell of an outside board lies: the one place that knows, from which the header is filled, the page of the
//! protocol is written, and by which the board is read.
//!
//! All cells are words of 8 bytes in the machine's own order, at offsets that 8 divides. Numbers only: nothing here
//! reads or writes memory.

/// What the board begins with, as a number: the bytes `parlab`, 1 and 0 where the lowest byte comes first. Seen the
/// other way round, the writer has another order of bytes.
pub(super) const MAGIC: u64 = 0x0001_6261_6c72_6170;
/// The version of the protocol: another major has other cells, a higher minor has more of them.
pub(super) const MAJOR: u64 = 1;
/// See [`MAJOR`].
pub(super) const MINOR: u64 = 0;
/// The clock of all times: 1 is `CLOCK_MONOTONIC` in nanoseconds.
pub(super) const CLOCK_MONOTONIC: u64 = 1;

/// Bytes of a word.
pub(super) const WORD: usize = 8;
/// Bytes of the header.
pub(super) const HEADER_BYTES: usize = 4096;
/// Names of tasks that a lane has room for; the last one stands for all that came when there was none left.
pub(super) const NAMES: usize = 64;
/// Bytes of a name, zeros behind it.
pub(super) const NAME_BYTES: usize = 64;
/// Words of the name of a thread.
pub(super) const THREAD_NAME_WORDS: usize = 8;
/// Activities that a lane counts the time of.
pub(super) const ACTIVITIES: usize = 8;
/// Records in a ring; a power of two.
pub(super) const RING_RECORDS: usize = 8192;

/// Bits of a key that hold the index of a task; the number of its name stands above.
pub(super) const INDEX_BITS: u32 = 48;
/// The index of a task that has none.
pub(super) const NO_INDEX: u64 = (1 << INDEX_BITS) - 1;
/// Set in the key of a record whose task failed.
pub(super) const FAILED: u64 = 1 << 63;
/// Set in the key of a record that holds a value, not the end of a task.
pub(super) const VALUE: u64 = 1 << 62;
/// Bits of the word of the activity that say which; those above hold since when.
pub(super) const ACTIVITY_BITS: u32 = 4;

/// A cell: its name, where it lies in its structure in bytes, how many words it has, and what it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// What it is called on the page of the protocol and in the adapters.
    pub(super) name: &'static str,
    /// Bytes from the beginning of its structure.
    pub(super) at: usize,
    /// How many words.
    pub(super) words: usize,
    /// What it holds, in a few words.
    pub(super) says: &'static str,
}

const fn cell(name: &'static str, at: usize, words: usize, says: &'static str) -> Cell {
    Cell { name, at, words, says }
}

/// Where the cells of the header lie, in bytes.
pub(super) mod header {
    pub(in crate::protocol) const MAGIC: usize = 0;
    pub(in crate::protocol) const MAJOR: usize = 8;
    pub(in crate::protocol) const MINOR: usize = 16;
    pub(in crate::protocol) const BYTES: usize = 24;
    pub(in crate::protocol) const LANES: usize = 32;
    pub(in crate::protocol) const LANES_AT: usize = 40;
    pub(in crate::protocol) const LANE_BYTES: usize = 48;
    pub(in crate::protocol) const RINGS_AT: usize = 56;
    pub(in crate::protocol) const RING_BYTES: usize = 64;
    pub(in crate::protocol) const RING_RECORDS: usize = 72;
    pub(in crate::protocol) const RECORD_BYTES: usize = 80;
    pub(in crate::protocol) const NAMES: usize = 88;
    pub(in crate::protocol) const NAME_BYTES: usize = 96;
    pub(in crate::protocol) const CLOCK: usize = 104;
    /// The offsets of the cells of a lane, in the order of [`LANE_CELLS`](super::LANE_CELLS).
    pub(in crate::protocol) const LANE_CELLS: usize = 128;
    /// The offsets of the cells of a record, in the order of [`RECORD_CELLS`](super::RECORD_CELLS).
    pub(in crate::protocol) const RECORD_CELLS: usize = 384;
    /// What stands before this is written once, by parlab.
    pub(in crate::protocol) const CONSTANT_BYTES: usize = 512;
    pub(in crate::protocol) const REFUSED: usize = 2048;
}

/// The cells of the header.
pub(super) const HEADER_CELLS: &[Cell] = &[
    cell("magic", header::MAGIC, 1, "0x0001_6261_6c72_6170"),
    cell("major", header::MAJOR, 1, "1; a writer that knows another one stays away"),
    cell("minor", header::MINOR, 1, "0; a higher one has more cells, and these where they are"),
    cell("bytes", header::BYTES, 1, "bytes of the whole board"),
    cell("lanes", header::LANES, 1, "lanes that there are"),
    cell("lanes_at", header::LANES_AT, 1, "where the first lane begins"),
    cell("lane_bytes", header::LANE_BYTES, 1, "bytes from one lane to the next"),
    cell("rings_at", header::RINGS_AT, 1, "where the ring of the first lane begins"),
    cell("ring_bytes", header::RING_BYTES, 1, "bytes from one ring to the next"),
    cell("ring_records", header::RING_RECORDS, 1, "records in a ring, a power of two"),
    cell("record_bytes", header::RECORD_BYTES, 1, "bytes from one record to the next"),
    cell("names", header::NAMES, 1, "names that a lane has room for"),
    cell("name_bytes", header::NAME_BYTES, 1, "bytes of a name, a multiple of 8"),
    cell("clock", header::CLOCK, 1, "the clock of all times: 1 is CLOCK_MONOTONIC in nanoseconds"),
    cell("lane_cells", header::LANE_CELLS, LANE_CELLS.len(), "the offset of each cell of a lane, in their order below"),
    cell("record_cells", header::RECORD_CELLS, RECORD_CELLS.len(), "the offset of each cell of a record, likewise"),
    cell("refused", header::REFUSED, 1, "writers that found no lane; by these, under the lock of claims"),
];

/// Where the cells of a lane lie, in bytes.
pub(super) mod lane {
    pub(in crate::protocol) const GENERATION: usize = 0;
    pub(in crate::protocol) const PID: usize = 8;
    pub(in crate::protocol) const TID: usize = 16;
    pub(in crate::protocol) const CLAIMED_AT: usize = 24;
    pub(in crate::protocol) const LEFT_AT: usize = 32;
    pub(in crate::protocol) const BASE_DONE: usize = 40;
    pub(in crate::protocol) const BASE_FAILED: usize = 48;
    pub(in crate::protocol) const BASE_EXTRA: usize = 56;
    pub(in crate::protocol) const PREVIOUS_HAND: usize = 64;
    pub(in crate::protocol) const FAILED: usize = 72;
    pub(in crate::protocol) const EXTRA: usize = 80;
    pub(in crate::protocol) const FRACTION: usize = 88;
    pub(in crate::protocol) const ACTIVITY: usize = 96;
    pub(in crate::protocol) const SPENT: usize = 104;
    pub(in crate::protocol) const NAMES_USED: usize = 168;
    pub(in crate::protocol) const THREAD_NAME: usize = 176;
    pub(in crate::protocol) const PENDING_NAMES: usize = 240;
    pub(in crate::protocol) const MEMORY: usize = 248;
    /// On a line of the cache of its own, with the two that follow: these change with each task.
    pub(in crate::protocol) const STARTED: usize = 256;
    pub(in crate::protocol) const HAND: usize = 264;
    pub(in crate::protocol) const DONE: usize = 272;
    /// Bytes up to here are read at each look.
    pub(in crate::protocol) const HEAD_BYTES: usize = 280;
    pub(in crate::protocol) const TASK_NAMES: usize = 512;
    pub(in crate::protocol) const PENDING: usize = TASK_NAMES + super::NAMES * super::NAME_BYTES;
    /// Bytes from one lane to the next.
    pub(in crate::protocol) const BYTES: usize = PENDING + super::NAMES * super::WORD;
}

/// The cells of a lane, in the order in which the header tells where they are. `started`, `hand` and `done` follow each
/// other in all boards of this major version.
pub(super) const LANE_CELLS: &[Cell] = &[
    cell(
        "generation",
        lane::GENERATION,
        1,
        "0 never claimed, odd while it is claimed, even and higher each time after",
    ),
    cell("pid", lane::PID, 1, "process that writes it"),
    cell("tid", lane::TID, 1, "its thread, as the kernel counts them (gettid); 0 when it tells of one elsewhere"),
    cell("claimed_at", lane::CLAIMED_AT, 1, "when it was claimed"),
    cell("left_at", lane::LEFT_AT, 1, "when its writer left it; 0 before"),
    cell("base_done", lane::BASE_DONE, 1, "`done` when it was claimed"),
    cell("base_failed", lane::BASE_FAILED, 1, "`failed` when it was claimed"),
    cell("base_extra", lane::BASE_EXTRA, 1, "`extra` when it was claimed"),
    cell(
        "previous_hand",
        lane::PREVIOUS_HAND,
        1,
        "`hand` when it was claimed: the task that its last writer died with",
    ),
    cell("failed", lane::FAILED, 1, "how many of `done` failed"),
    cell("extra", lane::EXTRA, 1, "records in the ring so far that are no ends of tasks"),
    cell("fraction", lane::FRACTION, 1, "how much of the task in hand is done, 0 to 1 as a double; 0 when not told"),
    cell("activity", lane::ACTIVITY, 1, "what is done in particular, since when: ns << 4 | number; 0 when not told"),
    cell("spent", lane::SPENT, ACTIVITIES, "ns spent in each activity before that, by its number"),
    cell("names_used", lane::NAMES_USED, 1, "names in `task_names`; stored after the name"),
    cell("thread_name", lane::THREAD_NAME, THREAD_NAME_WORDS, "name of the thread, UTF-8, zeros behind it"),
    cell("started", lane::STARTED, 1, "when the task in hand was begun"),
    cell("hand", lane::HAND, 1, "key of the task in hand, plus 1; 0 between tasks"),
    cell("done", lane::DONE, 1, "tasks ended, those that failed among them; stored last"),
    cell(
        "task_names",
        lane::TASK_NAMES,
        NAMES * NAME_BYTES / WORD,
        "`names` names of tasks, `name_bytes` each, UTF-8, zeros behind",
    ),
    cell("pending_names", lane::PENDING_NAMES, 1, "how many of `pending` are told; stored after them"),
    cell(
        "memory",
        lane::MEMORY,
        1,
        "bytes that the process takes up of which it tells, one elsewhere; 0 when not told",
    ),
    cell(
        "pending",
        lane::PENDING,
        NAMES,
        "tasks of each name that are to be done, as far as known, by number of the name",
    ),
];

/// Where the cells of a record lie, in bytes.
pub(super) mod record {
    pub(in crate::protocol) const KEY: usize = 0;
    pub(in crate::protocol) const START: usize = 8;
    pub(in crate::protocol) const END: usize = 16;
    pub(in crate::protocol) const BUSY: usize = 24;
    pub(in crate::protocol) const NUMBER: usize = 32;
    /// Bytes from one record to the next.
    pub(in crate::protocol) const BYTES: usize = 40;
}

/// The cells of a record, in the order in which the header tells where they are; they follow each other.
pub(super) const RECORD_CELLS: &[Cell] = &[
    cell("key", record::KEY, 1, "number of the name << 48 | index; bit 63: it failed; bit 62: a value"),
    cell("start", record::START, 1, "when the task began; of a value: the number of its name"),
    cell("end", record::END, 1, "when it ended; of a value: the value, a double"),
    cell("busy", record::BUSY, 1, "ns in tasks since the lane was claimed, this one with them"),
    cell("number", record::NUMBER, 1, "`done` + `extra` with this record; it lies at that modulo `ring_records`"),
];

/// What a board is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Lanes that there are.
    pub(super) lanes: usize,
}

impl Shape {
    /// Bytes of a ring.
    pub(super) const RING_BYTES: usize = RING_RECORDS * record::BYTES;

    /// Where a lane begins.
    pub(super) const fn lane_at(self, lane: usize) -> usize {
        HEADER_BYTES + lane * lane::BYTES
    }

    /// Where the rings begin.
    pub(super) const fn rings_at(self) -> usize {
        self.lane_at(self.lanes).next_multiple_of(HEADER_BYTES)
    }

    /// Where a record of a lane's ring lies, by its number.
    pub(super) const fn record_at(self, lane: usize, number: u64) -> usize {
        self.rings_at() + lane * Self::RING_BYTES + (number % RING_RECORDS as u64) as usize * record::BYTES
    }

    /// Bytes of the whole board.
    pub(super) const fn bytes(self) -> usize {
        self.rings_at() + self.lanes * Self::RING_BYTES
    }

    /// The header of a board in a writer's own memory: one lane, and a ring with room until it has been sent.
    pub(super) fn writers_header() -> Vec<u64> {
        const RECORDS: usize = 32 << 10;
        let shape = Self { lanes: 1 };
        let mut words = shape.header();
        let bytes = RECORDS * record::BYTES;
        words[header::RING_RECORDS / WORD] = RECORDS as u64;
        words[header::RING_BYTES / WORD] = bytes as u64;
        words[header::BYTES / WORD] = (shape.rings_at() + bytes) as u64;
        words
    }

    /// The part of the header that never changes, a word each.
    pub(super) fn header(self) -> Vec<u64> {
        let mut words = vec![0; header::CONSTANT_BYTES / WORD];
        let values = [
            (header::MAGIC, MAGIC),
            (header::MAJOR, MAJOR),
            (header::MINOR, MINOR),
            (header::BYTES, self.bytes() as u64),
            (header::LANES, self.lanes as u64),
            (header::LANES_AT, self.lane_at(0) as u64),
            (header::LANE_BYTES, lane::BYTES as u64),
            (header::RINGS_AT, self.rings_at() as u64),
            (header::RING_BYTES, Self::RING_BYTES as u64),
            (header::RING_RECORDS, RING_RECORDS as u64),
            (header::RECORD_BYTES, record::BYTES as u64),
            (header::NAMES, NAMES as u64),
            (header::NAME_BYTES, NAME_BYTES as u64),
            (header::CLOCK, CLOCK_MONOTONIC),
        ];
        values.into_iter().for_each(|(at, value)| words[at / WORD] = value);
        for (at, cells) in [(header::LANE_CELLS, LANE_CELLS), (header::RECORD_CELLS, RECORD_CELLS)] {
            (at / WORD..).zip(cells).for_each(|(word, cell)| words[word] = cell.at as u64);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether cells lie one after the other, none over another, all of them aligned and within their bounds.
    fn are_apart(cells: &[Cell], bytes: usize) -> bool {
        let mut sorted = cells.to_vec();
        sorted.sort_by_key(|cell| cell.at);
        let ends = sorted.iter().map(|cell| cell.at + cell.words * WORD);
        let next = sorted.iter().skip(1).map(|cell| cell.at).chain([bytes]);
        cells.iter().all(|cell| cell.at % WORD == 0) && ends.zip(next).all(|(end, next)| end <= next)
    }

    #[test]
    fn no_cell_lies_over_another() {
        assert!(are_apart(HEADER_CELLS, HEADER_BYTES));
        assert!(are_apart(LANE_CELLS, lane::BYTES));
        assert!(are_apart(RECORD_CELLS, record::BYTES));
        assert!(HEADER_CELLS.iter().filter(|cell| cell.name != "refused").all(|c| c.at < header::CONSTANT_BYTES));
        assert!(
            LANE_CELLS
                .iter()
                .filter(|cell| !["task_names", "pending"].contains(&cell.name))
                .all(|c| c.at < lane::HEAD_BYTES)
        );
    }

    #[test]
    fn parts_lie_behind_each_other() {
        for lanes in [1, 2, 3, 256, 4096] {
            let shape = Shape { lanes };
            assert!(shape.rings_at() >= shape.lane_at(lanes));
            let last = shape.record_at(lanes - 1, RING_RECORDS as u64 - 1);
            assert_eq!(last + record::BYTES, shape.bytes());
            assert!([shape.lane_at(lanes), shape.rings_at(), shape.bytes()].iter().all(|at| at % WORD == 0));
        }
        assert!(RING_RECORDS.is_power_of_two());
    }
}
