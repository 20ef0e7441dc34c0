//! Kind `python`: what functions are called with.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::common::{folder, parlab, stderr, stdout, untitled};
use crate::pythons::{environment, pythons};

const EVERY_BACKEND: &str =
    "['serial', 'python-threads', 'python-processes', 'joblib-loky', 'joblib-threading', 'dask']";

/// A scenario that calls `f` of this text.
fn write(folder: &Path, python: &Path, f: &str, inputs: &str, backends: &str) -> PathBuf {
    std::fs::write(folder.join("f.py"), f).expect("a file");
    let python = python.display();
    untitled(
        folder,
        &format!(
            "[workload]\nkind = 'python'\nfunction = 'f.py:f'\npython = '{python}'\n{inputs}\n[sweep]\n\
             backends = {backends}\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n"
        ),
    )
}

fn run(scenario: &Path, variables: &[(&str, &str)]) -> (Value, Output) {
    let mut command = parlab();
    command.args(["run", "--yes", "--quiet", "--format", "json"]).arg(scenario).envs(variables.iter().copied());
    let output = command.output().expect("parlab");
    (serde_json::from_slice(&output.stdout).unwrap_or_default(), output)
}

/// A run that must come to its end: what each configuration returned, task by task.
fn values(scenario: &Path, variables: &[(&str, &str)]) -> Vec<Vec<f64>> {
    let (report, output) = run(scenario, variables);
    assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), report["warnings"]);
    let value = |result: &Value| result["values"]["value"].as_f64().expect("a value");
    let of = |config: &Value| config["results"].as_array().expect("results").iter().map(value).collect();
    report["configs"].as_array().expect("configs").iter().map(of).collect()
}

/// What must arrive as it was written.
const HOSTILE: [&str; 9] = [
    "plain",
    "",
    "'\"'''\"\"\"\\",
    "two\nlines\r\n",
    "{x}{input}",
    "1",
    "žluťoučký 🐎",
    "\u{1b}[31m\u{7f}",
    "\u{2028} ",
];

/// A function that says where its argument is in the list.
fn finder() -> String {
    let all = HOSTILE.map(|text| json!(text).to_string()).join(", ");
    format!("def f(x):\n    assert type(x) is str\n    return [{all}].index(x)\n")
}

#[test]
fn texts_arrive_as_they_were_written_whatever_library_hands_them_out() {
    // What JSON writes is a text of TOML, too.
    let all = HOSTILE.map(|text| json!(text).to_string().replace('\u{7f}', "\\u007f")).join(", ");
    // Where the locale knows no more than ASCII, Python takes files to be so, unless it is told otherwise.
    let poor = [("LC_ALL", "C"), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0")];
    for (name, variables) in [("old", &[][..]), ("new", &poor)] {
        let Some(python) = environment(name) else { return };
        let folder = folder();
        let scenario = write(folder.path(), &python, &finder(), &format!("inputs = [{all}]"), EVERY_BACKEND);
        let configs = values(&scenario, variables);
        assert_eq!(configs.len(), 6);
        for values in configs {
            assert_eq!(values, (0..HOSTILE.len()).map(|at| at as f64).collect::<Vec<_>>(), "{name}");
        }
    }
}

#[test]
fn a_report_says_which_text_a_task_had() {
    let Some(found) = pythons().last() else { return };
    let folder = folder();
    let f = "def f(x): return len(x)";
    let scenario =
        write(folder.path(), &found.program, f, "inputs = ['ab', 'c']", "['serial']\norder = 'longest-first'");
    let (report, _) = run(&scenario, &[]);
    let results = &report["configs"][0]["results"];
    assert_eq!([&results[0]["input"], &results[1]["input"]], [&json!({ "input": "ab" }), &json!({ "input": "c" })]);
    assert_eq!([&results[0]["values"]["value"], &results[1]["values"]["value"]], [2.0, 1.0]);
}

#[test]
fn files_are_those_that_the_pattern_means_whatever_they_are_called() {
    let Some(found) = pythons().last() else { return };
    let parent = folder();
    // What would be a pattern itself.
    let folder = parent.path().join("a [1] * ? 'quoted'");
    std::fs::create_dir_all(folder.join("within.csv")).expect("a folder");
    let names = ["'\"\\.csv", "é.csv", "two\nlines.csv", " .csv"];
    for (at, name) in names.iter().enumerate() {
        std::fs::write(folder.join(name), format!("{at} {}", names.len())).expect("a file");
    }
    let f = "def f(path):\n    return int(open(path).read().split()[0])\n";
    for inputs in ["files = '*.csv'", "files = './../*/*.csv'"] {
        let scenario = write(&folder, &found.program, f, inputs, "['python-threads', 'python-processes']");
        let mut by_name: Vec<(&str, usize)> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        by_name.sort_unstable();
        let expected: Vec<f64> = by_name.iter().map(|(_, at)| *at as f64).collect();
        assert_eq!(values(&scenario, &[]), [expected.clone(), expected], "{inputs}");
    }
    let odd = folder.join(OsStr::from_bytes(b"odd-\xff.csv"));
    std::fs::write(odd, "1").expect("a file");
    let scenario = write(&folder, &found.program, f, "files = '*.csv'", "['serial']");
    let output = parlab().arg("check").arg(scenario).output().expect("parlab");
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("means a file whose name is no text"), "{}", stdout(&output));
}

#[test]
fn a_hundred_thousand_lines_are_as_many_tasks() {
    const LINES: usize = 100_000;
    let Some(found) = pythons().last() else { return };
    let folder = folder();
    let lines: String = (0..LINES).map(|line| format!("\"{line}' é\n\n")).collect();
    std::fs::write(folder.path().join("list"), lines).expect("a file");
    let f = "def f(line):\n    assert line.endswith(\"' \\u00e9\")\n    return int(line[1:-3])\n";
    let scenario = write(folder.path(), &found.program, f, "lines = 'list'", "['serial', 'python-processes']");
    let (report, output) = run(&scenario, &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), report["warnings"]);
    // That of the numbers themselves, which a report of so many tasks does not list.
    let numbers = write(folder.path(), &found.program, "def f(x): return x", &format!("tasks = {LINES}"), "['serial']");
    let (expected, _) = run(&numbers, &[]);
    for config in report["configs"].as_array().expect("configs") {
        assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&LINES.into(), &0.into()));
        assert_eq!(config["checksum"], expected["configs"][0]["checksum"]);
    }
}

#[test]
fn what_no_function_can_be_called_with_is_told() {
    let Some(found) = pythons().first() else { return };
    let folder = folder();
    std::fs::write(folder.path().join("latin"), b"caf\xe9\n").expect("a file");
    std::fs::write(folder.path().join("empty"), "\n \n").expect("a file");
    std::fs::write(folder.path().join("zero"), "a\0b\n").expect("a file");
    let cases = [
        ("files = '*.none'", "means no file that is there"),
        ("files = 'a**'", "is no pattern of files"),
        ("files = ''", "must not be empty"),
        ("lines = 'latin'", "is no text (UTF-8)"),
        ("lines = 'empty'", "has no lines but empty ones"),
        ("lines = 'zero'", "character of number 0"),
        ("lines = '.'", "cannot be read"),
        ("lines = 'none'", "cannot be read"),
        ("lines = 'latin'\ninputs = ['a']", "keep one"),
        ("inputs = ['a', 1]", "must be a string, not a number"),
        ("inputs = []", "must not be empty"),
        ("", "add inputs = […], tasks = N, files = \"…\", lines = \"…\"\n"),
        ("inputs = ['a']\n[grid]\nx = [1]", "whose function has one argument"),
    ];
    for (inputs, told) in cases {
        let scenario = write(folder.path(), &found.program, "def f(x): return 1", inputs, "['serial']");
        let output = parlab().arg("check").arg(scenario).output().expect("parlab");
        assert_eq!(output.status.code(), Some(2), "{inputs}");
        assert!(stdout(&output).contains(told), "{inputs}: {}", stdout(&output));
    }
}
