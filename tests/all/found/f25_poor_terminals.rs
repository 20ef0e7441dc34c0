//! Terminals get characters that their fonts have, and keep the results when the screen is closed.

use crate::common;
use crate::common::terminal::{Session, Terminal};

/// Letters and signs of code page 437, beyond ASCII.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
                     αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■←↑→↓↔↕▲►▼◄";

fn run_and_quit(mut terminal: Terminal) -> Terminal {
    terminal.wait_for("q quit");
    terminal.send("?");
    terminal.wait_for("keys and words");
    terminal.send("q/cubes\r\r");
    terminal.wait_for("r again");
    terminal.send("\t");
    terminal.wait_for("workers");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_restored();
    terminal
}

#[test]
fn the_linux_console_gets_what_its_font_has() {
    for term in ["linux", "linux-16color", "cons25"] {
        let terminal = run_and_quit(Session::parlab().env("TERM", term).size(120, 40).open());
        let text = String::from_utf8(terminal.bytes()).expect("UTF-8");
        let unknown: std::collections::BTreeSet<char> =
            text.chars().filter(|c| !c.is_ascii() && !CP437.contains(*c)).collect();
        assert!(unknown.is_empty(), "{term}: {unknown:?}");
        assert!(text.contains('┌') && text.contains('█'), "{term}: lines and blocks are there");
    }
}

#[test]
fn the_results_stay_on_the_terminal() {
    for (cols, rows) in [(80, 24), (60, 16), (120, 40)] {
        let terminal = run_and_quit(Session::parlab().size(cols, rows).open());
        common::wait_until("the table", || terminal.text().contains("wall"));
        let text = terminal.text();
        assert!(text.contains("Map a function") && text.contains("serial"), "{cols}×{rows}:\n{text}");
        assert!(text.lines().count() <= usize::from(rows), "{cols}×{rows}: no more than one sees:\n{text}");
    }
    let mut nothing = Session::parlab().open();
    nothing.wait_for("q quit");
    nothing.send("q");
    assert_eq!(nothing.exit_code(), 0);
    nothing.assert_restored();
    assert_eq!(nothing.text().trim(), "", "where nothing was run, nothing is left");
}

/// A recording shows at its end what was measured.
#[test]
fn a_recording_ends_on_the_results() {
    if !common::have("asciinema") {
        return;
    }
    let folder = common::folder();
    let home = folder.path().to_str().expect("a path").to_owned();
    let cast = folder.path().join("demo.cast");
    let mut terminal = Session::new("asciinema")
        .args(["rec", "--quiet", "--overwrite", "-c"])
        .args([common::binary(), cast.clone()])
        .env("HOME", &home)
        .env("SHELL", "/bin/sh")
        .open();
    terminal.wait_for("q quit");
    terminal.send("/cubes\r\r");
    terminal.wait_for("r again");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
    let mut player = Session::new("asciinema").args(["cat"]).args([cast]).env("HOME", &home).open();
    assert_eq!(player.exit_code(), 0);
    player.assert_restored();
    player.wait("the results", |screen| screen.contains("speedup") && screen.contains("serial"));
}
