//! Own load told from others' on the real machine: children that compute, and processes that compute and are no
//! descendants. What the meters say is held against the scheduler's account of each, so that other load does no harm.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use parlab::machine::{Pace, Sample, Sampler, usable_here};

use crate::alone;
use crate::common::{PATIENCE, have, skip};

/// It ends by itself should this test be killed.
const COMPUTE: &str = "ulimit -t 60; while :; do :; done";

/// A child that computes until this value ends.
struct Computing(Child);

impl Computing {
    fn start() -> Self {
        Self(Command::new("sh").args(["-c", COMPUTE]).stdin(Stdio::null()).spawn().expect("a child"))
    }
}

impl Drop for Computing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The same, as a process whose parent has ended, so that it is no descendant of this one.
struct Stranger(Pid);

impl Stranger {
    fn start() -> Self {
        let script = format!("sh -c '{COMPUTE}' >/dev/null 2>&1 & echo $!");
        let output = Command::new("setsid").args(["-w", "sh", "-c", &script]).output().expect("setsid");
        let pid = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a process id");
        Self(Pid::from_raw(pid))
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGKILL);
    }
}

/// Seconds that a process of one thread was on a CPU, by the scheduler; `None` where it does not tell.
fn on_cpu_s(process: u32) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/schedstat")).ok()?;
    Some(text.split_ascii_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}

/// Seconds of all children that were waited for.
fn reaped_s() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let times = [usage.user_time(), usage.system_time()];
    times.iter().map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6).sum()
}

/// Over some time: own load and others' as the meters have it, and what was to be found, all in CPUs.
struct Loads<const N: usize> {
    own: f64,
    others: f64,
    truth: [f64; N],
}

/// Watches so many samples; `None` where the system does not tell.
fn watch<const N: usize>(samples: &Receiver<Sample>, seconds: impl Fn() -> Option<[f64; N]>) -> Option<Loads<N>> {
    const NUMBER: u32 = 8;
    // Those that wait are from before, and so is a part of the next.
    while samples.try_recv().is_ok() {}
    samples.recv_timeout(PATIENCE).expect("a sample");
    let (begun, before) = (Instant::now(), seconds()?);
    let (mut own, mut all, mut over_s) = (0.0, 0.0, 0.0);
    for _ in 0..NUMBER {
        let sample = samples.recv_timeout(PATIENCE).expect("a sample");
        let ours = sample.own?;
        assert_eq!(ours.len(), sample.cores.len());
        assert!(ours.iter().zip(&sample.cores).all(|(own, all)| (0.0..=*all).contains(own)), "{ours:?}");
        let weight = sample.over.as_secs_f64();
        own += weight * ours.iter().map(|own| f64::from(*own)).sum::<f64>();
        all += weight * sample.cores.iter().map(|all| f64::from(*all)).sum::<f64>();
        over_s += weight;
    }
    let (wall_s, now) = (begun.elapsed().as_secs_f64(), seconds()?);
    let truth = std::array::from_fn(|i| (now[i] - before[i]) / wall_s);
    Some(Loads { own: own / over_s, others: (all - own) / over_s, truth })
}

/// Whether a load is what it should be, as far as ticks and the edges of samples let it.
#[track_caller]
fn agree(what: &str, load: f64, truth: f64) {
    eprintln!("{what}: {load:.2} by the meters, {truth:.2} by the scheduler");
    assert!((load - truth).abs() < 0.25 * truth + 0.15, "{what}: {load:.2} CPUs, which should be {truth:.2}");
}

/// Others do at least what the strangers do.
#[track_caller]
fn at_least(what: &str, load: f64, truth: f64) {
    eprintln!("{what}: {load:.2} by the meters, of which strangers {truth:.2} by the scheduler");
    assert!(load > 0.75 * truth - 0.15, "{what}: {load:.2} CPUs, where strangers take {truth:.2}");
}

fn start() -> (Sampler, Receiver<Sample>) {
    let (deliver, samples) = mpsc::channel();
    let sampler = Sampler::start(Pace::Running, &usable_here().cpus, move |sample| drop(deliver.send(sample)));
    (sampler.expect("a sampler"), samples)
}

#[test]
fn own_load_is_told_from_others() {
    let _turn = alone();
    if !have("setsid") {
        return;
    }
    let (_sampler, samples) = start();
    let child = Computing::start();
    let Some(alone) = watch(&samples, || Some([on_cpu_s(child.0.id())?])) else {
        return skip("the system does not tell");
    };
    agree("a child", alone.own, alone.truth[0]);

    let stranger = Stranger::start();
    let stranger_s = || on_cpu_s(stranger.0.as_raw().cast_unsigned());
    let both = watch(&samples, || Some([on_cpu_s(child.0.id())?, stranger_s()?])).expect("both");
    agree("a child beside a stranger", both.own, both.truth[0]);
    at_least("others beside a child", both.others, both.truth[1]);

    drop(child);
    let strange = watch(&samples, || Some([stranger_s()?])).expect("a stranger");
    agree("nothing beside a stranger", strange.own, 0.0);
    at_least("others", strange.others, strange.truth[0]);
}

/// Trials are often over before anything looks at their workers.
#[test]
fn children_that_end_at_once_are_own_load() {
    let _turn = alone();
    let (_sampler, samples) = start();
    let (end, ended) = mpsc::channel::<()>();
    let children = std::thread::spawn(move || {
        let script = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";
        while ended.try_recv() == Err(mpsc::TryRecvError::Empty) {
            Command::new("sh").args(["-c", script]).status().expect("sh");
        }
    });
    let loads = watch(&samples, || Some([reaped_s()]));
    drop(end);
    children.join().expect("children");
    let Some(loads) = loads else { return skip("the system does not tell") };
    agree("short children", loads.own, loads.truth[0]);
}
