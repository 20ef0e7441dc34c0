//! What does it cost a Python to be watched? The start of an interpreter, and a task that does nothing.
//!
//! `cargo bench --bench hook` · `cargo bench --bench hook -- python3.8 python3.13` for other interpreters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use parlab::protocol::OutsideBoard;
use parlab::python::{Hook, WatchUnit, find};

const STARTS: usize = 30;
const ROUNDS: usize = 5;
/// More at each start of an interpreter would be felt with pools of processes.
const ALLOWED_MS: f64 = 3.0;
/// Where a task costs more than it was told to, what it is told by is of no use.
const ALLOWED_TIMES: f64 = 3.0;

fn main() {
    let asked: Vec<PathBuf> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).map(PathBuf::from).collect();
    for python in if asked.is_empty() { vec!["python3".into()] } else { asked } {
        match find(Some(&python)) {
            Ok(found) => bench(&found.program, &found.facts.to_string()),
            Err(missing) => println!("{missing}"),
        }
    }
}

fn bench(python: &Path, facts: &str) {
    println!("{facts}");
    let [bare, watched] = starts(python);
    println!("  start: {bare:.2} ms, watched {watched:.2} ms; {:+.2} ms (at most {ALLOWED_MS})", watched - bare);
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/python/timed.py");
    let mut times: [BTreeMap<String, f64>; 2] = Default::default();
    let mut told = Duration::ZERO;
    // They take turns, so that a drift of the machine meets both alike.
    for _ in 0..ROUNDS {
        keep_best(&mut times[0], &Command::new(python).arg(&program).output().expect("a Python"));
        let (output, cost) = watched_run(Command::new(python).arg(&program));
        keep_best(&mut times[1], &output);
        told = cost.expect("its cost is told");
    }
    println!("  a task: {} ns are told (at most {ALLOWED_TIMES} times that by chunks of 500)", told.as_nanos());
    let [bare, watched] = times;
    for (way, bare) in bare {
        let added = watched[&way] - bare;
        println!("  {way:>20}: {bare:7.0} ns, watched {:7.0}; {added:+7.0} ns", watched[&way]);
    }
}

/// The shortest start of an interpreter, bare and watched, in milliseconds.
fn starts(python: &Path) -> [f64; 2] {
    let board = OutsideBoard::create(8).expect("a board");
    let hook = Hook::install(board.address(), WatchUnit::Tasks).expect("the hook");
    let mut shortest = [Duration::MAX; 2];
    // The first one compiles the hook.
    for _ in 0..STARTS {
        for (environment, shortest) in [Vec::new(), hook.environment()].into_iter().zip(&mut shortest) {
            let started = Instant::now();
            let status = Command::new(python).args(["-c", "pass"]).envs(environment).status().expect("a Python");
            assert!(status.success());
            *shortest = started.elapsed().min(*shortest);
        }
    }
    shortest.map(|shortest| shortest.as_secs_f64() * 1e3)
}

fn watched_run(command: &mut Command) -> (Output, Option<Duration>) {
    let board = OutsideBoard::create(64).expect("a board");
    let hook = Hook::install(board.address(), WatchUnit::Tasks).expect("the hook");
    let output = command.envs(hook.environment()).output().expect("a Python");
    (output, hook.cost_of_a_task())
}

fn keep_best(times: &mut BTreeMap<String, f64>, output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (way, nanoseconds) = line.split_once(' ').expect("a way and its time");
        let nanoseconds: f64 = nanoseconds.parse().expect("a number");
        let best = times.entry(way.to_owned()).or_insert(nanoseconds);
        *best = best.min(nanoseconds);
    }
}
