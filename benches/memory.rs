//! Do memory and the cost of a task stay what they are however many tasks there are? `square` by 2 processes and by
//! 2 threads, each run by a parlab of its own.
//!
//! `cargo bench --bench memory` · `cargo bench --bench memory -- 1000000000` to add as many tasks as one likes
//! (a minute or so).

use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

const COSTS_OF: [u64; 5] = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
const MEMORY_OF: [u64; 2] = [1_000_000, 10_000_000];
/// What the peak may grow by.
const ALLOWED_BYTES: u64 = 2 << 20;

fn main() {
    let more: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let mut numbers: Vec<u64> = COSTS_OF.iter().chain(&MEMORY_OF).chain(&more).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    for backend in ["processes", "threads"] {
        tell(backend, &numbers.iter().map(|&tasks| (tasks, measure(backend, tasks))).collect::<Vec<_>>());
    }
    // Of all children and theirs that have ended: no parlab, forkserver or worker was ever larger than this.
    if let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) {
        println!("largest process by the kernel's own account: {:.2} MB", usage.max_rss() as f64 / 1024.0);
    }
}

fn tell(backend: &str, rows: &[(u64, Figures)]) {
    println!("{backend} × 2, square, dynamic, chunk 1");
    println!("{:>14}  {:>10}  {:>12}  {:>16}  {:>14}", "tasks", "wall", "a task", "peak as reported", "peak of all");
    for (tasks, figures) in rows {
        println!(
            "{tasks:>14}  {:>8.4} s  {:>9.2} ns  {:>13.2} MB  {:>11.2} MB",
            figures.wall_s,
            figures.wall_s * 1e9 / *tasks as f64,
            mb(figures.reported),
            mb(figures.sampled),
        );
    }
    let of = |tasks: u64| rows.iter().find(|(other, _)| *other == tasks).map(|(_, figures)| figures);
    let Some(first) = of(MEMORY_OF[0]) else { return };
    for (tasks, figures) in rows.iter().filter(|(tasks, _)| *tasks > MEMORY_OF[0]) {
        println!(
            "{tasks} ÷ {}: a task costs {:.3} times as much, the peak grows by {:.2} MB (at most {:.0} MB allowed)",
            MEMORY_OF[0],
            figures.wall_s / *tasks as f64 / (first.wall_s / MEMORY_OF[0] as f64),
            mb(figures.reported) - mb(first.reported),
            mb(ALLOWED_BYTES),
        );
    }
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

struct Figures {
    /// The shortest wall time.
    wall_s: f64,
    /// Peak resident set of a process with workers, as the report has it, in bytes.
    reported: u64,
    /// Largest sum of the peaks of parlab and all its children at any time they were looked at, in bytes: an upper
    /// bound, since pages that they share are counted for each.
    sampled: u64,
}

/// Runs so many tasks in a parlab of its own.
fn measure(backend: &str, tasks: u64) -> Figures {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("memory.toml");
    let toml = format!(
        "title = \"Memory\"\n[workload]\nkind = \"square\"\ntasks = {tasks}\n[sweep]\nbackends = [\"{backend}\"]\n\
         workers = 2\nbaseline = \"none\"\nwarmup = 0\nchunk = 1\ntimeout_s = 3600\n"
    );
    std::fs::write(&path, toml).expect("a scenario");
    // Short runs are repeated, so that one hiccup does not tell for all.
    let repeats = (100_000_000 / tasks).clamp(1, 15).to_string();
    let child = Command::new(env!("CARGO_BIN_EXE_parlab"))
        .args(["run", "--quiet", "--format", "json", "--repeats", &repeats])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("parlab");
    let pid = child.id();
    let watch = std::thread::spawn(move || child.wait_with_output().expect("its output"));
    let mut sampled = 0;
    while !watch.is_finished() {
        sampled = sampled.max(peak_of_all(pid));
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = watch.join().expect("its output");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["status"], "done", "{}", report["warnings"]);
    let config = &report["configs"][0];
    Figures {
        wall_s: config["wall_s"]["min"].as_f64().expect("a wall"),
        reported: config["memory"]["peak_rss_bytes"].as_u64().expect("a peak"),
        sampled,
    }
}

/// The sum of the peak resident sets of a process, its children and theirs.
fn peak_of_all(pid: u32) -> u64 {
    peak(pid) + children(pid).into_iter().map(peak_of_all).sum::<u64>()
}

/// The children of all threads of a process.
fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// The peak resident set of a process in bytes; 0 when it is gone.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    line.and_then(|kib| kib.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}
