//! A megabyte that is pasted into the screen: it costs little memory, and holds up no other input.

use std::fmt::Write as _;
use std::path::Path;

use nix::sys::signal::Signal;

use crate::common::terminal::{Session, Terminal};
use crate::common::{folder, scenario};

/// What is pasted: words, lines, commands of the screen that do not leave it.
const PASTED: &[&str] = &["hello world ", "ab\r\n", "jk", "x1.5\t"];
/// What may be had more than before, in kB.
const MORE_MAX: u64 = 20 << 10;

fn peak_kb(terminal: &Terminal) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", terminal.pid())).expect("a process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    peak.trim().trim_end_matches(" kB").parse().expect("kB")
}

/// A run that goes on until it is ended.
fn long_run(folder: &Path) -> String {
    let toml = "title = 'Long'\n[workload]\nkind = 'sleep'\nunit_s = 1000\ninputs = [1, 1]\n\
                [sweep]\nbackends = ['threads']\nworkers = 2\nbaseline = 'none'\n";
    scenario(folder, "long", toml).display().to_string()
}

/// Opens a screen by keys and what is seen after each.
fn opened(folder: &Path, keys: &[(&str, &str)]) -> Terminal {
    let mut terminal = Session::parlab().args([long_run(folder)]).cwd(folder).open();
    terminal.wait_for("scenarios");
    for (key, seen) in keys {
        terminal.send(key);
        terminal.wait_for(seen);
    }
    terminal
}

#[test]
fn a_megabyte_costs_little_in_each_screen() {
    let screens: &[(&str, &[(&str, &str)])] = &[
        ("library", &[]),
        ("filter", &[("/", "filter")]),
        ("help", &[("?", "back")]),
        ("editor", &[("e", "esc")]),
        ("run", &[("\r", "cancel")]),
    ];
    for (name, keys) in screens {
        for text in PASTED {
            let folder = folder();
            let mut terminal = opened(folder.path(), keys);
            let before = peak_kb(&terminal);
            let mut pasted = String::new();
            while pasted.len() < 1 << 20 {
                write!(pasted, "{text}").expect("a string");
            }
            terminal.send(&pasted);
            let more = peak_kb(&terminal).saturating_sub(before);
            assert!(more < MORE_MAX, "{name}, {text:?}: {more} kB more");
            // Whatever is left of it holds up no other input.
            terminal.signal(Signal::SIGTERM);
            assert_eq!(terminal.exit_code(), 143, "{name}, {text:?}");
            terminal.assert_restored();
        }
    }
}
