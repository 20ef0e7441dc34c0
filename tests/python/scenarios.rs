//! Kind `python`: functions run by real libraries, in scenarios.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::common::{folder, parlab, stderr, stdout, untitled};
use crate::pythons::{environment, pythons};

const FUNCTIONS: &str = r#"
import os, signal, time

def cube(x):
    return x ** 3

def slow_start(x):
    return x

def kind(x):
    return 1 if isinstance(x, int) else 2

def fails_at_two(x):
    if x == 2:
        raise ValueError("no twos here")
    return x

def text(x):
    return "abc"

def dies_at_three(x):
    if x == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return x

def naps(x):
    time.sleep(x)

class Tools:
    @staticmethod
    def half(x):
        return x / 2
"#;

/// A run of a function, by a scenario in a folder of its own.
struct PythonRun<'a> {
    python: &'a Path,
    function: &'a str,
    workload: &'a str,
    sweep: &'a str,
}

impl PythonRun<'_> {
    fn scenario(&self, folder: &Path) -> PathBuf {
        std::fs::write(folder.join("functions.py"), FUNCTIONS).expect("a file");
        let Self { python, function, workload, sweep } = self;
        let python = python.display();
        untitled(
            folder,
            &format!(
                "[workload]\nkind = 'python'\nfunction = 'functions.py:{function}'\npython = '{python}'\n{workload}\n\
                 [sweep]\nrepeats = 1\nwarmup = 0\ntimeout_s = 120\n{sweep}\n"
            ),
        )
    }

    fn run(&self) -> (Value, Output) {
        let folder = folder();
        let scenario = self.scenario(folder.path());
        let output = parlab()
            .args(["run", "--yes", "--quiet", "--format", "json"])
            .arg(scenario)
            .current_dir(folder.path())
            .output()
            .expect("parlab");
        (serde_json::from_slice(&output.stdout).unwrap_or_default(), output)
    }

    /// A run that must come to its end.
    fn configs(&self) -> Vec<Value> {
        let (report, output) = self.run();
        assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), report["warnings"]);
        report["configs"].as_array().cloned().expect("configs")
    }
}

fn values(config: &Value) -> Vec<Option<f64>> {
    let results = config["results"].as_array().expect("results");
    results.iter().map(|result| result["values"]["value"].as_f64()).collect()
}

fn warned(report: &Value) -> String {
    report["warnings"].to_string()
}

#[test]
fn each_library_gives_the_same_results_old_and_new() {
    for name in ["old", "new"] {
        let Some(python) = environment(name) else { return };
        let run = PythonRun {
            python: &python,
            function: "cube",
            workload: "inputs = [3, 1, 2.5, -4, 0.1]",
            sweep: "backends = ['serial', 'python-threads', 'python-processes', 'joblib-loky', 'joblib-threading']\n\
                    workers = [2]",
        };
        let configs = run.configs();
        assert_eq!(configs.len(), 5);
        let serial = &configs[0];
        assert_eq!(values(serial)[..3], [Some(27.0), Some(1.0), Some(15.625)]);
        for config in &configs {
            assert_eq!(config["checksum"], serial["checksum"], "{name}: {}", config["backend"]);
            assert_eq!(config["tasks_done"], 5);
            assert!(config["startup_s"]["median"].as_f64().is_some_and(|startup| startup > 0.0), "{config}");
        }
    }
}

#[test]
fn processes_are_started_in_each_of_three_ways_by_each_python() {
    for found in pythons() {
        for method in ["fork", "spawn", "forkserver"] {
            let workload = format!("tasks = 5\nstart_method = '{method}'");
            let run = PythonRun {
                python: &found.program,
                function: "Tools.half",
                workload: &workload,
                sweep: "backends = ['python-processes']\nworkers = [2]\nbaseline = 'none'",
            };
            let configs = run.configs();
            assert_eq!(values(&configs[0]), [0.0, 0.5, 1.0, 1.5, 2.0].map(Some), "{method} of {}", found.facts);
        }
    }
}

#[test]
fn start_up_is_no_part_of_the_work() {
    let Some(found) = pythons().last() else { return };
    let run = PythonRun {
        python: &found.program,
        function: "cube",
        workload: "tasks = 4\nstart_method = 'spawn'",
        sweep: "backends = ['python-processes']\nworkers = [2]",
    };
    for config in run.configs() {
        let [startup, wall] = [&config["startup_s"]["median"], &config["wall_s"]["median"]].map(Value::as_f64);
        assert!(startup > wall, "two interpreters start slower than four cubes are computed: {startup:?}, {wall:?}");
    }
}

#[test]
fn whole_inputs_are_ints_and_others_floats() {
    let Some(found) = pythons().first() else { return };
    let run = PythonRun {
        python: &found.program,
        function: "kind",
        workload: "inputs = [2e6, 1.5, 3]",
        sweep: "backends = ['python-threads']\nworkers = [1]\nbaseline = 'none'",
    };
    assert_eq!(values(&run.configs()[0]), [1.0, 2.0, 1.0].map(Some));
}

#[test]
fn a_function_that_raises_fails_its_task_alone() {
    let Some(found) = pythons().last() else { return };
    let sweep = "backends = ['serial', 'python-threads', 'python-processes']\nworkers = [2]\nbaseline = 'none'";
    let workload = "tasks = 4";
    let run = PythonRun { python: &found.program, function: "fails_at_two", workload, sweep };
    let (report, output) = run.run();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    for config in report["configs"].as_array().expect("configs") {
        assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&3.into(), &1.into()));
    }
    assert!(warned(&report).contains("ValueError: no twos here"), "{}", warned(&report));
    let (report, _) = PythonRun { function: "text", ..run }.run();
    assert!(warned(&report).contains("the function returned str, and not a number"), "{}", warned(&report));
}

#[test]
fn what_is_wrong_with_the_function_is_told_with_its_line() {
    let Some(found) = pythons().first() else { return };
    let sweep = "backends = ['python-threads']\nworkers = [1]\nbaseline = 'none'";
    let run = PythonRun { python: &found.program, function: "nothing", workload: "tasks = 2", sweep };
    let (report, output) = run.run();
    assert_eq!(output.status.code(), Some(1));
    assert!(warned(&report).contains("AttributeError: module 'functions' has no attribute 'nothing'"), "{report}");
}

#[test]
fn a_worker_that_is_killed_is_named_with_its_task() {
    let Some(found) = pythons().last() else { return };
    let sweep = "backends = ['python-processes']\nworkers = [2]\nbaseline = 'none'\nchunk = 1";
    let run = PythonRun { python: &found.program, function: "dies_at_three", workload: "tasks = 12", sweep };
    let (report, output) = run.run();
    assert_eq!(output.status.code(), Some(1));
    let told = warned(&report);
    assert!(told.contains("was killed by SIGKILL while it held task 3"), "{told}");
}

#[test]
fn a_process_of_joblib_that_is_killed_is_named_with_its_task() {
    let Some(python) = environment("new") else { return };
    let sweep = "backends = ['joblib-loky']\nworkers = [2]\nbaseline = 'none'\nchunk = 1";
    let run = PythonRun { python: &python, function: "dies_at_three", workload: "tasks = 6", sweep };
    let (report, output) = run.run();
    assert_eq!(output.status.code(), Some(1));
    let told = warned(&report);
    assert!(told.contains("TerminatedWorkerError") && told.contains("is gone and had task 3 in hand"), "{told}");
}

#[test]
fn a_trial_that_takes_too_long_is_ended_with_its_processes() {
    let Some(found) = pythons().last() else { return };
    for backend in ["serial", "python-threads", "python-processes"] {
        let sweep = format!("backends = ['{backend}']\nworkers = [2]\nbaseline = 'none'\ntimeout_s = 3");
        let folder = folder();
        let run = PythonRun { python: &found.program, function: "naps", workload: "inputs = [600]", sweep: "" };
        let scenario = run.scenario(folder.path());
        let text = std::fs::read_to_string(&scenario).expect("the file").replace("timeout_s = 120\n", &sweep);
        std::fs::write(&scenario, text).expect("the file");
        let output = parlab().args(["run", "--yes", "--format", "json"]).arg(&scenario).output().expect("parlab");
        assert_eq!(output.status.code(), Some(1), "{backend}: {}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        assert!(warned(&report).contains("timeout"), "{backend}: {}", warned(&report));
    }
}

#[test]
fn what_is_missing_is_told_before_anything_runs_and_where_scenarios_are_checked() {
    let folder = folder();
    let run = |python: &str, sweep| {
        let run = PythonRun { python: Path::new(python), function: "cube", workload: "tasks = 2", sweep };
        let scenario = run.scenario(folder.path());
        ["run", "check"].map(|command| {
            let yes: &[&str] = if command == "run" { &["--yes"] } else { &[] };
            let output = parlab().arg(command).args(yes).arg(&scenario).output().expect("parlab");
            (output.status.code(), stdout(&output) + &stderr(&output))
        })
    };
    for (code, told) in run("python3.99", "backends = ['python-threads']") {
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("there is no python3.99; install Python"), "{told}");
    }
    for (code, told) in run("/no/such/python", "backends = ['python-threads']") {
        assert_eq!((code, told.contains("there is no /no/such/python")), (Some(2), true), "{told}");
    }
    let Some(found) = pythons().iter().find(|found| found.need(&["joblib", "distributed"]).is_err()) else { return };
    let python = found.program.display().to_string();
    let [(code, told), _] = run(&python, "backends = ['joblib-loky', 'dask']\nbaseline = 'none'");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("-m pip install ") && told.contains("distributed"), "{told}");
}

#[test]
fn an_interpreter_that_a_file_names_is_not_run_before_that_was_agreed_to() {
    let folder = folder();
    let trap = folder.path().join("trap.sh");
    std::fs::write(&trap, format!("#!/bin/sh\ntouch {}/sprung\n", folder.path().display())).expect("a file");
    std::fs::set_permissions(&trap, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    let run = PythonRun { python: &trap, function: "cube", workload: "tasks = 2", sweep: "" };
    let scenario = run.scenario(folder.path());
    for arguments in [&["check"][..], &["run", "--quiet"]] {
        let output = parlab().args(arguments).arg(&scenario).output().expect("parlab");
        assert!(!folder.path().join("sprung").exists(), "{arguments:?}: {}", stderr(&output));
    }
    let output = parlab().args(["run", "--quiet"]).arg(&scenario).output().expect("parlab");
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("to call cube of"), "{}", stderr(&output));
}

#[test]
fn an_emulation_is_run_beside_a_function_and_each_gives_its_own_results() {
    let Some(found) = pythons().last() else { return };
    let run = PythonRun {
        python: &found.program,
        function: "cube",
        workload: "inputs = [3, 1, 2]\n[emulated]\nkind = 'countdown'\nsteps = 1000\n[interpreter]\ngil = true",
        sweep: "backends = ['python-threads', 'python-processes']\nworkers = [2]",
    };
    let configs = run.configs();
    let told = |config: &Value| {
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        (word(&config["vary"]["interpreter"]), word(&config["backend"]))
    };
    let expected = [["serial", "python-threads", "python-processes"], ["serial", "threads", "processes"]];
    let names = [("CPython", expected[0]), ("emulated", expected[1])];
    let expected: Vec<(String, String)> =
        names.iter().flat_map(|(name, all)| all.map(|backend| ((*name).to_owned(), backend.to_owned()))).collect();
    assert_eq!(configs.iter().map(told).collect::<Vec<_>>(), expected);
    let (python, emulated) = configs.split_at(3);
    for config in python {
        assert_eq!((values(config), &config["interpreter"]), ([27.0, 1.0, 8.0].map(Some).to_vec(), &Value::Null));
        assert_eq!(config["checksum"], python[0]["checksum"]);
    }
    for config in emulated {
        let steps: Vec<_> =
            config["results"].as_array().expect("results").iter().map(|r| &r["values"]["steps"]).collect();
        assert_eq!(steps, [3000.0, 1000.0, 2000.0], "{config}");
        assert!(config["interpreter"]["held_s"].is_number(), "{config}");
        assert_eq!(config["checksum"], emulated[0]["checksum"]);
    }
    assert_ne!(python[0]["checksum"], emulated[0]["checksum"]);
}
