//! `triad` against a plain loop, and what is refused before it takes memory.

use super::context::tells_and_stops;
use super::{build, objections, results};
use crate::common::{parlab, stderr, untitled};

/// The sum of a, and the bytes that STREAM counts.
fn plain(mib: usize, passes: usize, task: usize) -> [f64; 2] {
    let n = mib * (1 << 20) / 24;
    let a = (0..n).map(|i| i % 7 + (task + 3) * (i % 5));
    [a.sum::<usize>() as f64, (24 * n * passes) as f64]
}

#[test]
fn sums_and_bytes_are_those_of_a_plain_loop() {
    for (mib, passes) in [(1, 1), (1, 5), (7, 2)] {
        let all = results("triad", &format!("tasks = 4\nmib = {mib}\npasses = {passes}"), 4);
        for (task, values) in all.iter().enumerate() {
            assert_eq!(values[..2], plain(mib, passes, task), "{mib} MiB, {passes} passes, task {task}");
        }
    }
}

#[test]
fn a_grid_of_sizes_shares_the_largest_arrays() {
    let all = results("triad", "[grid]\nmib = [3, 1, 2]\npasses = [1, 2]", 6);
    for (task, values) in all.iter().enumerate() {
        assert_eq!(values[..2], plain([3, 1, 2][task / 2], task % 2 + 1, task), "task {task}");
    }
}

#[test]
fn it_tells_how_far_it_is_and_stops() {
    tells_and_stops(&*build("triad", "tasks = 1\nmib = 12\npasses = 4"), 0, 40);
}

#[test]
fn parameters_keep_to_their_bounds() {
    assert!(objections("triad", "mib = 0").contains("mib = 0: must be at least 1"));
    assert!(objections("triad", "mib = 2e6").contains("must be at most 1048576"));
    assert!(objections("triad", "passes = 0").contains("must be at least 1"));
}

#[test]
fn more_memory_than_there_is_is_refused_before_it_is_taken() {
    let folder = crate::common::folder();
    let toml = "[workload]\nkind = 'triad'\nmib = 1048576\ntasks = 1\n[sweep]\nworkers = 64\n";
    let path = untitled(folder.path(), toml);
    let output = parlab().args(["run", "--quiet"]).arg(path).output().expect("parlab");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("64 workers need 1.00 TiB each, 64.0 TiB together") && said.contains("--yes"), "{said}");
}

#[test]
fn memory_that_is_refused_is_a_failed_task_with_a_reason() {
    for (kind, body, reason) in [
        ("triad", "mib = 4096", "there is no memory for three arrays of 178 956 970 numbers each"),
        ("matmul", "n = 8192", "there is no memory for matrices of 8192 × 8192 numbers"),
    ] {
        let folder = crate::common::folder();
        let toml = format!(
            "[workload]\nkind = '{kind}'\n{body}\ntasks = 1\n[sweep]\nbackends = ['processes', 'threads']\n\
             workers = 1\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n"
        );
        let mut shell = std::process::Command::new("sh");
        // Room for the program and its threads, in KiB, and not for the numbers.
        shell.args(["-c", "ulimit -v 400000; exec \"$0\" run --quiet --yes --format json \"$1\""]);
        let output = shell.arg(crate::common::binary()).arg(untitled(folder.path(), &toml)).output().expect("a shell");
        assert_eq!(output.status.code(), Some(1), "{kind}: {}", stderr(&output));
        let report = serde_json::from_slice(&output.stdout).expect("a report");
        let told = crate::common::running::warnings(&report, "tasks-failed");
        assert!(told.len() == 2 && told.iter().all(|told| told.ends_with(reason)), "{kind}: {told:?}");
    }
}
