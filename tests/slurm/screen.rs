//! The screen of a job, in a real terminal.

use crate::cluster::{Cluster, OFTEN};
use crate::common::terminal::Terminal;
use crate::common::{stderr, stdout, wait_until};

fn open(cluster: &Cluster, arguments: &[&str]) -> Terminal {
    cluster.session(&[&OFTEN[..], arguments].concat()).size(120, 40).open()
}

/// The number of the job that was sent last.
fn last(cluster: &Cluster) -> String {
    stdout(&cluster.output("squeue", &["-h", "-t", "all", "-o", "%i", "-S", "-i"]))
        .lines()
        .next()
        .expect("a job")
        .to_owned()
}

#[test]
fn a_job_is_sent_followed_and_its_results_are_shown() {
    let Some(cluster) = Cluster::new() else { return };
    // All CPUs are taken, so that it waits.
    let before = cluster.blocker();
    let mut terminal = open(&cluster, &["--go", &cluster.scenario("small", 0.4), "--repeats", "3"]);
    terminal.wait_for("place 1 of 1 in main");
    terminal.wait_for("Its run is shown here as soon as that begins");
    assert!(cluster.output("scancel", &[&before]).status.success());
    terminal.wait_for("runs on localhost");
    terminal.wait_for("A small one");
    terminal.wait("a trial of its journal", |screen| screen.contains("of 6 · threads"));
    terminal.wait_for("what happened");
    terminal.send("\t");
    terminal.wait_for("is completed");
    terminal.send("q");
    assert_eq!(terminal.exit_code_at_once(), 0);
    let left = terminal.text();
    assert!(left.contains("is completed") && left.contains("threads × 2"), "{left}");
}

#[test]
fn closing_the_screen_leaves_the_job_alone_and_attach_comes_back() {
    let Some(cluster) = Cluster::new() else { return };
    let mut terminal = open(&cluster, &["--go", &cluster.scenario("small", 1.0)]);
    terminal.wait_for("runs on localhost");
    terminal.send("q");
    assert_eq!(terminal.exit_code_at_once(), 0);
    let job = last(&cluster);
    terminal.wait_for(&format!("job {job} goes on; parlab submit --attach {job} comes back to it"));
    assert!(terminal.has_its_modes());
    let mut terminal = open(&cluster, &["--attach", &job]);
    terminal.wait_for("what happened");
    terminal.send("q");
    assert_eq!(terminal.exit_code_at_once(), 0);
    assert!(stdout(&cluster.attached(&job, &["--format", "json"])).contains("\"status\": \"done\""));
}

#[test]
fn c_cancels_the_job_after_it_has_asked() {
    let Some(cluster) = Cluster::new() else { return };
    let job = cluster.sent(&[&cluster.scenario("long", 1.0), "--repeats", "100"]);
    let mut terminal = open(&cluster, &["--attach", &job]);
    terminal.wait_for("runs on localhost");
    cluster.wait_for_trial(&job, "journal.jsonl");
    terminal.send("c");
    terminal.wait_for(&format!("Cancel job {job}"));
    terminal.send("n");
    terminal.wait_for("runs on localhost");
    terminal.send("c");
    terminal.wait_for(&format!("Cancel job {job}"));
    terminal.send("y");
    terminal.wait_for("was cancelled");
    cluster.wait_for(&job, "CANCELLED");
    terminal.send("q");
    assert_eq!(terminal.exit_code_at_once(), 1);
    let output = cluster.attached(&job, &["--format", "json"]);
    assert!(stdout(&output).contains("\"status\": \"interrupted\""), "{}", stderr(&output));
}

#[test]
fn a_controller_that_is_away_is_told_on_the_screen_and_comes_back() {
    let Some(cluster) = Cluster::new() else { return };
    let job = cluster.sent(&[&cluster.scenario("small", 1.0)]);
    let mut terminal = open(&cluster, &["--attach", &job]);
    terminal.wait_for("runs on localhost");
    cluster.stop_controller();
    terminal.wait_for("by what was last known");
    cluster.start_controller();
    terminal.wait_for("what happened");
    terminal.send("\t");
    terminal.wait_for("is completed");
    terminal.send("q");
    assert_eq!(terminal.exit_code_at_once(), 0);
}

#[test]
fn a_controller_that_hangs_holds_up_neither_the_screen_nor_the_job() {
    let Some(cluster) = Cluster::new() else { return };
    let job = cluster.sent(&[&cluster.scenario("long", 0.5), "--repeats", "100", "--time", "10"]);
    let mut terminal = open(&cluster, &["--attach", &job]);
    terminal.wait_for("runs on localhost");
    cluster.wait_for_trial(&job, "journal.jsonl");
    cluster.freeze_controller();
    wait_until("an answer that does not come", || cluster.count("squeue") > 0);
    // What its run tells goes on meanwhile.
    let at = |screen: &str| screen.split("trial ").nth(1).and_then(|rest| rest.split(' ').next().map(str::to_owned));
    let before = at(&terminal.text());
    terminal.wait("the next trial", |screen| at(screen) != before);
    terminal.send("q");
    assert_eq!(terminal.exit_code_at_once(), 0);
    wait_until("the end of what asked", || cluster.count("squeue") == 0);
}
