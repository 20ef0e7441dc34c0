//! `parlab submit` where there is no batch system: the script that it prints, and that the script does what it should.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::{folder, parlab, scenario, stderr, stdout};

const SMALL: &str = "title = \"Small\"\n[workload]\nkind = \"square\"\ntasks = 4\n[sweep]\nbackends = [\"threads\"]\n\
                     workers = [1, 3]\nrepeats = 2\nwarmup = 0\ntimeout_s = 90.0\n";

/// Runs parlab where no program of a batch system can be found.
fn submit(args: &[&str]) -> Output {
    parlab().arg("submit").args(args).env("PATH", "/nonexistent").output().expect("parlab")
}

/// A batch job's shell, with an `srun` that only starts the program.
fn run_script(script: &str, folder: &Path) -> Output {
    let tools = folder.join("tools");
    fs::create_dir(&tools).expect("a folder");
    let srun = tools.join("srun");
    let step = "#!/bin/bash\necho \"$@\" > srun.txt\nwhile [[ $1 == --* ]]; do shift; done\nexec \"$@\"\n";
    fs::write(&srun, step).expect("a script");
    fs::set_permissions(&srun, fs::Permissions::from_mode(0o755)).expect("a mode");
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).current_dir(folder).env("PATH", path).env("XDG_STATE_HOME", "/dev/null");
    bash.envs([("SLURM_JOB_ID", "12"), ("SLURM_CPUS_PER_TASK", "3")]);
    bash.output().expect("bash")
}

#[test]
fn the_script_asks_for_what_the_scenario_needs() {
    let folder = folder();
    let path = scenario(folder.path(), "small", SMALL);
    let output = submit(&[path.to_str().unwrap()]);
    assert!(output.status.success() && stderr(&output).is_empty(), "{}", stderr(&output));
    let text = stdout(&output);
    for line in [
        "#!/bin/bash",
        "#SBATCH --job-name=small",
        "# An estimate, and no more than that: 6 trials of at most 90.0 s each. --time says otherwise.",
        "#SBATCH --time=00:11:00",
        "#SBATCH --nodes=1",
        "#SBATCH --ntasks=1",
        "# As many as the widest configuration has workers.",
        "#SBATCH --cpus-per-task=3",
        "#SBATCH --mem=256M",
        "#SBATCH --output=parlab-%j.txt",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is missing in\n{text}");
    }
    assert!(text.contains("srun --nodes=1 --ntasks=1 --cpus-per-task=\"$SLURM_CPUS_PER_TASK\" "), "{text}");
    let asked = submit(&[
        path.to_str().unwrap(),
        "--partition=gpu",
        "--account=phys",
        "--time=2-0",
        "--nodes=2",
        "--tasks=4",
        "--cpus=8",
        "--mem=4G",
    ]);
    let asked = stdout(&asked);
    let directives: Vec<&str> = asked.lines().filter(|line| line.starts_with("#SBATCH")).collect();
    assert_eq!(
        directives,
        [
            "#SBATCH --job-name=small",
            "#SBATCH --partition=gpu",
            "#SBATCH --account=phys",
            "#SBATCH --time=2-00:00:00",
            "#SBATCH --nodes=2",
            "#SBATCH --ntasks=4",
            "#SBATCH --cpus-per-task=8",
            "#SBATCH --mem=4096M",
            "#SBATCH --output=parlab-%j.txt",
        ]
    );
    assert!(!asked.contains("estimate"), "what was said is no estimate:\n{asked}");
}

#[test]
fn cores_are_those_that_the_job_asks_for() {
    let folder = folder();
    let path = scenario(folder.path(), "open", &SMALL.replace("[1, 3]", "\"1..cores\""));
    let text = stdout(&submit(&[path.to_str().unwrap(), "--cpus", "40"]));
    // The baseline is one more.
    assert!(text.contains(": 82 trials of 41 configurations"), "{text}");
}

#[test]
fn the_script_runs_the_scenario_as_it_was_asked_for_whatever_it_is_called() {
    let folder = folder();
    let within = folder.path().join("one \u{202e} \n another");
    fs::create_dir(&within).expect("a folder");
    let path = scenario(&within, "it's  a \"$HOME\" `x`; #1", SMALL);
    let output = submit(&[path.to_str().unwrap(), "--repeats", "1", "-s", "tasks=5"]);
    let script = stdout(&output);
    assert!(!script.contains('\u{202e}'), "{script}");
    let ran = run_script(&script, folder.path());
    assert!(ran.status.success(), "{}\n{script}", stderr(&ran));
    let report = fs::read(folder.path().join("parlab-12.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!((&report["status"], &report["scenario"]["tasks"]), (&"done".into(), &5.into()));
    assert_eq!(report["configs"][0]["wall_s"]["samples"].as_array().map(Vec::len), Some(1));
    let journal = fs::read_to_string(folder.path().join("parlab-12.jsonl")).expect("a journal");
    assert!(journal.contains("\"event\":\"run_finished\""), "{journal}");
    let step = fs::read_to_string(folder.path().join("srun.txt")).expect("a step");
    assert!(step.starts_with("--nodes=1 --ntasks=1 --cpus-per-task=3 /"), "{step}");
}

#[test]
fn a_program_is_watched_in_the_job_and_a_launcher_is_no_step() {
    let folder = folder();
    let script = stdout(&submit(&["--", "sh", "-c", "echo \"it's $0\"; exit 7", "a  b"]));
    let ran = run_script(&script, folder.path());
    assert_eq!((ran.status.code(), stdout(&ran).as_str()), (Some(7), "it's a  b\n"), "{}\n{script}", stderr(&ran));
    assert!(folder.path().join("srun.txt").exists() && folder.path().join("parlab-12.json").exists());
    let script = stdout(&submit(&["--", "mpirun", "-n", "4", "./prog"]));
    assert!(script.contains("#SBATCH --ntasks=4") && !script.contains("exec srun"), "{script}");
    assert!(script.contains("export SRUN_CPUS_PER_TASK=\"$SLURM_CPUS_PER_TASK\""), "{script}");
}

#[test]
fn a_copy_of_a_scenario_is_run_as_if_it_lay_where_it_was_found() {
    let (folder, elsewhere) = (folder(), folder());
    fs::write(folder.path().join("words.txt"), "one\ntwo\nthree\n").expect("a file");
    let toml = "title = \"Lines\"\n[workload]\nkind = \"command\"\ncommand = [\"true\"]\nlines = \"words.txt\"\n[sweep]\n\
                workers = 1\nbackends = [\"processes\"]\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n";
    let original = scenario(folder.path(), "lines", toml);
    let copy = scenario(elsewhere.path(), "scenario", toml);
    let run = |options: &[&str]| {
        let mut command = parlab();
        command.arg("run").arg(&copy).args(options).args(["--yes", "--quiet", "--format", "json"]);
        command.output().expect("parlab")
    };
    assert_eq!(run(&[]).status.code(), Some(2), "there is no such file beside the copy");
    let output = run(&["--found-at", original.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&report["scenario"]["name"], &report["scenario"]["tasks"]), (&"lines".into(), &3.into()));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let refused = |args: &[&str], says: &str| {
        let output = submit(args);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{args:?}");
        assert!(stderr(&output).contains(says), "{args:?}: {}", stderr(&output));
    };
    refused(&[], "required");
    refused(&["no such"], "no scenario is called so");
    refused(&["speedup", "--", "true"], "cannot be used with");
    refused(&["speedup", "--time", "soon"], "HH:MM:SS");
    refused(&["speedup", "--mem", "much"], "4G");
    refused(&["speedup", "--partition", "a b"], "letters");
    refused(&["speedup", "--cpus", "0"], "whole number");
    refused(&["speedup", "--detach"], "--go");
    refused(&["--attach", "../7"], "job's number");
    refused(&["--repeats", "3", "--", "true"], "no keys of a scenario");
}
