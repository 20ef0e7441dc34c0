//! Trying a scenario's parameters: the form at all sizes, what its keys do, and that typing is never a command.

use parlab::record::Status;
use parlab::scenario::form::described;
use parlab::tui::Theme;
use parlab::tui::keys::{Context, Key};
use parlab::tui::port::{Existing, FieldError, Saved, Unsaved};
use parlab::tui::state::State;
use parlab::tui::update::{Effect, Msg, update};

use super::{LARGE, SIZES, SMALL, expect, fixture, press, text, type_text};

fn editing(size: (u16, u16), theme: Theme) -> State {
    let mut state = fixture::state(size, theme);
    fixture::edit(&mut state);
    state
}

/// Selects the row of a key.
fn go(state: &mut State, key: &str) {
    for _ in 0..40 {
        press(state, &[Key::Up]);
    }
    for _ in 0..40 {
        let selected = state.editor().and_then(|editor| editor.selected());
        if selected.is_some_and(|row| row.key == key) {
            return;
        }
        press(state, &[Key::Down]);
    }
    panic!("no row {key}");
}

fn value(state: &State) -> String {
    state.editor().and_then(|editor| editor.selected()).map(|row| row.value.clone()).unwrap_or_default()
}

fn checks(effects: &[Effect]) -> &str {
    match effects {
        [Effect::Check(draft)] => &draft.text,
        other => panic!("{other:?}"),
    }
}

fn trouble(row: &str, text: &str, state: &State) -> FieldError {
    let rows = state.editor().map(|editor| editor.form.rows()).unwrap_or_default();
    FieldError { row: rows.iter().position(|its| its.key == row), text: text.to_owned() }
}

#[test]
fn the_form() {
    for (name, size, theme) in [SIZES[0], SIZES[1], SIZES[2], SIZES[3], ("200x60", (200, 60), Theme::FULL)] {
        expect(&format!("try-it-{name}"), &editing(size, theme));
    }
}

#[test]
fn what_is_wrong_stands_beside_it() {
    for (name, size, theme) in [("80x24", SMALL, Theme::FULL), ("80x24-plain", SMALL, Theme::PLAIN)] {
        let mut state = editing(size, theme);
        go(&mut state, "workers");
        press(&mut state, &[Key::Ctrl('u')]);
        type_text(&mut state, "0..4");
        let workers = trouble("workers", "must be at least 1", &state);
        let whole = FieldError { row: None, text: "[workload]: lacks inputs".to_owned() };
        update(&mut state, Msg::Checked(Err(vec![workers, whole])));
        expect(&format!("try-it-trouble-{name}"), &state);
        assert_eq!(update(&mut state, Msg::Key(Key::Enter)), [], "nothing is run that the parser refuses");
        assert_eq!(update(&mut state, Msg::Key(Key::Ctrl('s'))), [], "and nothing saved");
        assert_eq!(state.context(), Context::Editing);
        assert!(text(&super::frame(&state)).contains("mend what is marked"));
    }
}

#[test]
fn saving() {
    let mut state = editing(SMALL, Theme::FULL);
    press(&mut state, &[Key::Ctrl('s')]);
    assert_eq!(state.context(), Context::Saving);
    expect("try-it-saving", &state);
    press(&mut state, &[Key::Ctrl('u')]);
    type_text(&mut state, "q/e n.toml");
    let effects = update(&mut state, Msg::Key(Key::Enter));
    let Effect::Save { draft, file, existing } = &effects[0] else { panic!("{effects:?}") };
    assert_eq!((draft.name.as_str(), file.as_str(), *existing), ("numbers", "q/e n.toml", Existing::Kept));
    update(&mut state, Msg::Saved(Err(Unsaved::Failed("there is no folder q".to_owned()))));
    assert_eq!(state.context(), Context::Saving);
    expect("try-it-not-saved", &state);
    update(&mut state, Msg::Saved(Err(Unsaved::Exists)));
    expect("try-it-overwrite", &state);
    for (key, context) in
        [(Key::Enter, Context::Asking), (Key::Char('x'), Context::Asking), (Key::Esc, Context::Saving)]
    {
        assert_eq!(update(&mut state, Msg::Key(key)), [], "only a clear yes overwrites");
        assert_eq!(state.context(), context);
    }
    update(&mut state, Msg::Saved(Err(Unsaved::Exists)));
    let effects = update(&mut state, Msg::Key(Key::Char('y')));
    assert!(matches!(&effects[..], [Effect::Save { existing: Existing::Replaced, .. }]), "{effects:?}");
    let mut outside = state.clone();
    let saved =
        |name: Option<&str>| Msg::Saved(Ok(Saved { file: "./x.toml".to_owned(), name: name.map(str::to_owned) }));
    update(&mut outside, saved(None));
    assert_eq!(outside.context(), Context::Editing);
    assert!(text(&super::frame(&outside)).contains("outside of the library"));
    update(&mut state, saved(Some("tiny")));
    assert_eq!(state.context(), Context::Library);
    assert_eq!(state.shared.library.selected().map(|entry| entry.name.as_str()), Some("tiny"));
    expect("library-saved", &state);
}

#[test]
fn every_character_is_typed_and_none_is_a_command() {
    let mut state = editing(LARGE, Theme::FULL);
    go(&mut state, "title");
    press(&mut state, &[Key::Ctrl('u')]);
    let letters = "qenpyr?/ Rk jJGgc=#[]\"'é漢";
    for (i, c) in letters.chars().enumerate() {
        let effects = update(&mut state, Msg::Key(Key::Char(c)));
        assert!(checks(&effects).contains("title"), "{i}");
    }
    assert_eq!((value(&state).as_str(), state.context()), (letters, Context::Editing));
    press(&mut state, &[Key::Home]);
    type_text(&mut state, "A");
    press(&mut state, &[Key::Right, Key::Backspace, Key::End, Key::Left, Key::Backspace]);
    assert_eq!(value(&state), format!("A{}", letters.strip_prefix('q').unwrap_or_default().replace("é漢", "漢")));
}

#[test]
fn escape_leaves_the_library_as_it_was() {
    for leave in [Key::Esc, Key::Ctrl('c')] {
        let before = fixture::state(SMALL, Theme::FULL);
        let mut state = editing(SMALL, Theme::FULL);
        type_text(&mut state, "9");
        assert_eq!(update(&mut state, Msg::Key(leave)), []);
        assert_eq!(state.context(), Context::Library);
        assert_eq!(state.shared.library.entries(), before.shared.library.entries());
    }
}

#[test]
fn what_is_tried_is_run_tried_again_and_edited_again() {
    let mut state = editing(SMALL, Theme::FULL);
    go(&mut state, "repeats");
    type_text(&mut state, "1");
    let effects = update(&mut state, Msg::Key(Key::Enter));
    let Effect::Try(draft) = &effects[0] else { panic!("{effects:?}") };
    assert!(draft.text.contains("repeats = 51"), "{}", draft.text);
    let draft = draft.clone();
    fixture::start(&mut state);
    update(&mut state, Msg::Tried(draft.clone()));
    assert_eq!(state.context(), Context::Running);
    assert_eq!(state.shared.library.selected().map(|entry| entry.name.as_str()), Some("numbers"));
    fixture::plan_again(&mut state);
    fixture::run_trials(&mut state, 16);
    fixture::finish(&mut state, Status::Done, &[]);
    let numbers = state.shared.library.entries().iter().find(|entry| entry.name == "numbers").cloned();
    assert!(numbers.is_some_and(|entry| entry.ran.is_none()), "what was tried is another scenario");
    assert_eq!(update(&mut state, Msg::Key(Key::Char('r'))), [Effect::Try(draft.clone())]);
    let again = Effect::Edit { name: "numbers".to_owned(), text: Some(draft.text) };
    assert_eq!(update(&mut state, Msg::Key(Key::Char('e'))), [again]);
    update(&mut state, Msg::Key(Key::Char('q')));
    let anew = Effect::Edit { name: "numbers".to_owned(), text: None };
    assert_eq!(update(&mut state, Msg::Key(Key::Char('e'))), [anew], "nothing was left in a form");
    press(&mut state, &[Key::End]);
    assert_eq!(update(&mut state, Msg::Key(Key::Char('e'))), [], "a broken file is not edited");
}

#[test]
fn a_limit_is_told_in_the_form() {
    let mut state = editing(SMALL, Theme::FULL);
    let why = "64 processes are more than the limit of 32 that the shell allows".to_owned();
    update(&mut state, Msg::Refused { name: "numbers".to_owned(), why });
    assert_eq!(state.context(), Context::Editing);
    assert!(text(&super::frame(&state)).contains("it was not started: 64 processes"));
}

#[test]
fn long_values_scroll_with_the_cursor() {
    let mut state = editing(SMALL, Theme::FULL);
    go(&mut state, "inputs");
    type_text(&mut state, &", 123456789".repeat(9));
    type_text(&mut state, ", the end");
    assert!(text(&super::frame(&state)).contains("the end"));
    press(&mut state, &[Key::Home]);
    let shown = text(&super::frame(&state));
    assert!(shown.contains("1, 8, 1.5, 2") && !shown.contains("the end"), "{shown}");
}

#[test]
fn every_described_key_is_seen() {
    let state = editing((120, 60), Theme::FULL);
    let shown = text(&super::frame(&state));
    for (_, key) in described() {
        assert!(shown.contains(&format!(" {key} ")), "{key}: {shown}");
    }
}
