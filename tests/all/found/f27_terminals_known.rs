//! What a terminal can show is known by its name, its locale and its own answer; what is pasted is no command.

use std::path::Path;

use parlab::tui::Theme;
use parlab::tui::keys::{Context, Key};
use parlab::tui::state::State;
use parlab::tui::update::{Effect, Msg, update};

use crate::common;
use crate::common::terminal::{Session, Terminal};
use crate::screens::{fixture, press};

/// The foreground colours that were sent: `38;2` for any, `38;5` for one of 256 or 16.
fn open(env: &[(&str, &str)]) -> Terminal {
    let mut session = Session::parlab();
    for (key, value) in env {
        session = session.env(key, value);
    }
    let terminal = session.open();
    terminal.wait_for("q quit");
    terminal
}

fn sent(terminal: &Terminal) -> String {
    String::from_utf8_lossy(&terminal.bytes()).into_owned()
}

#[test]
fn terminals_that_show_any_colour_are_known_by_name() {
    for term in ["xterm-kitty", "foot", "foot-extra", "alacritty", "wezterm", "xterm-ghostty", "contour", "rio"] {
        let sent = sent(&open(&[("TERM", term)]));
        assert!(sent.contains("38;2;"), "{term}");
    }
    for term in ["tmux", "screen", "tmux-256color", "screen.xterm-256color"] {
        let sent = sent(&open(&[("TERM", term)]));
        assert!(!sent.contains("38;2;"), "{term}");
        // Beyond the sixteen, which every terminal shows.
        let colours = sent.split("38;5;").skip(1).filter_map(|rest| rest.split(['m', ';']).next()?.parse::<u32>().ok());
        assert!(colours.into_iter().any(|colour| colour >= 16), "{term}");
    }
    assert!(sent(&open(&[("TERM", "tmux-256color"), ("COLORTERM", "truecolor")])).contains("38;2;"));
}

/// Without a locale: the variables are empty, which counts as not set.
const NO_LOCALE: [(&str, &str); 3] = [("LC_ALL", ""), ("LC_CTYPE", ""), ("LANG", "")];

#[test]
fn no_locale_is_the_c_locale_unless_the_terminal_proves_otherwise() {
    let silent = open(&NO_LOCALE);
    silent.wait_for("+-");
    assert!(!silent.text().contains('╭'), "{}", silent.text());

    // One that took the two bytes for one character.
    let mut able = open(&NO_LOCALE);
    able.wait_for("+-");
    assert!(sent(&able).contains("\x1b[6n"), "it is asked");
    able.send("\x1b[1;2R");
    able.wait_for("╭");

    // One that took them for two.
    let mut unable = open(&NO_LOCALE);
    unable.send("\x1b[1;3R");
    unable.send("?");
    unable.wait_for("keys and words");
    assert!(!unable.text().contains('╭'), "{}", unable.text());

    for (key, value) in [("TMUX", "/tmp/tmux-0/default,1,0"), ("STY", "1.pts")] {
        let within = open(&[NO_LOCALE.as_slice(), &[(key, value)]].concat());
        assert!(!sent(&within).contains("\x1b[6n"), "{key}: a multiplexer answers for itself");
        assert!(!within.text().contains('╭'), "{}", within.text());
    }
    let said = open(&[("LC_ALL", "C")]);
    assert!(!sent(&said).contains("\x1b[6n"), "what is said is believed");
}

#[test]
fn reports_keep_to_the_c_locale_too() {
    let mut command = common::parlab();
    command.args(["run", "cubes", "--repeats", "1", "--quiet"]).env("LC_ALL", "").env("LANG", "").env("LC_CTYPE", "");
    let output = command.output().expect("parlab");
    assert!(output.status.success() && output.stdout.is_ascii(), "{}", common::stdout(&output));
}

#[test]
fn what_is_pasted_is_no_command() {
    let mut terminal = open(&[]);
    assert!(sent(&terminal).contains("\x1b[?2004h"), "pastes are asked for");
    terminal.send("\x1b[200~quit\rq\x03\x1a\x1b[201~");
    terminal.send("/");
    terminal.wait_for("esc clear");
    terminal.send("\x1b[200~cub\x1b\x07es\r\x1b[201~");
    terminal.wait_for("/ cubes");
    terminal.send("\r\r");
    terminal.wait_for("r again");
    terminal.send("\x1b[200~qqq\x1b[201~?");
    terminal.wait_for("keys and words");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
    assert!(sent(&terminal).contains("\x1b[?2004l"));
}

#[test]
fn pastes_are_keys_again_for_the_shell_and_after_a_panic() {
    let mut terminal = Session::new("sh").args(["-i"]).env("PS1", "shell> ").env("ENV", "/dev/null").open();
    terminal.wait_for("shell>");
    terminal.send(&format!("{}\r", common::binary().display()));
    terminal.wait_for("q quit");
    let count = |terminal: &Terminal, what: &str| sent(terminal).matches(what).count();
    assert_eq!(count(&terminal, "\x1b[?2004h"), 1);
    terminal.send("\x1a");
    common::wait_until("the shell", || count(&terminal, "\x1b[?2004l") == 1);
    terminal.send("fg\r");
    common::wait_until("parlab", || count(&terminal, "\x1b[?2004h") == 2);
    let mut panicking = Session::parlab().env("PARLAB_PROVOKE_PANIC", "screen").open();
    panicking.exit_code();
    common::wait_until("the end", || count(&panicking, "\x1b[?2004l") == 1);
}

fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    update(state, Msg::Paste(text.to_owned()))
}

#[test]
fn pastes_go_into_fields_as_one_line() {
    let library = || fixture::state((80, 24), Theme::FULL);
    let mut state = library();
    assert_eq!(paste(&mut state, "quit\nq"), []);
    assert_eq!(state.context(), Context::Library);
    press(&mut state, &[Key::Char('/')]);
    paste(&mut state, "io\tdata\r\nbase\n");
    assert_eq!(state.shared.library.filter(), "io data base");
    let mut state = library();
    fixture::edit(&mut state);
    press(&mut state, &[Key::Ctrl('u')]);
    let effects = paste(&mut state, "4e6\u{1b}[31m\n");
    assert!(matches!(&effects[..], [Effect::Check(draft)] if draft.text.contains("4e6[31m")), "{effects:?}");
    let mut state = library();
    press(&mut state, &[Key::Down, Key::Char('p')]);
    paste(&mut state, "q1.8x");
    assert_eq!(state.predict().map(|form| form.fields[0].text.text()), Some("1.8"));
}

/// A real multiplexer that does not take UTF-8 gets nothing that it would turn into underscores.
#[test]
fn tmux_without_a_locale_gets_plain_characters() {
    if !common::have("tmux") {
        return;
    }
    let folder = common::folder();
    let tmux = |args: &[&str]| tmux(folder.path(), args);
    tmux(&["new-session", "-d", "-x", "100", "-y", "30", &common::binary().display().to_string()]);
    common::wait_until("the library", || tmux(&["capture-pane", "-p"]).contains("q quit"));
    let shown = tmux(&["capture-pane", "-p"]);
    assert!(shown.is_ascii() && shown.contains("+-"), "{shown}");
    tmux(&["kill-server"]);
}

fn tmux(folder: &Path, args: &[&str]) -> String {
    let mut command = std::process::Command::new("tmux");
    command.arg("-S").arg(folder.join("tmux")).args(["-f", "/dev/null"]).args(args);
    command.env_remove("LC_ALL").env_remove("LC_CTYPE").env_remove("LANG").envs(crate::common::UNDISTURBED);
    String::from_utf8_lossy(&command.output().expect("tmux").stdout).into_owned()
}
