//! `dispatch = "pipe"`: the same results as through shared memory, whatever is sent and whatever happens meanwhile.

use std::time::{Duration, Instant};

use crate::common::running::{Running, send, warnings};
use crate::common::{self, AT_ONCE, report};
use nix::sys::signal::Signal::{SIGCONT, SIGINT, SIGKILL, SIGSTOP};
use serde_json::Value;

/// A scenario of squares that are sent with so many bytes, by all ways there are.
fn squares(tasks: u64, payload: u64, sweep: &str) -> String {
    format!(
        "[workload]\nkind = 'square'\ntasks = {tasks}\n[sweep]\nbackends = ['threads', 'processes']\n\
         dispatch = ['shared', 'pipe']\nrepeats = 1\nwarmup = 0\npayload = {payload}\n{sweep}\n"
    )
}

/// A scenario of workers at a pipe.
fn piped(workload: &str, sweep: &str) -> String {
    format!(
        "[workload]\n{workload}\n[sweep]\nbackends = ['processes']\ndispatch = 'pipe'\nbaseline = 'none'\n\
         repeats = 1\nwarmup = 0\n{sweep}\n"
    )
}

fn waiting(inputs: &str, sweep: &str) -> String {
    piped(&format!("kind = 'sleep'\nunit_s = 1\ninputs = {inputs}"), sweep)
}

fn configs(report: &Value) -> &[Value] {
    report["configs"].as_array().expect("configurations")
}

#[test]
fn results_are_those_of_shared_memory_for_each_payload_and_chunk() {
    let mut checksums: Vec<String> = Vec::new();
    for payload in [0, 1, 4096, 1 << 20] {
        for chunk in [1, 7] {
            let (report, code, stderr) =
                report(&squares(30, payload, &format!("workers = [1, 3]\nchunk = {chunk}")), &[]);
            assert_eq!(code, 0, "{payload} {chunk}: {stderr} {}", report["warnings"]);
            let all: Vec<&str> = configs(&report).iter().map(|c| c["checksum"].as_str().expect("a checksum")).collect();
            assert_eq!(all.len(), 7, "serial, and one and three of each of three ways");
            assert!(all.iter().all(|sum| *sum == all[0]), "{payload} {chunk}: {all:?}");
            checksums.push(all[0].to_owned());
        }
    }
    checksums.dedup();
    assert_eq!(checksums.len(), 4, "whatever the chunk, but every byte counts: {checksums:?}");
}

#[test]
fn payloads_can_be_varied_and_results_agree_at_each() {
    let toml = squares(12, 0, "workers = 2").replace("payload = 0\n", "") + "[vary]\npayload = [0, 1, 70000]\n";
    let (report, code, stderr) = report(&toml, &[]);
    assert_eq!(code, 0, "{stderr} {}", report["warnings"]);
    let told: Vec<(u64, u64, &str)> = configs(&report)
        .iter()
        .map(|c| {
            let whole = |pointer: &str| c.pointer(pointer).and_then(Value::as_u64).expect("a number");
            (whole("/payload_bytes"), whole("/vary/payload"), c["checksum"].as_str().expect("a checksum"))
        })
        .collect();
    assert_eq!(told.iter().map(|(bytes, ..)| *bytes).collect::<Vec<_>>(), [[0; 4], [1; 4], [70000; 4]].concat());
    assert!(told.iter().all(|(bytes, point, _)| bytes == point), "{told:?}");
    assert!(told.chunks(4).all(|point| point.iter().all(|(.., sum)| *sum == point[0].2)), "{told:?}");
    assert!(told[0].2 != told[4].2 && told[4].2 != told[8].2, "{told:?}");
}

#[test]
fn values_come_through_the_pipe() {
    for chunk in [1, 4, 1000] {
        let toml = piped("kind = 'square'\ntasks = 50", &format!("workers = 2\norder = 'shuffled'\nchunk = {chunk}"));
        let (report, code, stderr) = report(&toml, &[]);
        assert_eq!(code, 0, "{stderr}");
        let results = configs(&report)[0]["results"].as_array().expect("results");
        for (task, result) in results.iter().enumerate() {
            assert_eq!(result["input"]["x"], task as f64);
            assert_eq!(result["values"]["square"], (task * task) as f64, "{chunk}: {result}");
        }
        assert_eq!(results.len(), 50);
    }
}

#[test]
fn a_grid_takes_the_same_way() {
    let toml = "[workload]\nkind = 'sum'\nterms = 5000\n[grid]\nx = [0, 1, 2, 3, 4]\nseries = ['random', 'harmonic']\n\
                [sweep]\nbackends = ['processes']\ndispatch = ['pipe', 'shared']\nworkers = 3\nrepeats = 1\nwarmup = 0\n\
                order = 'longest-first'\n";
    let (report, code, stderr) = report(toml, &[]);
    assert_eq!((code, configs(&report).len()), (0, 3), "{stderr} {}", report["warnings"]);
}

#[test]
fn more_workers_than_tasks_and_larger_chunks_than_that() {
    for chunk in [1, 2, 50] {
        let (report, code, stderr) = report(&squares(3, 100, &format!("workers = 9\nchunk = {chunk}")), &[]);
        assert_eq!(code, 0, "{stderr} {}", report["warnings"]);
        assert!(configs(&report).iter().all(|config| config["tasks_done"] == 3));
    }
}

#[test]
fn a_report_says_which_way_and_leaves_nothing_out() {
    let (report, code, _) = report(&squares(200, 4096, "workers = 2"), &["--repeats", "2"]);
    assert_eq!(code, 0);
    let ways: Vec<(&str, Option<&str>)> =
        configs(&report).iter().map(|c| (c["backend"].as_str().expect("a backend"), c["dispatch"].as_str())).collect();
    assert_eq!(ways, [("serial", None), ("threads", None), ("processes", Some("shared")), ("processes", Some("pipe"))]);
    let [shared, pipe] = [&configs(&report)[2], &configs(&report)[3]];
    for config in [shared, pipe] {
        assert_eq!(config["payload_bytes"], 4096);
        assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&200.into(), &0.into()));
        for figure in
            ["/wall_s/median", "/startup_s/median", "/cpu_s/user", "/cpu_s/system", "/speedup/value", "/efficiency"]
                .into_iter()
                .chain([
                    "/task_s/min",
                    "/task_s/p95",
                    "/memory/peak_rss_bytes",
                    "/context_switches/voluntary",
                    "/tasks_per_s",
                ])
        {
            assert!(config.pointer(figure).is_some_and(Value::is_number), "{figure}: {config}");
        }
    }
}

#[test]
fn a_report_for_people_names_the_pipe_where_there_is_one() {
    let folder = common::folder();
    let path = common::untitled(folder.path(), &squares(20, 0, "workers = 2"));
    let output = common::parlab().args(["run", "--quiet"]).arg(path).output().expect("parlab");
    let text = common::stdout(&output);
    assert!(
        text.contains("processes × 2 pipe ") && text.contains("threads × 2 ") && !text.contains("shared"),
        "{text}"
    );
}

#[test]
fn a_worker_killed_within_a_task_is_replaced_and_its_chunk_sent_again() {
    for chunk in [1, 3] {
        let toml = waiting("{ repeat = 0.4, times = 8 }", &format!("workers = 2\nchunk = {chunk}\npayload = 1000"));
        let mut run = Running::start(&toml, &["--quiet"]);
        run.wait_for("gate_opened", 1);
        let victim = run.wait_for_workers(2)[0];
        std::thread::sleep(Duration::from_millis(500));
        send(victim, SIGKILL);
        let ended = run.finish();
        assert_eq!(ended.code(), 0, "{}", ended.stderr);
        let report = ended.report();
        assert_eq!((&report["status"], &configs(&report)[0]["tasks_done"]), (&"done".into(), &8.into()));
        let losses = ended.warnings("worker-lost");
        assert!(losses.len() == 1 && losses[0].contains("SIGKILL") && losses[0].contains("retried"), "{losses:?}");
    }
}

#[test]
fn a_task_that_kills_is_given_up_and_the_rest_of_its_chunk_is_not() {
    for chunk in [1, 3, 20] {
        let workload = "kind = 'crash'\nhow = 'kill'\nat = 5\ntasks = 10";
        let (report, code, _) = report(&piped(workload, &format!("workers = 2\nchunk = {chunk}")), &[]);
        assert_eq!((code, &report["status"]), (1, &"failed".into()), "{chunk}");
        let config = &configs(&report)[0];
        assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&9.into(), &1.into()), "{chunk}");
        let results = config["results"].as_array().expect("results");
        let without: Vec<usize> = (0..10).filter(|&task| results[task]["values"].is_null()).collect();
        assert_eq!(without, [5], "{chunk}");
    }
}

#[test]
fn a_task_that_panics_fails_alone() {
    let workload = "kind = 'crash'\nhow = 'panic'\nat = 5\ntasks = 10";
    let (report, code, _) = report(&piped(workload, "workers = 2\nchunk = 4"), &[]);
    assert_eq!(code, 1);
    assert!(report["warnings"].to_string().contains("failed: it panicked: "), "{}", report["warnings"]);
    assert_eq!((&configs(&report)[0]["tasks_done"], &configs(&report)[0]["tasks_failed"]), (&9.into(), &1.into()));
}

#[test]
fn an_idle_worker_killed_at_the_pipe_costs_nothing() {
    let mut run = Running::start(&waiting("[1.2]", "workers = 4"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    std::thread::sleep(Duration::from_millis(200));
    // All but one wait for a task: whoever has the turn must not take it to the grave.
    let workers = run.wait_for_workers(4);
    workers.into_iter().for_each(|victim| send(victim, SIGKILL));
    let ended = run.finish();
    let losses = ended.warnings("worker-lost");
    assert_eq!((ended.code(), losses.len()), (0, 4), "{losses:?}");
    assert!(losses.iter().filter(|loss| loss.contains("retried")).count() == 1, "{losses:?}");
}

#[test]
fn a_killed_forkserver_breaks_one_trial_and_no_more() {
    let toml = waiting("{ repeat = 0.3, times = 4 }", "workers = 2");
    let mut run = Running::start(&toml, &["--quiet", "--repeats", "2"]);
    run.wait_for("gate_opened", 1);
    let forkserver = run.forkserver().expect("a forkserver");
    send(forkserver, SIGKILL);
    let ended = run.finish();
    let broken = ended.warnings("trial-broken");
    assert!(broken.len() == 1 && broken[0].contains("the forkserver that forks the workers was killed"), "{broken:?}");
    assert_eq!(configs(&ended.report())[0]["wall_s"]["samples"].as_array().map(Vec::len), Some(1));
}

#[test]
fn workers_that_wait_for_the_pipe_hear_of_a_cancellation() {
    // One task for four: three of them wait, one at the pipe and two for their turn.
    let mut run = Running::start(&waiting("[60]", "workers = 4"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    run.wait_for_workers(4);
    std::thread::sleep(Duration::from_millis(100));
    let asked = Instant::now();
    run.signal(SIGINT);
    let ended = run.finish();
    assert_eq!((ended.code(), &ended.report()["status"]), (130, &"interrupted".into()));
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
}

#[test]
fn a_trial_whose_pipe_is_stopped_up_runs_out_of_time() {
    let toml = piped("kind = 'square'\ntasks = 100000", "workers = 2\npayload = 1000000\ntimeout_s = 2");
    let mut run = Running::start(&toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    let workers = run.wait_for_workers(2);
    workers.iter().for_each(|&worker| send(worker, SIGSTOP));
    let ended = run.finish();
    assert_eq!((ended.code(), ended.warnings("timeout").len()), (1, 1));
    workers.iter().for_each(|&worker| send(worker, SIGCONT));
}

#[test]
fn tasks_beyond_those_on_record_are_counted_through_the_pipe_too() {
    let tasks = 140_000;
    let (report, code, _) = report(&squares(tasks, 0, "workers = 2\nchunk = 1000"), &[]);
    assert_eq!((code, warnings(&report, "results-differ").len()), (0, 0), "{}", report["warnings"]);
    assert!(configs(&report).iter().all(|config| config["tasks_done"] == tasks));
}
