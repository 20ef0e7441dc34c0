//! The journal of the real program: its run can be told again to the letter.

use std::fs;

use parlab::record::{RunState, read};
use parlab::report::json;

use crate::common::{folder, parlab, scenario};

/// Runs a scenario; its text, what its journal tells, and its report.
fn told(toml: &str, options: &[&str]) -> (RunState, String) {
    let folder = folder();
    let file = scenario(folder.path(), "case", toml);
    let (journal, report) = (folder.path().join("j"), folder.path().join("r"));
    let mut command = parlab();
    command.args(["run", "--quiet", "--format", "json"]).args(options);
    let output = command.arg("--journal").arg(&journal).arg("-o").arg(&report).arg(&file).output().expect("parlab");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let recording = read(&journal).expect("a journal");
    assert!(!recording.torn);
    (recording.state(), fs::read_to_string(&report).expect("a report"))
}

#[test]
fn a_run_is_told_again_byte_for_byte() {
    let sweep = "[sweep]\nbackends = ['threads', 'processes']\nworkers = [1, 2]\nrepeats = 2\n";
    for (workload, options) in [
        ("kind = 'square'\ninputs = [0.1, 8, 1e-9, 2]\n", &["--predict", "2:1.5"][..]),
        ("kind = 'race'\ntasks = 4\n", &[]),
        ("kind = 'pi'\ntasks = 3\ndarts = 500\n", &["--schedule", "guided"]),
        ("kind = 'svc'\nsamples = 60\nfolds = 2\n[grid]\nC = [0.1, 10]\nkernel = ['rbf', 'linear']\n", &[]),
    ] {
        let toml = format!("title = 'Case'\n[workload]\n{workload}{sweep}");
        let (state, report) = told(&toml, options);
        assert_eq!(json::render(&state), report, "{workload}");
        let planned = state.planned.expect("it was planned");
        assert_eq!((planned.text, planned.origin.ends_with("case.toml")), (toml, true));
        assert_eq!((planned.job.inputs.len(), planned.timeout_s), (planned.scenario.tasks, 300.0));
    }
}
