//! Workers that are killed: what they held is run again, once.

use std::sync::Arc;

use proptest::prelude::*;

use super::{NEVER, Nobody, board, prepared, reference, spec};
use crate::backend::board::{Board, BoardSpec, next_range};
use crate::backend::forked::pipe::{self, PipePool};
use crate::backend::pool::Pool as _;
use crate::backend::worker::Worker;
use crate::scenario::{Dispatch, Schedule};

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
    fn a_claim_lost_with_its_worker_is_found(
        tasks in 2..5_000u64,
        workers in 1..6u32,
        chunk in prop::option::of(1..60u64),
        schedule in prop::sample::select(&[Schedule::Dynamic, Schedule::Guided]),
        before in 0..5_000u64,
    ) {
        let board = board(tasks, workers, schedule, chunk);
        // Some are run, then a worker moves the cursor and is never seen again, then the others run the rest.
        Worker::new(&board, &prepared(vec![], before % tasks), 0).work();
        let lost = next_range(board.spec(), board.cursor(), 0, 0);
        for worker in 0..workers {
            Worker::new(&board, &prepared(vec![], NEVER), worker).work();
        }
        prop_assert_eq!(board.lost_claim(), lost.clone());
        if let Some(range) = lost {
            board.hand_over(0, &range);
            Worker::new(&board, &prepared(vec![], NEVER), 0).work();
        }
        prop_assert_eq!(board.lost_claim(), None);
        prop_assert_eq!(board.totals().done, tasks);
        prop_assert_eq!(board.totals().checksum, reference(tasks));
    }
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
        let spec = BoardSpec { dispatch: Dispatch::Pipe, payload, ..spec(tasks, workers, Schedule::Dynamic, chunk) };
        let board = Arc::new(Board::create(spec).expect("a board"));
        board.open_gate();
        let pipes = PipePool::open().expect("pipes");
        let ends = pipes.ends.copied().expect("copies");
        let mut pool = pipes.serve(&board, &Arc::new(prepared(vec![], NEVER)), Box::new(Nobody)).expect("a thread");
        let mut given_up = Vec::new();
        for (worker, task, fatal) in strikes {
            let (worker, task) = (worker % workers, task % tasks);
            let before = board.progress().0;
            pipe::work(&Worker::new(&board, &prepared(vec![], task), worker), &ends);
            prop_assert_eq!(pool.loss_is_fatal(worker), None);
            // It may have found no point left to be killed at.
            let struck = board.progress().0 < tasks && !given_up.contains(&task);
            if fatal && struck {
                board.give_up_task(worker, task);
                pool.give_up(task);
                given_up.push(task);
            }
            pool.replace(worker).expect("none is started");
            prop_assert!(board.progress().0 >= before);
        }
        pipe::work(&Worker::new(&board, &prepared(vec![], NEVER), 0), &ends);
        drop(pool);
        prop_assert!(!board.is_cancelled(), "the dispatcher came to its end by itself");
        let totals = board.totals();
        prop_assert_eq!((totals.done + totals.failed, totals.failed), (tasks, given_up.len() as u64));
        for task in (0..tasks).filter(|task| !given_up.contains(task)) {
            prop_assert_eq!(board.read_record(task).map(|record| record.values), Some(vec![task as f64]));
        }
        if given_up.is_empty() {
            let shared = Board::create(BoardSpec { dispatch: Dispatch::Shared, ..*board.spec() }).expect("a board");
            shared.open_gate();
            Worker::new(&shared, &prepared(vec![], NEVER), 0).work();
            prop_assert_eq!(shared.totals().checksum, totals.checksum);
        }
    }
}

#[test]
fn two_lost_claims_are_not_made_up() {
    let board = board(1_000, 2, Schedule::Dynamic, Some(10));
    for _ in 0..2 {
        next_range(board.spec(), board.cursor(), 0, 0);
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
    // Killed with task 4 in hand: the lane still shows it.
    assert!(worker.run_position(4).is_err());
    assert_eq!(board.mark_lost(0), Some(4));
    board.give_up_task(0, 4);
    assert_eq!(board.read_lane(0).task, None);
    let record = board.read_record(4).expect("a record");
    assert!(record.failed);
    assert_eq!(board.progress(), (5, 1));
}
