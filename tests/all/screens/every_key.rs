//! What every key does on every screen, without a terminal.

use parlab::record::{Event, Status};
use parlab::scenario::{BackendKind, Config, Expected, PredictionSpec};
use parlab::tui::Theme;
use parlab::tui::keys::{BINDINGS, Context, Key};
use parlab::tui::port::Unsaved;
use parlab::tui::state::{Drawing, Ending, State};
use parlab::tui::update::{Effect, Exit, Msg, update};
use proptest::prelude::*;

use super::{fixture, job};

fn library() -> State {
    fixture::state((80, 24), Theme::FULL)
}

fn running() -> State {
    let mut state = library();
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    state
}

fn ended(status: Status) -> State {
    let mut state = running();
    fixture::run_trials(&mut state, 16);
    fixture::finish(&mut state, status, &[]);
    state
}

fn editing() -> State {
    let mut state = library();
    fixture::edit(&mut state);
    state
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    update(state, Msg::Key(key))
}

fn row(state: &State) -> usize {
    state.shared.run.as_ref().map_or(usize::MAX, |run| run.row())
}

/// A state in which each context holds.
fn in_context(context: Context) -> State {
    let mut state = match context {
        Context::Library | Context::Filter | Context::Predict | Context::Help => library(),
        Context::Editing | Context::Saving | Context::Asking => editing(),
        Context::Running | Context::Interim => running(),
        Context::Ran | Context::Results | Context::Runs => ended(Status::Done),
        Context::Following | Context::Cancelling => job::followed((80, 24), Theme::FULL),
    };
    match context {
        Context::Filter => press(&mut state, Key::Char('/')),
        Context::Predict => press(&mut state, Key::Char('p')),
        Context::Help => press(&mut state, Key::Char('?')),
        Context::Interim | Context::Ran => press(&mut state, Key::Tab),
        Context::Saving => press(&mut state, Key::Ctrl('s')),
        Context::Runs => {
            press(&mut state, Key::Char('q'));
            press(&mut state, Key::Tab)
        }
        Context::Asking => {
            press(&mut state, Key::Ctrl('s'));
            update(&mut state, Msg::Saved(Err(Unsaved::Exists)))
        }
        Context::Cancelling => press(&mut state, Key::Char('c')),
        Context::Library | Context::Running | Context::Results | Context::Editing | Context::Following => Vec::new(),
    };
    assert_eq!(state.context(), context);
    state
}

#[test]
fn every_bound_key_is_borne_on_its_screens() {
    for binding in BINDINGS {
        for &context in binding.on {
            for &key in binding.keys {
                let mut state = in_context(context);
                press(&mut state, key);
                press(&mut state, key);
            }
        }
    }
}

#[test]
fn library_moves_and_stays_within_its_ends() {
    let mut state = library();
    let moves = [
        (Key::Down, 1),
        (Key::Char('j'), 2),
        (Key::Up, 1),
        (Key::Char('k'), 0),
        (Key::Char('k'), 0),
        (Key::End, 6),
        (Key::Down, 6),
        (Key::Char('g'), 0),
        (Key::Char('G'), 6),
        (Key::Home, 0),
        (Key::PageDown, 6),
        (Key::PageUp, 0),
    ];
    for (key, position) in moves {
        assert!(press(&mut state, key).is_empty());
        assert_eq!(state.shared.library.position(), position, "{key:?}");
    }
}

#[test]
fn enter_starts_what_can_be_started() {
    let mut state = library();
    press(&mut state, Key::Down);
    assert_eq!(press(&mut state, Key::Enter), [Effect::Start("database".to_owned())]);
    press(&mut state, Key::End);
    assert_eq!(press(&mut state, Key::Enter), [], "a broken file is not started");
    assert!(state.shared.library.refusal.as_ref().is_some_and(|(name, why)| name == "mine" && why.contains("mended")));
}

#[test]
fn n_goes_to_the_next_of_the_path_that_was_not_run() {
    let name = |state: &State| state.shared.library.selected().map(|entry| entry.name.clone()).unwrap_or_default();
    let mut state = library();
    for expected in ["database", "database-sorted", "numbers", "speedup", "database"] {
        assert_eq!(press(&mut state, Key::Char('n')), []);
        assert_eq!(name(&state), expected, "cubes was run before, tiny and mine are no part of the path");
    }
    // The run of "database" has ended: from its results on, whatever the library had selected.
    for context in [Context::Results, Context::Ran] {
        let mut state = in_context(context);
        assert_eq!(state.shared.library.progress(), (2, 5));
        state.shared.library.select(6);
        assert_eq!(press(&mut state, Key::Char('n')), []);
        assert_eq!((state.context(), name(&state).as_str()), (Context::Library, "database-sorted"));
        assert_eq!(press(&mut state, Key::Enter), [Effect::Start("database-sorted".to_owned())]);
    }
    for status in [Status::Failed, Status::Interrupted] {
        assert_eq!(ended(status).shared.library.progress(), (1, 5), "only what was done counts");
    }
    let mut state = library();
    "/tiny".chars().for_each(|c| drop(press(&mut state, Key::Char(c))));
    press(&mut state, Key::Enter);
    press(&mut state, Key::Char('n'));
    assert_eq!(
        (name(&state).as_str(), state.shared.library.filter()),
        ("database", ""),
        "a filter does not hide the path"
    );
}

#[test]
fn filter_takes_letters_that_are_commands_elsewhere() {
    let mut state = library();
    for key in "/quick?".chars() {
        assert!(press(&mut state, Key::Char(key)).is_empty());
    }
    assert_eq!(state.shared.library.filter(), "quick?");
    press(&mut state, Key::Backspace);
    assert_eq!(state.shared.library.filter(), "quick");
    press(&mut state, Key::Esc);
    assert_eq!((state.shared.library.filter(), state.context()), ("", Context::Library));

    for key in [Key::Char('/'), Key::Char('c'), Key::Char('p'), Key::Char('u'), Key::Enter] {
        press(&mut state, key);
    }
    assert_eq!((state.shared.library.filter(), state.context()), ("cpu", Context::Library));
    assert_eq!(press(&mut state, Key::Esc), []);
    assert_eq!(state.shared.library.filter(), "", "escape clears the filter");
    assert_eq!(press(&mut state, Key::Esc), [], "and never quits");
}

#[test]
fn predictions_are_kept_or_skipped() {
    let mut state = library();
    press(&mut state, Key::Down);
    press(&mut state, Key::Char('p'));
    for key in [Key::Char('0'), Key::Char('q'), Key::Char('.'), Key::Char('9'), Key::Down, Key::Right, Key::Right] {
        assert_eq!(press(&mut state, key), []);
    }
    let guess =
        |workers, value| PredictionSpec::of(&Config::new(BackendKind::THREADS, workers), Expected::Speedup(value));
    let (name, prediction_specs) = ("database".to_owned(), vec![guess(1, 0.9), guess(2, 1.1)]);
    assert_eq!(press(&mut state, Key::Enter), [Effect::Predict { name, prediction_specs }]);
    assert_eq!(state.context(), Context::Library);
    assert_eq!(press(&mut state, Key::Enter), [Effect::Start("database".to_owned())], "it is not in the way");
    press(&mut state, Key::Char('p'));
    press(&mut state, Key::Backspace);
    assert_eq!(press(&mut state, Key::Esc), []);
    press(&mut state, Key::Char('p'));
    let texts = state.predict().map(|form| form.fields.iter().map(|f| f.text.text().to_owned()).collect::<Vec<_>>());
    assert_eq!(texts.as_deref().map(|texts| &texts[..2]), Some(&["0.".to_owned(), "1.1".to_owned()][..]));
    press(&mut state, Key::Esc);
    press(&mut state, Key::End);
    press(&mut state, Key::Char('p'));
    assert_eq!(state.context(), Context::Library, "nothing can be said of a broken file");
}

#[test]
fn leaving() {
    for key in [Key::Char('q'), Key::Ctrl('c')] {
        assert_eq!(press(&mut library(), key), [Effect::Quit(Exit::Quit)]);
    }
    assert_eq!(press(&mut library(), Key::Esc), [], "it is pressed too easily");
    assert_eq!(press(&mut in_context(Context::Filter), Key::Ctrl('c')), [Effect::Quit(Exit::Quit)]);
    for (context, back) in [
        (Context::Results, Context::Library),
        (Context::Ran, Context::Library),
        (Context::Interim, Context::Running),
        (Context::Help, Context::Library),
        (Context::Runs, Context::Library),
    ] {
        for key in [Key::Char('q'), Key::Esc] {
            let mut state = in_context(context);
            assert_eq!(press(&mut state, key), []);
            assert_eq!(state.context(), back);
        }
    }
}

#[test]
fn results_come_by_themselves() {
    let mut state = running();
    assert_eq!(state.context(), Context::Running);
    press(&mut state, Key::Char('?'));
    fixture::finish(&mut state, Status::Done, &[]);
    assert_eq!(state.context(), Context::Help, "not into the middle of the help");
    press(&mut state, Key::Char('?'));
    assert_eq!(state.context(), Context::Results);
    assert_eq!(press(&mut state, Key::Char('r')), [Effect::Start("database".to_owned())]);
}

#[test]
fn cancelling_twice_kills() {
    for key in [Key::Char('c'), Key::Ctrl('c')] {
        let mut state = running();
        assert_eq!(press(&mut state, key), [Effect::Cancel]);
        assert_eq!(press(&mut state, key), [Effect::Kill]);
        assert_eq!(press(&mut state, key), []);
        fixture::finish(&mut state, Status::Interrupted, &[]);
        assert_eq!(state.context(), Context::Results, "what was measured is shown");
    }
    assert_eq!(press(&mut in_context(Context::Interim), Key::Char('c')), [Effect::Cancel]);
    let mut state = running();
    press(&mut state, Key::Char('?'));
    assert_eq!(press(&mut state, Key::Ctrl('c')), [Effect::Cancel], "also from the help");
}

#[test]
fn q_keeps_what_was_measured_as_c_does() {
    let mut state = running();
    assert_eq!(press(&mut state, Key::Char('q')), [Effect::Cancel]);
    assert_eq!(state.context(), Context::Running);
    assert!(matches!(state.shared.run.as_ref().map(|run| run.ending), Some(Ending::Cancelling)));
    fixture::finish(&mut state, Status::Interrupted, &[]);
    assert_eq!(state.context(), Context::Results);
    let took =
        state.shared.library.selected().and_then(|entry| entry.preview.as_ref().ok()).and_then(|p| p.last_wall_s);
    assert_eq!(took, None, "a run that was cut short tells nothing of how long it takes");
}

#[test]
fn only_the_picture_is_frozen() {
    let mut state = running();
    assert_eq!(press(&mut state, Key::Char(' ')), []);
    assert!(state.is_frozen() && !state.wants_snapshots() && state.is_running());
    press(&mut state, Key::Char(' '));
    assert!(!state.is_frozen() && state.wants_snapshots());
    press(&mut state, Key::Char(' '));
    fixture::finish(&mut state, Status::Done, &[]);
    assert_eq!(state.shared.run.as_ref().map(|run| run.drawing), Some(Drawing::Live), "the end is always shown");
}

#[test]
fn points_are_walked_by_row_and_series_by_series() {
    let mut state = ended(Status::Done);
    assert_eq!(row(&state), 2, "the fastest is selected at first");
    press(&mut state, Key::Home);
    // Rows: serial, threads × 1, 2, 3, processes × 1, 2, 3, 4.
    let moves = [
        (Key::Left, 0),
        (Key::Right, 1),
        (Key::Right, 2),
        (Key::Char('l'), 3),
        (Key::Right, 4),
        (Key::Left, 3),
        (Key::Char('h'), 2),
        (Key::Left, 1),
        (Key::Left, 0),
        (Key::End, 7),
        (Key::Right, 7),
        (Key::Left, 6),
        (Key::Home, 0),
        (Key::Down, 1),
        (Key::Down, 2),
        (Key::Char('j'), 3),
        (Key::Down, 4),
        (Key::Right, 5),
        (Key::Up, 4),
        (Key::End, 7),
        (Key::Down, 7),
        (Key::Home, 0),
        (Key::Up, 0),
    ];
    for (key, expected) in moves {
        press(&mut state, key);
        assert_eq!(row(&state), expected, "{key:?}");
    }
}

#[test]
fn lesson_and_help_scroll_to_their_ends_and_no_further() {
    let mut state = ended(Status::Done);
    let scroll = |state: &State| state.shared.run.as_ref().map_or(0, |run| run.scroll);
    for _ in 0..20 {
        press(&mut state, Key::PageDown);
    }
    let end = scroll(&state);
    assert!(end > 0);
    press(&mut state, Key::PageUp);
    assert!(scroll(&state) < end, "the first page up moves");
    press(&mut state, Key::Char('?'));
    press(&mut state, Key::Char('G'));
    let end = state.help().unwrap_or(0);
    assert!(end > 0);
    press(&mut state, Key::Down);
    assert_eq!(state.help(), Some(end));
    update(&mut state, Msg::Resized(ratatui::layout::Size::new(200, 60)));
    assert!(state.help().unwrap_or(0) < end, "a larger window needs less scrolling");
}

#[test]
fn details_scroll_to_their_end_and_begin_anew_with_the_next_scenario() {
    let mut state = library();
    press(&mut state, Key::Char('J'));
    let half = state.shared.library.scroll;
    assert!(half > 0);
    for _ in 0..9 {
        press(&mut state, Key::Ctrl('d'));
    }
    let end = state.shared.library.scroll;
    press(&mut state, Key::Char('K'));
    assert!(state.shared.library.scroll < end, "the first one up moves");
    press(&mut state, Key::Char('J'));
    update(&mut state, Msg::Resized(ratatui::layout::Size::new(200, 60)));
    assert_eq!(state.shared.library.scroll, 0, "a larger window shows it all");
    update(&mut state, Msg::Resized(ratatui::layout::Size::new(80, 24)));
    press(&mut state, Key::Char('J'));
    press(&mut state, Key::Down);
    assert_eq!(state.shared.library.scroll, 0);
    press(&mut state, Key::Ctrl('u'));
    assert_eq!(state.shared.library.scroll, 0);
}

#[test]
fn many_problems_can_all_be_read() {
    let mut state = running();
    let messages: Vec<String> = (0..30).map(|i| format!("problem number {i}")).collect();
    let problems: Vec<(&str, &str)> = messages.iter().map(|message| ("more", message.as_str())).collect();
    fixture::finish(&mut state, Status::Failed, &problems);
    let mut seen = String::new();
    for _ in 0..30 {
        seen.push_str(&super::text(&super::frame(&state)));
        press(&mut state, Key::PageDown);
    }
    for message in &messages {
        assert!(seen.contains(&format!("{message}\n")), "{message} cannot be read");
    }
}

#[test]
fn signals_and_a_closed_terminal_end_it_with_their_codes() {
    use nix::sys::signal::Signal;
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGINT, 130)] {
        let effects = update(&mut running(), Msg::Signal(signal));
        assert_eq!(effects, [Effect::Quit(Exit::Signal(signal))]);
        assert_eq!(Exit::Signal(signal).code(), code);
    }
    assert_eq!(update(&mut library(), Msg::InputClosed), [Effect::Quit(Exit::Signal(Signal::SIGHUP))]);
    assert_eq!(Exit::Quit.code(), 0);
    assert_eq!(press(&mut running(), Key::Ctrl('z')), [Effect::Suspend { group: true }]);
    assert_eq!(update(&mut library(), Msg::Signal(Signal::SIGTSTP)), [Effect::Suspend { group: false }]);
    assert_eq!(update(&mut library(), Msg::Signal(Signal::SIGCONT)), [Effect::Retake]);
}

#[test]
fn a_run_that_stood_still_says_so() {
    let mut state = running();
    update(&mut state, Msg::Resumed { stopped_s: 12.0 });
    let news = state.shared.run.as_ref().and_then(|run| run.news.back()).map(|news| news.text.clone());
    assert!(news.is_some_and(|text| text.contains("stood still for 12.0 s")));
}

#[test]
fn time_left_follows_what_was_measured() {
    let mut state = library();
    fixture::start(&mut state);
    let eta = |state: &State| state.shared.run.as_ref().and_then(parlab::tui::screens::run::state::RunMonitor::eta_s);
    fixture::tell(&mut state, 0.0, Event::TrialStarted { trial: 0 });
    assert_eq!(eta(&state), None, "nothing is known yet");
    fixture::run_trials(&mut state, 8);
    let half = eta(&state).expect("every configuration was measured");
    // 1.25 + 3 × (1.27, 0.82, 0.82) … + start-up: what the first round took.
    assert!((half - 7.87).abs() < 0.1, "{half}");
    fixture::run_trials(&mut state, 15);
    assert!(eta(&state).is_some_and(|s| s < half));
    fixture::run_trials(&mut state, 16);
    fixture::finish(&mut state, Status::Done, &[]);
    assert_eq!(eta(&state), None);
}

#[test]
fn time_left_is_told_in_whole_seconds() {
    let mut state = library();
    fixture::start(&mut state);
    fixture::run_trials(&mut state, 8);
    let mut planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    let more = planned.plan.trials.clone();
    (0..4).for_each(|_| planned.plan.trials.extend(&more));
    fixture::tell(&mut state, 0.0, Event::Planned(Box::new(planned)));
    fixture::run_trials(&mut state, 8);
    let eta = state
        .shared
        .run
        .as_ref()
        .and_then(parlab::tui::screens::run::state::RunMonitor::eta_s)
        .expect("all were measured");
    assert!((60.0..99.0).contains(&eta), "{eta}");
    let text = super::text(&super::frame(&state));
    assert!(text.contains(&format!("ETA {eta:.0} s")), "{text}");
}

proptest! {
    #[test]
    fn fractions_stay_fractions(done in any::<u64>(), fraction in any::<f64>()) {
        let mut state = running();
        let mut snapshot = fixture::snapshot();
        snapshot.done = done;
        snapshot.lanes[0].fraction = Some(fraction);
        update(&mut state, Msg::Snapshot(snapshot));
        let run = state.shared.run.as_ref().expect("it runs");
        for part in [run.trial_fraction(), run.run_fraction().expect("its end is known")] {
            prop_assert!((0.0..=1.0).contains(&part), "{}", part);
        }
    }
}
