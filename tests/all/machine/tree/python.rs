//! Who waits for the global interpreter lock of a real CPython, of every version that is found here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use parlab::machine::tree::{GilSight, Roots, ThreadState, TreeLook, TreeSampler};

use super::program::{Program, look_until, looks};
use crate::common::have;

/// Versions that are worth a look, where they are.
const VERSIONS: [&str; 6] = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"];

/// The interpreters of this machine, each with its version: the system's, and those that pyenv built.
fn interpreters() -> Vec<(PathBuf, String)> {
    let built = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv/versions"));
    let folders = built.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let built = folders.map(|entry| entry.path().join("bin/python3"));
    built.chain([PathBuf::from("/usr/bin/python3")]).filter_map(|path| Some((path.clone(), version(&path)?))).collect()
}

fn version(interpreter: &Path) -> Option<String> {
    let code = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new(interpreter).args(["-I", "-c", code]).output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    VERSIONS.contains(&version.as_str()).then_some(version)
}

fn victim(interpreter: &Path, more: &[&str]) -> Program {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/machine/tree/victim.py");
    Program::of(Command::new(interpreter).arg(script).args(more))
}

fn states(looks: &[TreeLook], tid: u64) -> HashMap<ThreadState, usize> {
    let mut states = HashMap::new();
    let of_thread = looks.iter().flat_map(|look| &look.threads).filter(|thread| u64::from(thread.tid) == tid);
    of_thread.for_each(|thread| *states.entry(thread.state).or_default() += 1);
    states
}

#[test]
fn threads_that_wait_for_the_interpreters_lock_are_told_from_all_others() {
    if !have("python3") {
        return;
    }
    let found = interpreters();
    assert!(!found.is_empty(), "python3 is there, and none of the versions that this is for");
    for (interpreter, version) in found {
        let mut program = victim(&interpreter, &["two"]);
        let [sleeps, locks] = ["sleeps", "locks"].map(|word| program.told(word));
        let counts = [program.told("counts"), program.told("counts")];
        program.told("ready");
        let mut sampler = TreeSampler::new(Roots::of_running(program.pid())).unwrap().at_any_cost();
        let is_settled = |look: &TreeLook| {
            let state = |tid: u64| look.threads.iter().find(|t| u64::from(t.tid) == tid).map(|t| t.state);
            matches!(state(sleeps), Some(ThreadState::InCall(_))) && state(locks) == Some(ThreadState::OnLock)
        };
        look_until(&mut sampler, "a thread that sleeps and one that waits for a lock", is_settled);
        let looks = looks(&mut sampler, 150);
        let what = format!("{} {version}", interpreter.display());
        for tid in counts {
            let states = states(&looks, tid);
            let awake = |state: &ThreadState| state.is_awake() || *state == ThreadState::WaitingForGil;
            assert!(states.keys().all(awake), "{what}: one that counts: {states:?}");
            assert!(states.contains_key(&ThreadState::WaitingForGil), "{what}: one that counts: {states:?}");
            assert!(states.keys().any(|state| state.is_awake()), "{what}: one that counts: {states:?}");
        }
        let asleep = states(&looks, sleeps);
        assert!(asleep.keys().all(|state| matches!(state, ThreadState::InCall(_))), "{what}: the sleeper: {asleep:?}");
        let waiting = states(&looks, locks);
        assert!(waiting.keys().eq([&ThreadState::OnLock]), "{what}: the one at the lock: {waiting:?}");
        let last = looks.last().unwrap();
        let python = last.processes[0].python.clone().expect("a python");
        assert_eq!((python.version.as_deref(), python.gil), (Some(version.as_str()), GilSight::Seen), "{what}");
        let waited_s = |look: &TreeLook, of: &dyn Fn(u64) -> bool| -> f64 {
            look.threads.iter().filter(|t| of(u64::from(t.tid))).map(|t| t.seconds.for_gil).sum()
        };
        // The others may have waited for it when they began.
        let others = |tid: u64| tid == sleeps || tid == locks;
        assert_eq!(waited_s(&looks[0], &others), waited_s(last, &others), "{what}");
        assert!(waited_s(last, &|tid| counts.contains(&tid)) > 0.0, "{what}");
    }
}

#[test]
fn a_thread_that_computes_alone_does_not_wait_for_the_lock() {
    if !have("python3") {
        return;
    }
    for (interpreter, version) in interpreters() {
        let mut program = victim(&interpreter, &[]);
        let tids = ["sleeps", "locks", "counts"].map(|word| program.told(word));
        program.told("ready");
        let mut sampler = TreeSampler::new(Roots::of_running(program.pid())).unwrap().at_any_cost();
        let in_read = |look: &TreeLook| {
            look.threads.iter().any(|t| t.tid == program.pid() && matches!(t.state, ThreadState::InCall(_)))
        };
        look_until(&mut sampler, "the first thread reads", in_read);
        let states = states(&looks(&mut sampler, 60), tids[2]);
        assert!(states.keys().all(|state| state.is_awake()), "{version}: {states:?}");
    }
}
