//! What does it cost to send tasks through a pipe? First the rate of tasks of no work and no payload at chunk 1,
//! beside `multiprocessing.Pool.map(chunksize=1)` where python3 is found; then payloads from none to 16 MiB, through
//! shared memory and through the pipe. Contenders take turns, and medians are told.
//!
//! `cargo bench --bench pipe`

mod common;

use std::path::Path;
use std::process::Command;

use common::squares;
use parlab::engine::{BoardExecutor, Control, Executor as _, ProgramSetting};
use parlab::record::TrialEnd;
use parlab::scenario::{BackendKind, Config, Dispatch};

const WORKERS: u32 = 2;
const ROUNDS: usize = 7;
/// What the pipe has to be ahead of Python's pool.
const AHEAD: f64 = 3.0;

fn main() {
    rates();
    payloads();
}

fn rates() {
    const TASKS: u64 = 200_000;
    let mut all: [Vec<f64>; 3] = Default::default();
    for _ in 0..ROUNDS {
        all[0].push(TASKS as f64 / trial(TASKS, Dispatch::Pipe, 0));
        all[1].push(100.0 * TASKS as f64 / trial(100 * TASKS, Dispatch::Shared, 0));
        all[2].extend(python_pool(TASKS / 4));
    }
    let python_is_found = !all[2].is_empty();
    let [pipe, shared, python] = all.map(median);
    println!("tasks a second: square, chunk 1, {WORKERS} workers, no payload, median of {ROUNDS}");
    println!("processes, shared memory              {shared:>12.0}");
    println!("processes, pipe                       {pipe:>12.0}");
    if python_is_found {
        println!("multiprocessing.Pool.map(chunksize=1) {python:>12.0}");
        println!("pipe ÷ Pool: {:.2} (must be at least {AHEAD})\n", pipe / python);
    }
}

fn payloads() {
    println!("milliseconds a task: square, chunk 1, {WORKERS} workers, median of {ROUNDS}");
    println!("{:>10} {:>12} {:>12} {:>8}", "payload", "shared", "pipe", "ratio");
    for payload in [0, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20] {
        // About as many bytes in all, within bounds.
        let tasks = ((256 << 20) / (payload + 1)).clamp(32, 50_000);
        let mut all: [Vec<f64>; 2] = Default::default();
        for _ in 0..ROUNDS {
            all[0].push(1e3 * trial(tasks, Dispatch::Shared, payload) / tasks as f64);
            all[1].push(1e3 * trial(tasks, Dispatch::Pipe, payload) / tasks as f64);
        }
        let [shared, pipe] = all.map(median);
        println!("{:>10} {shared:>12.6} {pipe:>12.6} {:>8.1}", payload, pipe / shared);
    }
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list.get(list.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Seconds of one trial by parlab's own backend, with its ordinary recording.
fn trial(tasks: u64, dispatch: Dispatch, payload: u64) -> f64 {
    let scenario = squares(tasks);
    let control = Control::default();
    let mut executor =
        BoardExecutor::new(&scenario, Path::new(env!("CARGO_BIN_EXE_parlab")), ProgramSetting::default(), &control);
    let config = Config { dispatch, payload, ..Config::new(BackendKind::PROCESSES, WORKERS) };
    let outcome = executor.trial(0, &config, false, &mut |_| {});
    assert_eq!((outcome.end, outcome.tasks_done), (TrialEnd::Complete, tasks));
    outcome.wall_s
}

/// Tasks a second of Python's process pool, measured by Python itself; `None` without python3.
fn python_pool(tasks: u64) -> Option<f64> {
    const PROGRAM: &str = "
import multiprocessing, sys, time
def square(x): return x * x
if __name__ == '__main__':
    tasks, workers = int(sys.argv[1]), int(sys.argv[2])
    with multiprocessing.get_context('fork').Pool(workers) as pool:
        pool.map(square, range(1000), chunksize=1)
        start = time.perf_counter()
        pool.map(square, range(tasks), chunksize=1)
        print(tasks / (time.perf_counter() - start))
";
    let output =
        Command::new("python3").args(["-c", PROGRAM, &tasks.to_string(), &WORKERS.to_string()]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
