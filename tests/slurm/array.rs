//! A sweep over many jobs: one for each configuration, and one report of them all.

use std::fs;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::common::{scenario, stderr, stdout};

fn swept(cluster: &Cluster) -> String {
    let toml = "title = \"Swept\"\n[workload]\nkind = \"sleep\"\ninputs = { repeat = 0.05, times = 4 }\n[sweep]\n\
                backends = [\"threads\", \"processes\"]\nworkers = [1, 2]\nrepeats = 3\nwarmup = 1\ntimeout_s = 50.0\n";
    scenario(&cluster.work(), "swept", toml).to_str().expect("a path").to_owned()
}

#[test]
fn each_configuration_is_a_job_and_all_are_one_report() {
    let Some(cluster) = Cluster::new() else { return };
    let script = stdout(&cluster.submit(&[&swept(&cluster), "--array"]));
    assert!(script.contains("#SBATCH --array=0-4\n") && script.contains("parlab-%A_%a.txt"), "{script}");
    assert!(script.contains("4 trials of at most 50.0 s each"), "those of one configuration: {script}");
    let job = cluster.sent(&[&swept(&cluster), "--array"]);
    let output = cluster.attached(&job, &["--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!((&report["status"], &report["warnings"]), (&"done".into(), &Value::Array(Vec::new())), "{report}");
    let configs = report["configs"].as_array().expect("a list");
    assert_eq!(configs.len(), 5);
    for config in configs {
        assert_eq!(config["wall_s"]["samples"].as_array().map(Vec::len), Some(3), "{config}");
        assert!(config["speedup"]["value"].as_f64().is_some_and(|value| value > 0.0), "{config}");
    }
    let two = |backend: &str| {
        configs.iter().find(|c| c["backend"] == backend && c["workers"] == 2).expect("one")["speedup"]["value"].as_f64()
    };
    // Tasks that wait need no CPU: two workers are twice as fast, on however busy a machine.
    assert!(two("threads").is_some_and(|value| value > 1.2), "{report}");
    for part in 0..5 {
        let journal = fs::read_to_string(cluster.file(&job, &format!("journal-{part}.jsonl"))).expect("a journal");
        assert_eq!(journal.matches("\"event\":\"trial_finished\"").count(), 4, "of one configuration alone");
    }
    let told = stderr(&output);
    assert!(told.contains("of 5 jobs"), "{told}");
}

#[test]
fn an_array_that_is_cancelled_is_reported_as_far_as_it_came() {
    let Some(cluster) = Cluster::new() else { return };
    let scenario = cluster.scenario("long", 0.3);
    // There is memory for one at a time: the second waits for the first.
    let job = cluster.sent(&[&scenario, "--array", "--mem", "1500M", "--repeats", "200"]);
    let mut following = crate::following::Following::start(&cluster, &job);
    following.until("1 waiting, 1 running");
    cluster.wait_for_trial(&job, "journal-0.jsonl");
    assert!(cluster.output("scancel", &[&job]).status.success());
    following.until("was cancelled");
    let (report, code) = following.report();
    assert_eq!((&report["status"], code), (&"interrupted".into(), Some(1)), "{report}");
}

#[test]
fn repeats_that_depend_on_the_others_are_refused() {
    let Some(cluster) = Cluster::new() else { return };
    let output = cluster.submit(&[&swept(&cluster), "--array", "--repeats", "auto"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("needs all configurations in one job"), "{}", stderr(&output));
}
