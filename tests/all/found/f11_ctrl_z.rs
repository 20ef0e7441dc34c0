//! Ctrl-Z: what is stopped is stopped with its workers, goes on when it is told to, and has its trial timed again. Where
//! no shell could tell it to, it does not stop.

use std::path::Path;

use nix::sys::signal::Signal;

use crate::common::running::{Running, send, state};
use crate::common::terminal::{Session, Terminal};
use crate::common::{self, binary, descendants, folder, untitled, wait_until};

/// Two workers that compute for long enough to be stopped in the middle.
const COMPUTES: &str = "[workload]\nkind = 'countdown'\nsteps = 1e12\ninputs = [1, 1]\n[sweep]\n\
     backends = ['processes']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";

/// Two workers that are done after a while.
const SHORT: &str = "[workload]\nkind = 'sleep'\nunit_s = 1.5\ninputs = [1, 1]\n[sweep]\n\
     backends = ['processes']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";

/// A shell with job control in a terminal.
fn shell(cwd: &Path) -> Terminal {
    let terminal = Session::new("bash").args(["--norc", "--noprofile", "-i"]).env("PS1", "shell> ").cwd(cwd).open();
    terminal.wait_for("shell>");
    terminal
}

/// parlab's own processes below another: itself, the forkserver and the workers.
fn family(of: u32) -> Vec<u32> {
    descendants(of).into_iter().filter(|(_, name)| name.starts_with("parlab")).map(|(pid, _)| pid).collect()
}

/// Waits until parlab, its forkserver and two workers are there.
fn working_family(of: u32) -> Vec<u32> {
    let workers = || descendants(of).iter().filter(|(_, name)| name.starts_with("parlab-w")).count();
    wait_until("two workers", || workers() == 2);
    family(of)
}

fn are_stopped(family: &[u32]) -> bool {
    family.iter().all(|&pid| state(pid) == Some('T'))
}

/// CPU time of processes so far, in the kernel's ticks.
fn ticks(family: &[u32]) -> u64 {
    let of = |&pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
        let fields: Vec<u64> = stat
            .rsplit_once(')')
            .expect("a name")
            .1
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|n| n.parse().unwrap())
            .collect();
        fields.iter().sum::<u64>()
    };
    family.iter().map(of).sum()
}

/// Fails if any of them used a CPU while they should all stand still.
fn assert_still(family: &[u32]) {
    wait_until("everything to be stopped", || are_stopped(family));
    let before = ticks(family);
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(are_stopped(family) && ticks(family) == before, "something goes on behind a stopped program");
}

#[test]
fn the_screen_stops_with_its_workers_and_goes_on_with_them() {
    if !common::have("bash") {
        return;
    }
    let folder = folder();
    untitled(folder.path(), COMPUTES);
    let mut terminal = shell(folder.path());
    terminal.send(&format!("{} case.toml\r", binary().display()));
    terminal.wait_for("quit");
    terminal.send("\r");
    let family = working_family(terminal.pid());
    assert_eq!(family.len(), 4, "parlab, its forkserver and its workers");
    for _ in 0..2 {
        terminal.wait_for("cancel");
        terminal.send("\x1a");
        terminal.wait("the shell", |screen| screen.contains("shell>") && !screen.contains("cancel"));
        assert_still(&family);
        terminal.send("fg\r");
        terminal.wait_for("cancel");
        wait_until("everything to go on", || !family.iter().any(|&pid| state(pid) == Some('T')));
        terminal.wait("word of the stop", |screen| screen.contains("stood still"));
    }
    terminal.send("c");
    terminal.wait_for("interrupted");
    terminal.send("\x03");
    terminal.wait_for("shell>");
    wait_until("everything to be gone", || !family.iter().any(|&pid| common::is_alive(pid)));
}

#[test]
fn a_run_without_the_screen_stops_with_its_workers_and_times_the_trial_again() {
    if !common::have("bash") {
        return;
    }
    let folder = folder();
    untitled(folder.path(), SHORT);
    let mut terminal = shell(folder.path());
    let report = folder.path().join("report");
    terminal.send(&format!("{} run --journal journal --format json -o report case.toml\r", binary().display()));
    let family = working_family(terminal.pid());
    let journal = folder.path().join("journal");
    let started = || std::fs::read_to_string(&journal).is_ok_and(|text| text.contains("gate_opened"));
    wait_until("the trial", started);
    terminal.send("\x1a");
    terminal.wait_for("Stopped");
    assert_still(&family);
    // Longer than the trial takes: it would be over if anything had gone on.
    std::thread::sleep(std::time::Duration::from_millis(1600));
    assert!(are_stopped(&family));
    terminal.send("fg; echo code $?\r");
    terminal.wait_for("code 0");
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(report).expect("a report")).expect("JSON");
    assert_eq!(report["status"], "done", "{report:#}");
    let wall = report["configs"][0]["wall_s"]["median"].as_f64().expect("a wall");
    assert!((1.5..3.0).contains(&wall), "the stop is no part of it: {wall}");
    let events = common::running::events(&journal);
    assert_eq!(events.iter().filter(|told| told["event"] == "trial_started").count(), 2, "timed again");
}

#[test]
fn a_stopped_program_that_is_to_end_ends_with_its_workers() {
    if !common::have("bash") {
        return;
    }
    let folder = folder();
    untitled(folder.path(), COMPUTES);
    // `kill` has a stopped job go on, in the background, where the terminal is not its own.
    for command in
        [format!("{} case.toml", binary().display()), format!("{} run case.toml >report", binary().display())]
    {
        for kill in ["kill %1", "kill -HUP %1", "kill -KILL %1"] {
            let mut terminal = shell(folder.path());
            terminal.send(&format!("{command}\r"));
            if !command.contains(" run ") {
                terminal.wait_for("quit");
                terminal.send("\r");
            }
            let family = working_family(terminal.pid());
            terminal.send("\x1a");
            terminal.wait_for("Stopped");
            wait_until("everything to be stopped", || are_stopped(&family));
            terminal.send(&format!("{kill}\r"));
            wait_until(&format!("everything to be gone after {kill} of {command}"), || {
                !family.iter().any(|&pid| common::is_alive(pid))
            });
        }
    }
}

/// Presses Ctrl-Z where no shell could bring parlab back, and sees that it goes on and says so.
fn assert_goes_on(terminal: &mut Terminal) {
    terminal.wait_for("/ filter");
    terminal.send("\x1a");
    terminal.wait_for("no shell");
    terminal.send("/cubes\r");
    terminal.wait("the keys again", |screen| screen.contains("cubes") && !screen.contains("no shell"));
    terminal.send("\r");
    terminal.wait_for("again");
    terminal.send("\x1a");
    terminal.wait_for("no shell");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn nothing_stops_in_a_terminal_of_its_own() {
    assert_goes_on(&mut Session::parlab().open());
}

#[test]
fn nothing_stops_where_ssh_started_it() {
    if !(common::have("sshd") && common::have("ssh") && common::have("ssh-keygen")) {
        return;
    }
    let server = common::sshd::Server::start();
    for start in ["exec ", "", ": && "] {
        let command =
            format!("{start}env XDG_STATE_HOME=/dev/null PARLAB_NOISE=keep LC_ALL=C.UTF-8 {}", binary().display());
        assert_goes_on(&mut Session::new("ssh").args(server.client_args_for(&command)).open());
    }
}

#[test]
fn a_recording_goes_on() {
    if !common::have("asciinema") {
        return;
    }
    let folder = folder();
    let cast = folder.path().join("demo.cast");
    let mut terminal = Session::new("asciinema")
        .args(["rec", "--quiet", "--overwrite", "-c"])
        .args([binary(), cast.clone()])
        .env("HOME", folder.path().to_str().expect("a path"))
        .env("SHELL", "/bin/sh")
        .size(80, 24)
        .open();
    assert_goes_on(&mut terminal);
    let recorded = std::fs::read_to_string(cast).expect("a recording");
    assert!(recorded.contains("no shell") && recorded.contains("speedup"), "all of it was recorded");
}

#[test]
fn one_that_is_asked_to_stop_from_elsewhere_stops_its_workers() {
    // The test itself is what would bring it back: of the same session, in another group.
    let mut run = Running::start(COMPUTES, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    run.wait_for_workers(2);
    let family: Vec<u32> = run.children().iter().map(|(pid, _)| *pid).chain([run.pid()]).collect();
    run.signal(Signal::SIGTSTP);
    assert_still(&family);
    run.signal(Signal::SIGCONT);
    wait_until("everything to go on", || !family.iter().any(|&pid| state(pid) == Some('T')));
    // Stopped, it is killed: the workers cannot be told, and end all the same.
    run.signal(Signal::SIGTSTP);
    wait_until("everything to be stopped", || are_stopped(&family));
    send(run.pid(), Signal::SIGKILL);
    run.wait();
    run.assert_nothing_is_left();
}
