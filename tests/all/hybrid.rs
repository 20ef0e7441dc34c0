//! `hybrid`: processes with threads, which return what all others return, and are lost and replaced together.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::common::running::{Running, send};
use crate::common::{self, AT_ONCE, report};
use nix::sys::signal::Signal::{SIGCONT, SIGINT, SIGKILL, SIGSTOP};
use serde_json::Value;

/// A scenario of hybrids that wait.
fn waiting(inputs: &str, workers: &str) -> String {
    format!(
        "[workload]\nkind = 'sleep'\nunit_s = 1\ninputs = {inputs}\n[sweep]\nbackends = ['hybrid']\n\
         workers = '{workers}'\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n"
    )
}

fn configs(report: &Value) -> &[Value] {
    report["configs"].as_array().expect("configurations")
}

#[test]
fn hybrids_return_what_all_others_return_under_each_schedule() {
    for schedule in ["static", "dynamic", "guided"] {
        let toml = format!(
            "[workload]\nkind = 'sum'\nterms = 3000\ntasks = 40\n[sweep]\n\
             backends = ['threads', 'processes', 'hybrid']\nworkers = ['1x1', '1x3', '2x2', '3x1', 5]\nrepeats = 1\n\
             warmup = 0\nschedule = '{schedule}'\n"
        );
        let (report, code, stderr) = report(&toml, &[]);
        assert_eq!(code, 0, "{schedule}: {stderr} {}", report["warnings"]);
        let all = configs(&report);
        // Serial; 1, 3, 4 and 5 of each of the others; four layouts.
        assert_eq!(all.len(), 1 + 4 + 4 + 4);
        let sums: BTreeSet<&str> = all.iter().map(|config| config["checksum"].as_str().expect("a checksum")).collect();
        assert_eq!(sums.len(), 1, "{schedule}: {sums:?}");
        let layouts: Vec<[Option<u64>; 3]> = all
            .iter()
            .filter(|config| config["backend"] == "hybrid")
            .map(|config| ["workers", "processes", "threads_per_process"].map(|key| config[key].as_u64()))
            .collect();
        let wanted = [[1, 1, 1], [3, 1, 3], [4, 2, 2], [3, 3, 1]].map(|team| team.map(Some));
        assert_eq!(layouts, wanted);
        for other in all.iter().filter(|config| config["backend"] != "hybrid") {
            assert!(other["processes"].is_null() && other["threads_per_process"].is_null());
        }
    }
}

#[test]
fn teams_are_asked_for_on_the_command_line_too() {
    let toml = "[workload]\nkind = 'square'\ntasks = 30\n[sweep]\nrepeats = 1\nwarmup = 0\n";
    let folder = common::folder();
    let path = common::untitled(folder.path(), toml);
    let options = ["--backends", "hybrid,threads", "--workers", "2x4,1x2"];
    let output = common::parlab().args(["run", "--quiet"]).arg(path).args(options).output().expect("parlab");
    let text = common::stdout(&output);
    for label in ["hybrid × 2x4 ", "hybrid × 1x2 ", "threads × 8 ", "threads × 2 "] {
        assert!(text.contains(label), "{label}: {text}");
    }
}

/// The threads of a process.
fn threads(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count)
}

#[test]
fn there_are_as_many_processes_with_as_many_threads() {
    let mut run = Running::start(&waiting("{ repeat = 0.6, times = 12 }", "3x4"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let processes = run.wait_for_workers(3);
    assert_eq!(processes.iter().map(|&pid| threads(pid)).collect::<Vec<_>>(), [4, 4, 4]);
    let ended = run.finish();
    // Twelve waits at once, and not three or four at a time: the whole is as long as one of them.
    let report = ended.report();
    let config = &configs(&report)[0];
    let [wall, longest] = ["/wall_s/median", "/task_s/max"].map(|at| config.pointer(at).and_then(Value::as_f64));
    let in_tasks = wall.zip(longest).map(|(wall, longest)| wall / longest);
    assert!(ended.code() == 0 && in_tasks.is_some_and(|n| (1.0..2.0).contains(&n)), "{config:#}");
}

#[test]
fn a_killed_process_takes_its_threads_along_and_all_are_replaced() {
    let mut run = Running::start(&waiting("{ repeat = 0.7, times = 8 }", "2x2"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let victim = run.wait_for_workers(2)[1];
    std::thread::sleep(Duration::from_millis(200));
    send(victim, SIGKILL);
    run.wait_for("worker_lost", 2);
    // The other one and a new one, which has as many threads.
    run.wait_until("a replacement with two threads", |run| {
        let workers = run.workers();
        workers.len() == 2 && !workers.contains(&victim) && workers.iter().all(|&pid| threads(pid) == 2)
    });
    let ended = run.finish();
    assert_eq!((ended.code(), &configs(&ended.report())[0]["tasks_done"]), (0, &8.into()), "{}", ended.stderr);
    let losses = ended.warnings("worker-lost");
    assert_eq!(losses.len(), 2, "{losses:?}");
    for (loss, lane) in losses.iter().zip(["worker 2", "worker 3"]) {
        assert!(loss.contains(lane) && loss.contains(&format!("pid {victim}")), "{loss}");
        assert!(loss.contains("while it held task") && loss.contains("retried"), "{loss}");
    }
}

#[test]
fn a_process_is_replaced_for_those_of_its_threads_that_had_not_finished() {
    // Static: the first lane of the second process has nothing to do any more when it is killed.
    let toml = waiting("[1, 1, 0.1, 2]", "2x2") + "schedule = 'static'\n";
    let mut run = Running::start(&toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let victim = run.wait_for_workers(2)[1];
    std::thread::sleep(Duration::from_millis(500));
    send(victim, SIGKILL);
    let ended = run.finish();
    let losses = ended.warnings("worker-lost");
    assert_eq!((ended.code(), losses.len()), (0, 1), "{losses:?}");
    assert_eq!(configs(&ended.report())[0]["tasks_done"], 4);
}

#[test]
fn a_task_that_kills_is_given_up() {
    let toml = "[workload]\nkind = 'crash'\nhow = 'kill'\nat = 5\nwait_s = 0.01\ntasks = 12\n[sweep]\n\
                backends = ['hybrid']\nworkers = '2x1'\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";
    let (report, code, _) = report(toml, &[]);
    let config = &configs(&report)[0];
    assert_eq!((code, &config["tasks_failed"], &config["tasks_done"]), (1, &1.into(), &11.into()), "{report:#}");
}

#[test]
fn a_stopped_process_stalls_all_its_lanes() {
    let mut run = Running::start(&waiting("{ repeat = 0.8, times = 4 }", "2x2"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let victim = run.wait_for_workers(2)[0];
    send(victim, SIGSTOP);
    run.wait_for("worker_stalled", 2);
    send(victim, SIGCONT);
    let ended = run.finish();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
}

#[test]
fn a_hybrid_hears_of_a_cancellation() {
    let mut run = Running::start(&waiting("{ repeat = 60, times = 9 }", "2x2"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    run.wait_for_workers(2);
    let asked = Instant::now();
    run.signal(SIGINT);
    let ended = run.finish();
    assert_eq!((ended.code(), &ended.report()["status"]), (130, &"interrupted".into()));
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
}
