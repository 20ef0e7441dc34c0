//! The worker loop where things go wrong: stopped anywhere, replaced, made to fail; and what its lanes tell of it.
//! (That whole runs agree over all backends is tested from outside, on the real binary.)

mod activities;
mod failures;
mod lanes;
mod looks;
mod losses;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::board::{Board, BoardSpec, Clock, RECORDS_MAX};
use super::pool::{Broken, Notice, Pool};
use super::worker::{PreparedJob, Worker};
use crate::scenario::{BackendKind, Config, Permutation, Schedule};
use crate::workload::{Cancelled, TaskContext, Values, Workload, values_of};

/// Returns the task's number; panics at some, and stops, as if killed, at others.
struct Script {
    panics_at: Vec<u64>,
    fails_at: Vec<u64>,
    struck_at: AtomicU64,
}

impl Workload for Script {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        if self.struck_at.load(Relaxed) == task {
            return Err(Cancelled);
        }
        if self.fails_at.contains(&task) {
            return Err(context.fail(&format!("no answer to {task}")));
        }
        assert!(!self.panics_at.contains(&task), "as asked");
        Ok(values_of([task as f64]))
    }

    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}

const NEVER: u64 = u64::MAX;

fn prepared(panics_at: Vec<u64>, struck_at: u64) -> PreparedJob {
    PreparedJob::of(
        Box::new(Script { panics_at, fails_at: Vec::new(), struck_at: AtomicU64::new(struck_at) }),
        Permutation::Identity,
    )
}

/// The spec of a trial with nothing particular about it.
pub(super) fn spec(tasks: u64, workers: u32, schedule: Schedule, chunk: Option<u64>) -> BoardSpec {
    let config = Config { schedule, chunk, ..Config::new(BackendKind::THREADS, workers) };
    BoardSpec::of(&config, tasks, workers, Clock::Monotonic)
}

fn board(tasks: u64, workers: u32, schedule: Schedule, chunk: Option<u64>) -> Board {
    let board = Board::create(spec(tasks, workers, schedule, chunk)).expect("a board");
    board.open_gate();
    board
}

/// What a board looks like after all of it was run without trouble by one worker.
fn reference(tasks: u64) -> u64 {
    let board = board(tasks, 1, Schedule::Static, None);
    Worker::new(&board, &prepared(vec![], NEVER), 0).work();
    board.totals().checksum
}

/// Workers that the test itself runs, one after the other.
struct NoWorkers;

impl Pool for NoWorkers {
    fn next(&mut self, _: std::time::Duration) -> Option<Notice> {
        None
    }

    fn replace(&mut self, _: u32) -> Result<(), Broken> {
        Ok(())
    }

    fn kill(&mut self) {}
}

#[test]
fn with_and_without_records_the_sums_are_the_same() {
    let tasks = RECORDS_MAX + 1;
    let board = board(tasks, 2, Schedule::Dynamic, Some(7));
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let board = &board;
            scope.spawn(move || Worker::new(board, &prepared(vec![], NEVER), worker).work());
        }
    });
    let totals = board.totals();
    assert_eq!(totals.done, tasks);
    assert!(board.record(0).is_none());
    let [min, median, p95, max] = totals.task_ticks.expect("durations");
    assert!(min <= median && median <= p95 && p95 <= max);
    let serial = self::board(tasks, 1, Schedule::Static, None);
    Worker::new(&serial, &prepared(vec![], NEVER), 0).work();
    assert_eq!(serial.totals().checksum, totals.checksum);
}

#[test]
fn a_foreign_board_of_the_wrong_size_is_refused() {
    let small = spec(1, 1, Schedule::Static, None);
    let memory = Board::create(small).expect("a board").memory().try_clone_to_owned().expect("a copy");
    assert!(Board::attach(memory, BoardSpec { tasks: 100_000, ..small }).is_err());
}
