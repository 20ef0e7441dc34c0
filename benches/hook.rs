//! What does it cost a Python to be watched? The start of an interpreter, the import of a library that is watched, and a
//! task that does nothing. Starts are told in CPU time, which others that use the machine lengthen the least.
//!
//! `cargo bench --bench hook` · `cargo bench --bench hook -- python3.8 python3.13` for other interpreters. It fails where a
//! start costs more than was promised.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use parlab::protocol::OutsideBoard;
use parlab::python::{Hook, WatchUnit, find};

const STARTS: usize = 30;
const IMPORTS: usize = 30;
const ROUNDS: usize = 5;
/// More at each start of an interpreter would be felt with pools of processes.
const ALLOWED_MS: f64 = 3.0;
/// With what is loaded to watch joblib.
const ALLOWED_IMPORT_MS: f64 = 10.0;
/// Where a task costs more than it was told to, what it is told by is of no use.
const ALLOWED_TIMES: f64 = 3.0;

fn main() -> ExitCode {
    let mut all_within = true;
    let asked: Vec<PathBuf> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).map(PathBuf::from).collect();
    for python in if asked.is_empty() { vec!["python3".into()] } else { asked } {
        match find(Some(&python)) {
            Ok(found) => all_within &= bench(&found.program, &found.facts.to_string()),
            Err(missing) => println!("{missing}"),
        }
    }
    if all_within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints what a Python costs; returns whether its starts cost no more than was promised.
fn bench(python: &Path, facts: &str) -> bool {
    println!("{facts}");
    let mut all_within = true;
    for (code, times, allowed) in [("pass", STARTS, ALLOWED_MS), ("import joblib", IMPORTS, ALLOWED_IMPORT_MS)] {
        let Some([bare, watched]) = starts(python, code, times) else {
            println!("  {code}: it is not there");
            continue;
        };
        let more = watched - bare;
        println!("  {code}: {bare:.2} ms, watched {watched:.2} ms; {more:+.2} ms (at most {allowed})");
        all_within &= more <= allowed;
    }
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
    all_within
}

/// The least CPU time of a program, bare and watched, in milliseconds; `None` where it fails.
fn starts(python: &Path, code: &str, times: usize) -> Option<[f64; 2]> {
    let board = OutsideBoard::create(8).expect("a board");
    let hook = Hook::install(board.address(), WatchUnit::Tasks).expect("the hook");
    let mut least = [f64::MAX; 2];
    // The first one compiles the hook.
    for _ in 0..times {
        for (environment, least) in [Vec::new(), hook.environment()].into_iter().zip(&mut least) {
            let before = children_ms();
            let mut command = Command::new(python);
            let status = command.args(["-c", code]).envs(environment).stderr(Stdio::null()).status().ok()?;
            if !status.success() {
                return None;
            }
            *least = least.min(children_ms() - before);
        }
    }
    Some(least)
}

/// CPU time of the programs that have ended, in milliseconds.
fn children_ms() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("what children used");
    let ms = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    ms(usage.user_time()) + ms(usage.system_time())
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
