//! Writers that keep to the protocol, and writers that do not, seen by the board.

use std::cell::RefCell;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::thread::scope;

mod elsewhere;
mod nonsense;

use super::*;
use crate::protocol::layout::{
    FAILED, HEADER_BYTES, INDEX_BITS, NAME_BYTES, NO_INDEX, RING_RECORDS, VALUE, lane, record,
};
use crate::protocol::{Life, OutsideActivity};
use crate::system::poll::{PollFd, PollFlags, poll};

/// A writer by the page of the protocol, in a lane that it took without asking.
struct Writer {
    file: File,
    shape: Shape,
    slot: usize,
    done: u64,
    failed: u64,
    extra: u64,
    busy: u64,
    generation: u64,
    /// Stores that are kept back, to be made one at a time.
    kept: Option<RefCell<Vec<(usize, u64)>>>,
}

impl Writer {
    fn new(board: &OutsideBoard, slot: usize) -> Self {
        let mut writer = Self::silent(board, slot);
        writer.claim();
        writer.name(0, "task");
        writer
    }

    fn silent(board: &OutsideBoard, slot: usize) -> Self {
        let file = File::options().read(true).write(true).open(board.address()).unwrap();
        Self { file, shape: board.shape, slot, done: 0, failed: 0, extra: 0, busy: 0, generation: 0, kept: None }
    }

    fn store(&self, at: usize, word: u64) {
        match &self.kept {
            Some(kept) => kept.borrow_mut().push((at, word)),
            None => self.file.write_all_at(&word.to_ne_bytes(), at as u64).unwrap(),
        }
    }

    fn cell(&self, cell: usize, word: u64) {
        self.store(self.shape.lane_at(self.slot) + cell, word);
    }

    fn claim(&mut self) {
        self.cell(lane::GENERATION, self.generation + 1);
        self.cell(lane::BASE_DONE, self.done);
        self.cell(lane::BASE_FAILED, self.failed);
        self.cell(lane::BASE_EXTRA, self.extra);
        self.cell(lane::PID, u64::from(std::process::id()));
        self.cell(lane::TID, u64::from(std::process::id()));
        self.cell(lane::LEFT_AT, 0);
        self.cell(lane::CLAIMED_AT, monotonic_ns());
        self.generation += 2;
        self.busy = 0;
        self.cell(lane::GENERATION, self.generation);
    }

    fn name(&self, number: usize, name: &str) {
        let mut bytes = [0; NAME_BYTES];
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        let at = self.shape.lane_at(self.slot) + lane::TASK_NAMES + number * NAME_BYTES;
        self.file.write_all_at(&bytes, at as u64).unwrap();
        self.cell(lane::NAMES_USED, number as u64 + 1);
    }

    fn begin(&self, key: u64) -> u64 {
        let start = monotonic_ns();
        self.cell(lane::STARTED, start);
        self.cell(lane::HAND, key + 1);
        start
    }

    fn record(&mut self, words: [u64; 3]) {
        let number = self.done + self.extra + 1;
        let at = self.shape.record_at(self.slot, number);
        (0..).zip(words.into_iter().chain([self.busy, number])).for_each(|(n, word)| self.store(at + n * WORD, word));
    }

    fn end(&mut self, key: u64, start: u64) {
        let end = monotonic_ns();
        self.busy += end - start;
        self.record([key, start, end]);
        self.failed += u64::from(key & FAILED != 0);
        self.cell(lane::FAILED, self.failed);
        self.cell(lane::HAND, 0);
        self.done += 1;
        self.cell(lane::DONE, self.done);
    }

    fn value(&mut self, name: u64, value: f64) {
        self.record([VALUE, name, value.to_bits()]);
        self.extra += 1;
        self.cell(lane::EXTRA, self.extra);
    }

    fn task(&mut self, key: u64) {
        let start = self.begin(key);
        self.end(key, start);
    }
}

fn boards(lanes: usize) -> Vec<OutsideBoard> {
    [Medium::Memory, Medium::File].map(|medium| OutsideBoard::create_in(medium, lanes).unwrap()).into()
}

fn faults(look: &OutsideLook) -> Vec<Fault> {
    look.complaints.iter().map(|complaint| complaint.fault).collect()
}

#[test]
fn what_a_writer_tells_is_seen() {
    for mut board in boards(4) {
        assert!(board.look().lanes.is_empty());
        let mut writer = Writer::new(&board, 2);
        writer.name(1, "loss");
        writer.task(5);
        let start = writer.begin(6);
        writer.value(1, 0.25);
        writer.end(6 | FAILED, start);
        let began = writer.begin(NO_INDEX);
        writer.cell(lane::FRACTION, 0.5_f64.to_bits());
        let look = board.look();
        assert_eq!(faults(&look), []);
        let [lane] = &look.lanes[..] else { panic!("{look:?}") };
        assert_eq!((lane.slot, lane.pid, lane.done, lane.failed, lane.lost), (2, std::process::id(), 1, 1, 0));
        let hand = lane.hand.as_ref().unwrap();
        assert_eq!((&*hand.name, hand.index, hand.since, hand.fraction), ("task", None, began, Some(0.5)));
        assert_eq!((lane.life, lane.activity, lane.since), (Life::Alive, OutsideActivity::Running, began));
        let [one, two] = &look.records[..] else { panic!("{look:?}") };
        assert_eq!((&*one.name, one.index, one.failed, one.values.len()), ("task", Some(5), false, 0));
        assert_eq!((two.index, two.failed, two.start), (Some(6), true, start));
        assert_eq!((&*two.values[0].0, two.values[0].1), ("loss", 0.25));
        assert_eq!((board.totals()[0].count, board.totals()[0].failed), (2, 1));
        assert!(board.look().records.is_empty(), "each is told once");
    }
}

#[test]
fn it_is_told_when_a_board_is_opened_for_the_first_time() {
    for mut board in boards(1) {
        assert!(board.look().lanes.is_empty() && board.first_open().is_some());
        let mut writer = Writer::silent(&board, 0);
        let mut files = [PollFd::new(board.first_open().unwrap(), PollFlags::POLLIN)];
        assert_eq!(poll(&mut files, None).unwrap(), 1, "who waits for it is woken");
        assert!(board.look().lanes.is_empty() && board.first_open().is_none());
        writer.claim();
        assert_eq!(board.look().lanes.len(), 1);
    }
}

#[test]
fn the_time_of_a_lane_is_all_accounted_for() {
    let mut board = OutsideBoard::create(1).unwrap();
    let mut writer = Writer::new(&board, 0);
    let start = writer.begin(1);
    writer.cell(lane::ACTIVITY, monotonic_ns() << 4 | 3);
    let look = board.look();
    assert_eq!(look.lanes[0].activity, OutsideActivity::Blocked);
    assert_eq!(look.lanes[0].spent_ns.iter().sum::<u64>(), look.at - look.lanes[0].claimed_at);
    writer.cell(lane::ACTIVITY, 0);
    writer.end(1, start);
    writer.cell(lane::LEFT_AT, monotonic_ns());
    let look = board.look();
    let lane = &look.lanes[0];
    assert_eq!((lane.life, lane.activity, lane.busy_ns), (Life::Left, OutsideActivity::Idle, writer.busy));
    assert_eq!(lane.spent_ns.iter().sum::<u64>(), lane.ended_at.unwrap() - lane.claimed_at);
}

#[test]
fn a_ring_that_was_overrun_loses_times_and_no_counts() {
    for mut board in boards(1) {
        let mut writer = Writer::new(&board, 0);
        let tasks = RING_RECORDS as u64 + 100;
        (0..tasks).for_each(|index| writer.task(index));
        let look = board.look();
        let lane = &look.lanes[0];
        assert_eq!((lane.done, lane.lost, faults(&look)), (tasks, 101, vec![]), "the oldest may be being overwritten");
        assert_eq!(look.records.len() as u64 + lane.lost, tasks);
        assert_eq!(look.records.last().unwrap().index, Some(tasks - 1));
        assert_eq!(lane.busy_ns, writer.busy);
        (0..100).for_each(|index| writer.task(index));
        assert_eq!((board.look().records.len(), board.look().lanes[0].lost), (100, 101));
    }
}

#[test]
fn tasks_are_handed_over_in_runs_of_a_name() {
    let mut board = OutsideBoard::create(1).unwrap();
    let mut writer = Writer::new(&board, 0);
    writer.name(1, "loss");
    let other = 1 << INDEX_BITS;
    [0, 1, other, other | 1 | FAILED, other | 2 | FAILED, 2].into_iter().for_each(|key| writer.task(key));
    let start = writer.begin(3);
    writer.value(1, 0.5);
    writer.end(3, start);
    (4..1004).for_each(|index| writer.task(index));
    let mut runs = Vec::new();
    let look = board.look_in_runs(false, &mut |run| {
        let indices: Vec<_> = run.tasks.iter().filter_map(|task| task.index).collect();
        runs.push((run.name.to_string(), run.failed, indices, run.values.len()));
    });
    assert_eq!((faults(&look), look.records.len(), look.lanes[0].failed), (vec![], 0, 2));
    let told = |at: usize| (runs[at].0.as_str(), runs[at].1, runs[at].2.as_slice(), runs[at].3);
    assert_eq!([told(0), told(1)], [("task", false, &[0, 1][..], 0), ("loss", false, &[0][..], 0)]);
    assert_eq!([told(2), told(3)], [("loss", true, &[1, 2][..], 0), ("task", false, &[2][..], 0)]);
    assert_eq!(told(4), ("task", false, &[3][..], 1), "one that has figures stands alone");
    let rest: Vec<u64> = runs[5..].iter().flat_map(|run| run.2.clone()).collect();
    assert!(rest == (4..1004).collect::<Vec<_>>() && runs.len() == 7, "{} runs", runs.len());
    assert_eq!(board.totals().iter().map(|total| (total.count, total.failed)).collect::<Vec<_>>(), [(1004, 0), (3, 2)]);
}

#[test]
fn a_task_has_its_own_figures_or_none_where_a_ring_was_overrun() {
    for plain in [0, 1] {
        let mut board = OutsideBoard::create(1).unwrap();
        let mut writer = Writer::new(&board, 0);
        writer.name(1, "loss");
        let start = writer.begin(0);
        writer.value(1, 0.0);
        assert!(board.look().records.is_empty(), "its figure is known, and it has not ended");
        writer.end(0, start);
        (0..plain).for_each(|_| writer.task(NO_INDEX));
        for index in 1..RING_RECORDS as u64 {
            let start = writer.begin(index);
            writer.value(1, index as f64);
            writer.end(index, start);
        }
        let look = board.look();
        let wrong = |record: &&crate::protocol::OutsideRecord| {
            record.values.iter().any(|(_, value)| Some(*value as u64) != record.index)
        };
        assert_eq!(look.records.iter().find(wrong), None);
        assert!(look.records.len() > RING_RECORDS / 2 - 3, "{}", look.records.len());
    }
}

#[test]
fn a_lane_that_changes_hands_keeps_what_its_writers_did() {
    let mut board = OutsideBoard::create(1).unwrap();
    let mut writer = Writer::new(&board, 0);
    writer.task(1);
    board.look();
    writer.task(2);
    writer.begin(3);
    writer.cell(lane::PREVIOUS_HAND, 4);
    writer.claim();
    writer.cell(lane::HAND, 0);
    writer.task(7);
    let look = board.look();
    assert_eq!(faults(&look), []);
    let [first, second] = &look.lanes[..] else { panic!("{look:?}") };
    assert_eq!((first.done, first.life, first.hand.as_ref().unwrap().index), (2, Life::Gone, Some(3)));
    assert_eq!((second.done, second.hand.clone()), (1, None));
    let records: Vec<_> = look.records.iter().map(|record| (record.lane, record.index)).collect();
    assert_eq!(records, [(0, Some(2)), (1, Some(7))]);
}

#[test]
fn a_writer_that_was_never_seen_is_counted_when_its_lane_is_another_s() {
    let mut board = OutsideBoard::create(1).unwrap();
    let mut writer = Writer::new(&board, 0);
    writer.task(1);
    writer.claim();
    let look = board.look();
    assert_eq!((look.lanes.len(), look.lanes[0].done, look.lanes[0].pid), (2, 1, 0));
}

#[test]
fn a_lane_changes_hands_only_so_often() {
    let mut board = OutsideBoard::create(1).unwrap();
    let mut writer = Writer::new(&board, 0);
    let looks: Vec<_> = (0..200)
        .map(|_| {
            writer.claim();
            writer.task(1);
            board.look()
        })
        .collect();
    assert_eq!(looks.iter().flat_map(faults).collect::<Vec<_>>(), [Fault::Turnover]);
    let last = looks.last().unwrap();
    assert_eq!(last.lanes.len(), 64);
    assert_eq!(last.lanes.iter().map(|lane| lane.done).sum::<u64>(), 200);
}

#[test]
fn a_writer_may_stop_between_any_two_stores() {
    let mut board = OutsideBoard::create(1).unwrap();
    let mut writer = Writer::new(&board, 0);
    writer.name(1, "loss");
    writer.task(1);
    board.look();
    writer.kept = Some(RefCell::default());
    let start = writer.begin(2);
    writer.value(1, 0.5);
    // As the writer for Python does, before its record.
    writer.cell(lane::FAILED, 1);
    writer.end(2 | FAILED, start);
    writer.task(3);
    writer.claim();
    writer.cell(lane::HAND, 0);
    writer.task(4);
    let stores = writer.kept.take().unwrap().into_inner();
    let mut records = 0;
    for (at, word) in stores {
        writer.store(at, word);
        for _ in 0..3 {
            let look = board.look();
            assert_eq!(faults(&look), [], "after {at}");
            assert!(look.lanes.iter().all(|lane| lane.lost == 0));
            records += look.records.len();
        }
    }
    let look = board.look();
    assert_eq!((look.lanes[0].done, look.lanes[0].failed, look.lanes[1].done, records), (2, 1, 1, 3));
}

#[test]
fn a_header_that_was_overwritten_is_told_once_and_put_right() {
    for mut board in boards(2) {
        let mut writer = Writer::new(&board, 0);
        (0..header::CONSTANT_BYTES).step_by(WORD).for_each(|at| writer.store(at, u64::MAX));
        writer.task(1);
        let look = board.look();
        assert_eq!((faults(&look), look.lanes[0].done), (vec![Fault::Header], 1));
        assert_eq!(board.place.memory().word(header::MAGIC), Ok(crate::protocol::layout::MAGIC));
        writer.store(header::LANES, 0);
        assert_eq!(faults(&board.look()), []);
    }
}

#[test]
fn a_file_that_was_cut_short_is_told_once() {
    for size in [0, 100, 5000, 200_000] {
        let mut board = OutsideBoard::create_in(Medium::File, 2).unwrap();
        let mut writer = Writer::new(&board, 0);
        writer.task(1);
        assert_eq!(board.look().lanes[0].done, 1);
        writer.file.set_len(size).unwrap();
        let look = board.look();
        assert_eq!((faults(&look), look.lanes[0].done), (vec![Fault::Shrunk], 1), "{size}");
        assert_eq!(faults(&board.look()), []);
    }
}

#[test]
fn the_file_is_its_owner_s_and_gone_with_the_board() {
    use std::os::unix::fs::PermissionsExt as _;
    let board = OutsideBoard::create_in(Medium::File, 1).unwrap();
    let path = std::path::PathBuf::from(board.address());
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    drop(board);
    assert!(!path.exists());
}

#[test]
fn each_thing_that_is_wrong_has_its_name() {
    type Wrong = fn(&mut Writer);
    let cases: [(Fault, Wrong); 9] = [
        (Fault::Counts, |writer| writer.cell(lane::DONE, u64::MAX)),
        (Fault::Counts, |writer| writer.cell(lane::FAILED, 1 << 20)),
        (Fault::Records, |writer| writer.cell(lane::DONE, 10)),
        (Fault::Backwards, |writer| writer.cell(lane::DONE, 0)),
        (Fault::ClaimedTwice, |writer| writer.cell(lane::TID, 1)),
        (Fault::Names, |writer| writer.task(63 << INDEX_BITS)),
        (Fault::Names, |writer| writer.cell(lane::NAMES_USED, 65)),
        (Fault::Times, |writer| writer.end(1, 5)),
        (Fault::Times, |writer| {
            writer.record([1, monotonic_ns(), u64::MAX]);
            writer.done += 1;
            writer.cell(lane::DONE, writer.done);
        }),
    ];
    for (fault, wrong) in cases {
        let mut board = OutsideBoard::create(2).unwrap();
        let (mut writer, mut neighbour) = (Writer::new(&board, 0), Writer::new(&board, 1));
        writer.task(1);
        neighbour.task(1);
        board.look();
        // An addition that wraps is what a broken writer would do.
        wrong(&mut writer);
        neighbour.task(2);
        let looks = [board.look(), board.look(), board.look()];
        let told: Vec<_> = looks.iter().flat_map(|look| look.complaints.iter()).collect();
        let [only] = &told[..] else { panic!("{fault:?}: {told:?}") };
        assert_eq!((only.fault, only.lane, only.pid), (fault, Some(0), Some(std::process::id())));
        assert!(!only.to_string().is_empty());
        assert_eq!((looks[2].lanes[1].done, looks[2].lanes[1].lost), (2, 0));
    }
}

#[test]
fn a_lane_that_others_wrote_into_comes_right_with_its_writer_s_next_task() {
    let mut board = OutsideBoard::create(1).unwrap();
    let mut writer = Writer::new(&board, 0);
    writer.task(1);
    board.look();
    writer.cell(lane::DONE, 1 << 50);
    assert_eq!(board.look().lanes[0].done, 1);
    writer.task(2);
    assert_eq!((board.look().lanes[0].done, board.look().lanes[0].lost), (2, 0));
}

#[test]
fn records_read_while_they_are_written_are_whole() {
    let mut board = OutsideBoard::create(1).unwrap();
    let mut writer = Writer::new(&board, 0);
    const TASKS: u64 = 30_000;
    let mut seen = 0;
    let mut look = scope(|scope| {
        let writing = scope.spawn(|| (0..TASKS).for_each(|index| writer.task(index)));
        loop {
            let is_over = writing.is_finished();
            let look = board.look();
            for record in &look.records {
                let index = record.index.unwrap();
                assert!(index >= seen && index < TASKS, "{index} after {seen}");
                seen = index + 1;
            }
            assert_eq!(faults(&look), []);
            if is_over {
                return look;
            }
        }
    });
    let lane = look.lanes.remove(0);
    assert_eq!((lane.done, board.totals()[0].count + lane.lost, seen), (TASKS, TASKS, TASKS));
}
