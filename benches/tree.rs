//! What it costs to look at the threads of a program: CPU time of the thread that looks, how many threads each look is at,
//! and how old what is known of a thread is at most.
//!
//! `cargo bench --bench tree`; it fails where looking takes more than was promised. The load of the machine makes each look
//! dearer, so that fewer threads are looked at each time.

use std::io::Read as _;
use std::process::{Child, Command, ExitCode, Stdio};

use parlab::machine::tree::{Roots, TreeSampler};
use parlab::system::clock::{monotonic_ns, thread_cpu_time};

/// Looks that are judged, at 20 Hz, and looks before, which open files.
const LOOKS: usize = 200;
const BEFORE: usize = 60;

/// What looking may take, in per cent of a core.
const MOST: f64 = 1.0;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("program");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/machine/tree/program.c");
    let compiled = Command::new("cc").args(["-O1", "-pthread", "-o"]).arg(&program).arg(source).status();
    assert!(compiled.is_ok_and(|status| status.success()), "cc");
    let mut all_within = true;
    println!(
        "{:>28}  {:>11}  {:>9}  {:>9}  {:>9}  Hz each",
        "threads", "% of a core", "us a look", "looked at", "oldest"
    );
    for (words, arguments) in [
        ("5", &["threads"][..]),
        ("256 that sleep", &["many", "256"]),
        ("256 that run every 3 ms", &["busy", "256"]),
        ("2000 that sleep", &["many", "2000"]),
    ] {
        let mut child = Command::new(&program);
        let child = child.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        all_within &= watch(words, child) <= MOST;
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("at most {MOST} % of a core; load {}", load.split(' ').next().unwrap_or_default());
    if all_within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Looks at a program as often as is asked for; returns the share of a core that this took, waking up included.
fn watch(words: &str, mut child: Child) -> f64 {
    let mut byte = [0];
    child.stdout.as_mut().expect("a pipe").read_exact(&mut byte).expect("it is ready");
    let mut sampler = TreeSampler::new(Roots::of_program(child.id())).expect("a process of ours");
    let mut look = || {
        let look = sampler.look(monotonic_ns());
        std::thread::sleep(look.next_in);
        look
    };
    let first = (0..BEFORE).map(|_| look()).last().expect("a look");
    let before = thread_cpu_time();
    let (mut covers, mut oldest_ns, mut last) = (0.0, 0, first.clone());
    for _ in 0..LOOKS {
        last = look();
        covers += last.covers / LOOKS as f64;
        oldest_ns = oldest_ns.max(last.oldest_ns);
    }
    let cpu_s = (thread_cpu_time() - before).as_secs_f64();
    let wall_s = (last.at_ns - first.at_ns) as f64 / 1e9;
    let (share, each_us) = (100.0 * cpu_s / wall_s, 1e6 * cpu_s / LOOKS as f64);
    let oldest_s = oldest_ns as f64 / 1e9;
    let hz = LOOKS as f64 / wall_s;
    println!(
        "{words:>28}  {share:>11.2}  {each_us:>9.0}  {:>7.0} %  {oldest_s:>7.2} s  {:>5.1}",
        100.0 * covers,
        covers * hz
    );
    let _ = child.kill();
    let _ = child.wait();
    share
}
