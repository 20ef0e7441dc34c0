//! Time in which the workers, the whole program or the machine stood still is no wall time: such a trial is timed again,
//! three times at most, and else told and left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::running::{Ended, Running, send};
use crate::common::{self, AT_ONCE, wait_until};
use nix::sys::signal::Signal::{SIGCONT, SIGSTOP};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// How long what is stopped stays so: longer than a trial takes.
const STOP: Duration = Duration::from_millis(1500);

/// A scenario with one trial of 1 s.
fn scenario(sweep: &str) -> String {
    format!(
        "[workload]\nkind = 'sleep'\nunit_s = 0.5\ninputs = [1, 1, 1, 1]\n\
         [sweep]\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n{sweep}\n"
    )
}

/// Ways to run two workers in processes of their own.
const FORKED: [&str; 3] = [
    "backends = ['processes']\nworkers = 2",
    "backends = ['processes']\nworkers = 2\ndispatch = 'pipe'\npayload = 100",
    "backends = ['hybrid']\nworkers = '1x2'",
];

/// Has everything stopped in the midst of the first attempt, and go on; what came of the run, and how long the stop was.
fn stopped(toml: &str, mut stop: impl FnMut(&mut Running, bool)) -> (Ended, f64) {
    let mut run = Running::start(toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let begun = Instant::now();
    stop(&mut run, true);
    std::thread::sleep(STOP);
    let stopped = begun.elapsed().as_secs_f64();
    stop(&mut run, false);
    run.wait();
    assert_eq!(run.count("trial_started"), 2, "{toml}: {}", run.stderr());
    assert_eq!(run.count("trial_finished"), 1, "{toml}");
    (run.finish(), stopped)
}

/// The stop is in no figure, and is told.
fn assert_timed_again(toml: &str, (ended, stopped): (Ended, f64), who: &str) {
    let report = ended.report();
    assert_eq!((ended.code(), &report["status"]), (0, &"done".into()), "{toml}: {}", report["warnings"]);
    let wall = report["configs"][0]["wall_s"]["median"].as_f64().expect("a wall time");
    assert!(wall < stopped, "{toml}: a stop of {stopped} s is part of {wall} s");
    let told = ended.warnings("timed-again");
    assert!(told.len() == 1 && told[0].contains(who), "{toml}: {told:?}");
    assert!(ended.warnings("no-sample").is_empty());
}

fn signal(stop: bool) -> Signal {
    if stop { SIGSTOP } else { SIGCONT }
}

#[test]
fn a_trial_with_a_stopped_worker_is_timed_again() {
    for way in FORKED {
        let toml = scenario(way);
        let stop = |run: &mut Running, stop| send(run.workers()[0], signal(stop));
        assert_timed_again(&toml, stopped(&toml, stop), "workers were stopped");
    }
}

#[test]
fn a_trial_whose_workers_were_stopped_with_their_parent_is_timed_again() {
    for way in FORKED {
        let toml = scenario(way);
        let stop = |run: &mut Running, stop| {
            let group = run.forkserver().expect("a forkserver");
            killpg(Pid::from_raw(group as i32), signal(stop)).expect("its group");
        };
        assert_timed_again(&toml, stopped(&toml, stop), "workers were stopped");
    }
}

#[test]
fn a_trial_during_which_the_program_was_stopped_is_timed_again() {
    let alone = ["backends = ['threads']\nworkers = 2", "backends = ['threads']\nworkers = 2\ntimeout_s = 1.3"];
    for way in alone.into_iter().chain(FORKED) {
        let toml = scenario(way);
        let stop = |run: &mut Running, stop| run.signal(signal(stop));
        assert_timed_again(&toml, stopped(&toml, stop), "parlab was stopped");
    }
}

/// A control group of its own that can be frozen; gone with it.
struct Freezer {
    folder: PathBuf,
    /// The file that freezes it, and what is written to it for that and to end it.
    switch: (&'static str, [&'static str; 2]),
}

impl Freezer {
    fn make() -> Option<Self> {
        let versions = [
            ("/sys/fs/cgroup/freezer", ("freezer.state", ["FROZEN", "THAWED"])),
            ("/sys/fs/cgroup/unified", ("cgroup.freeze", ["1", "0"])),
            ("/sys/fs/cgroup", ("cgroup.freeze", ["1", "0"])),
        ];
        let made = versions.into_iter().find_map(|(root, switch)| {
            let folder = Path::new(root).join(format!("parlab-test-{}", std::process::id()));
            let usable = fs::create_dir(&folder).is_ok() && folder.join(switch.0).exists();
            usable.then_some(Self { folder, switch })
        });
        if made.is_none() {
            common::skip("it needs a control group that it can freeze");
        }
        made
    }

    fn put(&self, freeze: bool) {
        let (file, [frozen, thawed]) = self.switch;
        fs::write(self.folder.join(file), if freeze { frozen } else { thawed }).expect("a switch");
    }
}

impl Drop for Freezer {
    fn drop(&mut self) {
        self.put(false);
        // What was in it may be on its way out.
        wait_until("an empty control group", || fs::remove_dir(&self.folder).is_ok());
    }
}

#[test]
fn a_trial_that_was_frozen_is_timed_again() {
    let Some(freezer) = Freezer::make() else { return };
    for way in ["backends = ['threads']\nworkers = 2", FORKED[0]] {
        let toml = scenario(way);
        let mut command = Command::new("sh");
        let enter = format!("echo $$ >{}/cgroup.procs && exec \"$@\"", freezer.folder.display());
        command.args(["-c", &enter, "sh"]).arg(common::binary()).envs(common::UNDISTURBED);
        command.args(["run", "--quiet", "--format", "json"]);
        let mut run = Running::launch(command, &toml, |_| {});
        run.wait_for("gate_opened", 1);
        freezer.put(true);
        std::thread::sleep(STOP);
        freezer.put(false);
        run.wait();
        assert_eq!(run.count("trial_started"), 2, "{way}");
        assert_timed_again(&toml, (run.finish(), STOP.as_secs_f64()), "parlab was stopped");
    }
}

#[test]
fn a_trial_that_is_stopped_each_time_is_no_sample_and_that_is_told() {
    let toml = scenario("backends = ['processes']\nworkers = 2").replace("repeats = 1", "repeats = 2");
    let mut run = Running::start(&toml, &["--quiet"]);
    for attempt in 1..=4 {
        run.wait_for("gate_opened", attempt);
        run.wait_until("a worker", |run| !run.workers().is_empty());
        let worker = run.workers()[0];
        send(worker, SIGSTOP);
        run.wait_for("worker_stalled", 2 * attempt - 1);
        send(worker, SIGCONT);
    }
    run.wait();
    assert_eq!((run.count("trial_started"), run.count("trial_repeated")), (5, 3));
    let ended = run.finish();
    let report = ended.report();
    assert_eq!((ended.code(), &report["status"]), (0, &"done".into()), "{}", report["warnings"]);
    let told = ended.warnings("no-sample");
    assert!(told.len() == 1 && told[0].contains("repeat 1") && told[0].contains("4 times"), "{told:?}");
    assert_eq!(report["configs"][0]["wall_s"]["samples"].as_array().map(Vec::len), Some(1), "the other one");
    assert_eq!(report["configs"][0]["tasks_done"], 4);
}

#[test]
fn a_hail_of_sigcont_is_no_stop() {
    for way in ["backends = ['threads']\nworkers = 2", FORKED[0]] {
        let mut run = Running::start(&scenario(way), &["--quiet"]);
        run.wait_for("gate_opened", 1);
        let (mut hail, until) = (0, Instant::now() + AT_ONCE);
        while run.count("run_finished") == 0 {
            assert!(Instant::now() < until, "{way}: it does not end");
            run.signal(SIGCONT);
            run.workers().into_iter().for_each(|worker| send(worker, SIGCONT));
            hail += 1;
        }
        run.wait();
        assert!(hail > 3, "{hail}");
        assert_eq!(run.count("trial_started"), 1, "{way}");
        let ended = run.finish();
        assert_eq!((ended.code(), ended.warnings("timed-again").len()), (0, 0), "{}", ended.stderr);
    }
}
