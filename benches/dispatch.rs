//! What does it cost to hand out a task? `square` at chunk 1 on every backend, beside plain rayon and, where cc and
//! python3 are found, a bare loop in C and `multiprocessing.Pool`: all in one run, so that the ratios mean something.
//!
//! `cargo bench --bench dispatch` · `cargo bench --bench dispatch -- 100000000` for another number of tasks.

mod common;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use common::squares;
use parlab::engine::{BoardExecutor, Control, Executor as _, ProgramSetting};
use parlab::record::TrialEnd;
use parlab::scenario::{BackendKind, Config};
use rayon::prelude::*;

const WORKERS: u32 = 2;
const ROUNDS: usize = 7;
const BARE_LOOP: &str = "bare loop in C, two processes";
const PYTHON_POOL: &str = "multiprocessing.Pool.map(chunksize=1)";

fn main() {
    let tasks = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000_000);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(WORKERS as usize).build().expect("a thread pool");
    let bare_loop = compiled_bare_loop();
    if bare_loop.is_none() {
        println!("no bare loop: cc is missing, or does not compile benches/bare_loop.c");
    }
    // Contenders take turns, so that a drift of the machine meets all of them alike.
    let mut rates: Vec<(&str, Vec<f64>)> = Vec::new();
    for _ in 0..ROUNDS {
        let round = [
            ("parlab serial", parlab(BackendKind::SERIAL, tasks)),
            ("parlab threads", parlab(BackendKind::THREADS, tasks)),
            ("parlab processes", parlab(BackendKind::PROCESSES, tasks)),
            ("rayon par_iter, max_len 1", rayon_par_iter(&pool, tasks)),
            ("rayon spawn a task", rayon_spawn(&pool, tasks / 10)),
        ];
        let bare = bare_loop.as_deref().and_then(|program| bare_loop_rate(program, tasks));
        for (name, rate) in round.into_iter().chain(bare.map(|rate| (BARE_LOOP, rate))) {
            match rates.iter_mut().find(|(known, _)| *known == name) {
                Some((_, list)) => list.push(rate),
                None => rates.push((name, vec![rate])),
            }
        }
    }
    if let Some(rate) = python_pool(tasks / 100) {
        rates.push((PYTHON_POOL, vec![rate]));
    }
    tell(tasks, &mut rates);
}

fn tell(tasks: u64, rates: &mut [(&str, Vec<f64>)]) {
    println!("dispatch: square, {tasks} tasks, chunk 1, {WORKERS} workers, median of {ROUNDS}");
    let medians: Vec<f64> = rates
        .iter_mut()
        .map(|(_, list)| {
            list.sort_by(f64::total_cmp);
            list[list.len() / 2]
        })
        .collect();
    let threads = medians[1];
    for ((name, _), rate) in rates.iter().zip(&medians) {
        println!("{name:<40} {:>10.3} M tasks/s {:>9.4} × threads", rate / 1e6, rate / threads);
    }
    println!("threads ÷ processes: {:.3} (must be at most 1.25)", medians[1] / medians[2]);
    let of = |wanted: &str| rates.iter().position(|(name, _)| *name == wanted).map(|at| medians[at]);
    if let Some(bare) = of(BARE_LOOP) {
        println!("bare loop in C ÷ processes: {:.3} (must be at most 1.25)", bare / medians[2]);
    }
    if let Some(python) = of(PYTHON_POOL) {
        println!("processes ÷ multiprocessing.Pool: {:.0}", medians[2] / python);
    }
}

/// Tasks a second of one trial by parlab's own backend, with its ordinary recording.
fn parlab(backend: BackendKind, tasks: u64) -> f64 {
    let scenario = squares(tasks);
    let control = Control::default();
    let mut executor =
        BoardExecutor::new(&scenario, Path::new(env!("CARGO_BIN_EXE_parlab")), ProgramSetting::default(), &control);
    let workers = if backend == BackendKind::SERIAL { 1 } else { WORKERS };
    let config = Config::new(backend, workers);
    let outcome = executor.trial(0, &config, false, &mut |_| {});
    assert_eq!((outcome.end, outcome.tasks_done), (TrialEnd::Complete, tasks));
    tasks as f64 / outcome.wall_s
}

fn rayon_par_iter(pool: &rayon::ThreadPool, tasks: u64) -> f64 {
    let start = Instant::now();
    let sum: f64 = pool.install(|| {
        (0..tasks as usize).into_par_iter().with_max_len(1).map(|task| black_box(task as f64 * task as f64)).sum()
    });
    black_box(sum);
    tasks as f64 / start.elapsed().as_secs_f64()
}

fn rayon_spawn(pool: &rayon::ThreadPool, tasks: u64) -> f64 {
    let done = AtomicU64::new(0);
    let start = Instant::now();
    pool.scope(|scope| {
        for task in 0..tasks {
            let done = &done;
            scope.spawn(move |_| {
                black_box(task as f64 * task as f64);
                done.fetch_add(1, Relaxed);
            });
        }
    });
    assert_eq!(done.load(Relaxed), tasks);
    tasks as f64 / start.elapsed().as_secs_f64()
}

/// The bare loop as a program; `None` where there is no C compiler.
fn compiled_bare_loop() -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bare_loop");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/bare_loop.c");
    let compiled = Command::new("cc").arg("-O2").arg("-o").arg(&program).arg(source).status();
    compiled.is_ok_and(|status| status.success()).then_some(program)
}

/// Tasks a second of the bare loop, measured by itself.
fn bare_loop_rate(program: &Path, tasks: u64) -> Option<f64> {
    let output = Command::new(program).args([tasks.to_string(), WORKERS.to_string()]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
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
