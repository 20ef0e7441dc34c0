//! `memory`: results against a plain loop, and what is paid for data that workers share, or write to.

use nix::sys::signal::Signal;
use serde_json::Value;

use super::context::tells_and_stops;
use super::{build, objections, results};
use crate::common::running::{Running, send};
use crate::common::{parlab, report, stderr, untitled};

const MIB: f64 = (1 << 20) as f64;

#[test]
fn sums_and_bytes_are_those_of_a_plain_loop() {
    for access in ["read", "write"] {
        for (mib, passes, part) in [(1_usize, 1_usize, 1.0), (3, 2, 1.0), (3, 3, 0.3), (1, 2, 0.0)] {
            let body = format!("tasks = 2\nmib = {mib}\npasses = {passes}\npart = {part:?}\naccess = '{access}'");
            let words = ((mib * (1 << 20) / 8) as f64 * part) as usize;
            let expected = [(0..words).map(|i| i % 251).sum::<usize>() as f64, (8 * words * passes) as f64];
            // The second task goes over what the first has written to.
            for values in results("memory", &body, 2) {
                assert_eq!(values[..2], expected, "{body}");
            }
        }
    }
}

/// The report of two workers who go over 64 MiB a few times.
fn run(backend: &str, access: &str, part: f64) -> Value {
    let toml = format!(
        "[workload]\nkind = 'memory'\nmib = 64\naccess = '{access}'\npart = {part:?}\npasses = 2\ntasks = 4\n[sweep]\n\
         backends = ['{backend}']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\nschedule = 'static'\n"
    );
    let (report, code, stderr) = report(&toml, &[]);
    assert_eq!(code, 0, "{stderr}");
    report["configs"][0]["memory"].clone()
}

/// Copies of the data that the peak of all processes together amounts to.
fn copies(memory: &Value) -> f64 {
    memory["pss_bytes"].as_f64().expect("proportional set sizes") / (64.0 * MIB)
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

#[test]
fn data_is_shared_until_somebody_writes() {
    for access in ["read", "write"] {
        let threads = copies(&run("threads", access, 1.0));
        assert!((0.9..1.6).contains(&threads), "threads have {threads} copies to {access}");
    }
    let read = copies(&run("processes", "read", 1.0));
    assert!((0.9..1.6).contains(&read), "processes have {read} copies to read");
    // That of their parent is there as well.
    let write = copies(&run("processes", "write", 1.0));
    assert!((2.7..3.6).contains(&write), "processes have {write} copies to write to");
    let half = copies(&run("processes", "write", 0.5));
    assert!((1.7..2.4).contains(&half), "writers to one half have {half} copies");
}

#[test]
fn the_course_is_told_for_each_process_and_in_all() {
    let memory = run("processes", "write", 1.0);
    let course = &memory["pss"];
    let (at_s, total, parent) =
        (numbers(&course["at_s"]), numbers(&course["total_bytes"]), numbers(&course["parent_bytes"]));
    let processes = course["processes"].as_array().expect("processes");
    let workers: Vec<&Value> = processes.iter().map(|process| &process["workers"]).collect();
    assert_eq!(workers, [&serde_json::json!([0]), &serde_json::json!([1])]);
    let each: Vec<Vec<f64>> = processes.iter().map(|process| numbers(&process["bytes"])).collect();
    assert!(at_s.len() >= 2 && at_s.is_sorted() && at_s[0] == 0.0, "{at_s:?}");
    for (i, total) in total.iter().enumerate() {
        assert_eq!(*total, each[0][i] + each[1][i] + parent[i], "sample {i}");
    }
    // It begins with one copy that three have a third of each, and ends with three.
    let (first, last) = (0, at_s.len() - 1);
    for process in [&each[0], &each[1], &parent] {
        assert!((16.0..32.0).contains(&(process[first] / MIB)), "at the gate: {}", process[first]);
        assert!((60.0..80.0).contains(&(process[last] / MIB)), "in the end: {}", process[last]);
    }
    assert_eq!(memory["pss_bytes"].as_f64(), total.iter().copied().reduce(f64::max));

    let threads = run("threads", "write", 1.0);
    assert_eq!(threads["pss"]["processes"].as_array().map(Vec::len), Some(1));
    assert_eq!(threads["pss"]["processes"][0]["workers"], serde_json::json!([0, 1]));
    assert_eq!(threads["pss"]["parent_bytes"], Value::Null);
}

#[test]
fn workers_that_are_lost_or_called_off_are_not_waited_for() {
    let toml = "[workload]\nkind = 'memory'\nmib = 16\naccess = 'write'\npasses = 200\ntasks = 6\n[sweep]\n\
                backends = ['processes']\nworkers = 3\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";
    let mut run = Running::start(toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let victim = run.wait_for_workers(3)[1];
    send(victim, Signal::SIGKILL);
    let ended = run.finish();
    assert_eq!((ended.code(), ended.warnings("worker-lost").len()), (0, 1), "{}", ended.stderr);
    assert!(ended.report()["configs"][0]["memory"]["pss_bytes"].as_f64().is_some_and(|bytes| bytes > 30.0 * MIB));

    let mut run = Running::start(toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    run.signal(Signal::SIGINT);
    assert_eq!(run.finish().code(), 130);
}

#[test]
fn other_kinds_are_not_looked_at() {
    let toml = "[workload]\nkind = 'square'\ntasks = 4\n[sweep]\nworkers = 2\nrepeats = 1\nwarmup = 0\n";
    let (report, ..) = report(toml, &[]);
    let config = &report["configs"][0];
    assert_eq!((&config["memory"]["pss_bytes"], &config["memory"]["pss"]), (&Value::Null, &Value::Null));
    assert_eq!(config["tally"], Value::Null);
}

#[test]
fn it_tells_how_far_it_is_and_stops() {
    for access in ["read", "write"] {
        tells_and_stops(&*build("memory", &format!("tasks = 1\nmib = 9\npasses = 4\naccess = '{access}'")), 0, 20);
    }
}

#[test]
fn parameters_keep_to_their_bounds() {
    assert!(objections("memory", "mib = 0").contains("mib = 0: must be at least 1"));
    assert!(objections("memory", "mib = 2e6").contains("must be at most 1048576"));
    assert!(objections("memory", "access = 'wrote'").contains("did you mean \"write\"?"));
    assert!(objections("memory", "part = 1.5").contains("must be at most 1"));
    assert!(objections("memory", "passes = 0").contains("must be at least 1"));
}

#[test]
fn more_memory_than_there_is_is_refused_before_it_is_taken() {
    let folder = crate::common::folder();
    let toml = "[workload]\nkind = 'memory'\nmib = 1048576\naccess = 'write'\ntasks = 1\n\
                [sweep]\nbackends = ['processes']\nworkers = 64\nbaseline = 'none'\n";
    let path = untitled(folder.path(), toml);
    let output = parlab().args(["run", "--quiet"]).arg(path).output().expect("parlab");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    let told = "the data takes 1.00 TiB, 64 workers need 1.00 TiB each, 65.0 TiB together";
    assert!(said.contains(told) && said.contains("--yes"), "{said}");
}
