//! The standard library's pools and executors, with every Python that is found.

use std::collections::BTreeMap;

use parlab::python::WatchUnit;

use crate::pythons::{program, pythons};
use crate::watched::{Tasks, Watched, python, watch_beside, watch_by};

/// What `pools.py` does, by the names of its functions.
fn of_pools(has_processes: bool) -> BTreeMap<String, Tasks> {
    let mut expected: BTreeMap<String, Tasks> = [
        ("mapped", 100),
        ("chunked", 100),
        ("starmapped", 50),
        ("imapped", 20),
        ("imapped_by_chunks", 20),
        ("unordered", 20),
        ("applied", 5),
        ("applied_async", 5),
        ("mapped_async", 8),
        ("starmapped_async", 8),
    ]
    .map(|(name, count)| (name.to_owned(), Tasks::numbered(count)))
    .into();
    let mut add = |name: &str, tasks: Tasks| expected.insert(name.to_owned(), tasks);
    // A pool numbers what is applied; the eleventh lacks an argument.
    add("applied_async", Tasks { indexes: (5..10).collect(), ..Tasks::numbered(5) });
    add("applied", Tasks { well: 5, failed: 1, indexes: vec![0, 1, 2, 3, 4, 10] });
    // The one after an iterable that ends with an exception is no task.
    add("imapped", Tasks { well: 21, failed: 0, indexes: [0].into_iter().chain(0..20).collect() });
    // The chunk with the failed one ends there.
    add("failing", Tasks { well: 8, failed: 1, indexes: vec![0, 1, 2, 3, 5, 6, 7, 8, 9] });
    if has_processes {
        add("recycled", Tasks::numbered(10));
    }
    expected
}

fn pools(kind: &str) {
    for found in pythons() {
        println!("{}", found.facts);
        let watched = watch_beside(|| python(&found.program, &program("pools.py"), kind));
        assert_eq!(watched.tasks(), of_pools(kind != "thread"));
        watched.is_whole();
        assert!(watched.cost.is_some_and(|cost| cost.as_nanos() > 0));
        assert!(watched.started.contains(&watched.pid));
        in_right_processes(&watched, kind, &["recycled"]);
    }
}

/// Threads are those of the program's process, processes are others; two of them, but for tasks that get new ones.
fn in_right_processes(watched: &Watched, kind: &str, recycled: &[&str]) {
    let has_own_tasks =
        |place: usize| watched.records.iter().any(|record| record.lane == place && !recycled.contains(&&*record.name));
    for lane in &watched.lanes {
        assert_eq!(lane.pid == watched.pid, kind == "thread", "{kind}: {lane:?}");
        let name = match kind {
            "thread" => "Thread",
            "fork" => "Fork",
            "spawn" => "Spawn",
            _ => "ForkServer",
        };
        assert!(lane.name.starts_with(name), "{lane:?}");
    }
    let workers = (0..watched.lanes.len()).filter(|&place| has_own_tasks(place)).count();
    assert!((1..=2).contains(&workers), "{workers} lanes");
    let spawned = watched.lanes.iter().filter(|lane| watched.started.contains(&lane.pid)).count();
    // Forked workers have the hook from the process that they were forked from.
    assert_eq!(spawned == watched.lanes.len(), ["spawn", "thread"].contains(&kind), "{kind}");
}

#[test]
fn pools_of_threads() {
    pools("thread");
}

#[test]
fn pools_of_forked_processes() {
    pools("fork");
}

#[test]
fn pools_of_spawned_processes() {
    pools("spawn");
}

#[test]
fn pools_of_processes_by_a_forkserver() {
    pools("forkserver");
}

/// What `executors.py` does; threads have no chunks, so nothing ends with the one that fails.
fn of_executors(kind: &str) -> BTreeMap<String, Tasks> {
    let twice = |count: u64| (0..count).flat_map(|index| [index; 2]).collect();
    let mut expected = BTreeMap::new();
    let mut add = |name: &str, tasks: Tasks| expected.insert(name.to_owned(), tasks);
    add("mapped", Tasks { well: 200, failed: 0, indexes: twice(100) });
    add("chunked", Tasks::numbered(100));
    let (well, indexes) = match kind {
        "thread" => (9, (0..10).collect()),
        _ => (8, vec![0, 1, 2, 3, 5, 6, 7, 8, 9]),
    };
    add("failing", Tasks { well, failed: 1, indexes });
    // Numbered by the executor: a thread's by what was submitted, a process's by the chunks of maps, too.
    let failed = if kind == "thread" { 30 } else { 30 + 200 + 15 + 2 };
    add("submitted", Tasks { well: 33, failed: 1, indexes: (0..30).chain(failed..failed + 4).collect() });
    expected
}

fn executors(kind: &str) {
    for found in pythons() {
        println!("{}", found.facts);
        let watched = watch_beside(|| python(&found.program, &program("executors.py"), kind));
        assert_eq!(watched.tasks(), of_executors(kind));
        watched.is_whole();
        in_right_processes(&watched, kind, &[]);
    }
}

#[test]
fn executors_of_threads() {
    executors("thread");
}

#[test]
fn executors_of_forked_processes() {
    executors("fork");
}

#[test]
fn executors_of_spawned_processes() {
    executors("spawn");
}

#[test]
fn executors_of_processes_by_a_forkserver() {
    executors("forkserver");
}

#[test]
fn ten_thousand_short_tasks_are_counted_one_by_one_or_by_chunks() {
    for found in pythons() {
        let many = || python(&found.program, &program("many.py"), "");
        let watched = watch_beside(many);
        assert_eq!(watched.count(), 20_000, "{}", found.facts);
        // A pool makes four chunks for each worker and hands out 1 250 at once.
        let watched = watch_by(WatchUnit::Chunks, many());
        assert_eq!(
            watched.tasks(),
            [("nothing".to_owned(), Tasks { indexes: eight_twice(), ..Tasks::numbered(16) })].into()
        );
        watched.is_whole();
    }
}

fn eight_twice() -> Vec<u64> {
    (0..8).flat_map(|index| [index; 2]).collect()
}

/// A pool within a task has workers of its own, whose tasks count; a fork within a task has no task of its own. What
/// was cancelled has never been begun.
#[test]
fn tasks_within_tasks_and_beside_them() {
    for found in pythons() {
        let watched = watch_beside(|| python(&found.program, &program("within.py"), ""));
        let expected = [
            ("outer", Tasks::numbered(4)),
            ("inner", Tasks { well: 6, failed: 0, indexes: vec![0, 0, 0, 1, 1, 2] }),
            ("forking", Tasks::numbered(3)),
            ("blocking", Tasks::numbered(5)),
            ("leaving", Tasks { well: 0, failed: 1, indexes: vec![0] }),
            ("waiting", Tasks::numbered(1)),
        ];
        assert_eq!(watched.tasks(), expected.map(|(name, tasks)| (name.to_owned(), tasks)).into(), "{}", found.facts);
        watched.is_whole();
    }
}

#[test]
fn workers_that_come_all_at_once_get_lanes_of_their_own() {
    for found in pythons() {
        let watched = watch_beside(|| python(&found.program, &program("crowd.py"), ""));
        let five_times = (0..160).flat_map(|index| [index; 5]).collect();
        let expected = Tasks { well: 800, failed: 0, indexes: five_times };
        assert_eq!(watched.tasks(), [("first".to_owned(), expected)].into(), "{}", found.facts);
        watched.is_whole();
    }
}
