//! The worker loop under bad luck: stopped anywhere, replaced, made to fail. (That whole runs agree over all
//! backends is tested from outside, on the real binary.)

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use proptest::prelude::*;

use super::board::schedule::next_range;
use super::board::{Activity, Board, BoardSpec, Clock, RECORDS_MAX};
use super::forked::pipe::{PipeEnds, PipePool};
use super::pool::{Broken, Notice, Pool};
use super::worker::gil::Gil;
use super::worker::{PreparedJob, Worker};
use crate::scenario::{Dispatch, Permutation, Schedule};
use crate::workload::{Cancelled, ReleasedGil, TaskContext, Values, Workload};

/// Returns the task's number; panics at some, and stops, as if struck down, at others.
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
        Ok([task as f64, 0.0, 0.0, 0.0])
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

/// The shape of a trial with nothing particular about it.
pub(super) fn shape(tasks: u64, workers: u32, schedule: Schedule, chunk: Option<u64>) -> BoardSpec {
    BoardSpec {
        tasks,
        workers,
        schedule,
        chunk,
        values: 1,
        summed: 1,
        clock: Clock::Monotonic,
        dispatch: Dispatch::Shared,
        payload: 0,
        per_process: None,
        service: None,
        lingers: false,
    }
}

fn board(tasks: u64, workers: u32, schedule: Schedule, chunk: Option<u64>) -> Board {
    let board = Board::create(shape(tasks, workers, schedule, chunk)).expect("a board");
    board.open_gate();
    board
}

/// What a board looks like after all of it was run without trouble by one worker.
fn reference(tasks: u64) -> u64 {
    let board = board(tasks, 1, Schedule::Static, None);
    Worker::new(&board, &prepared(vec![], NEVER), 0).work();
    board.totals().checksum
}

proptest! {
    #[test]
    fn a_replacement_goes_on_where_the_lost_one_was(
        tasks in 1..400u64,
        workers in 1..5u32,
        chunk in prop::option::of(1..50u64),
        schedule in prop::sample::select(&[Schedule::Static, Schedule::Dynamic, Schedule::Guided]),
        strikes in prop::collection::vec((0..5u32, 0..400u64), 0..8),
    ) {
        let board = board(tasks, workers, schedule, chunk);
        for (worker, task) in strikes {
            Worker::new(&board, &prepared(vec![], task), worker % workers).work();
        }
        for worker in 0..workers {
            Worker::new(&board, &prepared(vec![], NEVER), worker).work();
        }
        let totals = board.totals();
        prop_assert_eq!(totals.done, tasks);
        prop_assert_eq!(totals.checksum, reference(tasks));
        prop_assert!((0..tasks).all(|task| board.read_record(task).is_some_and(|r| r.values == [task as f64])));
    }
}

proptest! {
    #[test]
    fn a_claim_taken_to_the_grave_is_found(
        tasks in 2..5_000u64,
        workers in 1..6u32,
        chunk in prop::option::of(1..60u64),
        schedule in prop::sample::select(&[Schedule::Dynamic, Schedule::Guided]),
        before in 0..5_000u64,
    ) {
        let board = board(tasks, workers, schedule, chunk);
        // Some are run, then somebody moves the cursor and is never seen again, then the others run the rest.
        Worker::new(&board, &prepared(vec![], before % tasks), 0).work();
        let grave = next_range(board.shape(), &board.header().cursor.0, 0, 0);
        for worker in 0..workers {
            Worker::new(&board, &prepared(vec![], NEVER), worker).work();
        }
        prop_assert_eq!(board.lost_claim(), grave.clone());
        if let Some(range) = grave {
            board.hand_over(0, &range);
            Worker::new(&board, &prepared(vec![], NEVER), 0).work();
        }
        prop_assert_eq!(board.lost_claim(), None);
        prop_assert_eq!(board.totals().done, tasks);
        prop_assert_eq!(board.totals().checksum, reference(tasks));
    }
}

/// Workers that the test itself runs, one after the other.
struct Nobody;

impl Pool for Nobody {
    fn next(&mut self, _: std::time::Duration) -> Option<Notice> {
        None
    }

    fn replace(&mut self, _: u32) -> Result<(), Broken> {
        Ok(())
    }

    fn kill(&mut self) {}
}

proptest! {
    #[test]
    fn what_a_lost_worker_had_not_delivered_is_sent_again(
        tasks in 1..300u64,
        workers in 1..4u32,
        chunk in prop::option::of(1..40u64),
        payload in prop::sample::select(&[0u64, 1, 13, 5_000]),
        strikes in prop::collection::vec((0..4u32, 0..300u64, any::<bool>()), 0..6),
    ) {
        let shape = BoardSpec { dispatch: Dispatch::Pipe, payload, ..shape(tasks, workers, Schedule::Dynamic, chunk) };
        let board = Arc::new(Board::create(shape).expect("a board"));
        board.open_gate();
        let pipes = PipePool::open().expect("pipes");
        let ends = pipes.ends.files().map(|end| end.try_clone_to_owned().expect("a copy"));
        let [tasks_out, results_in] = ends;
        let ends = PipeEnds::new(tasks_out, results_in);
        let mut pool = pipes.serve(&board, &Arc::new(prepared(vec![], NEVER)), Box::new(Nobody)).expect("a thread");
        let mut given_up = Vec::new();
        for (worker, task, fatal) in strikes {
            let (worker, task) = (worker % workers, task % tasks);
            let before = board.progress().0;
            Worker::new(&board, &prepared(vec![], task), worker).work_by_pipe(&ends);
            prop_assert_eq!(pool.loss_is_fatal(worker), None);
            // It may have found nothing left to be struck down at.
            let struck = board.progress().0 < tasks && !given_up.contains(&task);
            if fatal && struck {
                board.give_up_task(worker, task);
                pool.give_up(task);
                given_up.push(task);
            }
            pool.replace(worker).expect("nobody is hired");
            prop_assert!(board.progress().0 >= before);
        }
        Worker::new(&board, &prepared(vec![], NEVER), 0).work_by_pipe(&ends);
        drop(pool);
        prop_assert!(!board.is_cancelled(), "the dispatcher came to its end by itself");
        let totals = board.totals();
        prop_assert_eq!((totals.done + totals.failed, totals.failed), (tasks, given_up.len() as u64));
        for task in (0..tasks).filter(|task| !given_up.contains(task)) {
            prop_assert_eq!(board.read_record(task).map(|record| record.values), Some(vec![task as f64]));
        }
        if given_up.is_empty() {
            let shared = Board::create(BoardSpec { dispatch: Dispatch::Shared, ..*board.shape() }).expect("a board");
            shared.open_gate();
            Worker::new(&shared, &prepared(vec![], NEVER), 0).work();
            prop_assert_eq!(shared.totals().checksum, totals.checksum);
        }
    }
}

#[test]
fn two_claims_taken_to_the_grave_are_not_made_up() {
    let board = board(1_000, 2, Schedule::Dynamic, Some(10));
    for _ in 0..2 {
        next_range(board.shape(), &board.header().cursor.0, 0, 0);
    }
    Worker::new(&board, &prepared(vec![], NEVER), 0).work();
    assert_eq!(board.lost_claim(), None);
    assert_eq!(board.progress().0, 980);
}

#[test]
fn a_task_given_up_is_on_record_and_the_next_follows() {
    let board = board(6, 1, Schedule::Dynamic, Some(3));
    let struck = prepared(vec![], 4);
    let worker = Worker::new(&board, &struck, 0);
    worker.arrive();
    for position in 0..4 {
        worker.run_position(position).expect("no trouble yet");
    }
    // Struck down with task 4 in hand: the lane still shows it.
    assert!(worker.run_position(4).is_err());
    assert_eq!(board.mark_lost(0), Some(4));
    board.give_up_task(0, 4);
    assert_eq!(board.read_lane(0).task, None);
    let record = board.read_record(4).expect("a record");
    assert!(record.failed);
    assert_eq!(board.progress(), (5, 1));
}

#[test]
fn a_panic_fails_its_task_and_no_other() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let board = board(10, 1, Schedule::Guided, None);
    Worker::new(&board, &prepared(vec![0, 7], NEVER), 0).work();
    std::panic::set_hook(hook);
    assert_eq!(board.progress(), (10, 2));
    let failed: Vec<u64> = (0..10).filter(|&task| board.read_record(task).is_some_and(|r| r.failed)).collect();
    assert_eq!(failed, [0, 7]);
    assert!(!super::panics_are_caught());
}

/// Panics in every second task, with the interpreter's lock in hand and without in turns.
struct Clumsy;

impl Workload for Clumsy {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        context.sleep(Duration::from_micros(100))?;
        assert!(task % 4 != 1, "as asked, with the lock");
        context.without_lock(ReleasedGil::Native, || assert!(task % 4 != 3, "as asked, without the lock"))?;
        Ok([task as f64, 0.0, 0.0, 0.0])
    }

    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}

#[test]
fn tasks_that_panic_keep_no_lock() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    // An hour: who had to ask for the lock because nobody let go of it would not get it before the test is given up.
    let gil = Gil::new(Duration::from_secs(3600));
    let prepared = PreparedJob::of(Box::new(Clumsy), Permutation::Identity).under(Some(gil));
    let board = board(40, 3, Schedule::Dynamic, None);
    std::thread::scope(|scope| {
        for worker in 0..3 {
            let (board, prepared) = (&board, &prepared);
            scope.spawn(move || Worker::new(board, prepared, worker).work());
        }
    });
    std::panic::set_hook(hook);
    assert_eq!(board.progress(), (40, 20));
    let totals = board.totals();
    assert!(totals.lock_ticks[0] > 0 && totals.lock_counts[1] == 0, "{totals:?}");
    for worker in 0..3 {
        let lock = board.read_lane(worker).lock;
        assert_eq!(lock.activity, Activity::Nothing);
        assert!(lock.blocked >= lock.native, "{lock:?}");
    }
    // It is free again.
    Worker::new(&self::board(1, 1, Schedule::Static, None), &prepared, 0).work();
}

#[test]
fn a_worker_that_is_struck_down_leaves_the_lock() {
    let struck = |at| prepared(vec![], at).under(Some(Gil::new(Duration::from_secs(3600))));
    let prepared = struck(3);
    let board = board(6, 2, Schedule::Dynamic, None);
    Worker::new(&board, &prepared, 0).work();
    assert_eq!(board.progress().0, 3, "it stopped with the lock in hand");
    Worker::new(&board, &prepared, 1).work();
    assert_eq!(board.progress().0, 5);
}

#[test]
fn without_a_lock_lanes_know_of_none() {
    let board = board(3, 1, Schedule::Dynamic, None);
    Worker::new(&board, &prepared(vec![], NEVER), 0).work();
    let lock = board.read_lane(0).lock;
    assert_eq!((lock.activity, lock.since, lock.held, lock.waits), (Activity::Nothing, 0, 0, 0));
    assert_eq!((board.totals().lock_ticks, board.totals().lock_counts), ([0, 0], [0, 0]));
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
fn tasks_that_fail_say_why_and_the_others_go_on() {
    let run = |panics_at, fails_at| {
        let board = board(6, 1, Schedule::Static, None);
        let script = Script { panics_at, fails_at, struck_at: AtomicU64::new(NEVER) };
        Worker::new(&board, &PreparedJob::of(Box::new(script), Permutation::Identity), 0).work();
        (board.totals().done, board.totals().failed, board.failure())
    };
    assert_eq!(run(vec![], vec![]), (6, 0, None));
    assert_eq!(run(vec![5], vec![1, 4]), (3, 3, Some("no answer to 1".to_owned())));
    assert_eq!(run(vec![0], vec![1]), (4, 2, Some("it panicked: as asked".to_owned())));
}

#[test]
fn a_foreign_board_of_the_wrong_size_is_refused() {
    let small = shape(1, 1, Schedule::Static, None);
    let memory = Board::create(small).expect("a board").memory().try_clone_to_owned().expect("a copy");
    assert!(Board::attach(memory, BoardSpec { tasks: 100_000, ..small }).is_err());
}
