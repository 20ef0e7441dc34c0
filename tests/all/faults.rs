//! Accidents: workers that are killed, abort, exit, stop or hang; a forkserver that is killed; parlab itself killed.
//!
//! Each of them must be noticed, be told, and leave nothing behind.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::running::{Running, send, state, warnings};
use crate::common::{self, AT_ONCE, Unprivileged, is_alive, report, wait_until};
use nix::sys::signal::Signal::{SIGCONT, SIGKILL, SIGSTOP};
use serde_json::Value;

/// A scenario whose task with x = 2 misbehaves.
fn crash(how: &str, inputs: &str, sweep: &str) -> String {
    format!(
        "[workload]\nkind = \"crash\"\nhow = \"{how}\"\nat = 2\n{inputs}\n\
         [sweep]\nbackends = [\"processes\"]\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n{sweep}\n"
    )
}

/// A scenario of forked workers that wait: tasks of so many seconds each.
fn waiting(inputs: &str, sweep: &str) -> String {
    format!(
        "[workload]\nkind = \"sleep\"\nunit_s = 1\ninputs = {inputs}\n\
         [sweep]\nbackends = [\"processes\"]\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n{sweep}\n"
    )
}

/// A scenario of forked workers that compute for ever, by the standards of a test.
const COMPUTING: &str = "[workload]\nkind = \"countdown\"\nsteps = 1e14\ninputs = [1, 1]\n\
     [sweep]\nbackends = [\"processes\"]\nbaseline = \"none\"\nworkers = 2\nrepeats = 1\nwarmup = 0\n";

/// The values of a result by task, `null` for a task without one.
fn values(report: &Value, config: usize) -> Vec<Value> {
    let results = report["configs"][config]["results"].as_array().expect("results");
    results.iter().map(|result| result["values"].clone()).collect()
}

fn no_value_but_of_task_1(report: &Value) {
    let values = values(report, 0);
    assert!(values[1].is_null(), "{values:?}");
    for task in [0, 2, 3] {
        assert_eq!(values[task]["x"], task as f64 + 1.0, "the others went on: {values:?}");
    }
}

#[test]
fn a_task_that_kills_is_tried_twice_and_given_up() {
    for (how, cause) in [("kill", "was killed by SIGKILL"), ("abort", "was killed by SIGABRT"), ("exit", "status 3")] {
        let (report, code, _) = report(&crash(how, "inputs = [1, 2, 3, 4]", "workers = 2"), &[]);
        assert_eq!((report["status"].as_str(), code), (Some("failed"), 1), "{how}");
        let losses = warnings(&report, "worker-lost");
        assert_eq!(losses.len(), 2, "tried once more, and no more than that: {losses:?}");
        for loss in &losses {
            assert!(loss.contains("worker ") && loss.contains(cause) && loss.contains("task 1"), "{how}: {loss}");
        }
        assert!(losses[0].contains("retried") && losses[1].contains("marked failed"), "{losses:?}");
        assert!(!warnings(&report, "task-failed").is_empty() || !warnings(&report, "tasks-failed").is_empty());
        let config = &report["configs"][0];
        assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&3.into(), &1.into()), "{how}");
        assert!(config["wall_s"]["median"].is_null(), "a trial with a failed task is no sample");
        no_value_but_of_task_1(&report);
    }
}

#[test]
fn a_grid_decides_how_each_task_misbehaves() {
    let grid = "[grid]\nhow = [\"kill\", \"exit\"]\nx = [1, 2]\n";
    let scenario = crash("", grid, "workers = 1").replace("how = \"\"\n", "");
    let (report, code, stderr) = report(&scenario, &[]);
    assert_eq!(code, 1, "{stderr}");
    let losses = warnings(&report, "worker-lost");
    let of = |task: &str, cause: &str| losses.iter().filter(|l| l.contains(task) && l.contains(cause)).count();
    assert_eq!((losses.len(), of("task 1", "SIGKILL"), of("task 3", "status 3")), (4, 2, 2), "{losses:?}");
}

#[test]
fn a_task_that_panics_fails_alone() {
    let (report, code, stderr) = report(&crash("panic", "inputs = [1, 2, 3, 4]", "workers = 2"), &[]);
    assert_eq!((report["status"].as_str(), code), (Some("failed"), 1));
    assert_eq!(warnings(&report, "worker-lost"), [""; 0], "its worker lives on");
    let told = warnings(&report, "tasks-failed");
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with(" failed: it panicked: the task with x = 2 was asked to panic"), "{told:?}");
    assert!(!stderr.contains("panicked"), "no message garbles the terminal: {stderr}");
    no_value_but_of_task_1(&report);
}

#[test]
fn a_lone_worker_is_replaced_for_each_task_it_dies_of() {
    let sweep = "workers = 1\nschedule = \"static\"";
    let (report, code, _) = report(&crash("kill", "inputs = [2, 1, 2, 3, 2]\nwait_s = 0", sweep), &[]);
    assert_eq!(code, 1);
    let config = &report["configs"][0];
    assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&2.into(), &3.into()));
    let values = values(&report, 0);
    let xs: Vec<_> = values.iter().map(|value| value["x"].as_f64()).collect();
    assert_eq!(xs, [None, Some(1.0), None, Some(3.0), None]);
}

#[test]
fn every_schedule_survives_tasks_that_kill() {
    for schedule in ["static", "dynamic", "guided"] {
        for chunk in ["", "chunk = 1", "chunk = 3", "chunk = 1000"] {
            let sweep = format!("workers = 3\nschedule = \"{schedule}\"\n{chunk}");
            let inputs = "inputs = [1, 2, 3, 4, 2, 5, 6, 7, 2, 8, 9]\nwait_s = 0";
            let (report, code, stderr) = report(&crash("kill", inputs, &sweep), &[]);
            let config = &report["configs"][0];
            assert_eq!(code, 1, "{schedule} {chunk}: {stderr}");
            assert_eq!(
                (&config["tasks_done"], &config["tasks_failed"]),
                (&8.into(), &3.into()),
                "{schedule} {chunk}: {}",
                report["warnings"]
            );
        }
    }
}

#[test]
fn tasks_that_all_kill_come_to_an_end() {
    let begun = Instant::now();
    let (report, code, _) =
        report(&crash("kill", "inputs = { repeat = 2, times = 50 }\nwait_s = 0", "workers = 4"), &[]);
    assert_eq!((report["status"].as_str(), code), (Some("failed"), 1));
    let config = &report["configs"][0];
    assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&0.into(), &50.into()));
    assert!(begun.elapsed() < 2 * AT_ONCE, "{:?}", begun.elapsed());
}

#[test]
fn a_trial_that_eats_its_workers_without_end_is_given_up() {
    let inputs = "inputs = { repeat = 2, times = 100000 }\nwait_s = 0";
    let (report, code, _) = report(&crash("kill", inputs, "workers = 4"), &["--repeats", "2"]);
    assert_eq!((report["status"].as_str(), code), (Some("failed"), 1));
    let given_up = report["configs"][0]["tasks_failed"].as_u64();
    assert!(given_up.is_some_and(|tasks| (400..=501).contains(&tasks)), "two workers each: {given_up:?}");
    let broken = warnings(&report, "trial-broken");
    assert_eq!(broken.len(), 2, "{broken:?}");
    assert!(broken[0].contains("workers were lost"), "{broken:?}");
}

#[test]
fn a_worker_killed_from_outside_costs_nothing_but_time() {
    let mut run = Running::start(&waiting("[0.7, 0.7, 0.7, 0.7]", "workers = 2"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let victim = run.wait_for_workers(2)[0];
    send(victim, SIGKILL);
    run.wait_for("worker_lost", 1);
    let ended = run.finish();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    let report = ended.report();
    assert_eq!(report["status"], "done");
    assert_eq!(report["configs"][0]["tasks_done"], 4);
    let losses = ended.warnings("worker-lost");
    assert_eq!(losses.len(), 1, "{losses:?}");
    for word in ["worker 0", "SIGKILL", "task ", "retried", &victim.to_string()] {
        assert!(losses[0].contains(word), "{word}: {losses:?}");
    }
}

#[test]
fn a_worker_killed_among_tasks_of_nanoseconds_loses_none_of_them() {
    // It may just have taken a task and not have written down which.
    let toml = |schedule: &str| {
        format!(
            "[workload]\nkind = \"square\"\ntasks = 20000000\n[sweep]\nbackends = [\"processes\"]\nworkers = 3\n\
             repeats = 1\nwarmup = 0\nbaseline = \"none\"\n{schedule}\n"
        )
    };
    let mut checksums = std::collections::BTreeSet::new();
    for schedule in ["", "chunk = 3", "schedule = \"guided\"", "schedule = \"static\"", "order = \"shuffled\""] {
        let mut run = Running::start(&toml(schedule), &["--quiet"]);
        run.wait_for("gate_opened", 1);
        std::thread::sleep(Duration::from_millis(10));
        let victim = *run.workers().first().expect("a worker among twenty million tasks");
        send(victim, SIGKILL);
        let ended = run.finish();
        let report = ended.report();
        assert_eq!(ended.warnings("worker-lost").len(), 1, "{schedule}: the strike fell amid the tasks");
        assert_eq!((ended.code(), report["status"].as_str()), (0, Some("done")), "{schedule}: {}", report["warnings"]);
        assert_eq!(report["configs"][0]["tasks_done"], 20_000_000, "{schedule}");
        checksums.insert(report["configs"][0]["checksum"].to_string());
    }
    assert_eq!(checksums.len(), 1, "{checksums:?}");
}

/// Waits until workers are being started for a trial, and stops that: their forkserver, which is returned, and the gate
/// opens for none of them. `None` if all were started already.
fn stop_start_up(run: &mut Running, trial: usize) -> Option<u32> {
    run.wait_for("trial_started", trial);
    run.wait_until("a few workers", |run| run.workers().len() > FEW_WORKERS || run.count("gate_opened") >= trial);
    let forkserver = run.forkserver()?;
    send(forkserver, SIGSTOP);
    // After the last trial it may be gone before it could be stopped.
    wait_until("it is stopped or gone", || matches!(state(forkserver), Some('T' | 'Z') | None));
    // With it and fewer workers than there are to be, the gate cannot open until it goes on: none of them leaves.
    let there = run.children();
    std::thread::sleep(Duration::from_millis(50));
    let is_amid = (FEW_WORKERS..=MANY_WORKERS).contains(&there.len()) && run.children() == there;
    if is_amid && state(forkserver) == Some('T') && run.count("gate_opened") < trial {
        return Some(forkserver);
    }
    send(forkserver, SIGCONT);
    None
}

/// Which start of workers is the first of a trial, counted from 1: those before may have been timed again.
fn start_of(run: &mut Running, trial: usize) -> usize {
    run.wait_for("trial_finished", trial - 1);
    trial + run.count("trial_repeated")
}

/// So many workers that their start-up takes long enough to interfere with.
const MANY: &str = "workers = 400";
const MANY_WORKERS: usize = 400;
/// So many that some may be struck.
const FEW_WORKERS: usize = 10;

#[test]
fn a_worker_killed_while_idle_is_replaced() {
    // There is one task only. Those that are stopped before the gate opens are not among those that ask for it. A report lists
    // the first 20 losses.
    let mut run = Running::start(&waiting("[1]", MANY), &["--quiet", "--repeats", "6"]);
    let mut strikes = 0;
    for trial in 1..=6 {
        let start = start_of(&mut run, trial);
        let Some(forkserver) = stop_start_up(&mut run, start) else { continue };
        let idle = run.workers()[..3].to_vec();
        for &worker in &idle {
            send(worker, SIGSTOP);
            wait_until("it is stopped", || state(worker) == Some('T'));
        }
        send(forkserver, SIGCONT);
        run.wait_for("gate_opened", start);
        for worker in idle {
            send(worker, SIGKILL);
            strikes += 1;
        }
        run.wait_for("trial_finished", trial);
    }
    assert!(strikes > 0, "the start-up was over before it could be stopped");
    let ended = run.finish();
    assert_eq!((ended.code(), ended.report()["configs"][0]["tasks_done"].as_u64()), (0, Some(1)), "{}", ended.stderr);
    let losses = ended.warnings("worker-lost");
    assert_eq!(losses.len(), strikes, "{losses:?}");
    assert!(losses.iter().all(|loss| !loss.contains("task ")), "none of them held the task: {losses:?}");
}

#[test]
fn a_worker_killed_before_the_gate_opens_is_replaced() {
    let toml = waiting("{ repeat = 0, times = 1000 }", MANY);
    let mut run = Running::start(&toml, &["--quiet", "--repeats", "10"]);
    let mut strikes = 0;
    for trial in 1..=10 {
        let start = start_of(&mut run, trial);
        let Some(forkserver) = stop_start_up(&mut run, start) else { continue };
        send(run.workers()[3], SIGKILL);
        strikes += 1;
        send(forkserver, SIGCONT);
        run.wait_for("trial_finished", trial);
    }
    assert!(strikes > 0, "the start-up was over before it could be stopped");
    let ended = run.finish();
    let report = ended.report();
    assert_eq!((report["status"].as_str(), ended.code()), (Some("done"), 0), "{report:#}");
    assert_eq!(report["configs"][0]["tasks_done"], 1000);
    assert_eq!(ended.warnings("worker-lost").len(), strikes, "{:?}", report["warnings"]);
}

#[test]
fn a_killed_forkserver_breaks_one_trial_and_no_more() {
    // Worker 0 is done with its block before the strike, worker 1 is not.
    let toml = waiting("[0.05, 1]", "schedule = \"static\"\nworkers = 2");
    let mut run = Running::start(&toml, &["--quiet", "--repeats", "3"]);
    run.wait_for("gate_opened", 1);
    run.wait_until("the first task's end", |run| run.events().iter().any(|event| event["done"] == 1));
    let forkserver = run.forkserver().expect("a forkserver");
    send(forkserver, SIGKILL);
    run.wait_for("trial_finished", 1);
    let told = run.events();
    let outcome = told.iter().find(|event| event["event"] == "trial_finished").expect("an outcome");
    let outcome = &outcome["outcome"];
    assert_eq!(outcome["end"], "broken");
    assert_eq!(
        (&outcome["tasks_done"], &outcome["tasks_failed"]),
        (&1.into(), &0.into()),
        "what was done by then stands"
    );
    assert_eq!(outcome["results"][0]["values"]["waited"], 0.05);
    assert!(outcome["results"][1]["values"].is_null() && outcome["startup_s"].is_number(), "{outcome:#}");
    run.wait_for("gate_opened", 2);
    let other = run.forkserver().expect("another forkserver");
    assert_ne!(other, forkserver);
    let ended = run.finish();
    assert_eq!(ended.code(), 1);
    let report = ended.report();
    assert_eq!(report["status"], "failed");
    assert_eq!(report["configs"][0]["wall_s"]["samples"].as_array().map(Vec::len), Some(2), "the others were measured");
    let broken = ended.warnings("trial-broken");
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert!(broken[0].contains("forkserver") && broken[0].contains("SIGKILL"), "{broken:?}");
}

#[test]
fn a_forkserver_killed_while_it_starts_workers_breaks_one_trial() {
    let toml = waiting("{ repeat = 0, times = 500 }", MANY);
    let mut run = Running::start(&toml, &["--quiet", "--repeats", "10"]);
    let struck = (1..=9).any(|trial| {
        let forkserver = stop_start_up(&mut run, trial);
        forkserver.inspect(|&forkserver| send(forkserver, SIGKILL)).is_some()
    });
    assert!(struck, "the start-up was over before it could be stopped");
    let ended = run.finish();
    let report = ended.report();
    assert_eq!((ended.code(), ended.warnings("trial-broken").len()), (1, 1), "{report:#}");
    assert_eq!(report["configs"][0]["wall_s"]["samples"].as_array().map(Vec::len), Some(9), "{report:#}");
}

#[test]
fn a_forkserver_that_is_stopped_does_not_outlast_the_time_limit() {
    let toml = waiting("[0.3, 0.3]", "workers = 2\ntimeout_s = 2");
    let mut run = Running::start(&toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    send(run.forkserver().expect("a forkserver"), SIGSTOP);
    let ended = run.finish();
    assert_eq!(ended.code(), 1);
    assert_eq!(ended.warnings("timeout").len(), 1, "{:?}", ended.report()["warnings"]);
}

/// Kills parlab with prejudice once its workers are in the state that `prepare` brings about.
fn kill_parlab(name: &str, toml: &str, workers: usize, prepare: impl FnOnce(&mut Running)) {
    let mut run = Running::start(toml, &["--quiet"]);
    if workers > 0 {
        run.wait_for_workers(workers);
    }
    prepare(&mut run);
    let known = run.children().len();
    assert!(known > workers, "{name}: the forkserver and its workers");
    let begun = Instant::now();
    run.signal(SIGKILL);
    run.wait();
    run.assert_nothing_is_left();
    eprintln!("parlab killed, {name}: all gone after {:?}", begun.elapsed());
}

#[test]
fn parlab_killed_leaves_nothing_behind() {
    let sleeping = waiting("[60, 60, 60]", "workers = 3");
    kill_parlab("workers sleep", &sleeping, 3, |run| run.wait_for("gate_opened", 1));
    kill_parlab("workers compute", COMPUTING, 2, |run| run.wait_for("gate_opened", 1));
    kill_parlab("one worker is stopped", &sleeping, 3, |run| {
        run.wait_for("gate_opened", 1);
        let worker = run.workers()[1];
        send(worker, SIGSTOP);
        wait_until("it is stopped", || state(worker) == Some('T'));
    });
    kill_parlab("all workers are stopped", COMPUTING, 2, |run| {
        run.wait_for("gate_opened", 1);
        for worker in run.workers() {
            send(worker, SIGSTOP);
            wait_until("it is stopped", || state(worker) == Some('T'));
        }
    });
    kill_parlab("a task hangs", &crash("hang", "inputs = [2, 2]\nwait_s = 0", "workers = 2"), 2, |run| {
        run.wait_for("gate_opened", 1);
    });
    let many = waiting("{ repeat = 60, times = 500 }", "workers = 400");
    kill_parlab("workers are being started", &many, 0, |run| {
        run.wait_until("the first workers", |run| run.workers().len() > 3);
    });
}

#[test]
fn parlab_killed_with_its_forkserver_stopped_leaves_nothing_behind() {
    kill_parlab("the forkserver is stopped", &waiting("[60, 60]", "workers = 2"), 2, |run| {
        run.wait_for("gate_opened", 1);
        let forkserver = run.forkserver().expect("a forkserver");
        send(forkserver, SIGSTOP);
        wait_until("it is stopped", || state(forkserver) == Some('T'));
    });
}

#[test]
fn a_stopped_worker_is_told_and_goes_on() {
    let mut run = Running::start(&waiting("[0.5, 0.5, 0.5, 0.5]", "workers = 2\nschedule = \"static\""), &[]);
    run.wait_for("gate_opened", 1);
    let worker = run.wait_for_workers(2)[1];
    send(worker, SIGSTOP);
    run.wait_for("worker_stalled", 1);
    run.wait_until("it is told", |run| run.stderr().contains("stop"));
    assert!(run.stderr().contains(&worker.to_string()), "{}", run.stderr());
    // Longer than the other worker needs for its half: this one is waited for.
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(run.count("trial_finished"), 0);
    send(worker, SIGCONT);
    run.wait_for("worker_stalled", 2);
    let told: Vec<Value> = run.events().into_iter().filter(|event| event["event"] == "worker_stalled").collect();
    assert_eq!((&told[0]["stopped"], &told[1]["stopped"]), (&true.into(), &false.into()));
    assert_eq!((told[0]["worker"].as_u64(), told[0]["pid"].as_u64()), (Some(1), Some(worker.into())));
    let ended = run.finish();
    assert_eq!((ended.code(), ended.report()["configs"][0]["tasks_done"].as_u64()), (0, Some(4)), "{}", ended.stderr);
}

#[test]
fn a_worker_killed_while_it_is_stopped_is_replaced() {
    let mut run = Running::start(&waiting("[0.5, 0.5, 0.5, 0.5]", "workers = 2"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let worker = run.wait_for_workers(2)[0];
    send(worker, SIGSTOP);
    run.wait_for("worker_stalled", 1);
    send(worker, SIGKILL);
    let ended = run.finish();
    assert_eq!((ended.code(), ended.warnings("worker-lost").len()), (0, 1), "{}", ended.stderr);
    assert_eq!(ended.report()["configs"][0]["tasks_done"], 4);
}

#[test]
fn a_hanging_task_is_ended_by_the_time_limit() {
    let begun = Instant::now();
    let mut run = Running::start(
        &crash("hang", "inputs = [1, 2, 3]", "workers = [2, 3]\ntimeout_s = 0.5"),
        &["--quiet", "--repeats", "3"],
    );
    // One of them hangs; the others may have left already.
    run.wait_until("workers", |run| !run.workers().is_empty());
    let ended = run.finish();
    assert_eq!(ended.code(), 1);
    let report = ended.report();
    assert_eq!(report["status"], "failed");
    // What takes too long once is not tried again.
    assert_eq!(ended.warnings("timeout").len(), 2, "{}", report["warnings"]);
    for config in report["configs"].as_array().expect("configs") {
        assert_eq!((config["tasks_done"].as_u64(), config["tasks_failed"].as_u64()), (Some(2), Some(0)));
    }
    assert!(begun.elapsed() < 2 * AT_ONCE, "{:?}", begun.elapsed());
}

#[test]
fn a_trial_that_takes_too_long_is_ended_on_every_backend() {
    for kind in ["kind = \"sleep\"\nunit_s = 100", "kind = \"countdown\"\nsteps = 1e14", "kind = \"pi\"\ndarts = 1e12"]
    {
        let toml = format!(
            "[workload]\n{kind}\ninputs = [1, 1]\n[sweep]\nbackends = [\"serial\", \"threads\", \"processes\"]\n\
             workers = 2\nrepeats = 1\nwarmup = 0\ntimeout_s = 0.3\n"
        );
        let (report, code, stderr) = report(&toml, &[]);
        assert_eq!(code, 1, "{kind}: {stderr}");
        assert_eq!(warnings(&report, "timeout").len(), 3, "{kind}: {}", report["warnings"]);
    }
}

#[test]
fn children_whose_deaths_are_ignored_are_waited_for_all_the_same() {
    // Whoever ignores SIGCHLD hands that down, and the kernel would then keep the deaths of workers to itself.
    if !common::can_ignore("CHLD") {
        return;
    }
    let mut command = Command::new("env");
    command.arg("--ignore-signal=CHLD").arg(common::binary()).env("XDG_STATE_HOME", "/dev/null").args([
        "run",
        "--format",
        "json",
        "--repeats",
        "2",
    ]);
    let run = Running::launch(command, &waiting("[0.2, 0.2]", "workers = 2\ntimeout_s = 10"), |_| {});
    let ended = run.finish();
    assert_eq!((ended.code(), ended.report()["status"].as_str()), (0, Some("done")), "{}", ended.report()["warnings"]);
}

#[test]
fn workers_of_a_trial_that_was_given_up_do_not_work_on() {
    // Nothing is refused to root: another user, whose forkserver is forbidden to fork again.
    let Some(user) = Unprivileged::new(54_323) else { return };
    let mut command = user.parlab();
    command.args(["run", "--format", "json", "--repeats", "2"]);
    let toml = format!("{}schedule = \"static\"\ntimeout_s = 2\n", waiting("{ repeat = 5, times = 6 }", "workers = 3"));
    let mut run = Running::launch_for(user.user(), command, &toml);
    run.wait_for("gate_opened", 1);
    let first = run.wait_for_workers(3);
    let forkserver = run.forkserver().expect("a forkserver").to_string();
    let forbidden = user.command("prlimit").args(["--pid", &forkserver, "--nproc=1:1"]).status();
    assert!(forbidden.is_ok_and(|status| status.success()));
    send(first[0], SIGKILL);
    run.wait_for("gate_opened", 2);
    for worker in first {
        assert!(!is_alive(worker), "a worker of the first trial is still there in the second");
    }
    let ended = run.finish();
    assert_eq!(ended.code(), 1);
    let broken = ended.warnings("trial-broken");
    assert!(broken.len() == 1 && broken[0].contains("cannot fork worker 0"), "{broken:?}");
}
