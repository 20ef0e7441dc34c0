//! A run while it is being prepared: every key is answered, and what it was started from comes back if it is given up or
//! refused.

use parlab::record::Status;
use parlab::tui::Theme;
use parlab::tui::keys::{Context, Key};
use parlab::tui::port::Draft;
use parlab::tui::state::State;
use parlab::tui::update::{Effect, Msg, update};

use super::{SMALL, fixture, frame, press, text, type_text};

const GIVEN_UP: [Effect; 2] = [Effect::GiveUp, Effect::Pace { running: false }];

fn library() -> State {
    fixture::state(SMALL, Theme::FULL)
}

fn start(state: &mut State) {
    let effects = update(state, Msg::Started { name: "database".to_owned() });
    assert_eq!((effects, state.context()), (vec![Effect::Pace { running: true }], Context::Running));
}

fn refuse(state: &mut State) -> Vec<Effect> {
    update(state, Msg::Refused { name: "database".to_owned(), why: "there is no room".to_owned() })
}

#[test]
fn it_is_given_up_at_once_by_every_key_that_ends_a_run() {
    for key in [Key::Char('q'), Key::Char('c'), Key::Esc, Key::Ctrl('c')] {
        let mut state = library();
        start(&mut state);
        assert!(text(&frame(&state)).contains("preparing"));
        assert_eq!(update(&mut state, Msg::Key(key)), GIVEN_UP);
        assert_eq!((state.context(), state.is_running()), (Context::Library, false));
        assert_eq!(state.shared.library.selected().map(|entry| entry.name.as_str()), Some("database"));
    }
}

#[test]
fn other_keys_mean_what_they_do_in_a_run() {
    let mut state = library();
    start(&mut state);
    press(&mut state, &[Key::Char('?'), Key::Down]);
    assert_eq!(state.context(), Context::Help);
    press(&mut state, &[Key::Esc, Key::Tab]);
    assert_eq!(state.context(), Context::Interim);
    press(&mut state, &[Key::Tab]);
    assert!(text(&frame(&state)).contains("preparing"));
    press(&mut state, &[Key::Char('?')]);
    assert_eq!(update(&mut state, Msg::Key(Key::Ctrl('c'))), GIVEN_UP, "also from the help, which stays");
    assert_eq!(state.context(), Context::Help);
    press(&mut state, &[Key::Esc]);
    assert_eq!(state.context(), Context::Library);
}

#[test]
fn a_refusal_is_told_in_the_library() {
    let mut state = library();
    start(&mut state);
    assert_eq!(refuse(&mut state), [Effect::Pace { running: false }]);
    assert_eq!((state.context(), state.is_running()), (Context::Library, false));
    assert!(text(&frame(&state)).contains("it was not started: there is no room"));
}

#[test]
fn the_results_that_it_was_started_from_come_back() {
    let mut before = library();
    fixture::start(&mut before);
    fixture::run_trials(&mut before, 16);
    fixture::finish(&mut before, Status::Done, &[]);
    press(&mut before, &[Key::Down, Key::Down]);
    let shown = text(&frame(&before));
    let mut state = before.clone();
    start(&mut state);
    start(&mut state);
    press(&mut state, &[Key::Tab, Key::Char('c')]);
    assert_eq!(state.context(), Context::Results);
    assert_eq!(text(&frame(&state)), shown);
    start(&mut state);
    refuse(&mut state);
    assert_eq!(state.context(), Context::Library, "where the refusal is read");
}

#[test]
fn the_form_that_it_was_started_from_stays_until_it_goes_on() {
    let mut state = library();
    fixture::edit(&mut state);
    type_text(&mut state, "9");
    let typed = state.editor().map(|editor| editor.form.text()).expect("a form");
    let draft = Draft { name: "numbers".to_owned(), text: typed.clone() };
    for ends in [Msg::Key(Key::Ctrl('c')), Msg::Refused { name: "numbers".to_owned(), why: "no room".to_owned() }] {
        update(&mut state, Msg::Tried(draft.clone()));
        assert_eq!(state.context(), Context::Running);
        update(&mut state, ends);
        assert_eq!(state.context(), Context::Editing);
        assert_eq!(state.editor().map(|editor| editor.form.text()), Some(typed.clone()));
    }
    assert!(text(&frame(&state)).contains("it was not started: no room"));
    update(&mut state, Msg::Tried(draft));
    fixture::plan_again(&mut state);
    assert!(state.editor().is_none(), "from here on, the form is opened anew");
    fixture::finish(&mut state, Status::Interrupted, &[]);
    press(&mut state, &[Key::Char('q')]);
    assert_eq!(state.context(), Context::Library);
}
