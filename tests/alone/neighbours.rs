//! Neighbours on the real machine: a program that computes beside a run is told by its name, and a quiet machine is quiet.
//! Whether it was quiet is judged by the same counters, so that other load does no harm.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use parlab::machine::noise_limits::TICKS_MIN_S;
use parlab::machine::{NoiseCounter, NoiseReading, usable_here};
use serde_json::Value;

use crate::alone;
use crate::common::{folder, have, parlab, untitled};

/// Computes all the time, or a tenth of a second in every two. Both end by themselves should this test be killed.
const ALWAYS: &str = "ulimit -t 60; while :; do :; done";
const NOW_AND_THEN: &str =
    "i=0; while [ $i -lt 300 ]; do i=$((i+1)); timeout 0.1 sh -c 'while :; do :; done'; sleep 0.1; done";

/// About a second on two CPUs, for each configuration and repeat.
const WORK: &str = "[workload]\nkind = 'countdown'\nsteps = 1e8\ninputs = { repeat = 1, times = 16 }\n[sweep]\n\
                    backends = ['threads', 'processes']\nworkers = 2\nbaseline = 'none'\nwarmup = 0\nrepeats = 2\n";

/// The rules that tell of the machine.
const RULES: [&str; 5] = ["others", "steal", "throttled", "speed", "above-bound"];

/// A competitor on one CPU, with all that it starts.
struct Competitor(Child);

impl Competitor {
    fn start(script: &str, cpu: u32) -> Self {
        let mut command = Command::new("taskset");
        command.args(["-c", &cpu.to_string(), "sh", "-c", script]).stdin(Stdio::null()).process_group(0);
        Self(command.spawn().expect("a competitor"))
    }
}

impl Drop for Competitor {
    fn drop(&mut self) {
        let _ = killpg(Pid::from_raw(self.0.id().cast_signed()), Signal::SIGKILL);
        let _ = self.0.wait();
    }
}

/// The first two usable CPUs: on many, one competitor would be a small part.
fn two_cpus() -> Vec<u32> {
    usable_here().cpus.ids().iter().copied().take(2).collect()
}

/// A report of a run on these CPUs.
fn run(toml: &str, cpus: &[u32]) -> Value {
    let folder = folder();
    let path = untitled(folder.path(), toml);
    let list = cpus.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let mut command = Command::new("taskset");
    command.args(["-c", &list]).arg(parlab().get_program()).args(["run", "--quiet", "--format", "json"]).arg(path);
    for (name, value) in parlab().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().expect("a run");
    serde_json::from_slice(&output.stdout).expect("a report")
}

/// Which of the rules have spoken.
fn told(report: &Value) -> Vec<String> {
    let rules = report["findings"].as_array().expect("findings").iter().filter_map(|finding| finding["rule"].as_str());
    rules.filter(|rule| RULES.contains(rule)).map(str::to_owned).collect()
}

#[test]
fn a_competitor_is_named_in_every_run() {
    let _turn = alone();
    if !have("taskset") || !have("timeout") {
        return;
    }
    let cpus = two_cpus();
    for script in [ALWAYS, NOW_AND_THEN] {
        let _competitor = Competitor::start(script, cpus[0]);
        for _ in 0..2 {
            let report = run(WORK, &cpus);
            assert!(told(&report).contains(&"others".to_owned()), "{:?}", report["findings"]);
            for config in report["configs"].as_array().expect("configurations") {
                let noise = &config["noise"];
                let others = noise["others_cpu"].as_f64().expect("a share");
                eprintln!("others {others:.3} beside {} {}", config["backend"], config["workers"]);
                assert!(others > 0.05, "{noise}");
                assert_eq!(noise["trials"].as_array().map(Vec::len), Some(2), "{noise}");
            }
        }
    }
}

/// CPU seconds of all children that were waited for.
fn reaped_s() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let times = [usage.user_time(), usage.system_time()];
    times.iter().map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6).sum()
}

/// Watches for others with the counters that parlab itself uses.
struct Watch<'c> {
    counter: &'c NoiseCounter,
    before: NoiseReading,
    reaped_s: f64,
}

impl<'c> Watch<'c> {
    fn begin(counter: &'c NoiseCounter) -> Self {
        Self { counter, before: counter.read(), reaped_s: reaped_s() }
    }

    /// Whether the machine was clearly quieter than what counts as noise: over all the time, and so that what others took
    /// of it would not be too much of any trial, had they taken it of that one alone.
    fn was_quiet(self) -> bool {
        let counts = self.counter.between(&self.before, &self.counter.read());
        let all_s = f64::from(counts.usable_cpus) * counts.over_s;
        let below = |seconds: Option<f64>, most: f64| seconds.is_some_and(|s| s < (most * all_s).min(TICKS_MIN_S));
        below(counts.others_s(reaped_s() - self.reaped_s), 0.02)
            && below(counts.steal_s, 0.005)
            && counts.throttled_s.is_none_or(|s| s == 0.0)
    }
}

#[test]
fn quiet_runs_raise_nothing() {
    let _turn = alone();
    if !have("taskset") {
        return;
    }
    let cpus = two_cpus();
    let counter = NoiseCounter::new(&cpus.iter().copied().collect());
    let mut quiet = 0;
    for _ in 0..20 {
        let before = Watch::begin(&counter);
        std::thread::sleep(Duration::from_millis(200));
        let was_quiet = before.was_quiet();
        let during = Watch::begin(&counter);
        let report = run(&WORK.replace("1e8", "4e7").replace("'threads', ", ""), &cpus);
        if was_quiet && during.was_quiet() {
            quiet += 1;
            // A shared host may clock its CPUs as it likes, and no counter tells.
            let told: Vec<String> = told(&report).into_iter().filter(|rule| rule != "speed").collect();
            assert_eq!(told, Vec::<String>::new(), "{:#}", report["configs"][0]["noise"]);
        }
    }
    eprintln!("{quiet} of 20 runs were quiet");
}
