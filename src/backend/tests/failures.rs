//! Tasks that fail or panic, with and without an interpreter's lock: they cost no other task, and keep no lock.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::{NEVER, Script, board, prepared};
use crate::backend::board::Activity;
use crate::backend::panics_are_caught;
use crate::backend::worker::gil::Gil;
use crate::backend::worker::{PreparedJob, Worker};
use crate::scenario::{Permutation, Schedule};
use crate::workload::{Cancelled, ReleasedGil, TaskContext, Values, Workload, values_of};

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
    assert!(!panics_are_caught());
}

/// Panics in every second task, with the interpreter's lock in hand and without in turns.
struct Clumsy;

impl Workload for Clumsy {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        context.sleep(Duration::from_micros(100))?;
        assert!(task % 4 != 1, "as asked, with the lock");
        context.without_lock(ReleasedGil::Native, || assert!(task % 4 != 3, "as asked, without the lock"))?;
        Ok(values_of([task as f64]))
    }

    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}

#[test]
fn tasks_that_panic_keep_no_lock() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    // An hour: a worker that had to ask for the lock because none let go of it would not get it before the test is
    // given up.
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
    assert!(totals.spent[Activity::Running as usize] > 0 && totals.lock_counts[1] == 0, "{totals:?}");
    for worker in 0..3 {
        let account = board.read_lane(worker).activity;
        let [blocked, native] = [Activity::Blocked, Activity::Native].map(|which| account.spent[which as usize]);
        assert_eq!(account.activity, Activity::Idle);
        assert!(blocked >= native, "{account:?}");
    }
    // It is free again.
    Worker::new(&super::board(1, 1, Schedule::Static, None), &prepared, 0).work();
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
