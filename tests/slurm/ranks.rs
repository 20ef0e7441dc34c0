//! A scenario whose workers are ranks, in a job: `srun` starts them as steps of it.

use serde_json::Value;

use crate::cluster::Cluster;
use crate::common::{have, scenario, stderr};

#[test]
fn srun_starts_the_ranks_of_a_scenario_in_its_job() {
    let Some(cluster) = Cluster::new() else { return };
    for (mpi, way) in [("mpirun.mpich", "pmi2"), ("mpirun.openmpi", "pmix")] {
        if !have(mpi) {
            continue;
        }
        let toml = format!(
            "title = \"Ranks\"\n[workload]\nkind = \"pi\"\ntasks = 40\ndarts = 1000\n[sweep]\n\
             backends = [\"mpi\", \"processes\"]\nworkers = [1, 2]\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n\
             launcher = \"srun --mpi={way} --cpus-per-task=1\"\n"
        );
        let path = scenario(&cluster.work(), way, &toml);
        let printed = cluster.submit(&[path.to_str().expect("a path")]);
        assert!(crate::common::stdout(&printed).contains("#SBATCH --ntasks=2\n"), "a task for each rank of the widest");
        let job = cluster.sent(&[path.to_str().expect("a path"), "--yes"]);
        let output = cluster.attached(&job, &["--format", "json"]);
        assert!(output.status.success(), "{way}: {}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        assert_eq!(report["status"], "done", "{way}: {}", report["warnings"]);
        let configs = report["configs"].as_array().expect("configurations");
        assert_eq!(configs.len(), 4, "{way}");
        assert!(configs.iter().all(|config| config["checksum"] == configs[0]["checksum"]), "{way}");
    }
}
