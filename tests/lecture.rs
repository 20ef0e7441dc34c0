//! What the lecture says of processes must come out here, too: equal tasks are shared out, small ones are not worth it.

mod common;

use common::report;
use common::running::alone;
use serde_json::Value;

fn speedups(toml: &str) -> Vec<f64> {
    let (report, code, stderr) = report(toml, &[]);
    assert_eq!((code, &report["status"]), (0, &"done".into()), "{stderr}\n{}", report["warnings"]);
    let configs = report["configs"].as_array().expect("configs");
    let value = |config: &Value| config["speedup"]["value"].as_f64().expect("a speedup");
    configs.iter().filter(|config| config["backend"] == "processes").map(value).collect()
}

#[test]
fn two_processes_share_equal_tasks() {
    let _turn = alone();
    if std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() < 2) {
        eprintln!("SKIPPED: this test needs two CPUs");
        return;
    }
    let toml = "[workload]\nkind = \"countdown\"\nsteps = 1e7\ninputs = { repeat = 2, times = 16 }\n\
                [sweep]\nbackends = [\"processes\"]\nworkers = 2\nrepeats = 5\n";
    // A CPU that somebody else uses as well spoils a try, not the rule.
    let mut tries = (0..10).map(|_| speedups(toml)[0]).inspect(|speedup| eprintln!("2 processes: {speedup}"));
    assert!(tries.any(|speedup| speedup >= 1.8), "no try in which two processes were 1.8 times as fast as one loop");
}

#[test]
fn small_tasks_only_get_slower_with_more_processes() {
    let _turn = alone();
    let toml = "[workload]\nkind = \"countdown\"\nsteps = 2e2\ninputs = { repeat = 2, times = 16 }\n\
                [sweep]\nbackends = [\"processes\"]\nworkers = [1, 4, 16]\nrepeats = 25\ninclude_startup = true\n";
    let found = speedups(toml);
    assert_eq!(found.len(), 3);
    assert!(found[0] < 1.0 && found.is_sorted_by(|few, many| few > many), "{found:?}");
}
