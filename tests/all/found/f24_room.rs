//! Room: nothing that one looks for is cut at 80×24, and what there is on a large screen is used.

use parlab::tui::Theme;
use parlab::tui::keys::{Context, Key};
use parlab::tui::update::{Msg, update};
use ratatui::layout::Size;

use crate::common;
use crate::common::terminal::Session;
use crate::screens::{fixture, frame, press, text, type_text};

/// The rows of the library's list, without its frame.
fn list(screen: &str) -> Vec<String> {
    let inner =
        |line: &str| line.trim_start().strip_prefix('│')?.split(['│']).next().map(str::trim_end).map(str::to_owned);
    screen.lines().filter_map(inner).collect()
}

#[test]
fn no_title_of_the_library_is_cut() {
    let cut = |(cols, rows): (u16, u16)| {
        let mut terminal = Session::parlab().size(cols, rows).open();
        terminal.wait_for("q quit");
        let mut seen = list(&terminal.text());
        for page in ["G", "g"] {
            terminal.send(page);
            terminal.send("?");
            terminal.wait_for("keys and words");
            terminal.send("?");
            terminal.wait_for("q quit");
            seen.extend(list(&terminal.text()));
        }
        seen.retain(|row| row.ends_with('…'));
        seen
    };
    for size in [(80, 24), (100, 30), (120, 40), (200, 60)] {
        assert_eq!(cut(size), Vec::<String>::new(), "{size:?}");
    }
}

const MINE: &str = r#"
title = "A map of my own"
[workload]
kind = "square"
tasks = 5
[sweep]
backends = ["threads"]
workers = 1
"#;

#[test]
fn a_copy_has_a_title_of_its_own_and_own_scenarios_show_their_names() {
    let folder = common::folder();
    let scenarios = folder.path().join("scenarios");
    std::fs::create_dir(&scenarios).expect("a folder");
    common::scenario(&scenarios, "mine", MINE);
    let mut terminal = Session::parlab().args(["mine"]).cwd(folder.path()).open();
    terminal.wait_for("A map of my own (mine)");
    terminal.send("e");
    terminal.wait_for("try it: A map");
    terminal.send("\x13");
    terminal.wait_for("mine-2.toml");
    terminal.send("\r");
    terminal.wait_for("saved as");
    let copy = std::fs::read_to_string(scenarios.join("mine-2.toml")).expect("a copy");
    assert!(copy.contains("title = \"A map of my own (mine-2)\""), "{copy}");
    terminal.send("G");
    terminal.wait("both, told apart", |screen| {
        screen.contains("A map of my own (mine)") && screen.contains("A map of my own (mine-2)")
    });
}

#[test]
fn the_help_opens_at_the_screen_one_is_on() {
    let first = |state: &parlab::tui::state::State| {
        let shown = text(&frame(state));
        shown.lines().nth(2).unwrap_or_default().trim_matches(['│', ' ']).to_owned()
    };
    for size in [(80, 24), (60, 16), (200, 60)] {
        let mut state = fixture::state(size, Theme::FULL);
        press(&mut state, &[Key::Char('?')]);
        assert_eq!(first(&state), "Library");
        press(&mut state, &[Key::Esc, Key::Down, Key::Char('p'), Key::Char('?')]);
        assert_eq!(first(&state), "Predict");
        press(&mut state, &[Key::Esc, Key::Esc]);
        fixture::start(&mut state);
        fixture::in_progress(&mut state);
        press(&mut state, &[Key::Char('?')]);
        assert_eq!(first(&state), "Run");
        press(&mut state, &[Key::Esc]);
        fixture::finish(&mut state, parlab::record::Status::Done, &[]);
        press(&mut state, &[Key::Char('?')]);
        assert_eq!(first(&state), "Results");
        // Wherever one is in it, its frame says whose keys these are.
        press(&mut state, &[Key::Down]);
        assert!(text(&frame(&state)).contains("keys and words: Results"));
    }
}

#[test]
fn the_help_can_be_searched() {
    let mut state = fixture::state((80, 24), Theme::FULL);
    press(&mut state, &[Key::Char('?'), Key::Char('/')]);
    type_text(&mut state, "picture");
    let shown = text(&frame(&state));
    assert!(shown.contains("space") && shown.contains("hold the picture") && !shown.contains("overwrite"), "{shown}");
    press(&mut state, &[Key::Enter]);
    assert_eq!(state.context(), Context::Help);
    press(&mut state, &[Key::Char('/')]);
    type_text(&mut state, "qqq");
    assert!(text(&frame(&state)).contains("nothing has these words"));
    press(&mut state, &[Key::Esc]);
    assert!(text(&frame(&state)).contains("enter"), "all of it again");
    press(&mut state, &[Key::Esc]);
    assert_eq!(state.context(), Context::Library);
}

#[test]
fn the_way_out_is_always_on_the_last_line() {
    for size in [(60, 16), (80, 24)] {
        let mut state = fixture::state(size, Theme::FULL);
        let last =
            |state: &parlab::tui::state::State| text(&frame(state)).lines().last().unwrap_or_default().to_owned();
        assert!(last(&state).contains("q quit"), "{}", last(&state));
        fixture::start(&mut state);
        fixture::in_progress(&mut state);
        assert!(last(&state).contains("q stop"), "{}", last(&state));
        fixture::finish(&mut state, parlab::record::Status::Done, &[]);
        assert!(last(&state).contains("q back"), "{}", last(&state));
    }
}

#[test]
fn prose_is_no_wider_than_one_reads() {
    let mut state = fixture::state((200, 60), Theme::FULL);
    press(&mut state, &[Key::Down]);
    update(&mut state, Msg::Resized(Size::new(240, 60)));
    let shown = text(&frame(&state));
    let texts = shown.lines().filter_map(|line| line.split('│').nth(3)).map(|part| part.trim().chars().count());
    let longest = texts.max().unwrap_or(0);
    assert!((60..=90).contains(&longest), "{longest} columns:\n{shown}");
}

#[test]
fn lessons_name_the_key_beside_the_option() {
    for name in ["mandelbrot-dynamic", "mandelbrot-static"] {
        let output = common::parlab().args(["show", name]).output().expect("parlab");
        let lesson = common::stdout(&output);
        assert!(lesson.contains("`e`"), "{lesson}");
    }
}
