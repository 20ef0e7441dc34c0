//! Workers look at their CPUs after all have come and before any works; who comes later, or is called off, goes past that.

use std::time::Duration;

use super::{NEVER, prepared, spec};
use crate::backend::board::{Board, LaneWriter};
use crate::backend::worker::Worker;
use crate::scenario::Schedule;
use crate::system::schedule_account::ScheduleAccount;

const LONG: Duration = Duration::from_secs(10);

/// A board for three workers, all of which look at their CPUs, two of them with the yardstick.
fn board() -> Board {
    Board::create(spec(10, 3, Schedule::Dynamic, Some(1)).looking_at(2)).expect("a board")
}

/// Runs all workers, and does something meanwhile once all have come.
fn with_workers(board: &Board, then: impl FnOnce()) {
    std::thread::scope(|scope| {
        for worker in 0..board.spec().lanes {
            scope.spawn(move || Worker::new(board, &prepared(vec![], NEVER), worker).work());
        }
        while board.arrived() < board.spec().lanes {
            board.wait_for_arrivals(LONG);
        }
        then();
    });
}

fn timed(board: &Board) -> Vec<bool> {
    (0..board.spec().lanes).map(|lane| board.read_lane(lane).yardstick.is_some()).collect()
}

#[test]
fn workers_look_when_all_are_there_and_none_works() {
    let board = board();
    with_workers(&board, || {
        assert!(!board.all_looked());
        board.call_for_looks();
        while !board.all_looked() {
            board.wait_for_looks(LONG);
        }
        assert_eq!(board.progress(), (0, 0));
        board.open_gate();
    });
    assert_eq!((board.progress(), timed(&board)), ((10, 0), vec![true, true, false]), "no more than there are CPUs");
    assert!((0..2).all(|lane| board.read_lane(lane).yardstick_cost > 0));
    assert_eq!(board.totals().runnable_ns.is_some(), ScheduleAccount::open().is_some());
}

#[test]
fn workers_that_are_called_off_do_not_look() {
    let board = board();
    with_workers(&board, || board.cancel());
    assert_eq!((board.progress(), timed(&board)), ((0, 0), vec![false; 3]));
    assert!(!board.all_looked());
}

#[test]
fn a_replacement_looks_unless_the_gate_is_open() {
    let board = board();
    board.call_for_looks();
    let lanes: Vec<LaneWriter> = (0..3).map(|lane| LaneWriter::new(&board, lane)).collect();
    for lane in &lanes {
        lane.arrive(1);
        lane.look(None);
    }
    assert!(board.all_looked());
    board.mark_lost(1);
    lanes[1].arrive(2);
    assert!(!board.all_looked(), "its predecessor did");
    assert!(board.is_called_to_look(1));
    board.open_gate();
    assert!(!board.is_called_to_look(1));
    Worker::new(&board, &prepared(vec![], NEVER), 1).work();
    assert_eq!((board.progress().0, timed(&board)[1]), (10, false), "there was no first time");
}

#[test]
fn boards_that_ask_for_no_looks_have_none() {
    let board = Board::create(spec(4, 1, Schedule::Static, None)).expect("a board");
    board.open_gate();
    Worker::new(&board, &prepared(vec![], NEVER), 0).work();
    assert!(board.all_looked() && timed(&board) == [false]);
    assert_eq!(board.totals().runnable_ns, None);
}

#[test]
fn crowds_look_at_no_more_cpus_than_there_are() {
    let looks = |lanes, cpus| {
        let spec = spec(1, lanes, Schedule::Static, None).looking_at(cpus);
        (spec.looks, spec.yardsticks)
    };
    assert_eq!([looks(1, 8), looks(8, 2), looks(256, 64)], [(1, 1), (8, 2), (256, 64)]);
    assert_eq!([looks(4096, 2), looks(4096, 1024)], [(2, 2), (256, 256)], "accounts are open files");
}
