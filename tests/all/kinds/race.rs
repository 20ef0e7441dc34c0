//! `race` and `refcount`: nothing is lost by one worker, nor by many with protection; without, something is.

use nix::sys::signal::Signal;
use parlab::workload::{self, TaskContext as _};
use serde_json::Value;

use super::context::{TestDesk, tells_and_stops};
use super::{build, job, objections, results};
use crate::common::report;
use crate::common::running::{Running, send};

/// The report of a run of one configuration, and what is said of it on standard error.
fn run(kind: &str, protection: &str, backend: &str, workers: u32, body: &str) -> Value {
    let toml = format!(
        "[workload]\nkind = '{kind}'\nprotection = '{protection}'\n{body}\n[sweep]\nbackends = ['{backend}']\n\
         workers = {workers}\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\nschedule = 'static'\n"
    );
    let (report, code, stderr) = report(&toml, &[]);
    assert_eq!((code, &report["status"]), (0, &"done".into()), "a race is no failure: {stderr}");
    let warnings = report["warnings"].as_array().expect("warnings");
    assert!(warnings.iter().all(|warning| warning["code"] == "too-short"), "{protection}: {warnings:?}");
    report
}

fn tally(report: &Value, name: &str) -> f64 {
    report["configs"][0]["tally"][name].as_f64().unwrap_or_else(|| panic!("no {name} in {report:#}"))
}

/// What a single task leaves, at a context without another worker.
fn left(kind: &str, body: &str) -> Vec<(&'static str, f64)> {
    let context = TestDesk::default();
    build(kind, body).run(0, &context).expect("it is not cancelled");
    let tally = workload::watch(kind).tally.expect("a tally");
    tally(&job(kind, body), context.shared_cells())
}

#[test]
fn a_task_tells_its_updates_and_leaves_as_many() {
    for protection in ["none", "atomic", "mutex", "sharded", "false-sharing"] {
        let body = format!("inputs = [2.5]\nsteps = 10001\nprotection = '{protection}'");
        assert_eq!(results("race", &body, 1)[0][0], 25_002.0);
        assert_eq!(left("race", &body), [("lost", 0.0), ("found", 25_002.0), ("expected", 25_002.0)], "{protection}");
    }
}

#[test]
fn one_worker_loses_nothing_and_protected_ones_neither() {
    let body = "inputs = { repeat = 1, times = 8 }\nsteps = 50_000";
    for backend in ["threads", "processes"] {
        assert_eq!(tally(&run("race", "none", backend, 1, body), "lost"), 0.0, "{backend}");
        for protection in ["atomic", "mutex", "sharded", "false-sharing"] {
            let report = run("race", protection, backend, 4, body);
            assert_eq!(tally(&report, "lost"), 0.0, "{protection}, {backend}");
            assert_eq!((tally(&report, "found"), tally(&report, "expected")), (400_000.0, 400_000.0));
        }
    }
}

#[test]
fn two_workers_without_protection_lose_updates() {
    // Each has a task that takes a great many time slices: whatever else the machine does, they meet.
    let steps = 300_000_000_u64;
    let body = format!("inputs = {{ repeat = 1, times = 2 }}\nsteps = {steps}");
    for backend in ["threads", "processes"] {
        let report = run("race", "none", backend, 2, &body);
        let [lost, found, expected] = ["lost", "found", "expected"].map(|name| tally(&report, name));
        assert_eq!((expected, lost), (2.0 * steps as f64, expected - found));
        // What is asked for is the same all the same.
        let updates = report["configs"][0]["results"][0]["values"]["updates"].as_f64();
        assert_eq!(updates, Some(expected / 2.0));
        assert!(lost > 0.0, "{backend}: not one update was lost");
    }
}

#[test]
fn more_workers_than_counters_lose_nothing() {
    let body = "inputs = { repeat = 1, times = 300 }\nsteps = 500";
    for protection in ["sharded", "false-sharing"] {
        let report = run("race", protection, "threads", 150, body);
        assert_eq!((tally(&report, "found"), tally(&report, "lost")), (150_000.0, 0.0), "{protection}");
    }
}

#[test]
fn a_lock_outlives_its_holder() {
    let toml = "[workload]\nkind = 'race'\nprotection = 'mutex'\nsteps = 1e7\ninputs = { repeat = 1, times = 9 }\n\
                [sweep]\nbackends = ['processes']\nworkers = 3\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";
    let mut run = Running::start(toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    // Of three workers one has it nearly all the time. Each is killed once only, or its task would be given up.
    for lane in 0..3 {
        let victim = run.wait_for_workers(3)[lane];
        send(victim, Signal::SIGKILL);
        run.wait_for("worker_lost", lane + 1);
    }
    let ended = run.finish();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    let report = ended.report();
    let config = &report["configs"][0];
    assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&9.into(), &0.into()));
    // What the lost ones had done cannot be told from what was done again: the figures are those of the trial that was
    // timed again without them.
    let codes: Vec<&Value> = report["warnings"].as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
    assert!(codes.contains(&&"timed-again".into()), "{codes:?}");
    assert_eq!((tally(&report, "found"), tally(&report, "lost")), (90_000_000.0, 0.0));
}

#[test]
fn counts_that_are_kept_free_all_objects_in_time() {
    let body = "inputs = { repeat = 1, times = 8 }\nsteps = 20_000\nobjects = 5";
    let fine = |report: &Value| {
        let names = ["freed_too_early", "leaked", "used_after_free", "objects"];
        assert_eq!(names.map(|name| tally(report, name)), [0.0, 0.0, 0.0, 5.0]);
    };
    for backend in ["threads", "processes"] {
        fine(&run("refcount", "none", backend, 1, body));
        fine(&run("refcount", "atomic", backend, 4, body));
        fine(&run("refcount", "mutex", backend, 4, body));
    }
}

#[test]
fn counts_without_protection_go_wrong() {
    let body = "inputs = { repeat = 1, times = 2 }\nsteps = 50_000_000\nobjects = 3";
    for backend in ["threads", "processes"] {
        let report = run("refcount", "none", backend, 2, body);
        let [early, leaked, used] = ["freed_too_early", "leaked", "used_after_free"].map(|name| tally(&report, name));
        assert!(early + leaked <= 3.0 && (early > 0.0 || used == 0.0), "{early} {leaked} {used}");
        assert!(early + leaked > 0.0, "{backend}: all counts were right");
    }
}

#[test]
fn a_task_refers_to_all_objects_and_lets_go_of_them() {
    for protection in ["none", "atomic", "mutex"] {
        let body = format!("inputs = [1]\nsteps = 40_000\nobjects = 256\nprotection = '{protection}'");
        assert_eq!(results("refcount", &body, 1)[0][0], 40_000.0);
        let expected = [("freed_too_early", 0.0), ("leaked", 0.0), ("used_after_free", 0.0), ("objects", 256.0)];
        assert_eq!(left("refcount", &body), expected, "{protection}");
    }
}

#[test]
fn they_tell_how_far_they_are_and_stop() {
    for (kind, steps) in [("race", 100_000), ("refcount", 50_000)] {
        for protection in ["none", "atomic", "mutex"] {
            let body = format!("inputs = [1]\nsteps = {steps}\nprotection = '{protection}'");
            tells_and_stops(&*build(kind, &body), 0, 20);
        }
    }
}

#[test]
fn parameters_keep_to_their_bounds() {
    assert!(objections("race", "protection = 'atomics'").contains("did you mean \"atomic\"?"));
    assert!(objections("race", "steps = -1").contains("must be at least 0"));
    assert!(objections("refcount", "objects = 257").contains("must be at most 256"));
    assert!(objections("refcount", "objects = 0").contains("must be at least 1"));
    // A count in shards could not tell when it gets to zero.
    assert!(objections("refcount", "protection = 'sharded'").contains("none"));
}

#[test]
fn what_is_left_is_counted_over_the_objects_of_its_own_point() {
    let (report, code, stderr) = report(
        "[workload]\nkind = 'refcount'\nsteps = 500\ntasks = 4\n[vary]\nobjects = [1, 64]\n\
         [sweep]\nbackends = ['threads']\nworkers = 1\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n",
        &[],
    );
    assert_eq!(code, 0, "{stderr}");
    let objects = |point: usize| report["configs"][point]["tally"]["objects"].as_f64();
    assert_eq!((objects(0), objects(1)), (Some(1.0), Some(64.0)));
}
