//! What the way through a pipe costs.

use serde_json::Value;

use crate::alone;
use crate::common::report;

/// The report of squares that are sent with so many bytes.
fn squares(tasks: u64, payload: u64, sweep: &str) -> Value {
    let toml = format!(
        "[workload]\nkind = 'square'\ntasks = {tasks}\n[sweep]\nbackends = ['processes']\nbaseline = 'none'\n\
         repeats = 5\nwarmup = 0\npayload = {payload}\n{sweep}\n"
    );
    let (report, code, stderr) = report(&toml, &[]);
    assert_eq!(code, 0, "{stderr}");
    report
}

fn shortest(config: &Value) -> f64 {
    config["wall_s"]["min"].as_f64().expect("a time")
}

#[test]
fn nothing_is_gained_by_copying() {
    let _turn = alone();
    let report = squares(200, 4096, "workers = 2\ndispatch = ['shared', 'pipe']");
    let [shared, pipe] = [0, 1].map(|config| shortest(&report["configs"][config]));
    assert!(pipe > shared, "{pipe} s through the pipe, {shared} s through shared memory");
}

#[test]
fn the_last_result_counts_when_it_has_come_back() {
    let _turn = alone();
    // A task of no time with 16 MiB each way: nearly all of the trial is the way.
    let report = squares(2, 16_777_216, "workers = 1\nchunk = 2\ndispatch = 'pipe'");
    let config = &report["configs"][0];
    let in_tasks = 2.0 * config["task_s"]["max"].as_f64().expect("a time");
    // Both results travel after the last task has ended.
    assert!(shortest(config) > 1.1 * in_tasks, "{} against {in_tasks}", shortest(config));
}
