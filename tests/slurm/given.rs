//! Inside a job parlab uses what the job was given.

use std::fs;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::common::{binary, have, stderr};

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
fn ranks_are_tasks_of_the_job_and_are_watched_in_it() {
    let Some(cluster) = Cluster::new() else { return };
    if !(have("mpicc.mpich") && have("mpirun.mpich")) {
        return;
    }
    let source = "#include <mpi.h>\nint main(int n, char **a) { MPI_Init(&n, &a); MPI_Barrier(MPI_COMM_WORLD); MPI_Finalize(); }\n";
    let (source_file, program) = (cluster.work().join("ring.c"), cluster.work().join("ring"));
    fs::write(&source_file, source).expect("a file");
    let made = cluster.command("mpicc.mpich").arg("-o").arg(&program).arg(&source_file).output().expect("a compiler");
    assert!(made.status.success(), "{}", stderr(&made));
    let job = cluster.sent(&["--", "mpirun.mpich", "-n", "2", "./ring"]);
    let output = cluster.attached(&job, &["--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["configs"][0]["mpi"]["ranks"], 2, "{report}");
    // There may be fewer here than the job may have.
    let here = std::thread::available_parallelism().expect("CPUs").get().min(2);
    assert_eq!(report["machine"]["usable_cpus"], here, "of both tasks: {report}");
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
