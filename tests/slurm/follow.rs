//! A job from its script to its report, without a screen.

use std::fs;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::common::{stderr, stdout};
use crate::following::Following;

#[test]
fn a_job_runs_the_scenario_as_it_was_when_it_was_sent_and_its_report_comes_back() {
    let Some(cluster) = Cluster::new() else { return };
    // All CPUs are taken, so that it waits.
    let before = cluster.blocker();
    let scenario = cluster.scenario("small", 0.01);
    let job = cluster.sent(&[&scenario, "--repeats", "3"]);
    fs::write(&scenario, "no scenario any more").expect("a file");
    cluster.wait_for(&job, "PENDING");
    assert!(cluster.output("scancel", &[&before]).status.success());
    let output = cluster.attached(&job, &["--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!((&report["status"], &report["scenario"]["name"]), (&"done".into(), &"small".into()));
    assert_eq!(report["configs"][1]["wall_s"]["samples"].as_array().map(Vec::len), Some(3), "{report}");
    assert_eq!(report["machine"]["host"], "localhost");
    let told = stderr(&output);
    assert!(told.ends_with(&format!("parlab: job {job} is completed\n")), "{told}");
    let own: Value =
        serde_json::from_slice(&fs::read(cluster.file(&job, "report.json")).expect("a report")).expect("JSON");
    assert_eq!(own["configs"], report["configs"], "the journal tells what the job reported");
    // Whoever comes back later is told the same.
    let again = cluster.attached(&job, &["--format", "json"]);
    assert_eq!((again.status.code(), stdout(&again)), (Some(0), stdout(&output)));
}

#[test]
fn a_bundled_scenario_is_what_is_bundled_whatever_lies_where_it_was_sent() {
    let Some(cluster) = Cluster::new() else { return };
    fs::write(cluster.work().join("cubes.toml"), "no scenario").expect("a file");
    let job = cluster.sent(&["cubes", "--repeats", "1", "--warmup", "0", "--time", "10"]);
    let output = cluster.attached(&job, &["--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!((&report["status"], &report["scenario"]["name"]), (&"done".into(), &"cubes".into()));
}

#[test]
fn a_job_that_waits_says_for_what() {
    let Some(cluster) = Cluster::new() else { return };
    let before = cluster.blocker();
    let first = cluster.sent(&["--cpus", "4", "--time", "10", "--", "true"]);
    let job = cluster.sent(&["--time", "10", "--", "true"]);
    let mut following = Following::start(&cluster, &job);
    following.until("place 2 of 2 in main");
    let line = following.until("expected to start 20");
    assert!(line.contains("(Resources)") || line.contains("(Priority)"), "{line}");
    for other in [&before, &first] {
        assert!(cluster.output("scancel", &[other]).status.success());
    }
    following.until("is completed");
    assert_eq!(following.code(), Some(0));
}

#[test]
fn a_program_is_watched_in_a_job_and_its_failure_is_told_with_what_it_said_last() {
    let Some(cluster) = Cluster::new() else { return };
    let job = cluster.sent(&["--", "sh", "-c", "echo \"in job $SLURM_JOB_ID\"; pwd; exit 7"]);
    let output = cluster.attached(&job, &["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["configs"][0]["backend"], "program");
    let told = stderr(&output);
    assert!(told.contains(&format!("job {job} failed: exit status 7")), "{told}");
    assert!(told.contains(&format!("  in job {job}\n")), "{told}");
    assert!(told.contains(&format!("  {}\n", cluster.work().display())), "where it was sent from: {told}");
}
