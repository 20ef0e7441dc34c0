//! What goes wrong on a cluster: nothing is lost, nothing waits for ever, and it is told in a clear word.

use std::fs;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::common::{parlab, stderr, stdout};
use crate::following::Following;

#[test]
fn a_job_that_is_cancelled_says_so_and_what_was_measured_is_reported() {
    let Some(cluster) = Cluster::new() else { return };
    let job =
        cluster.sent(&[&cluster.scenario("long", 0.3), "--repeats", "1000", "--backends", "processes", "--time", "10"]);
    let mut following = Following::start(&cluster, &job);
    following.until("runs on localhost");
    cluster.wait_for_trial(&job, "journal.jsonl");
    assert!(cluster.output("scancel", &[&job]).status.success());
    following.until("was cancelled");
    let (report, code) = following.report();
    assert_eq!((&report["status"], code), (&"interrupted".into(), Some(1)));
    assert!(!report["configs"][0]["wall_s"]["samples"].as_array().expect("a list").is_empty(), "{report}");
    cluster.wait_for_none_left();
}

#[test]
fn a_job_that_takes_longer_than_it_may_says_so_and_what_was_measured_is_reported() {
    let Some(cluster) = Cluster::new() else { return };
    let job = cluster.sent(&[&cluster.scenario("long", 0.3), "--repeats", "1000", "--time", "10"]);
    let mut following = Following::start(&cluster, &job);
    following.until("runs on localhost");
    cluster.wait_for_trial(&job, "journal.jsonl");
    // Slurm counts in minutes, but an administrator can say when a job is over.
    let over = [format!("jobid={job}"), "EndTime=now+1".to_owned()];
    assert!(cluster.output("scontrol", &["update", &over[0], &over[1]]).status.success());
    following.until("took longer than it may, and was ended: --time gives it more");
    let way = following.until("goes on with what the run lacks");
    assert!(way.contains("parlab run --resume ") && way.contains("journal.jsonl"), "{way}");
    let (report, code) = following.report();
    assert_eq!((&report["status"], code), (&"interrupted".into(), Some(1)));
    assert!(!report["configs"][0]["wall_s"]["samples"].as_array().expect("a list").is_empty(), "{report}");
    cluster.wait_for_none_left();
}

#[test]
fn a_full_file_system_fails_the_job_and_what_was_written_by_then_is_reported() {
    let Some(cluster) = Cluster::new() else { return };
    cluster.small_home(48);
    let job = cluster.sent(&[&cluster.scenario("many", 0.001), "--repeats", "200", "--time", "10"]);
    let output = cluster.attached(&job, &["--format", "json"]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("failed: exit status 1"), "{told}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert_eq!((&report["status"], &report["warnings"][0]["code"]), (&"interrupted".into(), &"unfinished".into()));
    let samples = report["configs"][0]["wall_s"]["samples"].as_array().expect("a list").len();
    assert!((1..200).contains(&samples), "{samples}");
    // There is no room for another job's files.
    let output = cluster.submit(&["--go", &cluster.scenario("many", 0.001)]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    assert!(stderr(&output).contains("the job was not sent: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
}

#[test]
fn a_controller_that_is_away_is_told_and_nothing_is_lost_meanwhile() {
    let Some(cluster) = Cluster::new() else { return };
    let job = cluster.sent(&[&cluster.scenario("small", 0.5)]);
    let mut following = Following::start(&cluster, &job);
    following.until("runs on localhost");
    cluster.stop_controller();
    let line = following.until("by what was last known");
    assert!(line.ends_with("; the job is not affected") && line.contains("squeue"), "{line}");
    cluster.start_controller();
    following.until("is completed");
    let (report, code) = following.report();
    assert_eq!((&report["status"], code), (&"done".into(), Some(0)));
}

#[test]
fn a_job_that_is_not_taken_leaves_nothing_behind() {
    let Some(cluster) = Cluster::new() else { return };
    let scenario = cluster.scenario("small", 0.01);
    let refused = |arguments: &[&str], says: &str| {
        let output = cluster.submit(&[&["--go", &scenario], arguments].concat());
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
        let left = fs::read_dir(cluster.home().join("parlab/jobs/files")).map_or(0, Iterator::count);
        assert_eq!(left, 0);
    };
    refused(&["--partition", "nowhere"], "the job was not sent: sbatch: invalid partition specified: nowhere");
    refused(
        &["--time", "2-0"],
        "the job was not sent: sbatch: Batch job submission failed: Requested time limit is invalid",
    );
    let output = cluster.submit(&["--go", &scenario, "--repeats", "1000"]);
    assert!(stderr(&output).contains("; the estimate was 2-07:36:00, and --time gives another"), "{}", stderr(&output));
    let output = cluster.submit(&["--attach", "77"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("job 77 was not sent by parlab submit --go from here"), "{}", stderr(&output));
}

#[test]
fn where_there_is_no_slurm_that_is_told() {
    let folder = crate::common::folder();
    let mut command = parlab();
    command.args(["submit", "--go", "speedup"]).env("PATH", "/nonexistent").env("XDG_STATE_HOME", folder.path());
    let output = command.output().expect("parlab");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("there is no sbatch here"), "{}", stderr(&output));
}

#[test]
fn a_journal_of_another_version_is_refused_with_the_reason_and_the_job_is_followed_all_the_same() {
    let Some(cluster) = Cluster::new() else { return };
    let job = cluster.sent(&[&cluster.scenario("small", 0.01)]);
    cluster.wait_for(&job, "COMPLETED");
    let journal = cluster.file(&job, "journal.jsonl");
    for (content, says) in [
        ("{\"event\":\"planned\"}\n", "those of before version 1 of the format cannot be read"),
        ("{\"format\":\"parlab.journal\",\"major\":9,\"minor\":0,\"parlab\":\"9\"}\n", "a journal of version 9"),
    ] {
        fs::write(&journal, content).expect("a journal");
        let output = cluster.attached(&job, &[]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""));
        assert!(stderr(&output).contains(says) && stderr(&output).contains("is completed"), "{}", stderr(&output));
    }
}

#[test]
fn whoever_stops_following_leaves_the_job_alone() {
    let Some(cluster) = Cluster::new() else { return };
    let job = cluster.sent(&[&cluster.scenario("small", 0.5)]);
    let mut following = Following::start(&cluster, &job);
    following.until("runs on localhost");
    following.interrupt();
    following.until(&format!("job {job} goes on; parlab submit --attach {job} comes back to it"));
    assert_eq!(following.code(), Some(130));
    let output = cluster.attached(&job, &["--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
}
