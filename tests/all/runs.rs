//! Whole runs: the same results whoever ran the tasks and however they were shared out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::common::report;
use crate::common::running::{Running, warnings};
use serde_json::Value;

/// Inputs that are neither sorted nor distinct, a number divisible by none of the numbers of workers.
const INPUTS: [f64; 13] = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0, 7.0];

/// A scenario over all backends, with these lines added to `[sweep]`.
fn everywhere(workload: &str, backends: &str, sweep: &str) -> String {
    let baseline = if workload.contains("\"crash\"") { "none" } else { "serial" };
    format!(
        "[workload]\n{workload}\n[sweep]\nbackends = [{backends}]\nworkers = [1, 2, 3, 5]\nbaseline = \"{baseline}\"\n\
         repeats = 1\nwarmup = 0\n{sweep}\n"
    )
}

/// What a run found, once it is sure that all of its configurations agree: the checksum and the results by task.
fn agreed(report: &Value, what: &str) -> (String, Vec<Value>) {
    assert_eq!(report["status"], "done", "{what}: {}", report["warnings"]);
    // So few tasks are too short to be timed, and nothing else is wrong with them.
    let warnings = report["warnings"].as_array().expect("warnings");
    assert!(warnings.iter().all(|warning| warning["code"] == "too-short"), "{what}: {warnings:?}");
    let configs = report["configs"].as_array().expect("configs");
    let first = &configs[0];
    for config in configs {
        assert_eq!(config["checksum"], first["checksum"], "{what}");
        assert_eq!(config["results"], first["results"], "{what}");
        assert_eq!(config["tasks_done"], report["scenario"]["tasks"], "{what}");
        assert_eq!(config["tasks_failed"], 0, "{what}");
    }
    let results = first["results"].as_array().expect("results").clone();
    (first["checksum"].as_str().expect("a checksum").to_owned(), results)
}

/// The values of a name in task order.
fn column(results: &[Value], name: &str) -> Vec<f64> {
    results.iter().map(|result| result["values"][name].as_f64().expect("a value")).collect()
}

/// Runs a workload by every backend, schedule, chunk and number of workers, and gives the results they agree on.
fn swept(workload: &str) -> Vec<Value> {
    let (forked, all) = ("\"processes\"", "\"serial\", \"threads\", \"processes\"");
    let backends = if workload.contains("\"crash\"") { forked } else { all };
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for schedule in ["static", "dynamic", "guided", "stealing"] {
        let backends = match schedule {
            "stealing" if backends == forked => continue,
            "stealing" => "\"threads\"",
            _ => backends,
        };
        for chunk in ["", "chunk = 1", "chunk = 3", "chunk = 1000000000000"] {
            let what = format!("{workload} {schedule} {chunk}");
            let toml = everywhere(workload, backends, &format!("schedule = \"{schedule}\"\n{chunk}"));
            let (report, code, stderr) = report(&toml, &[]);
            assert_eq!(code, 0, "{what}: {stderr}");
            let configs = report["configs"].as_array().expect("configs").len();
            let expected = if backends == all { 9 } else { 4 + usize::from(backends != forked) };
            assert_eq!(configs, expected, "{what}");
            let (checksum, results) = agreed(&report, &what);
            found.insert(checksum, results);
        }
    }
    assert_eq!(found.len(), 1, "{workload}: the same checksum for every schedule");
    found.into_values().next().expect("results")
}

fn given_inputs() -> String {
    format!("inputs = {INPUTS:?}")
}

#[test]
fn squares_are_the_same_whoever_computes_them() {
    let results = swept(&format!("kind = \"square\"\n{}", given_inputs()));
    assert_eq!(column(&results, "square"), INPUTS.map(|x| x * x));
    let inputs: Vec<f64> = results.iter().map(|result| result["input"]["x"].as_f64().expect("x")).collect();
    assert_eq!(inputs, INPUTS, "results are in task order");
}

#[test]
fn waits_are_the_same_whoever_waits() {
    let results = swept(&format!("kind = \"sleep\"\nunit_s = 1e-5\n{}", given_inputs()));
    for (waited, x) in column(&results, "waited").into_iter().zip(INPUTS) {
        assert!((waited - x * 1e-5).abs() < 1e-12, "{waited} for {x}");
    }
}

#[test]
fn countdowns_are_the_same_whoever_counts() {
    let results = swept(&format!("kind = \"countdown\"\nsteps = 1000\n{}", given_inputs()));
    assert_eq!(column(&results, "steps"), INPUTS.map(|x| x * 1000.0));
}

#[test]
fn darts_are_the_same_whoever_throws_them() {
    let workload = format!("kind = \"pi\"\ndarts = 5000\n{}", given_inputs());
    let results = swept(&workload);
    let hits = column(&results, "hits");
    for (hits, pi) in hits.iter().zip(column(&results, "pi")) {
        assert_eq!(hits.fract(), 0.0);
        assert_eq!(pi, 4.0 * hits / 5000.0);
        assert!((3.0..3.3).contains(&pi), "{pi}");
    }
    let distinct: BTreeSet<u64> = hits.iter().map(|&hits| hits as u64).collect();
    assert!(distinct.len() > 8, "each task throws its own: {hits:?}");
    let toml = everywhere(&workload, "\"threads\", \"processes\"", "");
    let of_seed = |seed: &str| {
        let (report, code, _) = report(&toml, &["--seed", seed]);
        assert_eq!(code, 0);
        column(&agreed(&report, "pi").1, "hits")
    };
    assert_eq!(of_seed("1235"), hits, "1235 is the seed where none is given");
    let other = of_seed("7");
    assert_ne!(other, hits);
    assert_eq!(other, of_seed("7"));
    assert_ne!(other, of_seed("18446744073709551615"));
}

#[test]
fn a_workload_that_may_crash_agrees_while_it_does_not() {
    let results = swept(&format!("kind = \"crash\"\nat = -1\nwait_s = 0\n{}", given_inputs()));
    assert_eq!(column(&results, "x"), INPUTS);
}

#[test]
fn the_order_of_tasks_changes_no_result() {
    let workload = format!("kind = \"countdown\"\nsteps = 100\n{}", given_inputs());
    for workload in [workload.as_str(), "kind = \"square\"\ntasks = 777", "kind = \"square\"\ntasks = 70000"] {
        let checksums: BTreeSet<String> = ["given", "longest-first", "shortest-first", "shuffled"]
            .into_iter()
            .map(|order| {
                let toml = everywhere(workload, "\"threads\", \"processes\"", &format!("order = \"{order}\""));
                let (report, code, stderr) = report(&toml, &[]);
                assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{order}: {stderr}");
                let first = report["configs"][0]["checksum"].as_str().expect("a checksum").to_owned();
                for config in report["configs"].as_array().expect("configs") {
                    assert_eq!(config["checksum"].as_str(), Some(&*first));
                }
                first
            })
            .collect();
        assert_eq!(checksums.len(), 1, "{workload}");
    }
}

#[test]
fn a_grid_has_a_task_for_each_combination_the_first_key_slowest() {
    let toml = "[workload]\nkind = \"countdown\"\n[grid]\nsteps = [10, 1000.0]\nx = [1, 2, 3]\n\
         [sweep]\nbackends = [\"threads\", \"processes\"]\nworkers = [1, 4]\nrepeats = 1\nwarmup = 0\n";
    for order in ["given", "longest-first", "shortest-first", "shuffled"] {
        let (report, code, stderr) = report(&format!("{toml}order = \"{order}\"\n"), &[]);
        assert_eq!(code, 0, "{stderr}");
        let (_, results) = agreed(&report, order);
        let points: Vec<(f64, f64)> = results
            .iter()
            .map(|result| {
                (result["input"]["steps"].as_f64().expect("steps"), result["input"]["x"].as_f64().expect("x"))
            })
            .collect();
        assert_eq!(points, [(10.0, 1.0), (10.0, 2.0), (10.0, 3.0), (1000.0, 1.0), (1000.0, 2.0), (1000.0, 3.0)]);
        assert_eq!(column(&results, "steps"), [10.0, 20.0, 30.0, 1000.0, 2000.0, 3000.0]);
    }
    let (report, code, _) =
        report("[workload]\nkind = \"pi\"\n[grid]\ndarts = [100, 200]\n[sweep]\nrepeats = 1\n", &[]);
    assert_eq!(code, 0);
    assert_eq!(report["scenario"]["tasks"], 2);
    assert_eq!(report["configs"][0]["results"][0]["input"], serde_json::json!({"darts": 100}));
}

#[test]
fn records_and_histograms_count_the_same() {
    // Up to 2^17 tasks have a record each; above it there is a histogram a worker.
    for tasks in [1, 120_000, 131_072, 131_073, 200_000] {
        for schedule in ["static", "dynamic", "guided"] {
            let toml = everywhere(
                &format!("kind = \"square\"\ntasks = {tasks}"),
                "\"threads\", \"processes\"",
                &format!("schedule = \"{schedule}\""),
            );
            let (report, code, stderr) = report(&toml, &[]);
            assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{tasks}: {stderr}");
            for config in report["configs"].as_array().expect("configs") {
                assert_eq!(config["tasks_done"].as_u64(), Some(tasks));
                assert_eq!(config["checksum"], report["configs"][0]["checksum"]);
                let [min, median, p95, max] =
                    ["min", "median", "p95", "max"].map(|name| config["task_s"][name].as_f64().expect("a duration"));
                assert!(0.0 <= min && min <= median && median <= p95 && p95 <= max, "{config:#}");
                assert!(config["tasks_per_s"].as_f64().is_some_and(|rate| rate > 0.0));
            }
        }
    }
}

#[test]
fn results_are_told_up_to_ten_thousand_tasks() {
    for (tasks, told) in [(10_000, true), (10_001, false)] {
        let toml = format!("[workload]\nkind = \"square\"\ntasks = {tasks}\n[sweep]\nrepeats = 2\nwarmup = 1\n");
        let (report, code, _) = report(&toml, &["--workers", "2"]);
        assert_eq!(code, 0);
        for config in report["configs"].as_array().expect("configs") {
            assert_eq!(config["results"].as_array().map(Vec::len), told.then_some(tasks), "{tasks}");
        }
    }
}

#[test]
fn the_unusual_is_run_too() {
    let cases = [
        // Fewer tasks than workers; a single task.
        ("kind = \"square\"\ntasks = 2", "workers = [1, 2, 3, 64]"),
        ("kind = \"square\"\ntasks = 1", "workers = 200"),
        ("kind = \"square\"\ninputs = [-0.0]", "workers = 1"),
        ("kind = \"square\"\ninputs = [1e150, -1e150, 5e-324]", "workers = 2"),
        // No work at all.
        ("kind = \"sleep\"\nunit_s = 0\ntasks = 100", "workers = 2"),
        ("kind = \"countdown\"\nsteps = 0\ntasks = 100", "workers = 2"),
        ("kind = \"countdown\"\nsteps = 0.3\ninputs = [1, 2, 3, 4]", "workers = 2"),
        ("kind = \"pi\"\ndarts = 1\ntasks = 3", "workers = 2"),
        // Chunks larger than everything, and orders that have nothing to sort.
        ("kind = \"square\"\ntasks = 5", "workers = 3\nchunk = 1000000000000\nschedule = \"guided\""),
        ("kind = \"square\"\ninputs = { repeat = 3, times = 1000 }", "workers = 3\norder = \"longest-first\""),
        ("kind = \"square\"\ntasks = 1", "workers = 3\norder = \"shuffled\""),
        ("kind = \"square\"\ntasks = 300000", "workers = 3\norder = \"shuffled\""),
    ];
    for (workload, sweep) in cases {
        let toml = format!("lesson = \"\"\n[workload]\n{workload}\n[sweep]\nrepeats = 1\nwarmup = 1\n{sweep}\n");
        let (report, code, stderr) = report(&toml, &[]);
        assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{workload} {sweep}: {stderr}");
        let checksums: BTreeSet<&str> =
            report["configs"].as_array().expect("configs").iter().filter_map(|c| c["checksum"].as_str()).collect();
        assert_eq!(checksums.len(), 1, "{workload}");
    }
}

#[test]
fn stealing_gets_under_way_however_often_it_is_tried() {
    let toml = "[workload]\nkind = \"square\"\ntasks = 50\n[sweep]\nbackends = [\"threads\"]\nworkers = [2, 9, 33]\n\
         schedule = \"stealing\"\nbaseline = \"none\"\nrepeats = 150\nwarmup = 0\ntimeout_s = 20\n";
    let (report, code, stderr) = report(toml, &[]);
    assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{}: {stderr}", report["warnings"]);
}

#[test]
fn start_up_counts_where_it_is_asked_for() {
    let toml = |include: bool| {
        format!(
            "[workload]\nkind = \"sleep\"\nunit_s = 0.01\ninputs = [1, 1]\n[sweep]\nbackends = [\"processes\"]\n\
             workers = 60\nrepeats = 3\nwarmup = 0\ninclude_startup = {include}\n"
        )
    };
    let speedup = |include: bool| {
        let (report, code, _) = report(&toml(include), &[]);
        assert_eq!(code, 0);
        let config = &report["configs"][1];
        let (wall, startup) = (config["wall_s"]["estimate"].as_f64(), config["startup_s"]["median"].as_f64());
        let serial = report["configs"][0]["wall_s"]["estimate"].as_f64().expect("a wall");
        assert!(report["configs"][0]["startup_s"]["median"].is_null(), "no worker is started for a serial run");
        let value = config["speedup"]["value"].as_f64().expect("a speedup");
        (value, serial / wall.expect("a wall"), startup.expect("a start-up"))
    };
    let (without, by_wall, startup) = speedup(false);
    assert!((without - by_wall).abs() < 1e-9 && startup > 0.0);
    let (with, by_wall, _) = speedup(true);
    assert!(with < by_wall, "{with} {by_wall}");
}

#[test]
fn without_a_baseline_there_is_no_speedup() {
    let toml = "[workload]\nkind = \"square\"\ntasks = 10\n[sweep]\nbackends = [\"processes\", \"threads\"]\n\
         workers = [1, 2]\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n";
    let (none, code, _) = report(toml, &[]);
    assert_eq!((code, none["baseline"].is_null()), (0, true));
    for config in none["configs"].as_array().expect("configs") {
        assert!(config["speedup"]["value"].is_null() && config["efficiency"].is_null(), "{config:#}");
        assert!(config["karp_flatt"].is_null());
        assert!(config["wall_s"]["median"].is_f64());
    }
    for baseline in ["serial", "threads", "processes"] {
        let (report, code, _) = report(&toml.replace("none", baseline), &[]);
        assert_eq!(code, 0);
        assert_eq!(report["baseline"], serde_json::json!({"backend": baseline, "workers": 1}));
        let configs = report["configs"].as_array().expect("configs");
        assert_eq!(configs.len(), if baseline == "serial" { 5 } else { 4 });
        assert_eq!(configs[0]["backend"], baseline, "the baseline is also a member of configs");
        assert_eq!(configs[0]["speedup"]["value"], 1.0);
        assert_eq!(configs[0]["efficiency"], 1.0);
        assert!(configs[0]["karp_flatt"].is_null(), "it has no meaning for one worker");
    }
}

#[test]
fn what_is_not_computed_is_null() {
    let toml = "[workload]\nkind = \"square\"\ntasks = 10\n[sweep]\nworkers = 2\nrepeats = 1\nwarmup = 0\n";
    let (report, _, _) = report(toml, &[]);
    assert_eq!(report["schema"], "parlab.report/1");
    assert_eq!(report["fits"], serde_json::json!([]));
    for config in report["configs"].as_array().expect("configs") {
        assert!(config["wall_s"]["ci95"].is_null() && config["speedup"]["ci95"].is_null());
        assert!(config["memory"]["pss_bytes"].is_null());
        assert!(config["wall_s"]["sd"].is_null(), "one sample has no spread");
        assert!(config["memory"]["peak_rss_bytes"].as_u64().is_some_and(|bytes| bytes > 100_000), "{config:#}");
        assert!(config["cpu_s"]["user"].is_number() && config["context_switches"]["voluntary"].is_u64());
    }
}

#[test]
fn the_memory_of_whoever_started_parlab_is_not_counted_as_its_own() {
    // The kernel remembers the largest resident set of a process across exec.
    let ballast = vec![1u8; 300 << 20];
    assert_eq!(ballast.iter().step_by(4096).map(|&byte| u64::from(byte)).sum::<u64>(), (300 << 20) / 4096);
    let toml = "[workload]\nkind = \"square\"\ntasks = 1000\n[sweep]\nworkers = 2\nrepeats = 1\nwarmup = 0\n";
    let (report, code, _) = report(toml, &[]);
    drop(ballast);
    assert_eq!(code, 0);
    for config in report["configs"].as_array().expect("configs") {
        let peak = config["memory"]["peak_rss_bytes"].as_u64().expect("a peak");
        assert!(peak < 200 << 20, "{} used {peak} bytes", config["backend"]);
    }
}

#[test]
fn a_stealing_trial_that_runs_out_of_time_is_ended() {
    let toml = "[workload]\nkind = \"sleep\"\nunit_s = 100\ntasks = 9\n[sweep]\nbackends = [\"threads\"]\nworkers = 3\n\
         schedule = \"stealing\"\nbaseline = \"none\"\nrepeats = 2\nwarmup = 0\ntimeout_s = 0.2\n";
    let (report, code, _) = report(toml, &[]);
    assert_eq!(code, 1);
    assert_eq!(warnings(&report, "timeout").len(), 1);
}

/// A varied scenario by all backends, two rounds and a warm-up.
fn varied(workload: &str, vary: &str, sweep: &str) -> (Value, i32, String) {
    let toml = format!(
        "[workload]\n{workload}\n[vary]\n{vary}\n[sweep]\nbackends = [\"threads\", \"processes\"]\nworkers = [2, 3]\n\
         repeats = 2\nwarmup = 1\n{sweep}\n"
    );
    report(&toml, &[])
}

#[test]
fn every_point_has_its_own_tasks_whoever_runs_them() {
    let workload = format!("kind = \"countdown\"\n{}", given_inputs());
    let (report, code, stderr) = varied(&workload, "steps = [10, 1e3, 7]", "");
    assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{}: {stderr}", report["warnings"]);
    let configs = report["configs"].as_array().expect("configs");
    assert_eq!(configs.len(), 15);
    let mut checksums: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for config in configs {
        let steps = config["vary"]["steps"].as_f64().expect("steps");
        let results = config["results"].as_array().expect("results");
        assert_eq!(column(results, "steps"), INPUTS.map(|x| x * steps), "{config:#}");
        assert_eq!(config["wall_s"]["samples"].as_array().map(Vec::len), Some(2));
        checksums.entry(steps as u64).or_default().insert(config["checksum"].as_str().expect("a checksum"));
    }
    let distinct: BTreeSet<&str> = checksums.values().flatten().copied().collect();
    assert_eq!(checksums.keys().copied().collect::<Vec<_>>(), [7, 10, 1000]);
    assert!(checksums.values().all(|of_point| of_point.len() == 1) && distinct.len() == 3, "{checksums:?}");
    assert_eq!(report["metg"].as_array().map(Vec::len), Some(4), "threads and processes, 2 and 3 each");
}

#[test]
fn speedups_are_relative_to_the_same_point() {
    let (report, code, _) = varied("kind = \"sleep\"\ninputs = [1, 1, 1, 1, 1, 1]", "unit_s = [4e-3, 8e-2]", "");
    assert_eq!(code, 0);
    let configs = report["configs"].as_array().expect("configs");
    let wall = |config: &Value| config["wall_s"]["estimate"].as_f64().expect("a wall");
    let (short, long) = configs.split_at(5);
    for (short, long) in short.iter().zip(long) {
        assert_eq!((&short["backend"], &short["workers"]), (&long["backend"], &long["workers"]));
        assert!(wall(long) > 3.0 * wall(short), "twenty times the work: {short:#} {long:#}");
    }
    for point in [short, long] {
        assert_eq!((&point[0]["backend"], &point[0]["speedup"]["value"]), (&"serial".into(), &1.0.into()));
        for config in point {
            let (speedup, workers) = (config["speedup"]["value"].as_f64(), config["workers"].as_f64());
            let wanted = wall(&point[0]) / wall(config);
            assert!((speedup.expect("a speedup") / wanted - 1.0).abs() < 1e-9, "{config:#}");
            let efficiency = config["efficiency"].as_f64().expect("an efficiency");
            assert!((efficiency * workers.expect("workers") / wanted - 1.0).abs() < 1e-9, "{config:#}");
        }
    }
    // Waiting needs no core: six waits by three workers take a third of the time, however busy the machine is.
    assert!(long[1..].iter().all(|config| config["efficiency"].as_f64().is_some_and(|e| e > 0.6)), "{report:#}");
}

#[test]
fn a_chunk_that_varies_changes_no_result() {
    let (report, code, stderr) = varied("kind = \"square\"\ntasks = 1000", "chunk = [1, 7, 100000]", "");
    assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{}: {stderr}", report["warnings"]);
    let configs = report["configs"].as_array().expect("configs");
    let chunks: Vec<u64> = configs.iter().map(|config| config["chunk"].as_u64().expect("a chunk")).collect();
    assert_eq!(chunks, [[1; 5], [7; 5], [100_000; 5]].concat());
    for config in configs {
        assert_eq!(config["vary"], serde_json::json!({"chunk": config["chunk"]}));
        assert_eq!(config["checksum"], configs[0]["checksum"]);
        assert_eq!(config["results"].as_array().map(Vec::len), Some(1000));
    }
    assert_eq!(report["metg"], serde_json::json!([]), "the tasks are as long as ever");
}

#[test]
fn a_point_that_takes_too_long_leaves_the_others_alone() {
    // The forkserver is killed with the workers that take too long; another serves the other point.
    let toml = "[workload]\nkind = \"sleep\"\ninputs = [1, 1]\n[vary]\nunit_s = [600, 1e-3]\n[sweep]\n\
                backends = [\"processes\"]\nworkers = 2\nbaseline = \"none\"\nrepeats = 2\nwarmup = 0\ntimeout_s = 4\n";
    let (report, code, _) = report(toml, &[]);
    assert_eq!((report["status"].as_str(), code), (Some("failed"), 1));
    let warnings = warnings(&report, "timeout");
    assert_eq!(warnings.len(), 1, "it is not tried again: {warnings:?}");
    assert!(warnings[0].starts_with("processes × 2, unit_s 600, repeat 1 took longer"), "{warnings:?}");
    for config in report["configs"].as_array().expect("configs") {
        let unit_s = config["vary"]["unit_s"].as_f64().expect("a unit");
        let samples = if unit_s > 1.0 { 0 } else { 2 };
        assert_eq!(config["wall_s"]["samples"].as_array().map(Vec::len), Some(samples), "{config:#}");
        if samples > 0 {
            assert_eq!(column(config["results"].as_array().expect("results"), "waited"), [1e-3, 1e-3]);
        }
    }
}

#[test]
fn one_forkserver_serves_all_points() {
    let toml = "[workload]\nkind = \"sleep\"\ninputs = [1, 1]\n[vary]\nunit_s = [0.11, 0.1]\n[sweep]\n\
                backends = [\"processes\"]\nworkers = 2\nbaseline = \"none\"\nrepeats = 3\nwarmup = 0\n";
    let mut run = Running::start(toml, &[]);
    let mut forkservers = BTreeSet::new();
    for trial in 1..=6 {
        run.wait_for("gate_opened", trial);
        forkservers.extend(run.forkserver());
    }
    let ended = run.finish();
    assert_eq!((ended.code(), forkservers.len()), (0, 1), "{}", ended.stderr);
    for config in ended.report()["configs"].as_array().expect("configs") {
        let waited = column(config["results"].as_array().expect("results"), "waited");
        assert_eq!(waited, [config["vary"]["unit_s"].as_f64().expect("a unit"); 2]);
    }
}
