//! `ulimit -u`: a run that has no room is refused before anything is started, whatever it starts; it never breaks.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use crate::common::{Unprivileged, folder, have, skip, stderr, untitled};

/// A scenario that everybody may read.
fn scenario(workload: &str, sweep: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = folder();
    let toml = format!("[workload]\n{workload}\n[sweep]\nworkers = '2x3'\nrepeats = 1\nwarmup = 0\n{sweep}\n");
    let path = untitled(folder.path(), &toml);
    for path in [folder.path(), &path] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    (folder, path)
}

/// Runs it under ever larger limits until it runs: refused with every smaller one, and never broken.
fn assert_refused_or_done(what: &str, limited: impl Fn(u32) -> Output) {
    let mut refused = 0;
    for limit in 1..40 {
        let output = limited(limit);
        match output.status.code() {
            Some(0) => {
                assert!(refused >= 6, "{what}: {refused} refusals, and there are six workers");
                return;
            }
            Some(3) => {
                refused += 1;
                assert!(output.stdout.is_empty() && stderr(&output).contains("ulimit -u"), "{}", stderr(&output));
            }
            code => panic!("{what} with {limit}: {code:?}\n{}", stderr(&output)),
        }
    }
    panic!("{what}: it never ran");
}

#[test]
fn a_run_is_refused_or_done_whatever_it_starts() {
    let Some(user) = Unprivileged::new(54_361) else { return };
    let square = "kind = 'square'\ntasks = 12";
    for (workload, sweep) in [
        (square, "backends = ['threads']\nbaseline = 'none'"),
        (square, "backends = ['threads']\nschedule = 'stealing'"),
        (square, "backends = ['processes']\nbaseline = 'none'"),
        (square, "backends = ['processes']\ndispatch = 'pipe'\nbaseline = 'none'"),
        (square, "backends = ['hybrid']\nbaseline = 'none'"),
        ("kind = 'http'\nunit_s = 0\ntasks = 12", "backends = ['processes']\nbaseline = 'none'"),
    ] {
        let (_folder, path) = scenario(workload, sweep);
        assert_refused_or_done(sweep, |limit| {
            let mut command = user.command("prlimit");
            command.arg(format!("--nproc={limit}:{limit}")).arg(user.binary());
            command.args(["run", "--quiet"]).arg(&path).output().expect("prlimit")
        });
    }
}

#[test]
fn root_of_a_container_is_held_to_the_limit_as_well() {
    let Some(user) = Unprivileged::new(54_362) else { return };
    if !have("unshare") {
        return;
    }
    let within = |args: &[&str]| -> Command {
        let mut command = user.command("unshare");
        command.args(["--user", "--map-root-user"]).args(args);
        command
    };
    if !within(&["true"]).output().is_ok_and(|output| output.status.success()) {
        return skip("it needs namespaces of users");
    }
    let (_folder, path) = scenario("kind = 'square'\ntasks = 12", "backends = ['processes']\nbaseline = 'none'");
    assert_refused_or_done("in a namespace", |limit| {
        let mut command = within(&["prlimit", &format!("--nproc={limit}:{limit}")]);
        command.arg(user.binary()).args(["run", "--quiet"]).arg(&path).output().expect("unshare")
    });
}
