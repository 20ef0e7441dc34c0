//! What was typed into a form is kept when that is left, and what is wrong with it is told in the form's own words.

use parlab::tui::Theme;
use parlab::tui::keys::{Context, Key};
use parlab::tui::update::{Effect, Msg, update};

use crate::common;
use crate::common::terminal::{Session, Terminal};
use crate::screens::{fixture, frame, press, text, type_text};

const MINE: &str = r#"
title = "Mine"
[workload]
kind = "square"
inputs = [1, 2, 3]
[sweep]
backends = ["threads"]
workers = 1
repeats = 1
warmup = 0
"#;

fn open(folder: &std::path::Path) -> Terminal {
    let file = common::scenario(folder, "mine", MINE);
    let terminal = Session::parlab().args([&file]).size(110, 36).open();
    terminal.wait_for("q quit");
    terminal
}

/// Opens the form with the cursor in its row of inputs.
fn edit(terminal: &mut Terminal) {
    terminal.send("e");
    terminal.wait_for("try it: Mine");
}

#[test]
fn leaving_a_changed_form_keeps_the_changes() {
    for leave in ["\x1b", "\x03"] {
        let folder = common::folder();
        let mut terminal = open(folder.path());
        edit(&mut terminal);
        terminal.send(", 4, 5");
        terminal.wait_for("of 5 tasks");
        terminal.send(leave);
        terminal.wait("to be told", |screen| screen.contains("q quit") && screen.contains("changes are kept"));
        // Another scenario in between.
        terminal.send("nee");
        terminal.wait("another form", |screen| screen.contains("try it:") && !screen.contains("try it: Mine"));
        terminal.send("\x1b");
        terminal.wait_for("q quit");
        terminal.send("g");
        terminal.wait_for("you changed it");
        edit(&mut terminal);
        terminal.wait_for("of 5 tasks");
        assert!(terminal.text().contains("1, 2, 3, 4, 5"), "{}", terminal.text());
        terminal.send("\r");
        terminal.wait_for("r again");
        terminal.send("qe");
        terminal
            .wait("the form as it was left", |screen| screen.contains("try it: Mine") && screen.contains("3, 4, 5"));
        // All of it can be taken back.
        terminal.wait_for("ctrl-x reset");
        terminal.send("\x18");
        terminal.wait("the file's own inputs", |screen| screen.contains("of 3 tasks") && !screen.contains("3, 4, 5"));
        terminal.send("\x1b");
        terminal.wait("nothing to be kept", |screen| {
            screen.contains("q quit") && !screen.contains("changes are kept") && !screen.contains("you changed it")
        });
    }
}

#[test]
fn what_is_wrong_is_told_by_fields_and_not_by_lines() {
    let folder = common::folder();
    let mut terminal = open(folder.path());
    edit(&mut terminal);
    terminal.send("\x1b[B");
    terminal.send("abc");
    terminal.wait("the complaint about abc", |screen| screen.contains("must be a whole number"));
    terminal.wait("the other inputs to be named", |screen| screen.contains("already given by inputs"));
    let screen = terminal.text();
    assert!(!screen.contains("on line"), "a form has no lines:\n{screen}");
}

#[test]
fn predictions_that_were_typed_are_kept_without_being_in_force() {
    let folder = common::folder();
    let mut terminal = open(folder.path());
    terminal.send("p");
    terminal.wait_for("predict: Mine");
    terminal.send("1.75");
    terminal.wait_for("1.75");
    terminal.send("\x1b");
    terminal.wait("to be told", |screen| screen.contains("q quit") && screen.contains("not in force, but kept"));
    assert!(!terminal.text().contains("expected"), "{}", terminal.text());
    terminal.send("p");
    terminal.wait("what was typed", |screen| screen.contains("predict: Mine") && screen.contains("1.75"));
    terminal.send("\x18");
    terminal.wait("nothing, as before", |screen| !screen.contains("1.75"));
    terminal.send("0.5\r");
    terminal.wait("it to be in force", |screen| screen.contains("expected") && screen.contains("0.5"));
}

#[test]
fn more_than_the_workers_can_give_is_marked() {
    let mut state = fixture::state((100, 30), Theme::FULL);
    press(&mut state, &[Key::Down, Key::Char('p')]);
    type_text(&mut state, "9");
    assert!(text(&frame(&state)).contains("more than its 1 worker"), "{}", text(&frame(&state)));
    press(&mut state, &[Key::Down, Key::Down]);
    type_text(&mut state, "1.5");
    let shown = text(&frame(&state));
    let line = shown.lines().find(|line| line.contains("threads × 3")).expect("its row");
    assert!(line.matches('│').count() == 3, "the ideal stands beside the bar: {line}");
    for key in [Key::Char('?'), Key::F1] {
        press(&mut state, &[key]);
        assert_eq!(state.context(), Context::Help);
        press(&mut state, &[Key::Esc]);
        assert_eq!(state.context(), Context::Predict);
    }
    assert!(shown.contains("↑↓") && shown.contains("? help"), "{shown}");
}

#[test]
fn what_was_tried_and_left_is_gone_on_with() {
    let mut state = fixture::state((80, 24), Theme::FULL);
    fixture::edit(&mut state);
    type_text(&mut state, "1");
    let draft = state.editor().map(|editor| editor.draft()).expect("a form");
    update(&mut state, Msg::Tried(draft.clone()));
    fixture::plan_again(&mut state);
    fixture::finish(&mut state, parlab::record::Status::Done, &[]);
    assert_eq!(update(&mut state, Msg::Key(Key::Char('e'))), [Effect::Check(draft.clone())]);
    assert_eq!(state.editor().map(|editor| editor.draft()), Some(draft.clone()));
    press(&mut state, &[Key::Esc, Key::Char('q')]);
    assert_eq!(state.context(), Context::Library);
    assert_eq!(update(&mut state, Msg::Key(Key::Char('e'))), [Effect::Check(draft)]);
}
