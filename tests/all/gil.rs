//! Whole runs under the emulated interpreter lock: who is slowed down and who is not, that results stay the same, and
//! that whoever waits for the lock hears when a run is to end.

use std::time::{Duration, Instant};

use crate::common::locked::{LOCK, done, lock, locked, shortest};
use crate::common::running::{Running, send};
use crate::common::{AT_ONCE, report};
use nix::sys::signal::Signal::{SIGINT, SIGKILL};

#[test]
fn a_turn_lasts_as_long_as_the_switch_interval() {
    let handovers = |interval_ms: &str| {
        let toml = locked(
            "kind = 'countdown'\nsteps = 3e8\ninputs = [1, 1]",
            "workers = 2\nbackends = ['threads']\nrepeats = 1\nbaseline = 'none'",
        );
        let report = done(&toml.replace("gil = true", &format!("gil = true\nswitch_interval_ms = {interval_ms}")));
        (lock(&report, 0, "handovers"), shortest(&report, 0))
    };
    for (interval_ms, interval_s) in [("2", 0.002), ("20", 0.02)] {
        let (handovers, wall_s) = handovers(interval_ms);
        let most = wall_s / interval_s;
        // Every turn lasts an interval at least; on a busy machine many last longer.
        assert!((2.0..=most + 1.0).contains(&handovers), "{handovers} hand-overs, at most {most}");
    }
    let (none, _) = handovers("10000");
    assert_eq!(none, 0.0, "no thread is asked before an interval is over");
}

#[test]
fn threads_that_wait_do_so_at_once() {
    let report = done(&locked(
        "kind = 'sleep'\nunit_s = 0.2\ninputs = [1, 1]",
        "backends = ['threads']\nworkers = 2\nrepeats = 3",
    ));
    let ratio = shortest(&report, 1) / shortest(&report, 0);
    assert!((0.49..0.75).contains(&ratio), "{ratio}");
    assert!(lock(&report, 1, "held_s") < 0.1 * shortest(&report, 1), "it is held by somebody who sleeps");
}

#[test]
fn processes_have_a_lock_each() {
    let report = done(&locked(
        "kind = 'countdown'\nsteps = 1e8\ninputs = [1, 1, 1]",
        "backends = ['processes']\nworkers = 3\nrepeats = 3",
    ));
    assert_eq!((lock(&report, 1, "waits"), lock(&report, 1, "handovers")), (0.0, 0.0));
    let wall_s = report["configs"][1]["wall_s"]["median"].as_f64().expect("a wall time");
    assert!(lock(&report, 1, "held_s") > 1.2 * wall_s, "each was held for most of the time: {}", report["configs"][1]);
}

#[test]
fn each_process_of_a_hybrid_has_a_lock_for_its_threads() {
    let workload = "kind = 'countdown'\nsteps = 3e7\ninputs = { repeat = 1, times = 8 }";
    let sweep = "backends = ['hybrid']\nworkers = '1x2, 2x1'\nrepeats = 5\nbaseline = 'none'";
    let report = done(&locked(workload, sweep));
    let [waits, own] = [0, 1].map(|config| lock(&report, config, "waits"));
    assert!(waits > 0.0 && own == 0.0, "{waits} {own}");
    // Two threads hold one lock one after the other; the time that they compute is that of the trial.
    let wall_s = report["configs"][0]["wall_s"]["median"].as_f64().expect("a time");
    assert!(lock(&report, 0, "held_s") <= 1.1 * wall_s, "{} of {wall_s}", lock(&report, 0, "held_s"));
}

#[test]
fn results_are_those_without_a_lock() {
    let kinds = [
        "kind = 'square'\ntasks = 5000",
        "kind = 'countdown'\nsteps = 3e5\ninputs = [3, 1, 4, 1, 5, 9, 2]",
        "kind = 'sleep'\nunit_s = 0.001\ninputs = [3, 1, 4, 1, 5, 9, 2]",
        "kind = 'convoy'\nsteps = 1e6\ntrips = 5\ninputs = [1, 0, 2.5, 0]",
        "kind = 'pi'\ndarts = 100000\ntasks = 7",
        "kind = 'mandelbrot'\ntasks = 20\nwidth = 40\nheight = 20\nmax_iter = 5000",
        "kind = 'sum'\nterms = 100000\ntasks = 7",
        "kind = 'matmul'\nn = 60\ninner_threads = 2\ntasks = 7",
        "kind = 'triad'\nmib = 1\npasses = 2\ntasks = 7",
    ];
    for kind in kinds {
        let mut checksums = Vec::new();
        for lock in ["", LOCK, "[interpreter]\ngil = true\nswitch_interval_ms = 0.01\n"] {
            for schedule in ["static", "dynamic", "guided", "stealing"] {
                let backends = if schedule == "stealing" { "'threads'" } else { "'threads', 'processes'" };
                let toml = format!(
                    "[workload]\n{kind}\n{lock}[sweep]\nbackends = [{backends}]\nworkers = [1, 3]\nrepeats = 1\n\
                     warmup = 0\nschedule = '{schedule}'\n"
                );
                let report = done(&toml);
                let configs = report["configs"].as_array().expect("configurations");
                checksums.extend(configs.iter().map(|config| config["checksum"].to_string()));
                assert!(configs.iter().all(|config| config["interpreter"].is_null() == lock.is_empty()));
            }
        }
        checksums.dedup();
        assert_eq!(checksums.len(), 1, "{kind}: {checksums:?}");
    }
}

/// Tasks that count for longer than any test, so that all but one wait for the lock.
fn endless(backends: &str, more: &str) -> String {
    let workload = "kind = 'countdown'\nsteps = 1e14\ninputs = [1, 1, 1, 1]";
    // A patient lock: who waits for it does not look up by itself for ten seconds.
    let lock = "gil = true\nswitch_interval_ms = 10000";
    let sweep = format!("backends = [{backends}]\nworkers = 4\nbaseline = 'none'\nrepeats = 1\n{more}");
    locked(workload, &sweep).replace("gil = true", lock)
}

#[test]
fn whoever_waits_for_the_lock_hears_a_signal() {
    for (backends, schedule) in [("'threads'", "dynamic"), ("'threads'", "stealing"), ("'processes'", "dynamic")] {
        let mut run = Running::start(&endless(backends, &format!("schedule = '{schedule}'")), &["--quiet"]);
        run.wait_for("gate_opened", 1);
        std::thread::sleep(Duration::from_millis(50));
        let begun = Instant::now();
        run.signal(SIGINT);
        run.wait();
        let took = begun.elapsed();
        assert!(took < AT_ONCE, "{backends} {schedule}: {took:?}");
        let ended = run.finish();
        assert_eq!(ended.code(), 130, "{}", ended.stderr);
        eprintln!("{backends} {schedule}: {took:?} (allowed: 200 ms)");
    }
}

#[test]
fn whoever_waits_for_the_lock_hears_that_time_is_up() {
    let (report, code, stderr) = report(&endless("'threads', 'processes'", "timeout_s = 0.2"), &[]);
    assert_eq!((code, &report["status"]), (1, &"failed".into()), "{stderr}");
    let warnings = report["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.iter().filter(|warning| warning["code"] == "timeout").count(), 2, "{warnings:?}");
}

#[test]
fn a_killed_worker_takes_no_lock_with_it() {
    let toml = locked(
        "kind = 'countdown'\nsteps = 1e9\ninputs = [1, 1]",
        "backends = ['processes']\nworkers = 2\nbaseline = 'none'\nrepeats = 1",
    );
    let mut run = Running::start(&toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let workers = run.wait_for_workers(2);
    send(workers[0], SIGKILL);
    run.wait();
    let ended = run.finish();
    let report = ended.report();
    assert_eq!(ended.warnings("worker-lost").len(), 1, "{}", report["warnings"]);
    assert_eq!(report["configs"][0]["tasks_done"], 2);
}
