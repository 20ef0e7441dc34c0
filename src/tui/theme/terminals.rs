//! What terminals can show, by their names: what a line over ssh carries is `TERM` alone.

use super::role::{Colours, Glyphs};

/// Terminals that show any colour, by how their names begin: over ssh they come without `COLORTERM`.
const ANY_COLOUR: &[&str] = &[
    "xterm-kitty",
    "kitty",
    "foot",
    "alacritty",
    "wezterm",
    "ghostty",
    "xterm-ghostty",
    "iterm2",
    "iTerm2",
    "contour",
    "rio",
    "xterm-rio",
    "mintty",
    "warp",
    "vte",
    "konsole",
];

/// Terminals that are shown within others.
const MULTIPLEXERS: &[&str] = &["tmux", "screen"];

/// Terminals with a font of a few hundred characters, or with one that is not known: no braille, no rounded corners.
const CONSOLES: &[&str] =
    &["linux", "cons25", "con80", "fbterm", "jfbterm", "bterm", "kon", "cygwin", "pcansi", "ansi", "vt"];

/// Whether a terminal's name is one of these, or a variant of one: `foot-extra` is, `footprint` is not.
fn is_one_of(names: &[&str], term: &str) -> bool {
    let is_variant = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| !c.is_ascii_alphabetic());
    names.iter().any(|name| term.strip_prefix(name).is_some_and(is_variant))
}

/// Whether it is shown within another terminal, so that what it answers says nothing of that.
pub(super) fn is_multiplexer(term: &str) -> bool {
    is_one_of(MULTIPLEXERS, term)
}

/// Its characters, where UTF-8 is understood.
pub(super) fn glyphs(term: &str) -> Glyphs {
    if is_one_of(CONSOLES, term) { Glyphs::Console } else { Glyphs::Unicode }
}

/// Its colours; `said` is what `COLORTERM` says.
pub(super) fn colours(term: &str, said: Option<&str>) -> Colours {
    let is_said = matches!(said, Some("truecolor" | "24bit"));
    if is_monochrome(term) {
        Colours::None
    } else if is_said || term.ends_with("-direct") || is_one_of(ANY_COLOUR, term) {
        Colours::Rgb
    } else if term.contains("256color") || is_multiplexer(term) {
        Colours::Ansi256
    } else {
        Colours::Ansi16
    }
}

/// Terminals known to have no colours, and the unknown one.
fn is_monochrome(term: &str) -> bool {
    let hardware = term.strip_prefix("vt").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    term.is_empty() || term == "dumb" || hardware || term.ends_with("-m") || term.ends_with("-mono")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_variants_are_known() {
        let cases = [
            ("xterm-kitty", Colours::Rgb),
            ("foot", Colours::Rgb),
            ("foot-extra", Colours::Rgb),
            ("alacritty", Colours::Rgb),
            ("alacritty-direct", Colours::Rgb),
            ("wezterm", Colours::Rgb),
            ("xterm-ghostty", Colours::Rgb),
            ("konsole-direct", Colours::Rgb),
            ("tmux", Colours::Ansi256),
            ("tmux-256color", Colours::Ansi256),
            ("screen", Colours::Ansi256),
            ("screen.xterm-256color", Colours::Ansi256),
            ("footprint", Colours::Ansi16),
            ("xterm", Colours::Ansi16),
            ("linux", Colours::Ansi16),
            ("vt220", Colours::None),
        ];
        for (term, expected) in cases {
            assert_eq!(colours(term, None), expected, "{term}");
        }
        assert_eq!(colours("tmux-256color", Some("truecolor")), Colours::Rgb);
        for (term, expected) in [
            ("linux", Glyphs::Console),
            ("linux-16color", Glyphs::Console),
            ("vt220", Glyphs::Console),
            ("xterm", Glyphs::Unicode),
        ] {
            assert_eq!(glyphs(term), expected, "{term}");
        }
    }
}
