//! Do two processes share equal tasks as well as two CPUs can? The lecture's countdowns, 16 of equal length, beside two
//! bare threads that count: in turns, in one run, so that what the machine gives to others is missed by both.
//!
//! `cargo bench --bench sharing` · `cargo bench --bench sharing -- 20` for another number of rounds. It should be 0.9 at
//! least.

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant;

const ROUNDS: usize = 9;

const COUNTDOWNS: &str = "[workload]\nkind = 'countdown'\nsteps = 1e8\ninputs = { repeat = 2, times = 16 }\n\
                          [sweep]\nbackends = ['processes']\nworkers = 2\nrepeats = 3\n";

fn main() {
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    let mut parts: Vec<f64> = (0..rounds)
        .map(|_| {
            let (bare, processes) = (two_bare_threads(), two_processes());
            println!("2 bare threads: {bare:.2}, 2 processes: {processes:.2}");
            processes / bare
        })
        .collect();
    parts.sort_by(f64::total_cmp);
    println!("processes ÷ bare threads: median {:.3} of {rounds} rounds", parts[rounds / 2]);
}

/// How much more two threads get done at this moment than one.
fn two_bare_threads() -> f64 {
    let spin = || {
        (0..1_000_000_000_u64).for_each(|n| {
            std::hint::black_box(n);
        });
    };
    let seconds = |threads: usize| {
        let begun = Instant::now();
        std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(spin))));
        begun.elapsed().as_secs_f64()
    };
    2.0 * seconds(1) / seconds(2)
}

/// The speedup of two processes.
fn two_processes() -> f64 {
    let (report, code, stderr) = common::report(COUNTDOWNS, &[]);
    assert_eq!(code, 0, "{stderr}");
    report["configs"][1]["speedup"]["value"].as_f64().expect("a speedup")
}
