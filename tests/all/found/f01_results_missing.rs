//! A run is `done` only when each task has been run exactly once, whoever was killed between which two instructions.

use serde_json::Value;

use crate::common::running::{Ended, Running};
use crate::common::traced::{BoardFile, Traced};
use crate::common::{report, wait_until};

/// A scenario whose one worker takes its tasks from the cursor.
fn scenario(workload: &str, sweep: &str) -> String {
    format!(
        "[workload]\n{workload}\n[sweep]\nbackends = ['processes']\nworkers = 1\nbaseline = 'none'\nrepeats = 1\n\
         warmup = 0\n{sweep}\n"
    )
}

/// Kills a worker as soon as it has moved the cursor, before it can write down what it has got.
fn kill_in_a_claim(worker: Traced, board: &BoardFile) {
    let before = board.cursor();
    worker.step_until(|| board.cursor() != before);
    worker.kill();
}

/// Has the worker killed in a claim, and so many of its replacements, too; then the one killed at birth that is to run
/// what was lost, so many times.
fn strike(toml: &str, in_claims: usize, at_birth: usize) -> Ended {
    let mut run = Running::start(toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let board = BoardFile::of(run.pid()).expect("a board");
    wait_until("the work to be on its way", || board.cursor() > 0);
    let forkserver = Traced::watch_births(run.forkserver().expect("a forkserver"));
    kill_in_a_claim(Traced::stop(run.wait_for_workers(1)[0]), &board);
    for _ in 1..in_claims {
        let replacement = forkserver.next_birth();
        kill_in_a_claim(replacement, &board);
    }
    // The one that runs the rest.
    forkserver.next_birth().let_go();
    for _ in 0..at_birth {
        forkserver.next_birth().kill();
    }
    if at_birth > 0 {
        forkserver.next_birth().let_go();
    }
    forkserver.stop_and_let_go();
    run.wait();
    run.finish()
}

/// The same without a strike.
fn undisturbed(toml: &str) -> Value {
    let (report, code, stderr) = report(toml, &[]);
    assert_eq!(code, 0, "{stderr}");
    report
}

fn assert_whole(ended: &Ended, toml: &str, strikes: usize, what: &str) {
    let (report, undisturbed) = (ended.report(), undisturbed(toml));
    assert_eq!((ended.code(), &report["status"]), (0, &"done".into()), "{what}: {}", report["warnings"]);
    let [config, other] = [&report["configs"][0], &undisturbed["configs"][0]];
    for figure in ["tasks_done", "tasks_failed", "checksum", "results"] {
        assert_eq!(config[figure], other[figure], "{what}: {figure}");
    }
    assert_eq!(ended.warnings("worker-lost").len(), strikes, "{what}: a strike that was not felt");
}

/// Tasks that last longer than it takes to find their worker.
const WAITING: &str = "kind = 'sleep'\nunit_s = 0.004\ninputs = { repeat = 1, times = 120 }";
/// So many that none of them has a record.
const WITHOUT_RECORDS: &str = "kind = 'square'\ntasks = 600000";

#[test]
fn the_replacement_that_is_to_run_a_lost_claim_may_be_killed_too() {
    for (workload, sweep, times) in [
        (WAITING, "", 1),
        (WAITING, "chunk = 3", 2),
        (WAITING, "chunk = 2\norder = 'shuffled'", 1),
        (WITHOUT_RECORDS, "chunk = 7", 1),
    ] {
        let toml = scenario(workload, sweep);
        let ended = strike(&toml, 1, times);
        assert_whole(&ended, &toml, 1 + times, &format!("{workload} {sweep}"));
    }
}

#[test]
fn several_claims_lost_in_one_trial_are_recovered() {
    for (workload, sweep, claims) in
        [(WAITING, "", 2), (WAITING, "chunk = 4", 3), (WITHOUT_RECORDS, "", 2), (WITHOUT_RECORDS, "chunk = 5", 3)]
    {
        let toml = scenario(workload, sweep);
        for at_birth in 0..2 {
            let ended = strike(&toml, claims, at_birth);
            let what = format!("{claims} claims, {at_birth} at birth, {workload} {sweep}");
            assert_whole(&ended, &toml, claims + at_birth, &what);
        }
    }
}
