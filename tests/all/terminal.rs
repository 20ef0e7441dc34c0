//! The whole program in real terminals: a pseudo-terminal, tmux, ssh, and a recording by asciinema.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::common;
use crate::common::terminal::{Session, Terminal};
use nix::sys::signal::Signal;

/// Tasks that take for ever, in processes: something to cancel.
const LONG: &str = r#"
title = "Something long"
[workload]
kind = "countdown"
steps = 1e12
inputs = [1, 2, 3]
[sweep]
backends = ["processes"]
workers = "2"
baseline = "none"
repeats = 1
warmup = 0
"#;

fn open(folder: &Path) -> Terminal {
    let scenarios = folder.join("scenarios");
    std::fs::create_dir_all(&scenarios).expect("a folder");
    common::scenario(&scenarios, "long", LONG);
    let terminal = Session::parlab().cwd(folder).open();
    terminal.wait_for("quit");
    terminal
}

#[test]
fn filters_runs_to_the_chart_and_quits() {
    let folder = common::folder();
    let mut terminal = open(folder.path());
    terminal.wait_for("Waiting for a database");
    // One's own scenarios come after the path, which fills a small screen.
    terminal.send("G");
    terminal.wait_for("Something long");
    terminal.send("g");
    terminal.wait_for("Waiting for a database");
    terminal.send("/");
    terminal.send("crunching");
    terminal.wait("the filter to leave one scenario", |screen| {
        screen.contains("Number crunching") && !screen.contains("Waiting for a database")
    });
    terminal.send("\r");
    terminal.send("\r");
    terminal.wait_for("cancel");
    terminal.wait_for("workers");
    terminal.wait("the results", |screen| screen.contains("what happened") && screen.contains("again"));
    terminal.wait_for("processes × 2");
    terminal.wait_for("ideal");
    terminal.send("\x1b[B");
    terminal.send("?");
    terminal.wait_for("efficiency");
    terminal.send("q");
    terminal.wait_for("again");
    terminal.send("q");
    terminal.wait_for("/ filter");
    // The filter goes first, then the program.
    terminal.send("q");
    terminal.wait_for("Waiting for a database");
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn a_scenario_named_on_the_command_line_is_one_key_away() {
    let folder = common::folder();
    let file = common::scenario(folder.path(), "mine", &LONG.replace("1e12", "1e3"));
    let mut terminal = Session::parlab().args([&file]).open();
    terminal.wait_for("Something long");
    terminal.send("\r");
    terminal.wait_for("again");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn a_bundled_scenario_named_on_the_command_line_is_the_one_that_runs() {
    let mut terminal = Session::parlab().args(["tiny-tasks"]).open();
    terminal.wait_for("/ filter");
    terminal.send("\r");
    terminal.wait_for("again");
    terminal
        .wait("its title above the results", |screen| screen.lines().next().is_some_and(|l| l.contains("Too small")));
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn cancels_resizes_and_leaves_no_process_behind() {
    let folder = common::folder();
    let mut terminal = open(folder.path());
    let pid = terminal.pid();
    terminal.send("/something\r\r");
    terminal.wait_for("c cancel");
    common::wait_until("the workers to be started", || {
        common::descendants(pid).iter().filter(|(_, name)| name.starts_with("parlab-w")).count() == 2
    });
    for (cols, rows) in [(200, 60), (40, 10), (1, 1), (80, 24), (61, 17), (500, 200), (120, 40)] {
        terminal.resize(cols, rows);
        std::thread::sleep(Duration::from_millis(60));
    }
    terminal.wait_for("c cancel");
    terminal.send("c");
    terminal.wait("the run to be over", |screen| screen.contains("interrupted") || screen.contains("again"));
    common::wait_until("the workers to be gone", || common::descendants(pid).is_empty());
    terminal.resize(30, 8);
    terminal.wait_for("60");
    terminal.resize(80, 24);
    terminal.send("q");
    terminal.wait_for("/ filter");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
}

/// Data that is made anew for each of many points: long to prepare, however fast the machine.
fn slow() -> String {
    let points: Vec<String> = (1..=100).map(|point| point.to_string()).collect();
    SLOW.replace("POINTS", &points.join(", "))
}

const SLOW: &str = r#"
title = "Something slow to prepare"
[workload]
kind = "memory"
mib = 384
inputs = [1]
[vary]
passes = [POINTS]
[sweep]
backends = ["threads"]
workers = "2"
baseline = "none"
repeats = 1
warmup = 0
"#;

#[test]
fn keys_are_answered_while_a_run_is_prepared() {
    let folder = common::folder();
    let file = common::scenario(folder.path(), "slow", &slow());
    let mut terminal = Session::parlab().args([&file]).open();
    terminal.wait_for("Something slow");
    terminal.send("\r");
    terminal.wait_for("preparing");
    for _ in 0..3 {
        terminal.send("?");
        terminal.wait_for("keys and words");
        terminal.send("q");
        terminal.wait("the preparation, which still goes on", |screen| screen.contains("preparing"));
    }
    terminal.send("q");
    terminal.wait("the library, with nothing run", |screen| screen.contains("/ filter") && screen.contains("none yet"));
    // What is still being prepared is not waited for.
    terminal.send("\r");
    terminal.wait_for("preparing");
    terminal.signal(Signal::SIGTERM);
    assert_eq!(terminal.exit_code(), 143);
    terminal.assert_restored();
}

#[test]
fn signals_end_it_with_the_terminal_restored_and_no_process_left() {
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGINT, 130)] {
        let folder = common::folder();
        let mut terminal = open(folder.path());
        let pid = terminal.pid();
        terminal.send("/something\r\r");
        common::wait_until("the workers to be started", || common::descendants(pid).len() >= 3);
        let family = common::descendants(pid);
        terminal.signal(signal);
        assert_eq!(terminal.exit_code(), code, "{signal}");
        terminal.assert_restored();
        common::wait_until("the family to be gone", || !family.iter().any(|(pid, _)| common::is_alive(*pid)));
    }
}

#[test]
fn signals_that_were_blocked_when_it_was_started_end_it_all_the_same() {
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGINT, 130)] {
        let binary = common::binary();
        let blocked = ["--block-signal=INT,TERM,HUP", binary.to_str().expect("a path")];
        let mut terminal = Session::new("env").args(blocked).open();
        terminal.wait_for("Map a function over numbers");
        terminal.signal(signal);
        assert_eq!(terminal.exit_code(), code, "{signal}");
    }
}

#[test]
fn a_panic_restores_the_terminal_and_says_what_happened() {
    for place in ["screen", "elsewhere"] {
        let mut terminal = Session::parlab().env("PARLAB_PROVOKE_PANIC", place).open();
        assert_ne!(terminal.exit_code(), 0, "{place}");
        terminal.assert_restored();
        // A long backtrace may have scrolled it off the screen, and what was written last may still be on its way.
        common::wait_until(&format!("the panic of {place}"), || {
            String::from_utf8_lossy(&terminal.bytes()).contains("provoked on")
        });
    }
}

#[test]
fn a_suspended_program_leaves_the_terminal_to_the_shell_and_comes_back() {
    let mut terminal = Session::new("sh").args(["-i"]).env("PS1", "shell> ").env("ENV", "/dev/null").open();
    terminal.wait_for("shell>");
    terminal.send(&format!("{}\r", common::binary().display()));
    terminal.wait_for("quit");
    terminal.send("\x1a");
    terminal.wait("the shell", |screen| screen.contains("shell>") && !screen.contains("/ filter"));
    terminal.send("echo wieder da\r");
    terminal.wait("the echo", |screen| screen.matches("wieder da").count() == 2);
    terminal.send("fg\r");
    terminal.wait_for("/ filter");
    terminal.send("q");
    // A prompt of its own, after those of before: what is typed while the terminal is given back is thrown away.
    terminal.wait("a prompt", |screen| screen.matches("shell>").count() == 4);
    terminal.send("exit\r");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn plain_terminals_get_plain_characters() {
    let lookalikes: [(&str, &str, &[&str]); 3] =
        [("LC_ALL", "C", &[]), ("LC_ALL", "POSIX", &[]), ("LC_ALL", "C.UTF-8", &["--ascii"])];
    for (key, value, args) in lookalikes {
        let mut terminal = Session::parlab().args(args).env(key, value).env("NO_COLOR", "1").open();
        terminal.wait_for("quit");
        terminal.send("\r");
        terminal.wait_for("again");
        terminal.send("q");
        terminal.wait_for("filter");
        terminal.send("q");
        assert_eq!(terminal.exit_code(), 0);
        let bytes = terminal.bytes();
        assert!(bytes.is_ascii(), "{value}: {:?}", bytes.iter().find(|byte| !byte.is_ascii()));
        let text = String::from_utf8(bytes).expect("ASCII");
        let coloured = text.split("\x1b[").skip(1).any(|s| {
            s.split_once('m').is_some_and(|(sgr, _)| {
                sgr.split(';').any(|n| matches!(n.parse(), Ok(30..=37 | 38 | 40..=48 | 90..=107)))
            })
        });
        assert!(!coloured, "{value}: NO_COLOR is not heeded");
    }
}

/// The same through tmux, which is what people have on login nodes.
#[test]
fn through_tmux() {
    if !common::have("tmux") {
        return;
    }
    let folder = common::folder();
    let tmux = |args: &[&str]| tmux(folder.path(), args);
    let wait = |text: &str| {
        common::wait_until(&format!("{text:?} in tmux"), || tmux(&["capture-pane", "-p"]).contains(text));
    };
    let command = format!("{}; echo code $?; sleep 1000", common::binary().display());
    tmux(&["new-session", "-d", "-x", "100", "-y", "30", &command]);
    wait("quit");
    tmux(&["send-keys", "/", "cubes", "Enter", "Enter"]);
    wait("again");
    // Without a chart of speedups, where the machine stood still in all trials of the baseline.
    wait("wall");
    tmux(&["resize-window", "-x", "80", "-y", "24"]);
    wait("threads");
    tmux(&["send-keys", "C-c"]);
    wait("code 0");
    tmux(&["kill-server"]);
}

/// A window that is closed in the middle of a run takes everything with it.
#[test]
fn a_terminal_that_goes_away_leaves_no_process_behind() {
    if !common::have("tmux") {
        return;
    }
    let folder = common::folder();
    let file = common::scenario(folder.path(), "gone", LONG);
    let tmux = |args: &[&str]| tmux(folder.path(), args);
    tmux(&[
        "new-session",
        "-d",
        "-x",
        "80",
        "-y",
        "24",
        &format!("exec {} {}", common::binary().display(), file.display()),
    ]);
    common::wait_until("the library", || tmux(&["capture-pane", "-p"]).contains("quit"));
    tmux(&["send-keys", "Enter"]);
    let pid: u32 = tmux(&["display-message", "-p", "#{pane_pid}"]).trim().parse().expect("a process");
    common::wait_until("the workers to be started", || common::descendants(pid).len() >= 3);
    let family = common::descendants(pid);
    tmux(&["kill-server"]);
    common::wait_until("everything to be gone", || {
        !common::is_alive(pid) && !family.iter().any(|(pid, _)| common::is_alive(*pid))
    });
}

/// Runs a tmux command on a server of this test's own.
fn tmux(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("tmux");
    command.arg("-S").arg(folder.join("tmux")).args(["-f", "/dev/null"]).args(args).env("LC_ALL", "C.UTF-8");
    String::from_utf8_lossy(&command.output().expect("tmux").stdout).into_owned()
}

/// The same over ssh, through a real sshd on the loopback interface that lets in one key, made for this test.
#[test]
fn over_ssh() {
    if !(common::have("sshd") && common::have("ssh") && common::have("ssh-keygen")) {
        return;
    }
    let server = common::sshd::Server::start();
    let mut terminal = Session::new("ssh").args(server.client_args()).open();
    terminal.send(&format!(
        "exec env XDG_STATE_HOME=/dev/null PARLAB_NOISE=keep LC_ALL=C.UTF-8 {}\r",
        common::binary().display()
    ));
    terminal.wait_for("/ filter");
    terminal.send("/cubes\r\r");
    terminal.wait_for("again");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
}

/// A line that is cut in the middle of a run leaves no process behind on the other side.
#[test]
fn a_dropped_ssh_line_leaves_no_process_behind() {
    if !(common::have("sshd") && common::have("ssh") && common::have("ssh-keygen")) {
        return;
    }
    let server = common::sshd::Server::start();
    let folder = common::folder();
    let file = common::scenario(folder.path(), "cut", LONG);
    let mut terminal = Session::new("ssh").args(server.client_args()).open();
    terminal.send(&format!(
        "exec env XDG_STATE_HOME=/dev/null PARLAB_NOISE=keep LC_ALL=C.UTF-8 {} {}\r",
        common::binary().display(),
        file.display()
    ));
    terminal.wait_for("/ filter");
    terminal.send("\r");
    terminal.wait_for("c cancel");
    let family = || -> Vec<u32> {
        let all = common::descendants(server.pid());
        all.into_iter().filter(|(_, name)| name.starts_with("parlab")).map(|(pid, _)| pid).collect()
    };
    common::wait_until("the workers to be started", || family().len() >= 4);
    let before = family();
    terminal.signal(Signal::SIGKILL);
    common::wait_until("everybody to be gone", || !before.iter().any(|&pid| common::is_alive(pid)));
}

/// One recording, and that it plays back to the same screen.
#[test]
fn recorded_by_asciinema() {
    if !(common::have("asciinema") && common::have("python3")) {
        return;
    }
    let folder = common::folder();
    let cast = folder.path().join("demo.cast");
    let mut terminal = Session::new("asciinema")
        .args(["rec", "--quiet", "--overwrite", "-c"])
        .args([common::binary(), cast.clone()])
        .env("HOME", folder.path().to_str().expect("a path"))
        .env("SHELL", "/bin/sh")
        .size(80, 24)
        .open();
    terminal.wait_for("/ filter");
    terminal.send("/cubes\r\r");
    terminal.wait_for("again");
    terminal.wait_for("ideal");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    let mut player = Session::new("asciinema")
        .args(["play", "--speed", "20", "--idle-time-limit", "0.1"])
        .args([cast])
        .env("HOME", folder.path().to_str().expect("a path"))
        .open();
    assert_eq!(player.exit_code(), 0);
    player.assert_restored();
    let played = String::from_utf8_lossy(&player.bytes()).into_owned();
    assert!(played.contains("speedup") && played.contains("\x1b[?1049h") && played.contains("\x1b[?1049l"));
}
