//! What does a task cost that ranks of MPI take, one at a time? Two ranks square numbers, taking tasks on a node and as across
//! nodes, beside two ranks that do nothing but `MPI_Fetch_and_op`, and two of mpi4py.futures, of which one hands out to the
//! other; all in turns, medians.
//!
//! `cargo bench --bench mpi_dispatch`. It fails where a task costs more than was promised.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

const ROUNDS: usize = 5;
const RANKS: u32 = 2;
const TASKS: u32 = 100_000;
/// mpi4py takes a hundred times as long.
const TASKS_OF_PYTHON: u32 = 4_000;
/// At most so many times a fetch-and-op alone.
const OF_A_FETCH: f64 = 2.0;
/// At least so many times less than mpi4py.futures.
const LESS_THAN_PYTHON: f64 = 20.0;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let mut all_within = true;
    for mpi in ["mpich", "openmpi"] {
        match made(folder.path(), mpi) {
            Some(program) => all_within &= bench(folder.path(), mpi, &program),
            None => println!("{mpi}: mpicc.{mpi} is not there"),
        }
    }
    if all_within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn made(folder: &Path, mpi: &str) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/mpi_dispatch.c");
    let made = folder.join(mpi);
    let status = Command::new(format!("mpicc.{mpi}")).arg("-O2").arg("-o").arg(&made).arg(source).status().ok()?;
    status.success().then_some(made)
}

/// Prints what tasks cost; returns whether that is no more than was promised.
fn bench(folder: &Path, mpi: &str, program: &Path) -> bool {
    let python = python(mpi);
    let (mut fetch, mut node, mut apart, mut futures) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        fetch.push(fetch_and_op(mpi, program));
        node.push(task(folder, mpi, false));
        apart.push(task(folder, mpi, true));
        futures.extend(python.as_deref().map(task_of_python));
    }
    let (fetch, node, apart) = (median(&fetch), median(&node), median(&apart));
    println!("{mpi}: MPI_Fetch_and_op alone {fetch:.0} ns");
    println!("{mpi}: a task on a node {node:.0} ns, {:.2} times that (at most {OF_A_FETCH})", node / fetch);
    println!("{mpi}: a task as across nodes {apart:.0} ns, {:.2} times that", apart / fetch);
    let mut is_within = node <= OF_A_FETCH * fetch;
    if python.is_some() {
        let futures = median(&futures);
        let less = futures / node.max(apart);
        println!(
            "{mpi}: a task of mpi4py.futures {futures:.0} ns, {less:.0} times the dearer (at least {LESS_THAN_PYTHON})"
        );
        is_within &= less >= LESS_THAN_PYTHON;
    }
    is_within
}

/// The Python of an environment with mpi4py and such an MPI, as tests have it.
fn python(mpi: &str) -> Option<PathBuf> {
    let cache = PathBuf::from(std::env::var_os("HOME")?).join(".cache/parlab-ci/python-envs");
    Some(cache.join(mpi).join("bin/python")).filter(|python| python.is_file())
}

fn output(mut command: Command) -> String {
    command.envs([("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")]);
    let Output { status, stdout, stderr } = command.output().expect("a program");
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stdout).into_owned()
}

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

fn fetch_and_op(mpi: &str, program: &Path) -> f64 {
    let mut launcher = Command::new(format!("mpirun.{mpi}"));
    launcher.args((mpi == "openmpi").then_some("--oversubscribe")).args(["-n", &RANKS.to_string()]);
    launcher.arg(program).arg(TASKS.to_string());
    number(&output(launcher))
}

/// Nanoseconds of a rank for a task, the square and its record included.
fn task(folder: &Path, mpi: &str, is_apart: bool) -> f64 {
    let file = folder.join("squares.toml");
    let text = format!(
        "title = \"Squares\"\n[workload]\nkind = \"square\"\ntasks = {TASKS}\n[sweep]\nbackends = [\"mpi\"]\n\
         workers = [{RANKS}]\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n"
    );
    std::fs::write(&file, text).expect("a file");
    let mut run = Command::new(env!("CARGO_BIN_EXE_parlab"));
    run.arg("run").arg(&file).args(["--format", "json", "--quiet", "--launcher", &format!("mpirun.{mpi}")]);
    run.env("XDG_STATE_HOME", "/dev/null").env("PARLAB_NOISE", "keep");
    run.envs(is_apart.then_some(("PARLAB_MPI_APART", "1")));
    let report: serde_json::Value = serde_json::from_str(&output(run)).expect("a report");
    let wall_s = &report["configs"][0]["wall_s"];
    let wall_s = wall_s["value"].as_f64().or_else(|| wall_s["median"].as_f64()).expect("seconds");
    wall_s * 1e9 * f64::from(RANKS) / f64::from(TASKS)
}

fn task_of_python(python: &Path) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/mpi_dispatch.py");
    let mut launcher = Command::new(python.with_file_name("mpirun"));
    let is_open_mpi = python.parent().and_then(Path::parent).is_some_and(|home| home.ends_with("openmpi"));
    launcher.args(is_open_mpi.then_some("--oversubscribe"));
    // One rank hands out to the others; there are no more ranks than in all other rounds.
    launcher.args(["-n", &RANKS.to_string()]).arg(python).args(["-m", "mpi4py.futures"]).arg(script);
    launcher.args([TASKS_OF_PYTHON, RANKS - 1].map(|number| number.to_string()));
    number(&output(launcher))
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
