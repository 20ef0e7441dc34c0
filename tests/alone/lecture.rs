//! What the lecture says of processes must come out here, too: equal tasks are shared out, small ones are not worth
//! it, and its queries take what their order and their schedule make of them.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use crate::alone;
use crate::common::report;

fn done(toml: &str) -> Vec<Value> {
    let (report, code, stderr) = report(toml, &[]);
    assert_eq!((code, &report["status"]), (0, &"done".into()), "{stderr}\n{}", report["warnings"]);
    report["configs"].as_array().expect("configs").clone()
}

fn speedups(toml: &str) -> Vec<f64> {
    let value = |config: &Value| config["speedup"]["value"].as_f64().expect("a speedup");
    done(toml).iter().filter(|config| config["backend"] == "processes").map(value).collect()
}

/// How many times as much two bare threads get done at this moment as one: 2 on two CPUs that no other process uses.
fn two_bare_threads() -> f64 {
    let spin = || {
        (0..50_000_000_u64).for_each(|n| {
            std::hint::black_box(n);
        });
    };
    let seconds = |threads: usize| {
        let begun = Instant::now();
        std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(spin))));
        begun.elapsed().as_secs_f64()
    };
    2.0 * seconds(1) / seconds(2)
}

#[test]
fn two_processes_share_equal_tasks() {
    let _turn = alone();
    let toml = "[workload]\nkind = \"countdown\"\nsteps = 1e7\ninputs = { repeat = 2, times = 16 }\n\
                [sweep]\nbackends = [\"processes\"]\nworkers = 2\nrepeats = 3\n";
    // What the CPUs give away to others cannot be had by parlab either: what counts is what two bare threads get at
    // the time. One process that did it all would have a half of that.
    let mut found: Vec<f64> = (0..5)
        .map(|_| {
            let (bare, speedup) = (two_bare_threads(), speedups(toml)[0]);
            eprintln!("2 threads: {bare:.2}, 2 processes: {speedup:.2}");
            speedup / bare.clamp(1.0, 2.0)
        })
        .collect();
    found.sort_by(f64::total_cmp);
    assert!(found[2] > 0.75, "two processes against what two CPUs can be: {found:.2?}");
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

/// The shortest wall time of each backend for the lecture's queries, in units of what one unit took serially.
fn units(inputs: &str, schedule: &str) -> BTreeMap<String, f64> {
    let toml = format!(
        "[workload]\nkind = \"sleep\"\nunit_s = 0.05\ninputs = {inputs}\n\
         [sweep]\nbackends = [\"threads\", \"processes\"]\nworkers = 2\nrepeats = 3\nwarmup = 0\n\
         schedule = \"{schedule}\"\n"
    );
    let configs = done(&toml);
    let shortest = |config: &Value| config["wall_s"]["min"].as_f64().expect("a wall");
    let unit_s = shortest(&configs[0]) / 12.5;
    assert!(unit_s >= 0.05, "a wait is never shorter than it should be: {unit_s}");
    let name = |config: &Value| config["backend"].as_str().expect("a backend").to_owned();
    configs.iter().map(|config| (name(config), shortest(config) / unit_s)).collect()
}

#[test]
fn the_lectures_queries_take_what_the_lecture_says() {
    let _turn = alone();
    let (long_second, long_last) = ("[1, 8, 1.5, 2]", "[1, 1.5, 2, 8]");
    let cases = [
        (long_second, "dynamic", 8.0),
        (long_last, "dynamic", 9.5),
        (long_second, "static", 9.0),
        (long_last, "static", 10.0),
    ];
    // They only wait, so they may wait side by side.
    std::thread::scope(|scope| {
        for (inputs, schedule, expected) in cases {
            scope.spawn(move || {
                let took = units(inputs, schedule);
                for backend in ["threads", "processes"] {
                    let took = took[backend];
                    assert!(
                        (expected * 0.95..expected * 1.05).contains(&took),
                        "{inputs} {schedule} by {backend}: {took} units instead of {expected}"
                    );
                }
            });
        }
    });
}
