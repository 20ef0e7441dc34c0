//! All screens, cell by cell, from hand-made events: `tests/frames/*.txt` hold what they must look like.
//!
//! After a deliberate change: `PARLAB_UPDATE_FRAMES=1 cargo test --test all screens`, and read the difference.

mod any_input;
mod editor;
mod every_key;
pub(crate) mod fixture;
mod interpreters;
mod job;
mod lock;
mod losses;
mod many_trials;
mod modifiers;
mod open_ended;
mod preparing;
mod program;
mod ranks;
mod scores;
mod shared;
mod varied;

use std::path::Path;

use parlab::record::Status;
use parlab::scenario::{Expected, Prediction};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::screens::render;
use parlab::tui::state::State;
use parlab::tui::update::{Msg, update};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 40);
const LEAST: (u16, u16) = (60, 16);

pub(crate) fn frame(state: &State) -> Buffer {
    let area = Rect::new(0, 0, state.shared.size.width, state.shared.size.height);
    let mut buf = Buffer::empty(area);
    render(state, &state.shared.theme, area, &mut buf);
    buf
}

pub(crate) fn text(buf: &Buffer) -> String {
    let rows = buf.area.rows().map(|row| {
        let mut line = String::new();
        let mut skip = 0;
        for at in row.columns() {
            let symbol = buf[(at.x, at.y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
            }
            skip = if skip > 0 { skip - 1 } else { symbol.chars().count().saturating_sub(1) };
        }
        line.trim_end().to_owned() + "\n"
    });
    rows.collect()
}

pub(crate) fn expect(name: &str, state: &State) {
    let buf = frame(state);
    let got = text(&buf);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames").join(format!("{name}.txt"));
    if std::env::var_os("PARLAB_UPDATE_FRAMES").is_some() {
        std::fs::write(&path, &got).expect("tests/frames can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(got == expected, "{name}: expected\n{expected}\ngot\n{got}");
    if state.shared.theme == Theme::PLAIN {
        assert!(got.is_ascii(), "{name}: characters beyond ASCII");
        assert!(buf.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset), "{name}: colours");
    }
}

pub(crate) fn press(state: &mut State, keys: &[Key]) {
    for &key in keys {
        update(state, Msg::Key(key));
    }
}

pub(crate) fn type_text(state: &mut State, text: &str) {
    text.chars().for_each(|c| press(state, &[Key::Char(c)]));
}

const SIZES: [(&str, (u16, u16), Theme); 4] = [
    ("80x24", SMALL, Theme::FULL),
    ("120x40", LARGE, Theme::FULL),
    ("60x16", LEAST, Theme::FULL),
    ("80x24-plain", SMALL, Theme::PLAIN),
];

#[test]
fn library() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        press(&mut state, &[Key::Down]);
        expect(&format!("library-{size_name}"), &state);
    }
}

#[test]
fn library_filtered() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    type_text(&mut state, "/io data");
    expect("library-filter", &state);
    type_text(&mut state, "x");
    expect("library-nothing-found", &state);
    let mut state = fixture::state(SMALL, Theme::FULL);
    press(&mut state, &[Key::Char('J')]);
    expect("library-scrolled", &state);
}

#[test]
fn library_with_a_broken_file_and_a_refusal() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    press(&mut state, &[Key::End]);
    expect("library-broken", &state);
    let why = "64 processes are more than the limit of 32 that the shell allows".to_owned();
    update(&mut state, Msg::Refused { name: "numbers".to_owned(), why });
    expect("library-refused", &state);
    press(&mut state, &[Key::End, Key::Enter]);
    expect("library-broken-entered", &state);
}

#[test]
fn library_knows_how_long_it_took() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    fixture::start(&mut state);
    fixture::run_trials(&mut state, 16);
    fixture::finish(&mut state, Status::Done, &[]);
    press(&mut state, &[Key::Char('q')]);
    expect("library-after-a-run", &state);
}

#[test]
fn run_in_progress() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        fixture::start(&mut state);
        fixture::in_progress(&mut state);
        expect(&format!("run-{size_name}"), &state);
    }
}

#[test]
fn run_on_a_large_screen_with_many_workers() {
    let mut state = fixture::state((200, 60), Theme::FULL);
    fixture::start(&mut state);
    let mut planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    planned.plan.configs[7].workers = 64;
    fixture::tell(&mut state, 0.0, parlab::record::Event::Planned(Box::new(planned)));
    fixture::in_progress(&mut state);
    expect("run-200x60", &state);
}

#[test]
fn run_whose_trial_was_broken_off() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    let end = parlab::record::TrialEnd::Cancelled;
    let outcome = parlab::record::TrialOutcome { end, wall_s: 0.0, tasks_done: 2, ..fixture::outcome(5) };
    let finished = parlab::record::Event::TrialFinished { trial: 5, outcome: std::sync::Arc::new(outcome) };
    fixture::tell(&mut state, 10.5, finished);
    fixture::finish(&mut state, Status::Interrupted, &[]);
    press(&mut state, &[Key::Tab]);
    expect("run-broken-off", &state);
}

#[test]
fn run_before_anything_is_known() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    state.shared.sample = None;
    update(&mut state, Msg::Started { name: "database".to_owned() });
    expect("run-preparing", &state);
    fixture::start(&mut state);
    fixture::tell(&mut state, 0.1, parlab::record::Event::TrialStarted { trial: 0 });
    expect("run-starting", &state);
}

#[test]
fn run_with_misfortunes() {
    for (name, size) in [("run-misfortunes-80x24", SMALL), ("run-misfortunes-120x40", LARGE)] {
        let mut state = fixture::state(size, Theme::FULL);
        fixture::start(&mut state);
        fixture::in_progress(&mut state);
        fixture::misfortunes(&mut state);
        press(&mut state, &[Key::Char('c')]);
        expect(name, &state);
    }
}

#[test]
fn run_after_its_end() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    fixture::run_trials(&mut state, 16);
    fixture::finish(&mut state, Status::Done, &[]);
    press(&mut state, &[Key::Tab]);
    expect("run-ended", &state);
}

#[test]
fn results() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        fixture::start(&mut state);
        fixture::run_trials(&mut state, 16);
        fixture::finish(&mut state, Status::Done, &[]);
        press(&mut state, &[Key::Down, Key::Down, Key::Right]);
        expect(&format!("results-{size_name}"), &state);
    }
}

#[test]
fn results_by_other_measures() {
    for (size_name, size, theme) in [("80x24", SMALL, Theme::FULL), ("120x40-plain", LARGE, Theme::PLAIN)] {
        let mut state = fixture::state(size, theme);
        fixture::start(&mut state);
        fixture::run_trials(&mut state, 16);
        fixture::finish(&mut state, Status::Done, &[]);
        for measure in ["efficiency", "wall-time", "throughput"] {
            press(&mut state, &[Key::Char('y')]);
            expect(&format!("results-{measure}-{size_name}"), &state);
        }
        press(&mut state, &[Key::Char('y')]);
        assert!(text(&frame(&state)).contains("speedup --") || text(&frame(&state)).contains("speedup ──"));
    }
}

/// Speedups of 2 and 3 for threads, and half a second for four processes.
fn predictions() -> Vec<Prediction> {
    let predict = |config, expected| Prediction { config, expected };
    vec![predict(2, Expected::Speedup(2.0)), predict(3, Expected::Speedup(3.0)), predict(7, Expected::WallS(0.5))]
}

#[test]
fn results_beside_what_was_predicted() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        fixture::start_expecting(&mut state, predictions());
        fixture::run_trials(&mut state, 16);
        fixture::finish(&mut state, Status::Done, &[]);
        press(&mut state, &[Key::Down, Key::Down, Key::Right]);
        expect(&format!("predicted-results-{size_name}"), &state);
    }
}

#[test]
fn run_beside_what_was_predicted() {
    let mut state = fixture::state(LARGE, Theme::FULL);
    fixture::start_expecting(&mut state, predictions());
    fixture::tell(&mut state, 0.1, parlab::record::Event::TrialStarted { trial: 0 });
    expect("predicted-run-starting", &state);
    fixture::in_progress(&mut state);
    expect("predicted-run-120x40", &state);
}

#[test]
fn predicting() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        press(&mut state, &[Key::Down, Key::Down, Key::Down, Key::Char('p')]);
        type_text(&mut state, "0.9");
        press(&mut state, &[Key::Down]);
        type_text(&mut state, "1.8");
        press(&mut state, &[Key::Down, Key::Down, Key::Down, Key::Down]);
        type_text(&mut state, "500ms");
        press(&mut state, &[Key::Up, Key::Right, Key::Right, Key::Right]);
        expect(&format!("predict-{size_name}"), &state);
    }
}

#[test]
fn predicting_what_cannot_be_read() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    press(&mut state, &[Key::Down, Key::Char('p')]);
    type_text(&mut state, "1.8s.");
    press(&mut state, &[Key::Down, Key::Enter]);
    expect("predict-wrong", &state);
    press(&mut state, &[Key::Backspace, Key::Backspace, Key::Enter]);
    expect("predict-kept", &state);
}

#[test]
fn results_so_far() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    press(&mut state, &[Key::Tab, Key::End, Key::PageDown]);
    expect("results-so-far", &state);
}

#[test]
fn results_of_a_run_that_failed() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    fixture::start(&mut state);
    fixture::run_trials(&mut state, 7);
    let problems = [
        ("results-differ", "processes × 4, repeat 1: results differ from serial's: 00 here, 4f there"),
        (
            "worker-lost",
            "processes × 4, repeat 1: worker 3 (pid 4712) was killed by SIGKILL while it held task 2: that task is marked failed",
        ),
    ];
    fixture::finish(&mut state, Status::Failed, &problems);
    expect("results-failed", &state);
}

#[test]
fn results_without_a_baseline_measured() {
    let mut state = fixture::state(SMALL, Theme::FULL);
    fixture::start(&mut state);
    fixture::finish(&mut state, Status::Interrupted, &[]);
    expect("results-interrupted", &state);
}

#[test]
fn help() {
    for (size_name, size, theme) in SIZES {
        let mut state = fixture::state(size, theme);
        press(&mut state, &[Key::Char('?')]);
        expect(&format!("help-{size_name}"), &state);
    }
    let mut state = fixture::state(SMALL, Theme::FULL);
    press(&mut state, &[Key::Char('?'), Key::End]);
    expect("help-end", &state);
}

#[test]
fn too_small() {
    expect("too-small-50x12", &fixture::state((50, 12), Theme::FULL));
    expect("too-small-20x3-plain", &fixture::state((20, 3), Theme::PLAIN));
}
