//! What it costs to look at the threads of a program: CPU time of the thread that looks, how many threads each look is at,
//! and how old what is known of a thread is at most.
//!
//! `cargo bench --bench tree`

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use parlab::machine::tree::{Roots, TreeSampler};
use parlab::system::clock::monotonic_ns;

/// Looks that are judged, at 20 Hz, and looks before, which open files.
const LOOKS: usize = 200;
const BEFORE: usize = 60;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("program");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/machine/tree/program.c");
    let compiled = Command::new("cc").args(["-O1", "-pthread", "-o"]).arg(&program).arg(source).status();
    assert!(compiled.is_ok_and(|status| status.success()), "cc");
    println!("{:>28}  {:>11}  {:>9}  {:>9}  {:>9}", "threads", "% of a core", "us a look", "looked at", "oldest");
    for (words, arguments) in [
        ("5", &["threads"][..]),
        ("256 that sleep", &["many", "256"]),
        ("256 that run every 3 ms", &["busy", "256"]),
        ("2000 that sleep", &["many", "2000"]),
    ] {
        let mut child = Command::new(&program);
        let child = child.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        watch(words, child);
    }
}

fn watch(words: &str, mut child: Child) {
    let mut byte = [0];
    child.stdout.as_mut().expect("a pipe").read_exact(&mut byte).expect("it is ready");
    let mut sampler = TreeSampler::new(Roots::of_program(child.id())).expect("a process of ours");
    let mut look = || {
        std::thread::sleep(Duration::from_millis(50));
        sampler.look(monotonic_ns())
    };
    let first = (0..BEFORE).map(|_| look()).last().expect("a look");
    let (mut covers, mut oldest_ns, mut last) = (0.0, 0, first.clone());
    for _ in 0..LOOKS {
        last = look();
        covers += last.covers / LOOKS as f64;
        oldest_ns = oldest_ns.max(last.oldest_ns);
    }
    let cpu_s = last.cost.cpu_s - first.cost.cpu_s;
    let wall_s = (last.at_ns - first.at_ns) as f64 / 1e9;
    let (share, each_us) = (100.0 * cpu_s / wall_s, 1e6 * cpu_s / LOOKS as f64);
    let oldest_s = oldest_ns as f64 / 1e9;
    println!("{words:>28}  {share:>11.2}  {each_us:>9.0}  {:>7.0} %  {oldest_s:>7.2} s", 100.0 * covers);
    let _ = child.kill();
    let _ = child.wait();
}
