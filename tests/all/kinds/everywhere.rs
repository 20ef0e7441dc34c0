//! Every kind returns the same from every backend under every schedule that the backend has.

use serde_json::Value;

use crate::common::report;

/// What each kind's tasks are like here: small, and more than the workers.
const KINDS: &[(&str, &str)] = &[
    ("mandelbrot", "tasks = 30\nwidth = 40\nheight = 30\nmax_iter = 200"),
    ("sum", "terms = 5000\n[grid]\nx = [0, 1, 2, 3, 4]\nseries = ['random', 'harmonic']\nshape = ['chain', 'tree']"),
    ("http", "unit_s = 1e-5\n[grid]\nname = ['pelita', 'x y', 'ASPP']\nx = [0, 1, 2, 3, 4, 5, 6, 7]"),
    ("sum", "terms = 5000\ncombine = 'shared'\ntasks = 9"),
    ("matmul", "[grid]\nx = [0, 1, 2]\nn = [1, 70, 150]\ninner_threads = [1, 3, 'all']"),
    ("convoy", "inputs = [1, 0, 0.5, 0, 2, 1, 0]\nsteps = 1e5\ntrips = 3\ntrip_s = 0.0001"),
    ("triad", "tasks = 12\nmib = 2\npasses = 3"),
    (
        "race",
        "steps = 500\n[grid]\nx = [0, 1, 3.5]\nprotection = ['none', 'atomic', 'mutex', 'sharded', 'false-sharing']",
    ),
    ("refcount", "steps = 500\n[grid]\nx = [0, 1, 3.5]\nobjects = [1, 9]\nprotection = ['none', 'atomic', 'mutex']"),
    ("memory", "passes = 2\n[grid]\nx = [1, 2]\nmib = [1, 3]\naccess = ['read', 'write']\npart = [1.0, 0.3]"),
];

fn checksums(report: &Value) -> Vec<&str> {
    let configs = report["configs"].as_array().expect("configurations");
    configs.iter().map(|config| config["checksum"].as_str().expect("a checksum")).collect()
}

#[test]
fn results_do_not_depend_on_who_runs_what() {
    for (kind, body) in KINDS {
        let mut seen: Vec<String> = Vec::new();
        for schedule in ["static", "dynamic", "guided", "stealing"] {
            // Only threads can steal, and only in the order of the queue can tasks go through a pipe.
            let (backends, workers, configs) = match schedule {
                "stealing" => ("['threads']", "[1, 3]", 3),
                "dynamic" => ("['threads', 'processes', 'hybrid']\ndispatch = ['shared', 'pipe']", "[1, 3, '2x2']", 11),
                _ => ("['threads', 'processes', 'hybrid']", "[1, 3, '2x2']", 8),
            };
            let toml = format!(
                "[workload]\nkind = '{kind}'\n{body}\n[sweep]\nbackends = {backends}\nworkers = {workers}\n\
                 baseline = 'serial'\nrepeats = 1\nwarmup = 0\nschedule = '{schedule}'\n"
            );
            let (report, code, stderr) = report(&toml, &[]);
            assert_eq!((code, &report["status"]), (0, &"done".into()), "{kind} {schedule}: {stderr}");
            assert_eq!(report["configs"].as_array().map(Vec::len), Some(configs), "{kind} {schedule}");
            seen.extend(checksums(&report).into_iter().map(str::to_owned));
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{kind}: {seen:?}");
    }
}
