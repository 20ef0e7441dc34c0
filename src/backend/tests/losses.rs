//! Workers that are killed: what they held is run again, once.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use proptest::prelude::*;

use super::{NEVER, NoWorkers, board, prepared, reference, spec};
use crate::backend::board::{Board, BoardSpec, LaneWriter, TaskCursor, next_range};
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

/// A worker that is killed as soon as it has moved the cursor: nothing is written of what it has got.
fn claim_and_die(board: &Board, worker: u32) -> Option<Range<u64>> {
    let lane = LaneWriter::new(board, worker);
    lane.arrive(1);
    let lost = next_range(board.spec(), TaskCursor::InMemory(board.cursor()), worker, lane.claims_made());
    board.mark_lost(worker);
    lost
}

/// Has all claims run that were lost, each by a worker that is struck as often as it says before one comes to its end.
fn recover(board: &Board, strikes: u32) -> Vec<Range<u64>> {
    let mut recovered = Vec::new();
    while let Some(lost) = board.lost_claims().first() {
        board.hand_over(0, lost);
        for _ in 0..strikes {
            assert!(!board.is_finished(0), "it would count as one that has left in good order");
            // Killed before it came to the gate, or with nothing done.
            assert_eq!(board.mark_lost(0), None);
        }
        Worker::new(board, &prepared(vec![], NEVER), 0).work();
        recovered.push(lost.clone());
    }
    recovered
}

proptest! {
    #[test]
    fn claims_lost_with_their_workers_are_found_and_run_once(
        tasks in 2..5_000u64,
        workers in 1..6u32,
        chunk in prop::option::of(1..60u64),
        schedule in prop::sample::select(&[Schedule::Dynamic, Schedule::Guided]),
        before in prop::collection::vec(0..5_000u64, 1..3),
        strikes in 0..3u32,
    ) {
        let board = board(tasks, workers, schedule, chunk);
        let mut lost = Vec::new();
        // Some are run, then a worker moves the cursor and is never seen again, and that more than once; then the others
        // run the rest.
        for (n, before) in before.into_iter().enumerate() {
            let worker = n as u32 % workers;
            Worker::new(&board, &prepared(vec![], before % tasks), worker).work();
            lost.extend(claim_and_die(&board, worker));
        }
        for worker in 0..workers {
            Worker::new(&board, &prepared(vec![], NEVER), worker).work();
        }
        prop_assert_eq!(board.audit().is_err(), !lost.is_empty());
        let mut recovered = recover(&board, strikes);
        recovered.sort_by_key(|range| range.start);
        lost.sort_by_key(|range| range.start);
        prop_assert_eq!(recovered, lost);
        prop_assert_eq!(board.audit(), Ok(()));
        prop_assert_eq!((board.totals().done, board.totals().checksum), (tasks, reference(tasks)));
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
        let mut pool = pipes.serve(&board, &Arc::new(prepared(vec![], NEVER)), Box::new(NoWorkers)).expect("a thread");
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
fn what_cannot_be_told_is_not_made_up() {
    let board = board(1_000, 4, Schedule::Dynamic, Some(10));
    let lost = [0, 1, 2].map(|worker| claim_and_die(&board, worker));
    Worker::new(&board, &prepared(vec![], NEVER), 3).work();
    assert_eq!(lost, [Some(0..10), Some(10..20), Some(20..30)]);
    assert!(board.lost_claims().is_empty());
    assert_eq!(board.audit(), Err("30 tasks were lost with workers that were killed while they took them".to_owned()));
    // One of them is known from elsewhere: then the sums tell the others.
    board.hand_over(3, &(10..20));
    Worker::new(&board, &prepared(vec![], NEVER), 3).work();
    assert_eq!(board.lost_claims(), [0..10, 20..30]);
}

#[test]
fn a_trial_that_lacks_a_result_is_not_whole_whatever_its_sums_say() {
    let whole = || {
        let board = board(20, 1, Schedule::Dynamic, Some(4));
        Worker::new(&board, &prepared(vec![], NEVER), 0).work();
        assert_eq!(board.audit(), Ok(()));
        board
    };
    // One was run twice and another not at all.
    let board = whole();
    board.record(7).expect("a record").verdict.store(0, Relaxed);
    assert_eq!(board.audit(), Err("task 7 was counted, and no worker ran it".to_owned()));
    // One was run twice, and all of them at least once.
    let board = whole();
    board.hand_over(0, &(3..4));
    Worker::new(&board, &prepared(vec![], NEVER), 0).work();
    assert_eq!(board.audit(), Err("21 tasks were counted where there are 20".to_owned()));
    // What is on record is not what was summed up.
    let board = whole();
    board.record(7).expect("a record").values[0].store(7.5f64.to_bits(), Relaxed);
    assert_eq!(board.audit(), Err("the results and their sum do not agree".to_owned()));
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
