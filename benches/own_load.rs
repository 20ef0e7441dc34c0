//! What it costs to tell own load from others': the meters' CPU time beside worker processes that sleep and that compute,
//! and how old what they know is at most.
//!
//! `cargo bench --bench own_load`

use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use parlab::machine::{Pace, Sampler, usable_here};

/// Samples that are looked at: ten seconds of them.
const SAMPLES: usize = 40;

fn main() {
    println!("{:>24}  {:>10}  {:>12}", "children", "% of a core", "oldest");
    for (words, number, script) in [
        ("none", 0, ""),
        ("256 that sleep", 256, "exec sleep 100"),
        ("64 that compute", 64, "while :; do :; done"),
        ("256 that compute", 256, "while :; do :; done"),
        ("2048 that sleep", 2048, "exec sleep 100"),
    ] {
        let mut children: Vec<Child> = (0..number).map(|_| start(script)).collect();
        let (part, oldest_s) = watch();
        for child in &mut children {
            let _ = child.kill();
        }
        for mut child in children {
            let _ = child.wait();
        }
        println!("{words:>24}  {:>10.2}  {oldest_s:>10.2} s", 100.0 * part);
    }
}

fn start(script: &str) -> Child {
    // It ends by itself should this program be killed.
    let limited = format!("ulimit -t 60; {script}");
    Command::new("sh").args(["-c", &limited]).stdin(Stdio::null()).spawn().expect("sh")
}

/// The part of a core that the meters take, and the greatest age of what they know of own load, in seconds.
fn watch() -> (f64, f64) {
    let (deliver, samples) = mpsc::channel();
    let sampler = Sampler::start(Pace::Running, &usable_here().cpus, move |sample| drop(deliver.send(sample)));
    let _sampler = sampler.expect("a sampler");
    let next = || samples.recv().expect("a sample");
    // The first readings open files.
    for _ in 0..4 {
        next();
    }
    let begun = next().sampler_cpu_s;
    let (mut ended, mut wall_s, mut oldest_s) = (begun, 0.0, 0.0_f64);
    for _ in 0..SAMPLES {
        let sample = next();
        ended = sample.sampler_cpu_s;
        wall_s += sample.over.as_secs_f64();
        oldest_s = oldest_s.max(sample.own_age.as_secs_f64());
    }
    ((ended - begun) / wall_s, oldest_s)
}
