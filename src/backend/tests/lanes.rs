//! Lanes of the board and workers of a configuration are two numbers: all that has to do with lanes goes by the number
//! of lanes.

use std::time::Duration;

use super::{NEVER, prepared, reference, spec};
use crate::backend::board::{Board, BoardSpec, RECORDS_MAX};
use crate::backend::worker::Worker;
use crate::scenario::Schedule;

/// Runs a trial, a thread for each lane.
fn run(spec: BoardSpec) -> Board {
    let board = Board::create(spec).expect("a board");
    std::thread::scope(|scope| {
        for lane in 0..spec.lanes {
            let board = &board;
            scope.spawn(move || Worker::new(board, &prepared(vec![], NEVER), lane).work());
        }
        while board.arrived() < spec.lanes {
            board.wait_for_arrivals(Duration::from_millis(1));
        }
        board.open_gate();
    });
    board
}

#[test]
fn a_board_may_have_fewer_lanes_than_there_are_workers_or_more() {
    for (lanes, workers) in [(1, 4), (4, 1), (3, 2)] {
        for schedule in [Schedule::Static, Schedule::Dynamic, Schedule::Guided] {
            for chunk in [None, Some(7)] {
                let tasks = 100;
                let board = run(BoardSpec { lanes, ..spec(tasks, workers, schedule, chunk) });
                assert_eq!((board.arrived(), board.all_finished(), board.spec().workers), (lanes, true, workers));
                assert_eq!((board.totals().done, board.totals().checksum), (tasks, reference(tasks)));
                assert_eq!((0..lanes).map(|lane| board.read_lane(lane).done).sum::<u64>(), tasks);
                assert_eq!((board.lost_claims(), board.audit()), (Vec::new(), Ok(())));
            }
        }
    }
}

#[test]
fn blocks_are_dealt_to_lanes() {
    let board = run(BoardSpec { lanes: 1, ..spec(10, 4, Schedule::Static, None) });
    assert_eq!(board.read_lane(0).done, 10);
    let board = run(BoardSpec { lanes: 5, ..spec(10, 2, Schedule::Static, None) });
    assert!((0..5).all(|lane| board.read_lane(lane).done == 2));
}

#[test]
fn each_lane_has_a_histogram_and_a_place_for_its_payload() {
    let tasks = RECORDS_MAX + 1;
    let board = run(BoardSpec { lanes: 2, payload: 9, ..spec(tasks, 1, Schedule::Dynamic, Some(1000)) });
    assert_eq!(board.totals().done, tasks);
    assert!(board.totals().task_ticks.is_some());
    assert!((0..2).all(|lane| board.histogram(lane).is_some() && board.slot(lane).len() == 2));
    assert!(board.histogram(2).is_none());
}

#[test]
#[should_panic(expected = "no lane 1")]
fn there_is_no_lane_beyond_the_last_whatever_the_workers() {
    Board::create(BoardSpec { lanes: 1, ..spec(10, 4, Schedule::Static, None) }).expect("a board").read_lane(1);
}
