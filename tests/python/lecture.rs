//! Bundled scenarios that need Python's libraries: each is run with them, from a folder that has nothing of theirs.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{folder, parlab, stderr};
use crate::pythons::environment;

/// Runs a bundled scenario once in an environment; its report.
fn run(name: &str, python: &Path, keys: &[&str]) -> Value {
    let (elsewhere, temporary) = (folder(), folder());
    let mut command = parlab();
    command.args(["run", name, "--repeats", "1", "--warmup", "0", "--quiet", "--format", "json"]);
    command.args(keys.iter().flat_map(|key| ["-s", key])).current_dir(elsewhere.path());
    command.env("PARLAB_PYTHON", python).env("TMPDIR", temporary.path()).env_remove("XDG_RUNTIME_DIR");
    let output = command.output().expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), report["warnings"]);
    for folder in [&elsewhere, &temporary] {
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().map(|it| it.file_name()).collect();
        assert!(left.is_empty(), "{name} leaves {left:?} behind");
    }
    report
}

fn configs(report: &Value) -> &Vec<Value> {
    report["configs"].as_array().expect("configs")
}

/// Names of tasks with how many there were.
fn tasks(config: &Value) -> Vec<(&str, u64)> {
    let tasks = config["tasks"].as_array().expect("tasks").iter();
    tasks.map(|task| (task["name"].as_str().unwrap_or_default(), task["done"].as_u64().unwrap_or(0))).collect()
}

fn lanes_with_tasks(config: &Value) -> usize {
    let lanes = config["lanes"].as_array().expect("lanes").iter();
    lanes.filter(|lane| lane["tasks"].as_u64() > Some(0)).count()
}

#[test]
fn a_grid_search_shows_its_tasks_by_process() {
    for name in ["old", "new"] {
        let Some(python) = environment(name) else { return };
        let report = run("python-grid-search", &python, &[]);
        for (config, lanes) in configs(&report).iter().zip([1, 2]) {
            assert_eq!(tasks(config), [("_fit_and_score", 36)], "{name}");
            assert_eq!(lanes_with_tasks(config), lanes, "{name}");
        }
    }
}

#[test]
fn a_grid_search_over_dask_shows_its_batches_by_worker() {
    for name in ["old", "new"] {
        let Some(python) = environment(name) else { return };
        let report = run("python-grid-search-dask", &python, &["workers=2"]);
        let config = configs(&report).last().expect("a configuration");
        let told = tasks(config);
        assert!(!told.is_empty() && told.iter().all(|(name, _)| name.contains("batch_of__fit_and_score_")), "{told:?}");
        let calls = |(name, done): &(&str, u64)| {
            let of_each: u64 = name.rsplit('_').nth(1).and_then(|count| count.parse().ok()).expect("a number");
            of_each * done
        };
        assert_eq!(told.iter().map(calls).sum::<u64>(), 36, "{told:?}");
        assert_eq!(lanes_with_tasks(config), 2, "{name}");
    }
}

#[test]
fn numpy_has_as_many_threads_as_it_may() {
    for name in ["old", "new"] {
        let Some(python) = environment(name) else { return };
        let report = run("python-oversubscription", &python, &["inputs={ repeat = 60, times = 4 }"]);
        let configs = configs(&report);
        assert_eq!(configs.len(), 6);
        assert!(configs.iter().all(|config| config["checksum"] == configs[0]["checksum"]), "{name}");
    }
    let Some(python) = environment("new") else { return };
    // OpenBLAS has no more of them than CPUs.
    let most = std::thread::available_parallelism().map_or(1, |cpus| cpus.get().min(2)) as f64;
    let place = folder();
    let threads = "def threads(_):\n    import numpy, threadpoolctl\n    \
                   return max(pool['num_threads'] for pool in threadpoolctl.threadpool_info())\n";
    fs::write(place.path().join("f.py"), threads).expect("a file");
    let toml = "title = 't'\n[workload]\nkind = 'python'\nfunction = 'f.py:threads'\ntasks = 2\n[vary]\n\
                library_threads = [1, 2]\n[sweep]\nbackends = ['python-processes']\nworkers = 2\nrepeats = 1\nwarmup = 0\n";
    let scenario = crate::common::scenario(place.path(), "case", toml);
    let mut command = parlab();
    command.args(["run", "--yes", "--quiet", "--format", "json"]).arg(scenario).env("PARLAB_PYTHON", python);
    let report: Value = serde_json::from_slice(&command.output().expect("parlab").stdout).expect("a report");
    for (config, expected) in configs(&report).iter().zip([1.0, 1.0, most, most]) {
        for result in config["results"].as_array().expect("results") {
            assert_eq!(result["values"]["value"], expected, "{config}");
        }
    }
}
