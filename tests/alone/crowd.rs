//! Thousands of workers: beside them a trial of milliseconds would take seconds.

use crate::alone;
use crate::common::running::warnings;
use crate::common::{report, skip};

#[test]
fn many_workers_for_one_task() {
    let _turn = alone();
    let toml = "[workload]\nkind = \"square\"\ntasks = 1\n[sweep]\nworkers = 500\nrepeats = 2\nwarmup = 0\n";
    for schedule in ["static", "dynamic", "guided"] {
        let (report, code, stderr) = report(toml, &["--schedule", schedule]);
        assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{schedule}: {stderr}");
    }
    let (report, code, stderr) = report(toml, &["--schedule", "stealing", "--backends", "threads"]);
    assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{stderr}");
}

#[test]
fn as_many_workers_as_are_allowed() {
    let _turn = alone();
    let toml = "[workload]\nkind = \"square\"\ntasks = 5000\n[sweep]\nworkers = 4096\nrepeats = 1\nwarmup = 0\n";
    let (found, code, stderr) = report(toml, &[]);
    if code == 1 && !warnings(&found, "trial-broken").is_empty() {
        return skip(&format!("this machine has no room for as many workers: {}", found["warnings"]));
    }
    assert_eq!((found["status"].as_str(), code), (Some("done"), 0), "{stderr}");
    for config in found["configs"].as_array().expect("configs") {
        assert_eq!(config["tasks_done"], 5000);
        eprintln!("{} × {}: start-up {} s", config["backend"], config["workers"], config["startup_s"]["median"]);
    }
}
