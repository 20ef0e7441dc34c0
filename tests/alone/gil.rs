//! What the emulated interpreter lock costs, and whom it does not: threads that compute, native code, the pipe.

use crate::alone;
use crate::common::locked::{done, lock, locked, paired_ratio, shortest};

#[test]
fn threads_that_compute_are_as_slow_as_serial() {
    let _turn = alone();
    let sweep = "backends = ['threads']\nworkers = [2, 3]\nrepeats = 5";
    let report = done(&locked("kind = 'countdown'\nsteps = 6e7\ninputs = [1, 1, 1, 1]", sweep));
    assert_eq!(
        (lock(&report, 0, "waits"), lock(&report, 0, "handovers")),
        (0.0, 0.0),
        "serially there is no other worker"
    );
    for config in [1, 2] {
        // One of them always has it, and the others always want it.
        let wall_s = report["configs"][config]["wall_s"]["median"].as_f64().expect("a wall time");
        let (held, waited) = (lock(&report, config, "held_s") / wall_s, lock(&report, config, "waited_s") / wall_s);
        assert!((0.8..1.01).contains(&held) && waited > 0.6 * config as f64, "held {held}, waited {waited}");
        assert!(lock(&report, config, "handovers") >= 3.0 && lock(&report, config, "waits") >= 3.0);
        let cpu = |mode: &str| report["configs"][config]["cpu_s"][mode].as_f64().expect("CPU seconds");
        let busy = (cpu("user") + cpu("system")) / wall_s;
        assert!(busy < 1.05, "{busy} CPUs were busy under one lock");
        // Without the lock it would be a half and a third of that. How close to 1 it is, `benches/gil.rs` says.
        let slowdown = paired_ratio(&report, config, 0);
        assert!((0.7..1.6).contains(&slowdown), "{slowdown}");
    }
}

#[test]
fn whoever_waits_for_the_pipe_does_not_hold_the_lock() {
    let _turn = alone();
    let workload = "kind = 'square'\ntasks = 300";
    let sweep =
        "backends = ['processes']\nworkers = 2\nrepeats = 3\nbaseline = 'none'\ndispatch = 'pipe'\npayload = 1048576";
    let report = done(&locked(workload, sweep));
    let both = 2.0 * report["configs"][0]["wall_s"]["median"].as_f64().expect("a time");
    assert!(lock(&report, 0, "held_s") < 0.75 * both, "{} of {both}", lock(&report, 0, "held_s"));
    assert_eq!(lock(&report, 0, "waits"), 0.0, "no other worker shares it");
}

#[test]
fn native_code_lets_go() {
    let _turn = alone();
    let workloads = [
        "kind = 'matmul'\nn = 400\ntasks = 4",
        "kind = 'triad'\nmib = 12\npasses = 20\ntasks = 4",
        "kind = 'svc'\nsamples = 2000\n[grid]\nC = [1, 10]",
    ];
    for workload in workloads {
        let report = done(&locked(workload, "backends = ['threads']\nworkers = 2\nrepeats = 1"));
        for config in [0, 1] {
            let held = lock(&report, config, "held_s") / shortest(&report, config);
            assert!(held < 0.2, "{workload}: held {held}");
        }
        assert_eq!(lock(&report, 1, "handovers"), 0.0, "{workload}: no thread had it for an interval");
    }
}

#[test]
fn beside_a_thread_that_computes_round_trips_take_a_switch_interval() {
    let _turn = alone();
    let workload = "kind = 'convoy'\nsteps = 2e9\ntrips = 15\ntrip_s = 0.0005\ninputs = [1, 0]";
    let report = done(&locked(workload, "backends = ['threads', 'processes']\nworkers = 2\nrepeats = 1"));
    let trip_s = |config: usize| report["configs"][config]["results"][1]["values"]["mean_s"].as_f64().expect("a time");
    let [serial, threads, processes] = [trip_s(0), trip_s(1), trip_s(2)];
    assert!(serial >= 0.0005 && processes >= 0.0005, "a round trip is never shorter than its wait");
    // Whatever the machine: the wait for the lock comes on top, once a round trip. Trips before the other thread
    // computes, which may get a CPU late, have none.
    assert!(threads >= 0.5 * 0.0055, "{threads}");
    assert!(threads > 1.5 * processes.min(serial), "serially {serial}, in threads {threads}, in processes {processes}");
}
