//! The writer for Python, in every interpreter that is found, 3.8 and later.

use super::*;

/// Interpreters, the system's own first.
fn interpreters() -> Vec<PathBuf> {
    let mut found = Vec::new();
    if have("python3") {
        found.push(PathBuf::from("python3"));
    }
    let homes = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv/versions"));
    let versions = homes.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path()).collect();
    versions.sort();
    let is_known = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let minor = name.strip_prefix("3.").and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
        minor.is_some_and(|minor| minor >= 8)
    };
    found
        .extend(versions.into_iter().filter(is_known).map(|path| path.join("bin/python")).filter(|path| path.exists()));
    found
}

pub(super) fn python(interpreter: &Path, folder: &Path) -> Command {
    let mut command = Command::new(interpreter);
    command.current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1").stdout(Stdio::null());
    command
}

/// Runs a program in the system's Python, with lanes enough.
fn run(medium: Medium, program: &str) -> Option<Seen> {
    run_with(medium, 16, program)
}

fn run_with(medium: Medium, lanes: usize, program: &str) -> Option<Seen> {
    have("python3").then(|| {
        let folder = printed("python", "parlab_board.py");
        watch(medium, lanes, python(Path::new("python3"), folder.path()).args(["-c", program]))
    })
}

#[test]
fn the_example_runs_in_every_interpreter() {
    let folder = printed("python", "parlab_board.py");
    for interpreter in interpreters() {
        for medium in media() {
            let seen = watch(medium, 8, python(&interpreter, folder.path()).arg("example.py"));
            seen.assert_well();
            assert_eq!(seen.sums(), (200, 0, 0), "{interpreter:?} {medium:?}");
            assert_eq!((seen.total("count").count, seen.total("nap").count), (100, 100));
            let mut names: Vec<&str> = seen.look.lanes.iter().map(|lane| &*lane.name).collect();
            names.sort_unstable();
            assert_eq!(names, ["worker-0", "worker-50"], "{interpreter:?}");
            let mut indices: Vec<_> = seen.look.records.iter().filter_map(|record| record.index).collect();
            indices.sort_unstable();
            assert_eq!(indices, (0..100).collect::<Vec<_>>());
            let values = seen.look.records.iter().flat_map(|record| &record.values);
            assert!(values.clone().all(|(name, value)| &**name == "total" && *value == 399_980_000.0));
            assert_eq!(values.count(), 100);
            // The naps of a millisecond.
            assert!(seen.look.lanes.iter().all(|lane| lane.spent_ns[3] >= 50_000_000), "{seen:?}");
        }
    }
}

#[test]
fn tasks_are_counted_exactly_however_they_end() {
    const PROGRAM: &str = "
import parlab_board as b
def inner(x): return b.run('inner', 0, lambda: x)
def fails(): raise ValueError('no')
for i in range(10): assert b.run('outer', i, inner, (i,)) == i
for i in range(5):
    try: b.run('fails', None, fails)
    except ValueError: pass
    else: raise SystemExit(3)
for i in range(3):
    try:
        with b.task('with', i):
            with b.task('within'): pass
            raise KeyError(i)
    except KeyError: pass
with b.task('kept'): b.value('figure', 1.5); b.value('figure', float('nan'))
assert b.run('named', 1, dict, kwargs={'a': 1}) == {'a': 1}
@b.watched
def decorated(a, *, k): 'doc'; return a + k
assert decorated(1, k=2) == 3 and decorated.__name__ == 'decorated' and decorated.__doc__ == 'doc'
b.progress(0.5); b.value('outside', 1)
for index in (-1, 1 << 70, 1.5, 'x', True): b.run('odd', index, int)
";
    for medium in media() {
        let Some(seen) = run(medium, PROGRAM) else { return };
        seen.assert_well();
        assert_eq!(seen.sums(), (10 + 1 + 1 + 1 + 5, 5 + 3, 0), "{seen:?}");
        let counts = ["outer", "fails", "with", "kept", "named", "decorated", "odd"].map(|name| seen.total(name).count);
        assert_eq!(counts, [10, 5, 3, 1, 1, 1, 5]);
        assert_eq!((seen.total("fails").failed, seen.total("with").failed), (5, 3));
        assert!(!seen.totals.iter().any(|total| total.name.contains("inner") || total.name.contains("within")));
        let kept = seen.look.records.iter().find(|record| &*record.name == "kept").unwrap();
        assert!(kept.values[0].1 == 1.5 && kept.values[1].1.is_nan(), "{kept:?}");
    }
}

#[test]
fn names_are_kept_as_far_as_there_is_room() {
    const PROGRAM: &str = "
import parlab_board as b
long = chr(0xe9) * 40
b.run(long, 0, int)
for i in range(100):
    for again in range(2): b.run('name %d' % i, i, int)
b.run(chr(27) + '[2J', 0, int)
class Odd:
    def __str__(self): raise ValueError
b.run(Odd(), 0, int); b.run(5, 0, int); b.run(chr(0xd800), 0, int)
";
    let Some(seen) = run(Medium::Memory, PROGRAM) else { return };
    seen.assert_well();
    assert_eq!(seen.sums(), (205, 0, 0));
    assert_eq!(seen.total(&"é".repeat(32)).count, 1);
    assert_eq!((seen.total("name 0").count, seen.total("name 61").count), (2, 2));
    assert_eq!(seen.total("(others)").count, 205 - 1 - 2 * 62, "{:?}", seen.totals.last());
}

#[test]
fn each_process_and_thread_has_a_lane_of_its_own() {
    const PROGRAM: &str = "
import os, threading, parlab_board as b
def many(name, n):
    for i in range(n): b.run(name, i, int)
many('parent', 10)
with b.task('around', 0):
    child = os.fork()
    if child == 0:
        many('child', 20)
        grandchild = os.fork()
        if grandchild == 0:
            many('grandchild', 5); os._exit(0)
        os.waitpid(grandchild, 0); os._exit(0)
    many('hidden', 3)
    assert os.waitpid(child, 0)[1] == 0
threads = [threading.Thread(target=many, args=('thread', 100)) for _ in range(8)]
for t in threads: t.start()
for t in threads: t.join()
many('parent', 1)
";
    for medium in media() {
        let Some(seen) = run(medium, PROGRAM) else { return };
        seen.assert_well();
        assert_eq!(seen.sums(), (11 + 1 + 20 + 5 + 800, 0, 0), "{medium:?}");
        let counts = ["parent", "child", "grandchild", "thread", "around"].map(|name| seen.total(name).count);
        assert_eq!(counts, [11, 20, 5, 800, 1]);
        assert_eq!(seen.look.lanes.len(), 11, "{medium:?}");
        assert_eq!(seen.look.lanes.iter().map(|lane| lane.pid).collect::<std::collections::HashSet<_>>().len(), 3);
        assert_eq!(seen.look.lanes.iter().filter(|lane| lane.life == Life::Left).count(), 8, "{:?}", seen.look.lanes);
    }
}

#[test]
fn processes_of_pools_tell_all_before_they_end() {
    const PROGRAM: &str = "
import multiprocessing, sys, parlab_board as b
def one(i): return b.run('one', i, abs, (-i,))
if __name__ == '__main__':
    for method in ('fork', 'spawn'):
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(one, range(300)) == list(range(300))
            pool.close(); pool.join()
";
    if !have("python3") {
        return;
    }
    let folder = printed("python", "parlab_board.py");
    std::fs::write(folder.path().join("pools.py"), PROGRAM).unwrap();
    for medium in media() {
        let seen = watch(medium, 16, python(Path::new("python3"), folder.path()).arg("pools.py"));
        seen.assert_well();
        assert_eq!(seen.sums(), (600, 0, 0), "{medium:?}");
    }
}

#[test]
fn threads_without_a_lane_run_on_and_lanes_of_ended_threads_are_used_again() {
    const PROGRAM: &str = "
import threading, parlab_board as b
barrier = threading.Barrier(5)
def together():
    b.run('one', 0, int); barrier.wait(); b.run('two', 0, int); barrier.wait()
def all_of(threads):
    for t in threads: t.start()
    for t in threads: t.join()
all_of([threading.Thread(target=together) for _ in range(5)])
for _ in range(20): all_of([threading.Thread(target=b.run, args=('later', 0, int))])
";
    for medium in [Medium::Memory, Medium::File] {
        let Some(seen) = run_with(medium, 2, PROGRAM) else { return };
        seen.assert_well();
        assert_eq!(seen.look.refused, 3, "{medium:?}");
        assert_eq!(seen.sums().0, 4 + 20, "{medium:?}");
        assert!(seen.look.lanes.iter().all(|lane| lane.slot < 2));
    }
}

#[test]
fn a_process_that_is_killed_is_seen_with_its_task_in_hand() {
    const PROGRAM: &str = "
import time, parlab_board as b
b.run('short', 1, int)
with b.task('endless', 7):
    b.progress(0.25)
    time.sleep(600)
";
    if !have("python3") {
        return;
    }
    let folder = printed("python", "parlab_board.py");
    for medium in media() {
        let mut watcher = Watcher::new(medium, 4);
        let mut child = watcher.start(python(Path::new("python3"), folder.path()).args(["-c", PROGRAM]));
        let has_begun = |look: &OutsideLook| {
            let hand = look.lanes.first().and_then(|lane| lane.hand.as_ref());
            hand.is_some_and(|task| task.fraction == Some(0.25))
        };
        watcher.look_until("a task in hand", has_begun);
        child.kill().unwrap();
        watcher.look_until("the end", |look| look.lanes[0].life == Life::Gone);
        let lane = &watcher.all.lanes[0];
        let hand = lane.hand.as_ref().unwrap();
        assert_eq!((&*hand.name, hand.index, lane.done), ("endless", Some(7), 1), "{medium:?}");
        child.wait().unwrap();
    }
}

#[test]
fn a_writer_outlives_the_board() {
    const PROGRAM: &str = "
import sys, threading, parlab_board as b
b.run('first', 0, int)
sys.stdin.read()
for i in range(10_000): b.run('more', i, int)
t = threading.Thread(target=lambda: b.run('another', 0, int)); t.start(); t.join()
with b.task('last'): b.value('x', 1)
";
    if !have("python3") {
        return;
    }
    let folder = printed("python", "parlab_board.py");
    for medium in media() {
        let mut watcher = Watcher::new(medium, 4);
        let mut command = python(Path::new("python3"), folder.path());
        command.args(["-c", PROGRAM]).env(BOARD_VARIABLE, watcher.board.address()).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        watcher.look_until("a task", |look| look.lanes.first().is_some_and(|lane| lane.done == 1));
        drop(watcher);
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success(), "{medium:?}");
    }
}

#[test]
fn without_a_board_nothing_is_said_unless_asked() {
    if !have("python3") {
        return;
    }
    let folder = printed("python", "parlab_board.py");
    const PROGRAM: &str = "
import parlab_board as b
assert b.run('f', 0, abs, (-3,)) == 3 and not b.is_watched()
with b.task('t', 1): b.progress(0.5); b.value('v', 1)
with b.activity('blocked'): pass
assert b.watched(len)('abc') == 3
";
    let [short, zeros] = [("short", 100), ("zeros", 1 << 20)].map(|(name, length)| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().set_len(length).unwrap();
        path
    });
    let texts =
        [None, Some("/nonexistent".into()), Some("".into()), Some("tcp:127.0.0.1:1:x".into()), Some("tcp:x".into())];
    let files = [short, zeros].map(|path| Some(path.into_os_string()));
    for (number, board) in texts.into_iter().chain(files).enumerate() {
        for debug in [false, true] {
            let mut command = python(Path::new("python3"), folder.path());
            command.args(["-c", PROGRAM]).env_remove(BOARD_VARIABLE).stderr(Stdio::piped());
            command.envs(board.as_ref().map(|board| (BOARD_VARIABLE, board)));
            command.envs(debug.then_some(("PARLAB_DEBUG", "1")));
            let output = command.output().unwrap();
            let said = common::stderr(&output);
            assert!(output.status.success(), "{board:?}: {said}");
            let is_told = debug && board.as_ref().is_some_and(|board| !board.is_empty());
            assert_eq!(said.lines().count(), usize::from(is_told), "{number} {board:?}: {said}");
        }
    }
}
