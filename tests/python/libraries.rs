//! joblib with all its backends, and scikit-learn by it, in an old and a new version of both.

use std::collections::BTreeMap;

use parlab::python::{WatchUnit, find};

use crate::pythons::{environment, program};
use crate::watched::{Tasks, Watched, python, watch_beside, watch_by};

/// What `parallel.py` does. Tasks within tasks are none of their own.
fn of_parallel(kind: &str) -> BTreeMap<String, Tasks> {
    let mut expected: BTreeMap<String, Tasks> =
        [("squared", 1000), ("listed", 7), ("Model.fitted", 35), ("outer", 5), ("<lambda>", 5)]
            .map(|(name, count)| (name.to_owned(), Tasks::numbered(count)))
            .into();
    let twice = (0..50).flat_map(|index| [index; 2]).collect();
    expected.insert("again".to_owned(), Tasks { well: 100, failed: 0, indexes: twice });
    expected.insert("failing".to_owned(), Tasks { well: 0, failed: 1, indexes: vec![0] });
    // It cannot be sent to a process by that backend.
    if kind == "multiprocessing" {
        expected.remove("<lambda>");
    }
    expected
}

fn in_both(check: impl Fn(&std::path::Path)) {
    for name in ["old", "new"] {
        if let Some(interpreter) = environment(name) {
            println!("{}", find(Some(&interpreter)).expect("a Python").facts);
            check(&interpreter);
        }
    }
}

fn parallel(kind: &str) {
    in_both(|interpreter| {
        let watched = watch_beside(|| python(interpreter, &program("parallel.py"), kind));
        assert_eq!(watched.tasks(), of_parallel(kind));
        is_in_place(&watched, ["one", "threading"].contains(&kind));
    });
}

/// Loky's workers outlive the program by a moment, so that lanes may be alive.
fn is_in_place(watched: &Watched, in_own_process: bool) {
    let records = watched.records.len() as u64;
    assert_eq!((watched.count(), watched.lanes.iter().filter(|lane| lane.hand.is_some()).count()), (records, 0));
    assert!(watched.lanes.iter().all(|lane| (lane.pid == watched.pid) == in_own_process), "{:?}", watched.lanes);
}

#[test]
fn joblib_with_one_job() {
    parallel("one");
}

#[test]
fn joblib_with_threads() {
    parallel("threading");
}

#[test]
fn joblib_with_loky() {
    parallel("loky");
}

#[test]
fn joblib_with_multiprocessing() {
    parallel("multiprocessing");
}

#[test]
fn joblib_by_batches() {
    in_both(|interpreter| {
        for kind in ["one", "threading", "loky", "multiprocessing"] {
            let watched = watch_by(WatchUnit::Chunks, python(interpreter, &program("parallel.py"), kind));
            let tasks = watched.tasks();
            // How large its batches are, joblib decides by what it measures, or by what it is told and what is left.
            assert!((4..=35).contains(&tasks["Model.fitted"].well), "{kind}: {tasks:?}");
            assert!((1..=1000).contains(&tasks["squared"].well), "{kind}: {tasks:?}");
            assert_eq!((tasks["failing"].well, tasks["failing"].failed), (0, 1), "{kind}: {tasks:?}");
        }
    });
}

/// Four candidates in three folds; a forest that is grown by eight tasks and asked by eight. The old one fits the best
/// candidate by a call of `Parallel`, too.
fn searched(jobs: &str) {
    in_both(|interpreter| {
        let watched = watch_beside(|| python(interpreter, &program("searched.py"), jobs));
        let mut tasks = watched.tasks();
        tasks.remove("_logistic_regression_path");
        let expected = [("_fit_and_score", 12), ("_parallel_build_trees", 8), ("_accumulate_prediction", 8)];
        assert_eq!(tasks, expected.map(|(name, count)| (name.to_owned(), Tasks::numbered(count))).into());
        assert_eq!(watched.count(), watched.records.len() as u64);
        let searching = watched.records.iter().filter(|record| &*record.name == "_fit_and_score");
        let own = searching.filter(|record| watched.lanes[record.lane].pid == watched.pid).count();
        assert_eq!(own, if jobs == "1" { 12 } else { 0 });
    });
}

#[test]
fn a_grid_search_with_one_job() {
    searched("1");
}

#[test]
fn a_grid_search_with_two_jobs() {
    searched("2");
}
