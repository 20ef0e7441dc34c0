//! Signals: those that ask for the end bring it, with a report and 128 + n; those that kill leave the terminal as it was;
//! those that are ignored, or mean nothing, change nothing.

use std::process::Command;

use nix::libc;
use nix::sys::signal::Signal::{self, *};

use crate::common::running::{Running, send};
use crate::common::terminal::{Session, Terminal};
use crate::common::{self, AT_ONCE, binary, descendants, folder, untitled, wait_until};

/// All that would end a program in silence, as a batch system may send them before time is up.
const ENDS: [Signal; 13] = [
    SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGSTKFLT, SIGXCPU, SIGVTALRM, SIGPROF, SIGIO, SIGPWR,
];

/// Those that end a program that is broken.
const KILLS: [Signal; 7] = [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS];

const ENDLESS: &str = "[workload]\nkind = 'sleep'\nunit_s = 3600\ninputs = [1, 1]\n[sweep]\n\
     backends = ['processes']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";

fn working() -> Running {
    let mut run = Running::start(ENDLESS, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    run.wait_for_workers(2);
    run
}

/// The screen with a run on it, and what it has started.
fn working_screen(session: Session) -> (Terminal, Vec<u32>) {
    let folder = folder();
    let file = untitled(folder.path(), ENDLESS);
    let mut terminal = session.args([file]).open();
    terminal.wait_for("quit");
    terminal.send("\r");
    let pid = terminal.pid();
    let workers = || descendants(pid).iter().filter(|(_, name)| name.starts_with("parlab-w")).count();
    wait_until("the workers", || workers() == 2);
    let family = descendants(pid).into_iter().map(|(pid, _)| pid).collect();
    (terminal, family)
}

fn assert_all_gone(family: &[u32], what: &str) {
    wait_until(&format!("everything to be gone after {what}"), || !family.iter().any(|&pid| common::is_alive(pid)));
}

#[test]
fn whatever_asks_for_the_end_brings_it_with_a_report() {
    for signal in ENDS {
        let run = working();
        run.signal(signal);
        let ended = run.finish();
        assert_eq!(ended.status.code(), Some(128 + signal as i32), "{signal}: {}", ended.stderr);
        assert_eq!(ended.report()["status"], "interrupted", "{signal}");
    }
}

#[test]
fn whatever_asks_for_the_end_ends_the_screen() {
    for signal in ENDS {
        let (mut terminal, family) = working_screen(Session::parlab());
        terminal.signal(signal);
        assert_eq!(terminal.exit_code(), 128 + signal as u32, "{signal}");
        terminal.assert_restored();
        assert_all_gone(&family, signal.as_str());
    }
}

#[test]
fn what_the_kernel_repeats_costs_no_report() {
    // Beyond a limit on CPU time the signal comes anew each second that any of the threads computes.
    let run = working();
    for _ in 0..20 {
        run.signal(SIGXCPU);
    }
    let ended = run.finish();
    assert_eq!(ended.status.code(), Some(128 + SIGXCPU as i32));
    assert_eq!(ended.report()["status"], "interrupted");
}

#[test]
fn what_all_processes_are_sent_is_no_loss_of_workers() {
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM] {
        let mut run = working();
        let (parlab, mut family) = (run.pid(), run.workers());
        family.extend(run.forkserver());
        // The workers first, as it may happen.
        family.into_iter().chain([parlab]).for_each(|pid| send(pid, signal));
        run.wait();
        let losses = run.count("worker_lost");
        let ended = run.finish();
        assert_eq!(ended.status.code(), Some(128 + signal as i32), "{signal}: {}", ended.stderr);
        let report = ended.report();
        assert_eq!((report["status"].as_str(), losses), (Some("interrupted"), 0), "{signal}: {}", report["warnings"]);
        assert_eq!(report["warnings"].as_array().map(Vec::len), Some(1), "{signal}: {}", report["warnings"]);
    }
}

#[test]
fn a_worker_that_is_sent_one_alone_is_lost_and_replaced() {
    let toml = "[workload]\nkind = 'sleep'\nunit_s = 0.5\ninputs = [1, 1]\n[sweep]\nbackends = ['processes']\n\
                workers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";
    for signal in [SIGTERM, SIGXCPU] {
        let mut run = Running::start(toml, &["--quiet"]);
        run.wait_for("gate_opened", 1);
        send(run.wait_for_workers(2)[1], signal);
        run.wait();
        assert_eq!(run.count("worker_lost"), 1, "{signal}");
        let ended = run.finish();
        assert_eq!((ended.code(), ended.report()["status"].as_str()), (0, Some("done")), "{signal}");
    }
}

#[test]
fn workers_have_the_dispositions_of_a_plain_program() {
    let mask = |pid: &str, name: &str| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a mask");
        u64::from_str_radix(line.trim(), 16).expect("a number")
    };
    let bit = |signal: Signal| 1u64 << (signal as u32 - 1);
    let own = mask("self", "SigIgn:");
    let mut run = working();
    for worker in run.workers() {
        let mask = |name: &str| mask(&worker.to_string(), name);
        assert_eq!(mask("SigBlk:"), 0);
        // Those without a name are the C library's own.
        let named = bit(SIGSYS) * 2 - 1;
        assert_eq!((mask("SigIgn:") | bit(SIGPIPE)) & named, (own | bit(SIGPIPE)) & named);
        assert!(ENDS.into_iter().chain([SIGXFSZ, SIGTSTP]).all(|signal| mask("SigCgt:") & bit(signal) == 0));
    }
    run.signal(SIGTERM);
    run.wait();
    run.assert_nothing_is_left();
}

#[test]
fn whatever_kills_the_screen_leaves_the_terminal_as_it_was() {
    let nameless = [libc::SIGRTMIN(), libc::SIGRTMAX()];
    for number in KILLS.into_iter().map(|signal| signal as i32).chain(nameless) {
        let (mut terminal, family) = working_screen(Session::parlab());
        let sent = Command::new("kill").args([format!("-{number}"), terminal.pid().to_string()]).status();
        assert!(sent.expect("kill").success());
        assert_ne!(terminal.exit_code(), 0, "signal {number}");
        terminal.assert_restored();
        assert_all_gone(&family, &format!("signal {number}"));
    }
}

#[test]
fn a_fault_of_its_own_leaves_the_terminal_as_it_was() {
    let mut terminal = Session::parlab().env("PARLAB_PROVOKE_PANIC", "stack").open();
    assert_ne!(terminal.exit_code(), 0);
    terminal.assert_restored();
    wait_until("what the standard library says of it", || {
        String::from_utf8_lossy(&terminal.bytes()).contains("overflowed its stack")
    });
}

#[test]
fn the_kernel_still_names_the_signal_that_killed() {
    // A shell tells from it what happened.
    let line = format!("{}; echo code $?", binary().display());
    let mut terminal = Session::new("sh").args(["-c", &line]).open();
    terminal.wait_for("quit");
    let shell = terminal.pid();
    let parlab = descendants(shell).into_iter().find(|(_, name)| name == "parlab").expect("parlab").0;
    send(parlab, SIGSEGV);
    terminal.wait_for("code 139");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_limit_on_the_size_of_files_is_survived_on_the_screen() {
    let folder = folder();
    let tasks = "[workload]\nkind = 'square'\ntasks = 5000\n[sweep]\nworkers = 2\nrepeats = 1\nwarmup = 0\n";
    let file = untitled(folder.path(), tasks);
    // Enough for nothing: neither the board nor the journal.
    let line = format!("ulimit -f 1; exec {} {} --journal journal", binary().display(), file.display());
    let mut terminal = Session::new("sh").args(["-c", &line]).cwd(folder.path()).open();
    terminal.wait_for("quit");
    terminal.send("\r");
    terminal.wait_for("again");
    terminal.send("\x03");
    terminal.exit_code();
    terminal.assert_restored();
}

#[test]
fn what_was_ignored_from_the_start_stays_so_on_the_screen() {
    if !common::can_ignore("HUP") {
        return;
    }
    let binary = binary();
    let args = ["--ignore-signal=HUP,USR1,ALRM", binary.to_str().expect("a path")];
    let mut terminal = Session::new("env").args(args).open();
    terminal.wait_for("quit");
    for signal in [SIGHUP, SIGUSR1, SIGALRM] {
        terminal.signal(signal);
    }
    // They were there before the key.
    terminal.send("?");
    terminal.wait_for("keys and words");
    terminal.signal(SIGUSR2);
    assert_eq!(terminal.exit_code(), 128 + SIGUSR2 as u32);
    terminal.assert_restored();
}

#[test]
fn a_second_one_of_a_user_that_insists_ends_the_screen_at_once() {
    let (mut terminal, family) = working_screen(Session::parlab());
    let begun = std::time::Instant::now();
    terminal.signal(SIGTERM);
    terminal.signal(SIGINT);
    let code = terminal.exit_code();
    assert!([130, 143].contains(&code) && begun.elapsed() < AT_ONCE, "{code}");
    terminal.assert_restored();
    assert_all_gone(&family, "two signals");
}
