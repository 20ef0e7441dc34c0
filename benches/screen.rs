//! What does the screen cost? In a real pseudo-terminal of 120×40: the time to the first frame, CPU and bytes while
//! idle and during a run, and whether the same run takes longer with the screen on than without.
//!
//! `cargo bench --bench screen` · `cargo bench --bench screen -- 20` for another number of pairs.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::terminal::{Session, Terminal};
use parlab::record::Event;

/// Two processes keep both cores busy for some seconds in a few hundred tasks.
const BUSY: &str = r#"
title = "busy"
[workload]
kind = "countdown"
steps = 2e7
inputs = { repeat = 1, times = 600 }
[sweep]
backends = ["processes"]
workers = "2"
baseline = "none"
repeats = 1
warmup = 0
"#;

fn main() {
    let pairs = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10);
    let folder = common::folder();
    let busy = common::scenario(folder.path(), "busy", BUSY);
    first_frame();
    idle();
    during_a_run(&busy);
    with_and_without(&busy, folder.path(), pairs);
}

fn open(scenario: &Path) -> Terminal {
    Session::parlab().args([scenario]).size(120, 40).open()
}

fn first_frame() {
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            let terminal = Session::parlab().size(120, 40).open();
            while !terminal.text().contains("quit") {
                std::thread::sleep(Duration::from_micros(200));
            }
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    println!("first frame: {:.1} ms after the start (median of 15; must be at most 30)", median(&mut times));
}

fn idle() {
    let terminal = Session::parlab().size(120, 40).open();
    terminal.wait_for("quit");
    std::thread::sleep(Duration::from_secs(3));
    let (cpu, bytes) = cost(&terminal, Duration::from_secs(10));
    println!("idle: {:.2} % of a core, {:.2} kB/s (must be at most 0.3 and 0.8)", cpu * 100.0, bytes / 1e3);
}

fn during_a_run(busy: &Path) {
    let mut terminal = open(busy);
    terminal.wait_for("quit");
    terminal.send("\r");
    terminal.wait_for("cancel");
    std::thread::sleep(Duration::from_secs(1));
    let (cpu, bytes) = cost(&terminal, Duration::from_secs(3));
    println!("during a run: {:.2} % of a core, {:.2} kB/s (must be at most 1.5 and 8)", cpu * 100.0, bytes / 1e3);
}

/// CPU as a fraction of a core, and bytes a second, over a while.
fn cost(terminal: &Terminal, during: Duration) -> (f64, f64) {
    let (cpu, bytes, start) = (cpu_s(terminal.pid()), terminal.bytes().len(), Instant::now());
    std::thread::sleep(during);
    let elapsed = start.elapsed().as_secs_f64();
    ((cpu_s(terminal.pid()) - cpu) / elapsed, (terminal.bytes().len() - bytes) as f64 / elapsed)
}

/// CPU time of all threads of a process, in seconds. Workers are processes of their own and do not count.
fn cpu_s(pid: u32) -> f64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("threads");
    let ns = |path: std::path::PathBuf| -> Option<f64> {
        std::fs::read_to_string(path.join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()
    };
    threads.filter_map(|thread| ns(thread.ok()?.path())).sum::<f64>() * 1e-9
}

/// The same run on the screen and without, in turns; both tell what they measured in their journals.
fn with_and_without(busy: &Path, folder: &Path, pairs: usize) {
    let journal = folder.join("journal");
    let mut ratios: Vec<f64> = (0..pairs)
        .map(|pair| {
            let on_screen = || {
                let mut terminal = Session::parlab().args([busy, "--journal".as_ref(), &journal]).size(120, 40).open();
                terminal.wait_for("quit");
                terminal.send("\r");
                terminal.wait_for("again");
                wall_s(&journal)
            };
            let without = || {
                let mut parlab = common::parlab();
                parlab.arg("run").arg(busy).arg("--quiet").arg("--journal").arg(&journal);
                assert!(parlab.stdout(std::process::Stdio::null()).status().expect("parlab").success());
                wall_s(&journal)
            };
            // Which one goes first changes from pair to pair.
            let (screen, plain) = if pair % 2 == 0 {
                let screen = on_screen();
                (screen, without())
            } else {
                let plain = without();
                (on_screen(), plain)
            };
            screen / plain
        })
        .collect();
    let (least, most) = ratios.iter().fold((f64::MAX, 0.0_f64), |(a, b), &r| (a.min(r), b.max(r)));
    println!(
        "with the screen ÷ without: {:.4} (median of {pairs} pairs, {least:.4} to {most:.4}; must be at most 1.01)",
        median(&mut ratios)
    );
}

fn wall_s(journal: &Path) -> f64 {
    let recording = parlab::record::read(journal).expect("a journal");
    let walls = recording.events.iter().filter_map(|stamped| match &stamped.event {
        Event::TrialFinished { outcome, .. } => Some(outcome.wall_s),
        _ => None,
    });
    walls.sum()
}

fn median(list: &mut [f64]) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}
