//! How long does it take from a signal to the end of parlab? With tasks that wait or compute for ever, on each backend,
//! beside a whole run that has nothing to do: 200 ms are allowed.
//!
//! `cargo bench --bench ending` · `cargo bench --bench ending -- 50` for another number of rounds.

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use common::report;
use common::running::Running;
use nix::sys::signal::Signal::SIGINT;

const ROUNDS: usize = 9;
const ALLOWED: Duration = Duration::from_millis(200);

const KINDS: [(&str, &str); 2] =
    [("tasks that wait", "kind = 'sleep'\nunit_s = 3600"), ("tasks that compute", "kind = 'countdown'\nsteps = 1e14")];

fn main() {
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    println!("from SIGINT to the end, {rounds} rounds in turns (allowed: {ALLOWED:?})");
    let cases: Vec<_> = KINDS
        .iter()
        .flat_map(|kind| ["serial", "threads", "processes", "hybrid"].map(|backend| (kind, backend)))
        .collect();
    let mut taken = vec![Vec::new(); cases.len()];
    let mut nothing = Vec::new();
    for _ in 0..rounds {
        for ((kind, backend), taken) in cases.iter().zip(&mut taken) {
            taken.push(ending(kind.1, backend));
        }
        let begun = Instant::now();
        report("[workload]\nkind = 'square'\ntasks = 1\n[sweep]\nworkers = 2\nrepeats = 1\nwarmup = 0\n", &[]);
        nothing.push(begun.elapsed());
    }
    for (((kind, _), backend), taken) in cases.iter().zip(&mut taken) {
        tell(&format!("{kind}, {backend}"), taken);
    }
    tell("a whole run of nothing", &mut nothing);
}

/// From the signal to the end of a run whose tasks never end.
fn ending(kind: &str, backend: &str) -> Duration {
    let mut run = Running::start(
        &format!(
            "[workload]\n{kind}\ninputs = [1, 1, 1]\n[sweep]\nbackends = ['{backend}']\nworkers = '1x2'\n\
             baseline = 'none'\nrepeats = 1\nwarmup = 0\n"
        ),
        &["--quiet"],
    );
    run.wait_for("gate_opened", 1);
    std::thread::sleep(Duration::from_millis(20));
    let begun = Instant::now();
    run.signal(SIGINT);
    run.wait();
    begun.elapsed()
}

fn tell(what: &str, taken: &mut [Duration]) {
    taken.sort();
    let [median, longest] = [taken.len() / 2, taken.len() - 1].map(|at| taken[at].as_secs_f64() * 1e3);
    println!("{what:<34} median {median:>6.1} ms, longest {longest:>6.1} ms");
}
