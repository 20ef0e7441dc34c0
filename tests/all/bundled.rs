//! The bundled scenarios by the real binary: listed, shown, checked, and each run to its end in a test of its own.

use std::fs;
use std::path::Path;

use parlab::scenario::library;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::common::{folder, parlab, python_environment, stderr, stdout};

/// Makes a test of each name, and a list of them. Where the lecture's sizes would keep a CPU busy for seconds, keys are
/// set to less; `.ci/run` runs all of them as they are.
macro_rules! run_each {
    ($($name:ident $([$($key:expr),+])?;)+) => {
        $(
            #[test]
            fn $name() {
                runs_to_its_end(stringify!($name), &[$($($key),+)?]);
            }
        )+
        const RUN: &[&str] = &[$(stringify!($name)),+];
    };
}

run_each! {
    chunk_size;
    crunch;
    cubes;
    database;
    database_reordered;
    false_sharing;
    gil_convoy ["steps=2e8", "trips=10"];
    gil_real ["inputs=[0.5, 0.5]", "emulated.steps=3e6"];
    gil_processes ["steps=3e7"];
    gil_threads ["steps=6e7"];
    gil_waiting;
    grid_search [concat!("data=", env!("CARGO_MANIFEST_DIR"), "/tests/all/svc/three_classes.csv")];
    hybrid;
    mandelbrot_dynamic ["max_iter=200"];
    mandelbrot_static ["max_iter=200"];
    matmul_all ["n=200"];
    matmul_one ["n=200"];
    memory_read ["mib=8"];
    memory_write ["mib=8"];
    metg ["inputs={ repeat = 1, times = 400 }"];
    pickling ["vary.payload=[0, 1024, 1048576, 4194304]"];
    python_gil ["inputs=[0.5, 0.5]"];
    python_grid_search;
    python_grid_search_dask;
    python_joblib ["inputs=[0.1, 0.1]", "backends=['python-processes']"];
    python_load_order ["inputs=[0.1, 0.15, 0.2, 0.8]"];
    python_oversubscription ["inputs={ repeat = 60, times = 4 }"];
    python_processes ["inputs=[0.5, 0.5]"];
    python_small_tasks ["inputs={ repeat = 3, times = 200 }"];
    python_speedup ["inputs={ repeat = 0.1, times = 16 }"];
    race;
    race_atomic;
    race_mutex;
    refcounts;
    sharded;
    speedup;
    sum ["terms=1e6"];
    sum_shared;
    tiny_tasks;
    triad ["mib=12"];
    users;
}

/// Those that no Python runs by itself.
const NEED_LIBRARIES: [&str; 3] = ["python-grid-search", "python-grid-search-dask", "python-oversubscription"];

#[test]
fn each_of_them_is_run() {
    let mut run: Vec<String> = RUN.iter().map(|name| name.replace('_', "-")).collect();
    let mut bundled: Vec<String> = library::bundled().map(|source| source.name).collect();
    // Those of message passing are run where MPIs are: in tests/mpi.
    bundled.retain(|name| !name.starts_with("mpi-"));
    run.sort();
    bundled.sort();
    assert_eq!(run, bundled, "the list in tests/all/bundled.rs against scenarios/");
}

/// Runs a bundled scenario with some keys set, and looks at what must be true of each report.
fn runs_to_its_end(test: &str, keys: &[&str]) {
    let name = test.replace('_', "-");
    let mut command = parlab();
    command.args(["run", &name, "--repeats", "1", "--warmup", "0", "--quiet", "--format", "json"]);
    command.args(keys.iter().flat_map(|key| ["-s", key]));
    if NEED_LIBRARIES.contains(&&*name) {
        let Some(python) = python_environment("new") else { return };
        command.env("PARLAB_PYTHON", python);
    }
    let output = command.output().expect("parlab");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "", "quiet is quiet");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!((report["status"].as_str(), report["scenario"]["name"].as_str()), (Some("done"), Some(&*name)));
    let warned_of: Vec<_> = report["warnings"].as_array().expect("warnings").iter().map(|w| &w["code"]).collect();
    // Some are about what they are warned of, where there is more than one CPU, or the CPUs are fast; and with the smaller
    // numbers of tests the shortest trials take less than can be timed well.
    let is_expected = warned_of.iter().all(|code| match code.as_str() {
        Some("oversubscribed") => ["matmul-all", "python-oversubscription"].contains(&&*name),
        Some("too-short") => {
            name == "tiny-tasks" || keys.iter().any(|key| key.starts_with("vary") || key.starts_with("tasks"))
        }
        _ => false,
    });
    assert!(is_expected, "{}", report["warnings"]);
    for config in report["configs"].as_array().expect("configs") {
        assert_eq!(config["wall_s"]["samples"].as_array().map(Vec::len), Some(1));
        // Of a program those count that it tells of.
        assert!(config["program"].is_object() || config["tasks_done"] == report["scenario"]["tasks"], "{config}");
    }
    let text = parlab().args(["show", &name]).output().expect("parlab").stdout;
    let sum: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(sum.starts_with(report["scenario"]["sha256"].as_str().expect("a sum")), "{sum}");
}

#[test]
fn they_are_listed_shown_and_checked() {
    let elsewhere = folder();
    let run = |args: &[&str]| parlab().args(args).current_dir(elsewhere.path()).output().expect("parlab");
    let list = run(&["list", "--format", "json"]);
    assert_eq!(list.status.code(), Some(0));
    let list: Value = serde_json::from_slice(&list.stdout).expect("a list");
    let listed: Vec<&str> =
        list["scenarios"].as_array().expect("scenarios").iter().filter_map(|entry| entry["name"].as_str()).collect();
    let text = stdout(&run(&["list"]));
    for name in RUN.iter().map(|name| name.replace('_', "-")) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(format!("{name}.toml"));
        assert!(listed.contains(&&*name), "{name}: {listed:?}");
        assert!(text.contains(&name), "{name}");
        let shown = run(&["show", &name]);
        assert_eq!((shown.status.code(), shown.stdout), (Some(0), fs::read(&path).expect("the file")), "{name}");
        let checked = run(&["check", path.to_str().expect("a path")]);
        // Not every Python has these.
        let may_lack = name == "python-joblib" || NEED_LIBRARIES.contains(&&*name);
        let lacks = may_lack && stdout(&checked).contains(" -m pip install ");
        assert_eq!(checked.status.code(), Some(if lacks { 2 } else { 0 }), "{}", stdout(&checked));
        assert!(lacks || stdout(&checked).contains("ok"), "{}", stdout(&checked));
    }
}
