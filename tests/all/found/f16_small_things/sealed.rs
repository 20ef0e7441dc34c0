//! The board's memory: cut short from outside, it would kill whatever touches it.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;

use crate::common::running::Running;

/// Another look at a process's board: what `/proc` lets any process of the same user open.
fn boards(pid: u32) -> Vec<PathBuf> {
    let open = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let is_board = |path: &PathBuf| {
        std::fs::read_link(path).is_ok_and(|target| target.to_string_lossy().contains("memfd:parlab-board"))
    };
    open.map(|entry| entry.path()).filter(is_board).collect()
}

fn opened(path: &PathBuf) -> Option<File> {
    OpenOptions::new().read(true).write(true).open(path).ok()
}

#[test]
fn no_worker_cuts_a_board_short() {
    let toml = "[workload]\nkind = 'sleep'\nunit_s = 0.02\ninputs = { repeat = 1, times = 100 }\n\
                [sweep]\nbackends = ['processes', 'threads']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";
    let mut run = Running::start(toml, &[]);
    let mut struck = 0;
    for trial in 1..=2 {
        run.wait_for("gate_opened", trial);
        let mut holders = vec![run.pid()];
        holders.extend(run.children().iter().map(|(pid, _)| *pid));
        for file in holders.iter().flat_map(|&pid| boards(pid)).filter_map(|path| opened(&path)) {
            let bytes = file.metadata().expect("a size").len();
            struck += 1;
            for size in [0, 1, bytes - 1, bytes + 1] {
                let refused = file.set_len(size).expect_err("a board is sealed");
                assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied, "{size}");
            }
            assert_eq!(file.metadata().expect("a size").len(), bytes);
        }
    }
    assert!(struck >= 3, "parlab, forkserver and workers have it: {struck}");
    let ended = run.finish();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert_eq!(ended.report()["configs"][0]["tasks_done"], 100);
}
