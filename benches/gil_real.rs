//! Do the emulated lock and CPython's own slow threads down alike? Judged by the bundled scenario `gil-real` itself, which
//! runs both in one run: each configuration once a block, the blocks in orders drawn anew, so that a drift of the machine
//! meets all of them alike. Of each the median of threads × n is divided by the median of its own serial loop, and these
//! slowdowns must not differ by more than [`ALLOWED`]. Without python3 it is skipped.
//!
//! The machine should have nothing else to do; what else took its CPUs is told beside the figures, and changes no verdict.
//!
//! `cargo bench --bench gil_real` · `cargo bench --bench gil_real -- 15` for another number of blocks; keys of the scenario
//! may follow: `-- 9 emulated.steps=1e8`.

use std::process::{Command, ExitCode};

use serde_json::Value;

/// Blocks that are run where no number is given.
const BLOCKS: u32 = 9;
/// The largest relative difference between the two slowdowns.
const ALLOWED: f64 = 0.10;
/// Both sides: the names of the points, and of the backend with threads.
const SIDES: [(&str, &str); 2] = [("CPython", "python-threads"), ("emulated", "threads")];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let blocks = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(BLOCKS).max(1);
    let keys = arguments.iter().filter(|argument| argument.contains('='));
    if Command::new("python3").arg("--version").output().is_err() {
        println!("gil_real: skipped, python3 is not found");
        return ExitCode::SUCCESS;
    }
    let load = load();
    let report = report(blocks, keys);
    println!("gil_real: threads × n ÷ the serial loop, medians of {blocks} blocks");
    println!("load of the machine: {load} before, {} after", self::load());
    println!("{:>3}{:>30}{:>30}{:>9}", "n", "CPython", "emulated", "");
    let side = format!("{:>10}{:>10}{:>10}", "serial s", "threads s", "÷");
    println!("{:>3}{side}{side}{:>9}", "", "apart");
    let verdicts: Vec<bool> = [1, 2].into_iter().map(|workers| agrees(&report, workers)).collect();
    println!("CPUs' time taken by other programs, at the median: {}", others(&report).join(", "));
    if verdicts.into_iter().all(|agrees| agrees) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints both slowdowns with so many threads, and says whether they agree.
fn agrees(report: &Value, workers: u64) -> bool {
    let sides = SIDES.map(|(name, threads)| [("serial", 1), (threads, workers)].map(|at| wall_s(report, name, at)));
    let told = sides.map(|[serial, threads]| format!("{serial:>10.4}{threads:>10.4}{:>10.3}", threads / serial));
    let [python, emulated] = sides.map(|[serial, threads]| threads / serial);
    let apart = python.max(emulated) / python.min(emulated) - 1.0;
    let verdict = if apart <= ALLOWED { "" } else { "  MORE THAN 10 % APART" };
    println!("{workers:>3}{}{:>7.1} %{verdict}", told.concat(), 100.0 * apart);
    apart <= ALLOWED
}

/// The report of a run of so many blocks, every trial counted once as it was.
fn report<'k>(blocks: u32, keys: impl Iterator<Item = &'k String>) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlab"));
    command.args(["run", "gil-real", "--quiet", "--format", "json", "--warmup", "1", "--repeats", &blocks.to_string()]);
    command.args(keys.flat_map(|key| ["-s", key]));
    let output = command.output().expect("parlab can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a report")
}

/// The median of a configuration's wall times.
fn wall_s(report: &Value, side: &str, (backend, workers): (&str, u64)) -> f64 {
    let configs = report["configs"].as_array().expect("configurations");
    let is_it = |config: &&Value| {
        config["vary"]["interpreter"] == side && config["backend"] == backend && config["workers"] == workers
    };
    let config = configs.iter().find(is_it).unwrap_or_else(|| panic!("no {backend} × {workers} of {side}"));
    config["wall_s"]["median"].as_f64().expect("it was measured")
}

/// What other programs took of the CPUs beside each configuration.
fn others(report: &Value) -> Vec<String> {
    let share = |config: &Value| config["noise"]["others_cpu"].as_f64();
    let told = |config: &Value| {
        let share = share(config).map_or("unknown".to_owned(), |share| format!("{:.0} %", 100.0 * share));
        format!("{} {} × {} {share}", config["vary"]["interpreter"], config["backend"], config["workers"])
    };
    let all = report["configs"].as_array().expect("configurations").iter();
    all.map(|config| told(config).replace('"', "")).collect()
}

/// The three averages of the kernel.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
