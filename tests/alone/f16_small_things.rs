//! Small things that take time: thousands of threads, and the end of a run whose workers leave no CPU free.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::alone;
use crate::common::running::Running;
use crate::common::{binary, folder, have, parlab, skip, untitled};

/// How often each is measured, in turns.
const ROUNDS: usize = 3;

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The median of how long something takes with threads ÷ with processes, measured in turns.
fn threads_over_processes(what: &str, seconds: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (backend, times) in ["threads", "processes"].into_iter().zip(&mut times) {
            times.push(seconds(backend)?);
        }
    }
    let [threads, processes] = times.map(median);
    eprintln!("{what}: threads {threads:.3} s, processes {processes:.3} s");
    Some(threads / processes)
}

fn sweep(backend: &str) -> String {
    format!("[sweep]\nbackends = ['{backend}']\nworkers = 2000\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n")
}

#[test]
fn two_thousand_threads_start_and_run_as_quickly_as_processes() {
    let _turn = alone();
    let folder = folder();
    let ratio = threads_over_processes("start and run", |backend| {
        let toml = format!("[workload]\nkind = 'square'\ntasks = 4000\n{}", sweep(backend));
        let path = untitled(folder.path(), &toml);
        let begun = Instant::now();
        let output = parlab().args(["run", "--quiet"]).arg(path).output().expect("parlab");
        (output.status.code() == Some(0)).then(|| begun.elapsed().as_secs_f64())
    });
    let Some(ratio) = ratio else { return skip("this machine has no room for as many workers") };
    assert!(ratio < 1.0, "threads take {ratio:.2} times what processes take");
}

#[test]
fn two_thousand_threads_are_called_off_as_quickly_as_processes() {
    let _turn = alone();
    let ratio = threads_over_processes("cancel", |backend| {
        let workload = "[workload]\nkind = 'sleep'\nunit_s = 1000\ninputs = { repeat = 1, times = 2000 }\n";
        let mut run = Running::start(&format!("{workload}{}", sweep(backend)), &["--quiet"]);
        run.wait_until("a gate", |run| run.count("gate_opened") + run.count("trial_finished") > 0);
        if run.count("trial_finished") > 0 {
            return None;
        }
        let begun = Instant::now();
        run.signal(Signal::SIGTERM);
        run.wait();
        Some(begun.elapsed().as_secs_f64())
    });
    let Some(ratio) = ratio else { return skip("this machine has no room for as many workers") };
    assert!(ratio < 1.5, "threads take {ratio:.2} times what processes take");
}

/// How many workers there are to two CPUs.
const BUSY: usize = 64;
/// How long their cancellation may take a user who waits for it, in seconds.
const WAIT_MAX_S: f64 = 0.3;

/// Threads from the one that hears the signal to the one that ends the program.
const HANDS: usize = 6;

/// The first two CPUs of this process, as `taskset` has them.
fn two_cpus() -> Option<String> {
    let set = nix::sched::sched_getaffinity(nix::unistd::Pid::from_raw(0)).ok()?;
    let cpus: Vec<String> = (0..nix::sched::CpuSet::count())
        .filter(|&cpu| set.is_set(cpu).unwrap_or(false))
        .map(|cpu| cpu.to_string())
        .collect();
    (cpus.len() >= 2).then(|| cpus[..2].join(","))
}

/// How long as many bare threads take to be gone, once the word to end has passed through the hands of some threads that
/// slept: what the machine itself needs for that.
fn bare_threads_s() -> f64 {
    let end = AtomicBool::new(false);
    let mut begun = Instant::now();
    std::thread::scope(|scope| {
        let (first, mut last) = mpsc::channel();
        for _ in 0..HANDS {
            let (next, heard) = mpsc::channel();
            let before = std::mem::replace(&mut last, heard);
            scope.spawn(move || before.recv().is_ok_and(|()| next.send(()).is_ok()));
        }
        for _ in 0..BUSY {
            scope.spawn(|| {
                while !end.load(Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        std::thread::sleep(Duration::from_millis(300));
        begun = Instant::now();
        assert!(first.send(()).is_ok() && last.recv().is_ok(), "hands");
        end.store(true, Relaxed);
    });
    begun.elapsed().as_secs_f64()
}

#[test]
fn workers_that_leave_no_cpu_free_are_called_off_at_once() {
    let _turn = alone();
    if !have("taskset") {
        return;
    }
    let Some(cpus) = two_cpus() else { return skip("it needs two CPUs") };
    for backend in ["threads", "processes", "hybrid"] {
        let workers = if backend == "hybrid" { "'8x8'" } else { "64" };
        let toml = format!(
            "[workload]\nkind = 'countdown'\nsteps = 1e13\ninputs = {{ repeat = 1, times = {BUSY} }}\n\
             [sweep]\nbackends = ['{backend}']\nworkers = {workers}\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n"
        );
        let (mut parlab_s, mut bare_s) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            bare_s.push(bare_threads_s());
            let mut command = Command::new("taskset");
            command.args(["-c", &cpus]).arg(binary()).args(["run", "--quiet", "--format", "json"]);
            command.envs(crate::common::UNDISTURBED).stdin(Stdio::null());
            let mut run = Running::launch(command, &toml, |_| {});
            run.wait_for("gate_opened", 1);
            // All of them compute, whichever got a CPU first.
            std::thread::sleep(Duration::from_millis(300));
            run.children();
            let begun = Instant::now();
            run.signal(Signal::SIGINT);
            run.wait();
            run.assert_nothing_is_left();
            parlab_s.push(begun.elapsed().as_secs_f64());
        }
        let (took, bare) = (median(parlab_s), median(bare_s));
        eprintln!("{backend}: {took:.3} s until all are gone; bare threads take {bare:.3} s");
        // Where others take the CPUs as well, bare threads wait for them, too.
        let allowed = WAIT_MAX_S.max(WAIT_MAX_S / 2.0 + bare);
        assert!(took < allowed, "{backend}: {took:.3} s of {allowed:.3} s, bare threads {bare:.3} s");
    }
}
