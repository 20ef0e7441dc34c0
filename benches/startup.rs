//! How long does it take until all workers stand at the gate? Forked processes and threads, by their number.
//!
//! `cargo bench --bench startup` · `cargo bench --bench startup -- 1 8 64 256 1024` for other numbers.

mod common;

use std::path::Path;

use common::squares;
use parlab::engine::{BoardExecutor, Control, Executor as _, ProgramSetting};
use parlab::record::TrialEnd;
use parlab::scenario::{BackendKind, Config};

const ROUNDS: usize = 21;

/// More than this would be felt with 64 processes.
const ALLOWED_MS: f64 = 30.0;

fn main() {
    let asked: Vec<u32> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let numbers = if asked.is_empty() { vec![1, 8, 64, 256] } else { asked };
    println!("start-up: from the order to the last worker at the gate, median of {ROUNDS} (shortest to longest)");
    println!("{:>8}  {:>30}  {:>30}", "workers", "processes", "threads");
    let scenario = squares(1);
    let control = Control::default();
    let mut executor =
        BoardExecutor::new(&scenario, Path::new(env!("CARGO_BIN_EXE_parlab")), ProgramSetting::default(), &control);
    let mut of_64 = None;
    for workers in numbers {
        let [processes, threads] = start(&mut executor, workers);
        println!("{workers:>8}  {:>30}  {:>30}", told(&processes), told(&threads));
        if workers == 64 {
            of_64 = Some(median(&processes));
        }
    }
    if let Some(ms) = of_64 {
        println!("64 processes: {ms:.2} ms (must be less than {ALLOWED_MS} ms)");
    }
}

/// Milliseconds of each round, in ascending order: processes, then threads. They take turns, so that a drift of the
/// machine meets both alike; a first round that is not counted warms up the forkserver.
fn start(executor: &mut BoardExecutor<'_>, workers: u32) -> [Vec<f64>; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (backend, times) in [BackendKind::PROCESSES, BackendKind::THREADS].into_iter().zip(&mut times) {
            let config = Config::new(backend, workers);
            let outcome = executor.trial(0, &config, false, &mut |_| {});
            assert_eq!((outcome.end, outcome.tasks_done), (TrialEnd::Complete, 1));
            if round > 0 {
                times.push(outcome.startup_s.expect("a start-up") * 1e3);
            }
        }
    }
    times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
    times
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

fn told(sorted: &[f64]) -> String {
    format!("{:.3} ms ({:.3} to {:.3})", median(sorted), sorted[0], sorted[sorted.len() - 1])
}
