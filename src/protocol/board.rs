//! The outside board: made by parlab, written by other programs, looked at by one thread.
//!
//! Its layout is the program's own and never read back from the memory, where others may have written anything.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::Duration;

use super::complaint::{Fault, OutsideComplaint};
use super::lane::LaneWatch;
use super::layout::{Shape, WORD, header};
use super::look::{NameTotal, OutsideLane, OutsideLook, OutsideRun};
use super::looking::{Looking, Scratch};
use super::pace::{Frontier, LookPace};
use super::place::{BoardPlace, Medium};
use super::totals::NameTotals;
use crate::system::clock::monotonic_ns;
use crate::system::opened::FirstOpen;
use crate::system::outside_memory::{OutsideMemory, Shrunk};

/// The most lanes that a board may have.
pub const LANES_MAX: usize = 4096;

/// A board that other programs write.
pub struct OutsideBoard {
    shape: Shape,
    /// What its header has to say.
    header: Vec<u64>,
    created: u64,
    place: BoardPlace,
    watches: Vec<LaneWatch>,
    lanes: Vec<OutsideLane>,
    totals: NameTotals,
    pace: LookPace,
    frontier: Frontier,
    scratch: Scratch,
    told: Vec<Fault>,
}

impl OutsideBoard {
    /// A board with so many lanes, 1 to [`LANES_MAX`], in memory.
    ///
    /// # Errors
    /// When the system has no memory for it.
    pub fn create(lanes: usize) -> io::Result<Self> {
        Self::create_in(Medium::Memory, lanes)
    }

    /// A board where other programs find it in a particular way.
    ///
    /// # Errors
    /// When the system has no room for it.
    pub fn create_in(medium: Medium, lanes: usize) -> io::Result<Self> {
        let shape = Shape { lanes: lanes.clamp(1, LANES_MAX) };
        let place = BoardPlace::open(medium, shape)?;
        let header = shape.header();
        place.memory().write(0, &header).map_err(|Shrunk| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        Ok(Self {
            shape,
            header,
            created: monotonic_ns(),
            place,
            watches: (0..shape.lanes).map(LaneWatch::new).collect(),
            lanes: Vec::new(),
            totals: NameTotals::default(),
            pace: LookPace::default(),
            frontier: Frontier::default(),
            scratch: Scratch::default(),
            told: Vec::new(),
        })
    }

    /// What [`BOARD_VARIABLE`](super::BOARD_VARIABLE) has to say to programs that should write to it.
    pub fn address(&self) -> &str {
        &self.place.address
    }

    /// When the board was made, in nanoseconds of `CLOCK_MONOTONIC`.
    pub fn created(&self) -> u64 {
        self.created
    }

    /// All tasks whose records were read, by name, in the order in which the names were seen.
    pub fn totals(&self) -> &[NameTotal] {
        self.totals.all()
    }

    /// How long the next look may wait so that no ring is overrun, as far as the last ones tell: 2 ms for writers of
    /// very short tasks, 20 ms where there are none of late.
    pub fn next_look_in(&self) -> Duration {
        self.pace.next()
    }

    /// What becomes readable when a program opens the board, before which there is nothing to be seen on it; `None` once one
    /// has, as far as the last look tells, and where that is not told.
    pub fn first_open(&self) -> Option<BorrowedFd<'_>> {
        self.place.first_open.as_ref().map(FirstOpen::file)
    }

    /// Whether all that was written is there to be looked at. Through connections it comes a little later than its writers
    /// end; in memory it is there at once.
    pub fn is_settled(&self) -> bool {
        self.place.served().is_none_or(|served| served.open.load(Acquire) == 0)
    }

    /// Looks at all lanes. To be called by one thread, again and again.
    pub fn look(&mut self) -> OutsideLook {
        self.look_one_by_one(false)
    }

    /// As [`Self::look`], when the writers should have ended: those that have are known to be gone at once.
    pub fn last_look(&mut self) -> OutsideLook {
        self.look_one_by_one(true)
    }

    fn look_one_by_one(&mut self, is_last: bool) -> OutsideLook {
        let mut records = Vec::new();
        let look = self.look_in_runs(is_last, &mut |run| records.extend(run.records()));
        OutsideLook { records, ..look }
    }

    /// As [`Self::look`] or [`Self::last_look`], for who counts tasks, of which there may be a hundred thousand a second: they
    /// are handed over in runs, and are not in what is returned.
    pub fn look_in_runs(&mut self, is_last: bool, take: &mut dyn FnMut(&OutsideRun<'_>)) -> OutsideLook {
        // A lane that was claimed all the same counts for more than what is told of the file.
        if !self.lanes.is_empty() || self.place.first_open.as_ref().is_some_and(FirstOpen::has_come) {
            self.place.first_open = None;
        }
        let totals = &mut self.totals;
        let memory = self.place.memory();
        let now = monotonic_ns();
        let mut look = Looking {
            memory,
            shape: self.shape,
            created: self.created,
            now,
            latest: now,
            is_last,
            served: self.place.served(),
            lanes: &mut self.lanes,
            take: &mut |run| {
                totals.add(run);
                take(run);
            },
            complaints: Vec::new(),
            scratch: &mut self.scratch,
        };
        let refused = restore_header(memory, &self.header, &mut look.complaints);
        let all = self.watches.len();
        let (mut looked, mut among) = (0, if is_last { all } else { self.frontier.next(all) });
        let mut seen = Ok(());
        while looked < among && seen.is_ok() {
            seen = self.watches[looked..among].iter_mut().try_for_each(|watch| watch.look(&mut look));
            self.frontier.note(self.watches[..among].iter().rposition(LaneWatch::is_taken));
            (looked, among) = (among, among.max(self.frontier.reach(all)));
        }
        if look.served.is_some_and(|served| served.is_strange.load(Relaxed)) {
            look.complaints.push(OutsideComplaint { fault: Fault::Message, lane: None, pid: None });
        }
        if seen.is_err() || refused.is_err() || !memory.is_whole(self.shape.bytes()) {
            look.complaints.push(OutsideComplaint { fault: Fault::Shrunk, lane: None, pid: None });
        }
        let mut complaints = look.complaints;
        complaints.retain(|complaint| complaint.lane.is_some() || self.is_new(complaint.fault));
        let taken = &self.watches[..self.frontier.reach(all)];
        self.pace.set(taken.iter().map(|watch| watch.rate).fold(0.0, f64::max));
        OutsideLook {
            at: now,
            lanes: self.lanes.clone(),
            records: Vec::new(),
            complaints,
            refused: refused.unwrap_or(0),
        }
    }

    /// Whether something wrong with the board as a whole has not been told yet.
    fn is_new(&mut self, fault: Fault) -> bool {
        let is_new = !self.told.contains(&fault);
        if is_new {
            self.told.push(fault);
        }
        is_new
    }
}

/// Puts the header right for writers still to come, and returns how many were refused a lane.
fn restore_header(memory: &OutsideMemory, own: &[u64], complaints: &mut Vec<OutsideComplaint>) -> Result<u64, Shrunk> {
    let mut found = [0; header::CONSTANT_BYTES / WORD];
    memory.read(0, &mut found)?;
    if found != own {
        complaints.push(OutsideComplaint { fault: Fault::Header, lane: None, pid: None });
        memory.write(0, own)?;
    }
    memory.word(header::REFUSED)
}

#[cfg(test)]
mod tests;
