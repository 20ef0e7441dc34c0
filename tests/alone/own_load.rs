//! Own load told from others' on the real machine: a child that computes, and a process that computes and is no descendant.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use parlab::machine::{Pace, Sample, Sampler, usable_here};

use crate::alone;
use crate::common::{PATIENCE, have, skip};

const COMPUTE: &str = "while :; do :; done";

/// A process that this one has started and that ends with this value.
struct Computing(Child);

impl Computing {
    fn start() -> Self {
        let mut command = Command::new("timeout");
        command.args(["100", "sh", "-c", COMPUTE]).stdin(Stdio::null());
        Self(command.spawn().expect("a child"))
    }
}

impl Drop for Computing {
    fn drop(&mut self) {
        // SIGTERM, which `timeout` passes on.
        let _ = kill(Pid::from_raw(self.0.id().cast_signed()), Signal::SIGTERM);
        let _ = self.0.wait();
    }
}

/// A process whose parent has ended, so that it is no descendant of this one, and which ends with this value.
struct Stranger(Pid);

impl Stranger {
    fn start() -> Self {
        let script = format!("timeout 100 sh -c '{COMPUTE}' >/dev/null 2>&1 & echo $!");
        let output = Command::new("setsid").args(["-w", "sh", "-c", &script]).output().expect("setsid");
        let pid = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a process id");
        Self(Pid::from_raw(pid))
    }

    /// It is this one's after all where this one takes in what is left by its descendants.
    fn parent(&self) -> Option<u32> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)?.parse().ok()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGTERM);
    }
}

/// Own load and others' over so many samples from now on, in CPUs; `None` where the system does not tell.
fn loads(samples: &mpsc::Receiver<Sample>, number: u32) -> Option<(f64, f64)> {
    // Those that wait are from before, and so is the better part of the next.
    while samples.try_recv().is_ok() {}
    samples.recv_timeout(PATIENCE).expect("a sample");
    let (mut own_cpus, mut all_cpus) = (0.0, 0.0);
    for _ in 0..number {
        let sample = samples.recv_timeout(PATIENCE).expect("a sample");
        let own = sample.own?;
        assert_eq!(own.len(), sample.cores.len());
        assert!(own.iter().zip(&sample.cores).all(|(own, all)| (0.0..=*all).contains(own)), "{own:?}");
        own_cpus += own.iter().map(|own| f64::from(*own)).sum::<f64>() / f64::from(number);
        all_cpus += sample.cores.iter().map(|all| f64::from(*all)).sum::<f64>() / f64::from(number);
    }
    Some((own_cpus, all_cpus - own_cpus))
}

#[test]
fn own_load_is_told_from_others() {
    let _turn = alone();
    let usable = usable_here().cpus;
    if usable.len() < 2 || !have("setsid") || !have("timeout") {
        return skip("it needs two CPUs");
    }
    let (deliver, samples) = mpsc::channel();
    let sampler = Sampler::start(Pace::Running, &usable, move |sample| drop(deliver.send(sample)));
    let _sampler = sampler.expect("a sampler");
    let Some((idle_own, _)) = loads(&samples, 3) else { return skip("the system does not tell") };

    let child = Computing::start();
    let (alone_own, others) = loads(&samples, 6).expect("own load");
    eprintln!("a child: own {alone_own:.2}, others' {others:.2}");
    assert!(alone_own > 0.3 && alone_own > 2.0 * idle_own, "own {alone_own:.2}, before {idle_own:.2}");

    let stranger = Stranger::start();
    assert_ne!(stranger.parent(), Some(std::process::id()), "its parent has ended");
    let (own, others) = loads(&samples, 6).expect("own load");
    eprintln!("a child and a stranger: own {own:.2}, others' {others:.2}");
    assert!(own > 0.3 && others > 0.3, "own {own:.2}, others' {others:.2}");

    drop(child);
    let (own, others) = loads(&samples, 6).expect("own load");
    eprintln!("a stranger: own {own:.2}, others' {others:.2}");
    assert!(others > 0.3 && 2.0 * own < others.min(alone_own), "own {own:.2}, others' {others:.2}");
}

/// Trials are often over before anything looks at their workers.
#[test]
fn children_that_end_at_once_are_own_load() {
    let _turn = alone();
    let (deliver, samples) = mpsc::channel();
    let sampler = Sampler::start(Pace::Running, &usable_here().cpus, move |sample| drop(deliver.send(sample)));
    let _sampler = sampler.expect("a sampler");
    if loads(&samples, 1).is_none() {
        return skip("the system does not tell");
    }
    let (end, ended) = mpsc::channel::<()>();
    let script = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";
    let children = std::thread::spawn(move || {
        while ended.try_recv() == Err(mpsc::TryRecvError::Empty) {
            Command::new("sh").args(["-c", script]).status().expect("sh");
        }
    });
    let (own, others) = loads(&samples, 8).expect("own load");
    drop(end);
    children.join().expect("children");
    eprintln!("short children: own {own:.2}, others' {others:.2}");
    assert!(own > 0.3, "own {own:.2}, others' {others:.2}");
}
