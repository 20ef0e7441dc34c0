//! How does the grid search compare with scikit-learn's? The lecture's own search, 13 000 samples and eight fits, in
//! two processes, beside `GridSearchCV(n_jobs=2)` where python3 has scikit-learn: in turns, in one run, so that the
//! ratio means something.
//!
//! `cargo bench --bench grid_search` · `cargo bench --bench grid_search -- 7` for another number of rounds.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use parlab::engine::{BoardExecutor, Control, Executor as _, ProgramSetting};

use parlab::record::TrialEnd;
use parlab::scenario::library::bundled;
use parlab::scenario::{BackendKind, Catalog, Config, Overrides, Scenario};
use parlab::workload;

const WORKERS: u32 = 2;
const ROUNDS: usize = 3;
/// What parlab may take of scikit-learn's time.
const TARGET: f64 = 0.65;

/// The same search in Python, timed by Python, from the call until the scores are there. Without `refit` the best
/// classifier is not trained once more on everything at the end, which parlab does not do either.
const PROGRAM: &str = "
import sys, time
import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
table = np.loadtxt(sys.argv[1], delimiter=',')
grid = {'C': [0.001, 10.0], 'kernel': ['rbf', 'poly']}
search = GridSearchCV(SVC(gamma=0.25), grid, cv=2, n_jobs=int(sys.argv[2]), refit=sys.argv[3] == 'refit')
start = time.perf_counter()
search.fit(table[:, :-1], table[:, -1])
print(time.perf_counter() - start)
";

fn main() {
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS).max(1);
    let scenario = scenario();
    let mut times: [Vec<f64>; 5] = Default::default();
    for _ in 0..rounds {
        times[0].push(parlab(&scenario, BackendKind::SERIAL));
        times[1].push(parlab(&scenario, BackendKind::THREADS));
        times[2].push(parlab(&scenario, BackendKind::PROCESSES));
        times[3].extend(scikit_learn("plain"));
        times[4].extend(scikit_learn("refit"));
    }
    let names = ["parlab serial", "parlab threads", "parlab processes", "GridSearchCV, refit=False", "GridSearchCV"];
    println!("grid search: 8 fits, {WORKERS} workers, loading and start-up included, median of {rounds}");
    let medians = times.map(median);
    for (name, seconds) in names.iter().zip(medians) {
        match seconds {
            Some(seconds) => println!("{name:<28} {seconds:>8.3} s"),
            None => println!("{name:<28} not found"),
        }
    }
    if let (Some(ours), Some(plain), Some(refit)) = (medians[2], medians[3], medians[4]) {
        println!("processes ÷ GridSearchCV: {:.3} (must be at most {TARGET})", ours / refit);
        println!("processes ÷ GridSearchCV without its refit: {:.3}", ours / plain);
    }
}

fn scenario() -> Scenario {
    let source = bundled().find(|source| source.name == "grid-search").expect("the scenario is bundled");
    source.parse(&Catalog::new(workload::specs(), WORKERS), &Overrides::default()).expect("it is fine")
}

/// Seconds of a whole trial, from the call on: the data is loaded and workers are started within.
fn parlab(scenario: &Scenario, backend: BackendKind) -> f64 {
    let control = Control::default();
    let mut executor =
        BoardExecutor::new(scenario, Path::new(env!("CARGO_BIN_EXE_parlab")), ProgramSetting::default(), &control);
    let workers = if backend == BackendKind::SERIAL { 1 } else { WORKERS };
    let config = Config::new(backend, workers);
    let start = Instant::now();
    let outcome = executor.trial(0, &config, false, &mut |_| {});
    assert_eq!((outcome.end, outcome.tasks_done), (TrialEnd::Complete, 8));
    start.elapsed().as_secs_f64()
}

/// Seconds of scikit-learn's search, in an interpreter of its own; `None` where it is not found.
fn scikit_learn(refit: &str) -> Option<f64> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/data/make_classification_13000.csv");
    let output = Command::new("python3").args(["-c", PROGRAM, data, &WORKERS.to_string(), refit]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
