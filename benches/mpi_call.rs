//! What does it cost a call of MPI to be watched? A program in C with each MPI that is here, with the library and without it
//! in turns; the medians, and how much more a call takes.
//!
//! `cargo bench --bench mpi_call`. It fails where a call takes more than was promised.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use parlab::mpi::{MpiBoard, Preload, Reach};

const ROUNDS: usize = 7;
/// More a call would be felt by programs of many small messages, in nanoseconds.
const ALLOWED_NS: f64 = 100.0;

/// Nanoseconds by what is measured, a value a round.
type Times = BTreeMap<String, Vec<f64>>;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let mut all_within = true;
    for mpi in ["mpich", "openmpi"] {
        match made(folder.path(), mpi) {
            Some(program) => all_within &= bench(mpi, &program),
            None => println!("{mpi}: mpicc.{mpi} is not there"),
        }
    }
    if all_within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn made(folder: &Path, mpi: &str) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/mpi_call.c");
    let made = folder.join(mpi);
    let status = Command::new(format!("mpicc.{mpi}")).arg("-O2").arg("-o").arg(&made).arg(source).status().ok()?;
    status.success().then_some(made)
}

/// Prints what calls cost; returns whether that is no more than was promised.
fn bench(mpi: &str, program: &Path) -> bool {
    let (mut bare, mut watched) = (Times::new(), Times::new());
    // They take turns, so that a drift of the machine meets both alike.
    for _ in 0..ROUNDS {
        for ranks in [1, 2] {
            run(mpi, program, ranks, false, &mut bare);
            run(mpi, program, ranks, true, &mut watched);
        }
    }
    let mut all_within = true;
    for (what, times) in &bare {
        let (bare, watched) = (median(times), median(&watched[what]));
        // Two ranks of a ping-pong wait for each other: what one does meanwhile costs nothing.
        let is_bound = what != "ping-pong";
        let bound = if is_bound { format!(" (at most {ALLOWED_NS})") } else { String::new() };
        println!("{mpi} {what}: {bare:.1} ns, watched {watched:.1} ns; {:+.1} ns{bound}", watched - bare);
        all_within &= !is_bound || watched - bare <= ALLOWED_NS;
    }
    all_within
}

fn run(mpi: &str, program: &Path, ranks: u32, is_watched: bool, times: &mut Times) {
    let board = MpiBoard::create().expect("a board");
    let preload = Preload::install(&board, Reach::Node).expect("a library");
    let mut launcher = Command::new(format!("mpirun.{mpi}"));
    launcher.args((mpi == "openmpi").then_some("--oversubscribe")).args(["-n", &ranks.to_string()]).arg(program);
    launcher.envs([("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")]);
    if is_watched {
        launcher.envs(preload.environment(&|_| None));
    }
    let output = launcher.output().expect("a launcher");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (what, ns) = line.split_once(' ').expect("a name and a number");
        times.entry(what.to_owned()).or_default().push(ns.parse().expect("a number"));
    }
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
