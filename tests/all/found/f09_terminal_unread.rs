//! A terminal that is not read, as over a line that is stalled: nothing waits for it. What is to end ends at once, with
//! its workers, and the terminal is itself again for whoever reads on.

use std::path::Path;
use std::time::Instant;

use nix::sys::signal::Signal::{self, SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use crate::common::terminal::{Session, Terminal};
use crate::common::{self, binary, descendants, folder, untitled, wait_until};

const ENDLESS: &str = "[workload]\nkind = 'sleep'\nunit_s = 3600\ninputs = [1, 1]\n[sweep]\n\
     backends = ['processes']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";

/// A run on the screen, with its workers at work.
fn running(folder: &Path) -> (Terminal, Vec<u32>) {
    let file = untitled(folder, ENDLESS);
    let mut terminal = Session::parlab().args([file]).open();
    terminal.wait_for("quit");
    terminal.send("\r");
    terminal.wait_for("cancel");
    let family = family(&terminal);
    (terminal, family)
}

/// The forkserver and two workers.
fn family(terminal: &Terminal) -> Vec<u32> {
    let pid = terminal.pid();
    let workers = || descendants(pid).iter().filter(|(_, name)| name.starts_with("parlab-w")).count();
    wait_until("the workers", || workers() == 2);
    descendants(pid).into_iter().map(|(pid, _)| pid).collect()
}

fn assert_all_gone(family: &[u32], what: &str) {
    wait_until(&format!("everything to be gone after {what}"), || !family.iter().any(|&pid| common::is_alive(pid)));
}

#[test]
fn signals_end_the_run_and_the_program() {
    for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT] {
        let folder = folder();
        let (mut terminal, family) = running(folder.path());
        terminal.stop_reading();
        let begun = Instant::now();
        terminal.signal(signal);
        let code = terminal.exit_code_at_once();
        eprintln!("{signal}: ended after {:?}", begun.elapsed());
        assert_eq!(code, 128 + signal as u32);
        assert_all_gone(&family, signal.as_str());
        assert!(terminal.has_its_modes(), "{signal}");
        terminal.go_on_reading();
        terminal.assert_restored();
    }
}

#[test]
fn a_second_press_of_ctrl_c_ends_the_run_and_the_program() {
    let folder = folder();
    let (mut terminal, family) = running(folder.path());
    terminal.stop_reading();
    // Until it is plain that it is not read.
    std::thread::sleep(std::time::Duration::from_millis(700));
    let begun = Instant::now();
    terminal.send("\x03");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code_at_once(), 0);
    eprintln!("ended after {:?}", begun.elapsed());
    assert_all_gone(&family, "Ctrl-C");
    assert!(terminal.has_its_modes());
}

#[test]
fn one_that_is_read_again_shows_what_is_so() {
    let folder = folder();
    let (mut terminal, family) = running(folder.path());
    terminal.stop_reading();
    std::thread::sleep(std::time::Duration::from_millis(300));
    // The keys are heard meanwhile.
    terminal.send("c");
    assert_all_gone(&family, "a cancellation that was not seen");
    terminal.send("?");
    terminal.go_on_reading();
    terminal.wait_for("keys and words");
    terminal.send("q");
    terminal.wait_for("interrupted");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn a_panic_ends_the_program() {
    let folder = folder();
    let mut terminal = Session::parlab().cwd(folder.path()).env("PARLAB_PROVOKE_PANIC", "signal").open();
    terminal.wait_for("quit");
    terminal.stop_reading();
    terminal.signal(Signal::SIGWINCH);
    assert_ne!(terminal.exit_code_at_once(), 0);
    assert!(terminal.has_its_modes());
    terminal.go_on_reading();
    terminal.assert_restored();
}

/// A run without the screen in a terminal that is not read: what is redirected is not held up by what is not.
#[test]
fn progress_that_is_not_read_holds_up_neither_run_nor_report() {
    let folder = folder();
    untitled(folder.path(), ENDLESS);
    let line = format!("exec {} run case.toml --format json >report", binary().display());
    for signal in [SIGTERM, SIGINT] {
        let mut terminal = Session::new("sh").args(["-c", &line]).cwd(folder.path()).open();
        let family = family(&terminal);
        terminal.stop_reading();
        // Until a bar has been drawn in vain.
        std::thread::sleep(std::time::Duration::from_millis(1500));
        terminal.signal(signal);
        assert_eq!(terminal.exit_code_at_once(), 128 + signal as u32);
        assert_all_gone(&family, signal.as_str());
        let report = std::fs::read(folder.path().join("report")).expect("a report");
        let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
        assert_eq!(report["status"], "interrupted");
    }
}

#[test]
fn a_run_whose_report_is_not_read_ends_by_one_signal() {
    let folder = folder();
    let file = untitled(folder.path(), ENDLESS);
    let mut terminal = Session::parlab().args(["run", file.to_str().expect("a path")]).open();
    let family = family(&terminal);
    terminal.stop_reading();
    let begun = Instant::now();
    terminal.signal(SIGTERM);
    assert_eq!(terminal.exit_code_at_once(), 143);
    eprintln!("ended after {:?}", begun.elapsed());
    assert_all_gone(&family, "SIGTERM");
}
