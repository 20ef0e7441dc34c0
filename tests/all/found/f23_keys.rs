//! No key throws away what was measured; what was run can be looked at again and saved.

use std::path::Path;

use parlab::record::{Event, Status};
use parlab::tui::Theme;
use parlab::tui::keys::{Context, Key};
use parlab::tui::state::State;
use parlab::tui::update::{Effect, Msg, update};
use ratatui::layout::Size;

use crate::common;
use crate::common::running::events;
use crate::common::terminal::{Session, Terminal};
use crate::screens::{fixture, frame, press, text};

/// Many short trials.
const MANY: &str = r#"
title = "Many trials"
[workload]
kind = "sleep"
unit_s = 0.1
inputs = [1, 1]
[sweep]
backends = ["threads"]
workers = "2"
repeats = 500
warmup = 0
"#;

/// A run that is over at once.
const SHORT: &str = r#"
title = "A short one"
[workload]
kind = "square"
tasks = 5
[sweep]
backends = ["threads"]
workers = "2"
repeats = 1
warmup = 0
"#;

/// parlab on a scenario of these, and what its journal has.
fn open(folder: &Path, toml: &str) -> Terminal {
    let file = common::scenario(folder, "case", toml);
    let file = file.to_str().expect("UTF-8");
    let terminal = Session::parlab().args(["--journal", "journal", file]).cwd(folder).size(100, 30).open();
    terminal.wait_for("q quit");
    terminal
}

fn ended_trials(folder: &Path) -> usize {
    events(&folder.join("journal")).iter().filter(|event| event["event"] == "trial_finished").count()
}

fn wait_for_trials(folder: &Path, n: usize) {
    common::wait_until(&format!("{n} trials"), || ended_trials(folder) >= n);
}

#[test]
fn q_in_a_run_keeps_what_was_measured() {
    for key in ["q", "c", "\x03"] {
        let folder = common::folder();
        let mut terminal = open(folder.path(), MANY);
        terminal.send("\r");
        wait_for_trials(folder.path(), 2);
        terminal.send(key);
        terminal
            .wait("the results", |screen| screen.contains("r again") && screen.contains("this is what was measured"));
        let screen = terminal.text();
        assert!(screen.contains("serial") && screen.contains("threads × 2"), "{screen}");
        let told = screen.matches("interrupted").count() + screen.matches("ended before").count();
        assert_eq!(told, 1, "that it was cancelled is told once:\n{screen}");
    }
}

#[test]
fn escape_ends_neither_a_run_nor_the_program() {
    let folder = common::folder();
    let mut terminal = open(folder.path(), MANY);
    terminal.send("\x1b");
    terminal.send("\r");
    wait_for_trials(folder.path(), 1);
    terminal.send("\x1b");
    let before = ended_trials(folder.path());
    wait_for_trials(folder.path(), before + 4);
    terminal.wait("the run", |screen| screen.contains("workers") && screen.contains("the run goes on"));
    terminal.send("q");
    terminal.wait_for("r again");
    terminal.send("\x1b");
    terminal.wait_for("q quit");
    terminal.send("\x1b\x1b");
    terminal.send("?");
    terminal.wait_for("keys and words");
}

#[test]
fn a_frozen_picture_survives_another_size() {
    let folder = common::folder();
    let mut terminal = open(folder.path(), MANY);
    terminal.send("\r");
    wait_for_trials(folder.path(), 2);
    terminal.wait_for("space freeze");
    terminal.send(" ");
    terminal.wait_for("frozen");
    terminal.wait_for("space go on");
    let trial = |screen: &str| {
        let at = screen.find(" trial ").map(|at| &screen[at..]).unwrap_or_default();
        at.chars().take_while(|&c| c != '╮').collect::<String>().trim_matches(['─', ' ']).to_owned()
    };
    let before = trial(&terminal.text());
    assert!(before.starts_with("trial "), "{before}");
    let seen = ended_trials(folder.path());
    wait_for_trials(folder.path(), seen + 5);
    for (cols, rows) in [(120, 40), (80, 24), (100, 30)] {
        terminal.resize(cols, rows);
        terminal.wait(&format!("the picture at {cols}×{rows}"), |screen| {
            let corner = screen.lines().nth(1).is_some_and(|line| line.chars().count() == usize::from(cols));
            corner && screen.contains("frozen") && screen.lines().count() == usize::from(rows)
        });
    }
    assert_eq!(trial(&terminal.text()), before);
    terminal.send(" ");
    terminal.wait("the picture to go on", |screen| !screen.contains("frozen") && trial(screen) != before);
}

#[test]
fn runs_of_the_session_can_be_opened_again() {
    let folder = common::folder();
    let scenarios = folder.path().join("scenarios");
    std::fs::create_dir(&scenarios).expect("a folder");
    common::scenario(&scenarios, "other", &SHORT.replace("A short one", "Zebra crossing"));
    let mut terminal = open(folder.path(), SHORT);
    terminal.send("\r");
    terminal.wait_for("r again");
    terminal.send("q");
    terminal.wait_for("q quit");
    terminal.send("/zebra\r\r");
    terminal.wait("the results of the other", |screen| screen.contains("r again") && screen.contains("Zebra crossing"));
    terminal.send("q");
    terminal.wait_for("q quit");
    terminal.send("\t");
    terminal.wait("both runs", |screen| {
        let at = |title: &str| screen.lines().position(|line| line.contains(title));
        at("Zebra crossing").zip(at("A short one")).is_some_and(|(newer, older)| newer < older)
    });
    terminal.send("\x1b[B\r");
    terminal.wait("the first run's results", |screen| {
        screen.contains("r again") && screen.lines().next().is_some_and(|line| line.contains("A short one"))
    });
    terminal.send("q");
    terminal.wait_for("runs since");
    terminal.send("q");
    terminal.wait_for("q quit");
}

#[test]
fn results_are_saved_and_never_over_a_file_without_a_question() {
    let folder = common::folder();
    let file = |name: &str| folder.path().join(name);
    let mut terminal = open(folder.path(), SHORT);
    terminal.send("\r");
    terminal.wait_for("s save");
    terminal.send("s");
    terminal.wait_for("save the report as");
    terminal.wait_for("case-20");
    terminal.send("\r");
    terminal.wait_for("saved as case-20");
    let made =
        std::fs::read_dir(folder.path()).expect("it").filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let made: Vec<String> = made.filter(|name| name.starts_with("case-20")).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    let report = std::fs::read_to_string(file(&made[0])).expect("a report");
    assert!(made[0].contains(".txt") && report.contains("A short one") && report.contains("speedup"), "{report}");

    std::fs::write(file("mine.json"), "keep me").expect("a file");
    terminal.send("s");
    terminal.wait_for("case-20");
    terminal.send("\x15mine.json\r");
    terminal.wait_for("overwrite it?");
    terminal.send("n");
    terminal.wait_for("tab takes");
    assert_eq!(std::fs::read_to_string(file("mine.json")).ok().as_deref(), Some("keep me"));
    terminal.send("\r");
    terminal.wait_for("overwrite it?");
    terminal.send("y");
    terminal.wait_for("saved as mine.json");
    let json = std::fs::read_to_string(file("mine.json")).expect("a report");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["schema"], &json["status"]), (&"parlab.report/1".into(), &"done".into()));
    assert_eq!(json["configs"][1]["results"].as_array().map(Vec::len), Some(5), "with the results of single tasks");

    terminal.send("s");
    terminal.wait_for("case-20");
    terminal.send("\x15nowhere/x\r");
    terminal.wait_for("there is no folder nowhere");
    terminal.send("\x1b");
    terminal.wait_for("r again");
}

fn running() -> State {
    let mut state = fixture::state((80, 24), Theme::FULL);
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    state
}

#[test]
fn what_happens_behind_a_frozen_picture_is_not_lost() {
    let mut state = running();
    press(&mut state, &[Key::Char(' ')]);
    let frozen = text(&frame(&state));
    fixture::tell(&mut state, 12.0, Event::TrialStarted { trial: 6 });
    (0..5).for_each(|done| fixture::tell(&mut state, 12.5, Event::Progress { trial: 6, done, failed: 0 }));
    fixture::misfortunes(&mut state.clone());
    update(&mut state, Msg::Sample(parlab::machine::Sample { load1: Some(99.0), ..fixture::sample() }));
    update(&mut state, Msg::Resized(Size::new(120, 40)));
    assert!(text(&frame(&state)).contains("trial 6 of 16"), "the same trial at another size");
    update(&mut state, Msg::Resized(Size::new(80, 24)));
    assert_eq!(text(&frame(&state)), frozen);
    press(&mut state, &[Key::Char(' ')]);
    assert!(text(&frame(&state)).contains("trial 7/16"), "{}", text(&frame(&state)));
    press(&mut state, &[Key::Char(' '), Key::Tab]);
    assert!(!state.shared.is_frozen(), "other screens show what is");
    press(&mut state, &[Key::Tab, Key::Char(' ')]);
    fixture::tell(&mut state, 13.0, Event::TrialStarted { trial: 7 });
    fixture::finish(&mut state, Status::Interrupted, &[]);
    assert_eq!(state.context(), Context::Results);
    assert_eq!(state.shared.run.as_ref().and_then(|run| run.trial), Some(7));
}

#[test]
fn a_run_that_is_prepared_cannot_be_frozen_and_is_given_up_by_escape() {
    let mut state = fixture::state((80, 24), Theme::FULL);
    update(&mut state, Msg::Started { name: "database".to_owned() });
    press(&mut state, &[Key::Char(' ')]);
    assert!(!state.is_frozen());
    assert!(update(&mut state, Msg::Key(Key::Esc)).contains(&Effect::GiveUp));
    assert_eq!(state.context(), Context::Library);
}
