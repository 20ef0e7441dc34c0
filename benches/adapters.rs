//! What does it cost to show tasks in parlab? The writers that `parlab adapter` prints, in every Python that is found and
//! in C, with a real board that is looked at meanwhile: nanoseconds a task on top of the bare call, the best of many
//! rounds.
//!
//! `cargo bench --bench adapters`; it fails where a task costs more than was promised.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use parlab::protocol::{ADAPTERS, BOARD_VARIABLE, OutsideBoard};

/// Nanoseconds that a task may cost.
const PYTHON_MOST: f64 = 1000.0;
const C_MOST: f64 = 100.0;

/// Prints what a task costs by `run`, as a decorated function, and by `with`.
const PYTHON: &str = "
import sys, time, parlab_board as b
now, N = time.monotonic_ns, 500
def f(x): return x
decorated = b.watched(f)
def bare():
    t = now()
    for i in range(N): f(i)
    return now() - t
def run():
    run = b.run; t = now()
    for i in range(N): run('f', i, f, (i,))
    return now() - t
def watched():
    t = now()
    for i in range(N): decorated(i)
    return now() - t
def block():
    task = b.task; t = now()
    for i in range(N):
        with task('f', i): f(i)
    return now() - t
best = lambda round: min(round() for _ in range(600)) / N
base = best(bare)
print(*(best(round) - base for round in (run, watched, block)))
";

/// Prints what a task costs, and what two looks at the clock do.
const C: &str = r#"
#include "parlab_board.h"
static parlab_name f = PARLAB_NAME("f");
int main(void) {
    uint64_t best = UINT64_MAX, clock = UINT64_MAX, t;
    int round, i;
    for (round = 0; round < 4000; round++) {
        t = parlab__now();
        for (i = 0; i < 500; i++) { parlab_begin(&f, (uint64_t)i); parlab_end(1); }
        t = parlab__now() - t;
        if (t < best) best = t;
        t = parlab__now();
        for (i = 0; i < 500; i++) { parlab__now(); parlab__now(); }
        t = parlab__now() - t;
        if (t < clock) clock = t;
    }
    printf("%f %f\n", (double)best / 500, (double)clock / 500);
    return 0;
}
"#;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    for adapter in ADAPTERS {
        std::fs::write(folder.path().join(adapter.file), adapter.text).expect("a file");
    }
    let [python, c] = [pythons(folder.path()), c(folder.path())];
    if python && c { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn pythons(folder: &Path) -> bool {
    println!("ns a task, Python          run   @watched   with   (each must be at most {PYTHON_MOST})");
    let home = std::env::var_os("HOME").unwrap_or_default();
    let versions = ["8", "9", "10", "11", "12", "13"].map(|minor| format!("3.{minor}."));
    let installed = std::fs::read_dir(Path::new(&home).join(".pyenv/versions")).into_iter().flatten().flatten();
    let is_new = |path: &PathBuf| versions.iter().any(|version| name(path).starts_with(version));
    let mut found: Vec<PathBuf> = installed.map(|entry| entry.path()).filter(is_new).collect();
    found.sort();
    let interpreters = found.into_iter().map(|path| (name(&path), path.join("bin/python")));
    let mut all_within = true;
    for (name, interpreter) in [("python3".to_owned(), PathBuf::from("python3"))].into_iter().chain(interpreters) {
        let mut command = Command::new(&interpreter);
        command.args(["-c", PYTHON]).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
        if let Some([run, watched, block]) = figures(&mut command) {
            println!("{name:<22} {run:>7.0} {watched:>10.0} {block:>6.0}");
            all_within &= [run, watched, block].into_iter().all(|ns| ns <= PYTHON_MOST);
        }
    }
    all_within
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().display().to_string()
}

fn c(folder: &Path) -> bool {
    std::fs::write(folder.join("bench.c"), C).expect("a file");
    let compiled = Command::new("cc").args(["-O2", "-pthread", "bench.c", "-o", "bench"]).current_dir(folder).status();
    if !compiled.is_ok_and(|status| status.success()) {
        println!("C: no compiler");
        return true;
    }
    let Some([task, clock]) = figures(&mut Command::new(folder.join("bench"))) else { return false };
    println!("\nns a task, C\n{task:.1}, of which the clock read twice {clock:.1} (must be at most {C_MOST})");
    task <= C_MOST
}

/// The numbers that a program prints, while its board is looked at as often as it asks for.
fn figures<const N: usize>(command: &mut Command) -> Option<[f64; N]> {
    let mut board = OutsideBoard::create(4).expect("a board");
    let child = command.env(BOARD_VARIABLE, board.address()).stdout(std::process::Stdio::piped()).spawn().ok()?;
    let output = std::thread::spawn(|| child.wait_with_output());
    while !output.is_finished() {
        std::thread::sleep(board.next_look_in());
        board.look();
    }
    let done: u64 = board.last_look().lanes.iter().map(|lane| lane.done).sum();
    assert!(done > 100_000, "nothing was watched");
    let output = output.join().ok()?.ok()?;
    let numbers: Vec<f64> =
        String::from_utf8_lossy(&output.stdout).split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().ok()
}
