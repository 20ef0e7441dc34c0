//! What scenarios need of Python, whatever their kind: an interpreter by one rule, and packages that are asked after before
//! anything runs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::common::{folder, parlab, stderr, stdout, untitled};
use crate::pythons::{environment, pythons};

/// The kinds that run Python, each noting in the file `told` with which interpreter.
const KINDS: [&str; 3] = [
    "kind = 'program'\ncommand = ['{python}', 'note.py']",
    "kind = 'command'\ncommand = ['{python}', 'note.py']\ntasks = 1",
    "kind = 'python'\nfunction = 'note.py:note'\ntasks = 1",
];

const NOTE: &str = "import sys\n\ndef note(x):\n    open('told', 'w').write(sys.executable)\n\n\
                    if __name__ == '__main__':\n    note(0)\n";

/// Runs parlab in a folder with a scenario of a kind.
fn parlab_in(folder: &Path, args: &[&str], kind: &str, more: &str, variables: &[(&str, &Path)]) -> Output {
    fs::write(folder.join("note.py"), NOTE).expect("a file");
    let backend = if kind.contains("'program'") { "" } else { "backends = ['serial']\nbaseline = 'none'\n" };
    let sweep = format!("[sweep]\nworkers = 1\nrepeats = 1\nwarmup = 0\n{backend}");
    let scenario = untitled(folder, &format!("[workload]\n{kind}\n{more}\n{sweep}"));
    let mut command = parlab();
    command.args(args).arg(scenario).current_dir(folder).env_remove("PARLAB_PYTHON");
    command.envs(variables.iter().copied()).output().expect("parlab")
}

/// What is taken for an interpreter, and starts a real one.
fn stand_in(folder: &Path, name: &str, python: &Path) -> std::path::PathBuf {
    let path = folder.join(name);
    let text = format!("#!/bin/sh\necho {name} >>{}/started\nexec {} \"$@\"\n", folder.display(), python.display());
    fs::write(&path, text).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
    path
}

#[test]
fn the_interpreter_is_found_by_one_rule_whatever_the_kind() {
    let Some(found) = pythons().last() else { return };
    for kind in KINDS {
        let folder = folder();
        let [named, usual] = ["named", "usual"].map(|name| stand_in(folder.path(), name, &found.program));
        let started = |more: &str| {
            let output =
                parlab_in(folder.path(), &["run", "--yes", "--quiet"], kind, more, &[("PARLAB_PYTHON", &usual)]);
            assert_eq!(output.status.code(), Some(0), "{kind}: {}{}", stdout(&output), stderr(&output));
            let told = fs::read_to_string(folder.path().join("told")).expect("what it noted");
            let started = fs::read_to_string(folder.path().join("started")).expect("what was started");
            for file in ["told", "started"] {
                fs::remove_file(folder.path().join(file)).expect("gone");
            }
            assert!(!told.is_empty());
            started.lines().next().unwrap_or_default().to_owned()
        };
        assert_eq!(started(""), "usual", "{kind}");
        assert_eq!(started("python = './named'"), "named", "{kind}");
        assert_eq!(started(&format!("python = '{}'", named.display())), "named", "{kind}");
    }
}

#[test]
fn packages_that_are_missing_are_told_before_anything_runs() {
    let Some(found) = pythons().first() else { return };
    let variables = [("PARLAB_PYTHON", found.program.as_path())];
    for kind in KINDS {
        let folder = folder();
        // What lies where parlab is started is not installed.
        fs::create_dir(folder.path().join("parlab_missing")).expect("a folder");
        let more = "packages = ['parlab-missing', 'pip', 'parlab_missing']";
        for args in [&["check"][..], &["run", "--yes", "--quiet"]] {
            let output = parlab_in(folder.path(), args, kind, more, &variables);
            let told = stdout(&output) + &stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{kind}: {told}");
            assert!(told.contains("has no parlab-missing, no parlab_missing; "), "{kind}: {told}");
            assert!(told.contains(" -m pip install parlab-missing parlab_missing"), "{kind}: {told}");
            assert!(!folder.path().join("told").exists(), "{kind}: nothing was run");
        }
        let nowhere = Path::new("/no/such/python");
        let output = parlab_in(folder.path(), &["check"], kind, "", &[("PARLAB_PYTHON", nowhere)]);
        assert!(stdout(&output).contains("there is no /no/such/python; install Python"), "{}", stdout(&output));
    }
}

#[test]
fn the_library_lists_what_a_scenario_lacks() {
    let Some(found) = pythons().first() else { return };
    for kind in KINDS {
        let folder = folder();
        let scenarios = folder.path().join("scenarios");
        fs::create_dir(&scenarios).expect("a folder");
        fs::write(scenarios.join("note.py"), NOTE).expect("a file");
        untitled(&scenarios, &format!("[workload]\n{kind}\npackages = ['parlab-missing']\n"));
        let mut command = parlab();
        command.args(["list", "--format", "json"]).current_dir(folder.path()).env("PARLAB_PYTHON", &found.program);
        let list: Value = serde_json::from_slice(&command.output().expect("parlab").stdout).expect("a list");
        let entries = list["scenarios"].as_array().expect("scenarios");
        let entry = entries.iter().find(|entry| entry["name"] == "case").expect("the scenario");
        assert!(entry["lacks"].as_str().is_some_and(|lacks| lacks.contains("pip install parlab-missing")), "{entry}");
        let others = |name: &str| entries.iter().find(|entry| entry["name"] == name).expect("a bundled one");
        assert_eq!(others("python-gil")["lacks"], Value::Null, "what another one lacks is not this one's");
    }
}

#[test]
fn packages_that_are_there_are_found_by_either_name_and_without_having_been_installed() {
    let folder = folder();
    fs::write(folder.path().join("parlab_by_hand.py"), "").expect("a file");
    for name in ["old", "new"] {
        let Some(python) = environment(name) else { return };
        let variables = [("PARLAB_PYTHON", python.as_path()), ("PYTHONPATH", folder.path())];
        let more = "packages = ['scikit-learn', 'sklearn', 'threadpoolctl', 'scikit_learn', 'parlab_by_hand']";
        for kind in KINDS {
            let place = crate::common::folder();
            let output = parlab_in(place.path(), &["check"], kind, more, &variables);
            assert_eq!(output.status.code(), Some(0), "{name}: {}", stdout(&output));
        }
    }
}

#[test]
fn an_interpreter_that_a_file_names_is_not_asked_before_that_was_agreed_to() {
    let Some(found) = pythons().first() else { return };
    for kind in KINDS {
        let folder = folder();
        stand_in(folder.path(), "trap", &found.program);
        let more = "python = './trap'\npackages = ['parlab-missing']";
        for (args, code) in [(&["check"][..], 0), (&["run", "--quiet"], 3)] {
            let output = parlab_in(folder.path(), args, kind, more, &[]);
            assert_eq!(output.status.code(), Some(code), "{kind}: {}", stderr(&output));
            assert!(!folder.path().join("started").exists(), "{kind}: {args:?}");
        }
    }
}
