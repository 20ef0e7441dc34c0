//! Where the time of lanes goes: the ticks in all activities are the lane's time, to the tick, whatever it runs.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{NoWorkers, prepared, spec};
use crate::backend::board::{Activity, ActivityReading, Board, BoardSpec};
use crate::backend::forked::pipe::{self, PipePool};
use crate::backend::worker::gil::Gil;
use crate::backend::worker::{PreparedJob, Worker};
use crate::scenario::{Dispatch, Permutation, Schedule};
use crate::workload::{Cancelled, ReleasedGil, TaskContext, Values, Workload, values_of};

/// How long each third task sleeps.
const NAP: Duration = Duration::from_micros(300);

/// Tasks that compute, sleep, and run native code, in turns.
struct Mixed;

impl Workload for Mixed {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        match task % 3 {
            0 => context.sleep(NAP)?,
            1 => context.without_lock(ReleasedGil::Native, || std::hint::black_box(task)).map(drop)?,
            _ => context.progress(0.5)?,
        }
        Ok(values_of([task as f64]))
    }

    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}

fn mixed(under_lock: bool) -> PreparedJob {
    let gil = under_lock.then(|| Gil::new(Duration::from_micros(50)));
    PreparedJob::of(Box::new(Mixed), Permutation::Identity).under(gil)
}

/// Runs a trial to its end, a thread for each lane, and gives each lane's account.
fn run(spec: BoardSpec, prepared: &Arc<PreparedJob>) -> (Arc<Board>, Vec<ActivityReading>) {
    let board = Arc::new(Board::create(spec).expect("a board"));
    let pipes = (spec.dispatch == Dispatch::Pipe).then(|| PipePool::open().expect("pipes"));
    let ends = pipes.as_ref().map(|pipes| pipes.ends.copied().expect("copies"));
    let pool = pipes.map(|pipes| pipes.serve(&board, prepared, Box::new(NoWorkers)).expect("a thread"));
    std::thread::scope(|scope| {
        for lane in 0..spec.lanes {
            let (board, ends) = (&board, &ends);
            scope.spawn(move || {
                let worker = Worker::new(board, prepared, lane);
                match ends {
                    None => worker.work(),
                    Some(ends) => pipe::work(&worker, ends),
                }
            });
        }
        while board.arrived() < spec.lanes {
            board.wait_for_arrivals(Duration::from_millis(1));
        }
        board.open_gate();
    });
    drop(pool);
    let accounts = (0..spec.lanes).map(|lane| board.read_lane(lane).activity).collect();
    (board, accounts)
}

fn ticks(account: &ActivityReading, activity: Activity) -> u64 {
    account.spent[activity as usize]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_activities_of_a_lane_are_its_time(
        tasks in 1..60u64,
        workers in 1..4u32,
        chunk in prop::option::of(1..8u64),
        schedule in prop::sample::select(&[Schedule::Static, Schedule::Dynamic, Schedule::Guided]),
        by_pipe in any::<bool>(),
        under_lock in any::<bool>(),
        per_process in prop::option::of(Just(2)),
    ) {
        let (schedule, dispatch) =
            if by_pipe { (Schedule::Dynamic, Dispatch::Pipe) } else { (schedule, Dispatch::Shared) };
        let spec = BoardSpec { dispatch, per_process, ..spec(tasks, workers, schedule, chunk) };
        let (board, accounts) = run(spec, &Arc::new(mixed(under_lock)));
        prop_assert_eq!(board.totals().done, tasks);
        let mut blocked = 0;
        for (lane, account) in accounts.iter().enumerate() {
            prop_assert_eq!(account.spent.iter().sum::<u64>(), account.since - account.began, "{:?}", account);
            prop_assert_eq!(account.activity, Activity::Idle);
            blocked += ticks(account, Activity::Blocked);
            if !under_lock {
                let in_tasks = ticks(account, Activity::Running) + ticks(account, Activity::Blocked);
                prop_assert_eq!(in_tasks, board.read_lane(lane as u32).busy);
                prop_assert_eq!(ticks(account, Activity::WaitingForLock) + ticks(account, Activity::Native), 0);
            }
            if !by_pipe {
                prop_assert_eq!(ticks(account, Activity::Delivering), 0);
            }
        }
        // The clock of these boards counts nanoseconds.
        prop_assert!(blocked >= tasks.div_ceil(3) * NAP.as_nanos() as u64);
    }
}

#[test]
fn a_trial_that_is_called_off_is_accounted_for() {
    let board = Board::create(spec(1_000, 2, Schedule::Dynamic, None)).expect("a board");
    board.open_gate();
    let prepared = mixed(true);
    std::thread::scope(|scope| {
        for lane in 0..2 {
            let (board, prepared) = (&board, &prepared);
            scope.spawn(move || Worker::new(board, prepared, lane).work());
        }
        std::thread::sleep(Duration::from_millis(5));
        board.cancel();
    });
    for lane in 0..2 {
        let account = board.read_lane(lane).activity;
        assert_eq!(account.spent.iter().sum::<u64>(), account.since - account.began, "{account:?}");
    }
}

#[test]
fn the_time_of_a_lost_worker_and_of_its_replacement_is_accounted_for() {
    let board = Board::create(spec(6, 1, Schedule::Dynamic, None)).expect("a board");
    board.open_gate();
    let struck = prepared(vec![], 3);
    let worker = Worker::new(&board, &struck, 0);
    worker.begin();
    assert!((0..4).try_for_each(|position| worker.run_position(position)).is_err(), "it has task 3 in hand");
    board.mark_lost(0);
    let lost = board.read_lane(0).activity;
    assert_eq!(lost.activity, Activity::Idle);
    assert_eq!(lost.spent.iter().sum::<u64>(), lost.since - lost.began, "{lost:?}");
    Worker::new(&board, &prepared(vec![], super::NEVER), 0).work();
    let account = board.read_lane(0).activity;
    assert_eq!(account.began, lost.began);
    assert_eq!(account.spent.iter().sum::<u64>(), account.since - account.began, "{account:?}");
    assert!(ticks(&account, Activity::Idle) > 0, "nothing was done at the lane between the two");
}

#[test]
fn without_a_lock_lanes_know_of_none() {
    let (board, accounts) = run(spec(3, 1, Schedule::Dynamic, None), &Arc::new(mixed(false)));
    assert_eq!((accounts[0].lock_waits, accounts[0].lock_handovers), (0, 0));
    let totals = board.totals();
    let [waiting, native] = [Activity::WaitingForLock, Activity::Native].map(|which| totals.spent[which as usize]);
    assert_eq!((waiting, native, totals.lock_counts), (0, 0, [0, 0]));
}
