//! What is remembered of runs: by the real program, in the user's state folder, and harmless whatever is there.

use std::path::Path;

use crate::common;
use serde_json::Value;

/// `parlab run` with a state folder of its own; its exit code.
fn run(state: &Path, what: &Path, options: &[&str]) -> i32 {
    let mut command = common::parlab();
    command.env("XDG_STATE_HOME", state).args(["run", "--quiet", "--repeats", "1", "--warmup", "0"]);
    let output = command.arg(what).args(options).output().expect("parlab");
    output.status.code().expect("an exit code")
}

/// What `parlab list` says of a scenario.
fn listed(state: &Path, name: &str) -> Value {
    let output = common::parlab().env("XDG_STATE_HOME", state).args(["list", "--format", "json"]).output();
    let list: Value = serde_json::from_slice(&output.expect("parlab").stdout).expect("JSON");
    let all = list["scenarios"].as_array().expect("scenarios");
    all.iter().find(|scenario| scenario["name"] == name).expect("that scenario").clone()
}

#[test]
fn a_run_without_the_screen_is_remembered_and_told() {
    let state = common::folder();
    assert!(listed(state.path(), "cubes")["run"].is_null());
    assert_eq!(run(state.path(), Path::new("cubes"), &[]), 0);
    let cubes = listed(state.path(), "cubes");
    assert_eq!((&cubes["chapter"], &cubes["run"]["sha256"]), (&"A map".into(), &cubes["sha256"]));
    assert!(cubes["run"]["best_speedup"].as_f64().is_some_and(|speedup| speedup > 0.0), "{cubes}");
    assert!(listed(state.path(), "crunch")["run"].is_null());
    let text = common::parlab().env("XDG_STATE_HOME", state.path()).arg("list").output().expect("parlab");
    let text = common::stdout(&text);
    assert!(text.contains("\n✓ cubes") || text.contains("A map\n✓ cubes"), "{text}");
    assert!(text.contains("✓ run: 1 of "), "{text}");
}

#[test]
fn only_what_was_done_counts() {
    let state = common::folder();
    let folder = common::folder();
    let crash = "title = 'x'\n[workload]\nkind = 'crash'\ntasks = 2\n[sweep]\nbackends = ['processes']\nworkers = 1\n\
                 baseline = 'none'\n";
    assert_eq!(run(state.path(), &common::scenario(folder.path(), "case", crash), &[]), 1);
    assert!(!state.path().join("parlab/history.json").exists());
}

#[test]
fn whatever_is_in_its_place_the_run_goes_well() {
    let state = common::folder();
    std::fs::create_dir(state.path().join("parlab")).expect("a folder");
    let file = state.path().join("parlab/history.json");
    nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    assert!(listed(state.path(), "cubes")["run"].is_null());
    assert_eq!(run(state.path(), Path::new("cubes"), &[]), 0);
    assert!(listed(state.path(), "cubes")["run"].is_null(), "what is no file is left alone");
    std::fs::remove_file(&file).expect("a pipe");
    std::fs::write(&file, "{\"schema\": 7").expect("a broken file");
    assert!(listed(state.path(), "cubes")["run"].is_null());
    assert_eq!(run(Path::new("/dev/null"), Path::new("cubes"), &[]), 0);
    let bare = common::parlab().env_clear().args(["run", "cubes", "--quiet", "--repeats", "1"]).output();
    assert!(bare.expect("parlab").status.success(), "without a home nothing is remembered");
}
