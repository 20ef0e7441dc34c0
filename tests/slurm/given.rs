//! Inside a job parlab uses what the job was given.

use std::fs;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::common::{binary, stderr};

#[test]
fn parlab_sees_what_its_job_was_given() {
    let Some(cluster) = Cluster::new() else { return };
    let parlab = binary().display().to_string();
    let job = cluster.sent(&["--cpus", "1", "--mem", "500M", "--", &parlab, "machine", "--format", "json"]);
    let output = cluster.attached(&job, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let printed = fs::read_to_string(cluster.file(&job, "output.txt")).expect("its output");
    let machine: Value = serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
    assert_eq!(machine["usable_cpus"], 1, "{machine}");
    let text = machine.to_string();
    assert!(text.contains("SLURM_CPUS_PER_TASK") && text.contains("SLURM_MEM_PER_NODE"), "{text}");
    assert!(text.contains(&(500_u64 << 20).to_string()), "{text}");
}

#[test]
fn cores_are_the_cpus_of_the_job() {
    let Some(cluster) = Cluster::new() else { return };
    let scenario = cluster.scenario("open", 0.01);
    for cpus in ["1", "2"] {
        let job = cluster.sent(&[&scenario, "--cpus", cpus, "--workers", "cores"]);
        let output = cluster.attached(&job, &["--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        let workers: Vec<u64> = report["configs"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|config| config["workers"].as_u64())
            .collect();
        // There may be fewer here than the job may have.
        let here = std::thread::available_parallelism().expect("CPUs").get() as u64;
        assert_eq!(workers, [cpus.parse::<u64>().expect("a number").min(here)], "{}", stderr(&output));
    }
}
