//! One colour and one mark a backend, on every screen and chart; and what is going on looks other than what is selected.

use std::collections::BTreeSet;

use parlab::machine::{Core, Sample};
use parlab::record::Status;
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::state::State;
use parlab::tui::theme::{Colours, Glyphs, Role};
use parlab::tui::update::{Msg, update};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use crate::common;
use crate::common::terminal::{Session, Terminal};
use crate::screens::{fixture, frame, press};

/// Rows of the backends' table.
const BACKENDS: [(&str, usize); 3] = [("serial", 0), ("threads", 1), ("processes", 2)];

/// Cells, by their place, that a text begins at.
fn places(buf: &Buffer, text: &str) -> Vec<(u16, u16)> {
    let width = text.chars().count() as u16;
    let is_there = |x: u16, y: u16| {
        let end = x + width;
        end <= buf.area.width && (x..end).zip(text.chars()).all(|(x, c)| buf[(x, y)].symbol() == c.to_string())
    };
    buf.area.positions().filter(|at| is_there(at.x, at.y)).map(|at| (at.x, at.y)).collect()
}

/// The places of a name that its mark stands before, and that stand in no sentence.
fn marked(buf: &Buffer, mark: &str, name: &str) -> Vec<(u16, u16)> {
    places(buf, &format!("{mark} {name}"))
}

fn running(size: (u16, u16), theme: Theme) -> State {
    let mut state = fixture::state(size, theme);
    fixture::start(&mut state);
    fixture::in_progress(&mut state);
    state
}

fn ended(size: (u16, u16), theme: Theme) -> State {
    let mut state = fixture::state(size, theme);
    fixture::start(&mut state);
    fixture::run_trials(&mut state, 16);
    fixture::finish(&mut state, Status::Done, &[]);
    state
}

fn predicting(theme: Theme) -> State {
    let mut state = fixture::state((120, 40), theme);
    press(&mut state, &[Key::Down, Key::Down, Key::Down, Key::Char('p')]);
    state
}

#[test]
fn every_screen_takes_them_from_the_one_table() {
    let themes = [Theme::FULL, Theme { colours: Colours::Ansi16, glyphs: Glyphs::Ascii }, Theme::PLAIN];
    for theme in themes {
        let screens = vec![
            ("run", running((120, 40), theme), 3),
            ("run, small", running((80, 24), theme), 3),
            ("results so far", pressed(running((120, 40), theme), Key::Tab), 2),
            ("results", ended((120, 40), theme), 2),
            ("predict", predicting(theme), 1),
        ];
        for (screen, state, least) in screens {
            let buf = frame(&state);
            for (name, row) in BACKENDS {
                let series = parlab::chart::SeriesMark { family: row, member: 0 };
                let (mark, colour) = (theme.mark(series), theme.style(Role::Backend(row)).fg.unwrap_or(Color::Reset));
                let found = marked(&buf, mark, name);
                // Serial has no lanes of its own here, and nothing is predicted of it.
                let wanted = if name == "processes" { least } else { usize::from(screen != "predict" || row > 0) };
                assert!(found.len() >= wanted, "{screen}: {mark} {name} stands in {} places", found.len());
                for at in found.into_iter().filter(|at| !buf[*at].modifier.contains(Modifier::REVERSED)) {
                    assert_eq!(buf[at].fg, colour, "{screen}: {name} at {at:?} with {theme:?}");
                }
            }
        }
    }
}

fn pressed(mut state: State, key: Key) -> State {
    press(&mut state, &[key]);
    state
}

#[test]
fn load_progress_and_errors_have_other_colours() {
    for colours in [Colours::Rgb, Colours::Ansi256, Colours::Ansi16] {
        let theme = Theme { colours, glyphs: Glyphs::Unicode };
        let of_backends: Vec<Color> =
            BACKENDS.iter().filter_map(|(_, row)| theme.style(Role::Backend(*row)).fg).collect();
        assert_eq!(of_backends.len(), 2, "serial has the terminal's own");
        // So few cores have bars, so many shades.
        for cores in [10, 256] {
            let mut state = running((120, 40), theme);
            let layout = (0..cores).map(|id| Core { id, usable: true }).collect();
            let sample = Sample { layout, cores: vec![0.9; cores as usize], own: None, ..fixture::sample() };
            update(&mut state, Msg::Sample(sample.clone()));
            assert_no_backend_in_load(&frame(&state), &of_backends);
            // And where it is known whose load it is.
            let own = Some(vec![0.5; cores as usize]);
            update(&mut state, Msg::Sample(Sample { own, ..sample }));
            assert_no_backend_in_load(&frame(&state), &of_backends);
        }
    }
}

fn assert_no_backend_in_load(buf: &Buffer, of_backends: &[Color]) {
    // The machine's cores are counted in the first line, too.
    let bars = ["╭ cores", "trial ", "run  "].map(|word| places(buf, word)[0]);
    // The cores' panel, and both gauges.
    let row = |y: u16, from: u16, to: u16| (from..to).map(move |x| (x, y));
    let left = bars[0].0;
    let cores: Vec<(u16, u16)> = (bars[0].1 + 1..bars[0].1 + 9).flat_map(|y| row(y, left, 46)).collect();
    assert!(cores.iter().filter(|at| "░▒▓█≡".contains(buf[**at].symbol())).count() > 20, "there is load to be seen");
    let gauges = [bars[1], bars[2]].into_iter().flat_map(|(x, y)| row(y, x, 118));
    for at in cores.into_iter().chain(gauges) {
        assert!(!of_backends.contains(&buf[at].fg), "{at:?} looks like a backend: {:?}", buf[at]);
    }
}

#[test]
fn lanes_have_the_colour_of_their_backend() {
    for colours in [Colours::Rgb, Colours::Ansi256, Colours::Ansi16] {
        let theme = Theme { colours, glyphs: Glyphs::Unicode };
        let buf = frame(&running((120, 40), theme));
        let top = marked(&buf, theme.mark(parlab::chart::SeriesMark { family: 2, member: 0 }), "processes");
        let (left, top) = *top.iter().min_by_key(|at| at.1).expect("whose lanes they are");
        let [from, to] = theme.symbols().span_ends;
        let lanes = buf.area.positions().filter(|at| at.x >= left && (top + 1..top + 5).contains(&at.y));
        let ends: Vec<Color> =
            lanes.filter(|at| [from, to].contains(&buf[*at].symbol())).map(|at| buf[at].fg).collect();
        let colour = theme.style(Role::Backend(2)).fg.unwrap_or(Color::Reset);
        assert!(ends.len() >= 2 && ends.iter().all(|fg| *fg == colour), "{ends:?} are not {colour:?}");
    }
}

#[test]
fn what_goes_on_is_not_what_is_selected() {
    for theme in [Theme::FULL, Theme::PLAIN] {
        let symbols = theme.symbols();
        assert_ne!(symbols.running, symbols.pointer);
        let mark = theme.mark(parlab::chart::SeriesMark { family: 2, member: 0 });
        let buf = frame(&running((120, 40), theme));
        let goes_on = places(&buf, &format!("{}{mark} processes", symbols.running));
        assert_eq!(goes_on.len(), 1, "the table of a run says which one goes on");
        assert!(!buf[goes_on[0]].modifier.contains(Modifier::REVERSED), "nothing is selected there");

        let buf = frame(&pressed(running((120, 40), theme), Key::Tab));
        let goes_on = places(&buf, &format!("{}{mark} processes", symbols.running));
        assert_eq!(goes_on.len(), 1);
        assert!(!buf[goes_on[0]].modifier.contains(Modifier::REVERSED));
        assert_eq!(places(&buf, &format!("{}{} threads", symbols.pointer, theme.mark(threads()))).len(), 1);
    }
}

fn threads() -> parlab::chart::SeriesMark {
    parlab::chart::SeriesMark { family: 1, member: 0 }
}

#[test]
fn the_best_is_selected_at_first() {
    let mut state = ended((80, 24), Theme::FULL);
    let row = |state: &State| state.shared.run.as_ref().map(|run| run.row());
    assert_eq!(row(&state), Some(2), "threads × 2 was the fastest");
    press(&mut state, &[Key::Home]);
    assert_eq!(row(&state), Some(0), "what the user selects stays selected");
}

/// A run of some backends, on the screen of a terminal with true colours.
fn results_of(backends: &str, baseline: &str) -> Terminal {
    let folder = common::folder();
    let toml = format!(
        "title = \"Colours\"\n[workload]\nkind = \"sleep\"\nunit_s = 0.01\ninputs = [1, 1]\n[sweep]\n\
         backends = [{backends}]\nbaseline = \"{baseline}\"\nworkers = \"1, 2\"\nrepeats = 1\nwarmup = 0\n"
    );
    let file = common::scenario(folder.path(), "colours", &toml);
    let session = Session::parlab().env("TERM", "xterm-256color").env("COLORTERM", "truecolor").env("NO_COLOR", "");
    let mut terminal = session.args([file]).size(120, 40).open();
    terminal.wait_for("Colours");
    terminal.send("\r");
    terminal.wait("the results", |screen| screen.contains("again") && screen.contains("threads × 2"));
    terminal
}

#[test]
fn a_backend_keeps_its_colour_whatever_it_is_compared_with() {
    let mut few = results_of("\"threads\"", "none");
    let mut many = results_of("\"processes\", \"threads\"", "serial");
    for terminal in [&mut few, &mut many] {
        // To the first one, so that no other row is in reverse.
        terminal.send("g");
        let selected = ["▸■ serial", "▸ serial", "▸● threads × 1", "▸ threads × 1"];
        terminal.wait("the first to be selected", |screen| selected.iter().any(|row| screen.contains(row)));
    }
    // Prose has no colour of its own.
    let colours = |terminal: &Terminal, name: &str| -> BTreeSet<String> {
        let coloured = terminal.colours_of(name).into_iter().filter(|colour| *colour != vt100::Color::Default);
        coloured.map(|colour| format!("{colour:?}")).collect()
    };
    let threads = colours(&few, "threads × 2");
    assert_eq!(threads.len(), 1, "{threads:?}");
    assert_eq!(threads, colours(&many, "threads × 2"));
    assert!(threads.is_disjoint(&colours(&many, "processes × 2")));
}
