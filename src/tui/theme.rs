//! The one place that decides colours and glyphs: what the terminal can show, and how each role looks on it.
//!
//! Nothing else names a colour or draws a character beyond ASCII. No role is told by colour alone: without
//! colours the modifiers (bold, reverse, underline, dim) and the marks in [`Symbols`] still tell them apart.
//! Backgrounds are left as the terminal has them, so every colour has to be readable on black and on white.

mod backends;
mod palette;
mod role;
mod symbols;
mod terminals;
mod tone;

use std::borrow::Cow;

use ratatui::style::{Modifier, Style};

pub use role::{Colours, Glyphs, Role};
pub use symbols::Symbols;

use crate::chart::SeriesMark;
use crate::foreign::escaped;
use crate::units::{Letters, to_ascii, to_console};

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Its colours.
    pub colours: Colours,
    /// Its characters.
    pub glyphs: Glyphs,
}

impl Theme {
    /// Everything: for tests and for recordings.
    pub const FULL: Self = Self { colours: Colours::Rgb, glyphs: Glyphs::Unicode };
    /// Nothing taken for granted: no colours, only ASCII.
    pub const PLAIN: Self = Self { colours: Colours::None, glyphs: Glyphs::Ascii };

    /// Reads the environment through `env`; `ascii` forces plain characters.
    ///
    /// `NO_COLOR` counts when it is not empty; for the locale, see [`Letters::detect`].
    pub fn detect(env: &dyn Fn(&str) -> Option<String>, ascii: bool) -> Self {
        let var = |name: &str| env(name).filter(|value| !value.is_empty());
        let term = var("TERM").unwrap_or_default();
        let glyphs = match Letters::detect(env) {
            Letters::Any if !ascii => terminals::glyphs(&term),
            Letters::Any | Letters::Ascii => Glyphs::Ascii,
        };
        let colours = if var("NO_COLOR").is_some() {
            Colours::None
        } else {
            terminals::colours(&term, var("COLORTERM").as_deref())
        };
        Self { colours, glyphs }
    }

    /// How it may be drawn once the terminal proves that it takes UTF-8; `None` where that would change nothing, or where
    /// its answer proves nothing. Nothing may be said of the locale: what is said is believed.
    pub fn if_proven(env: &dyn Fn(&str) -> Option<String>, ascii: bool) -> Option<Self> {
        let var = |name: &str| env(name).filter(|value| !value.is_empty());
        let term = var("TERM").unwrap_or_default();
        // A multiplexer answers for itself, and not for the terminal that it is shown on.
        let is_asked = Letters::is_unsaid(env) && !ascii && !terminals::is_multiplexer(&term);
        let is_direct = ["TMUX", "STY"].iter().all(|name| var(name).is_none());
        let glyphs = terminals::glyphs(&term);
        (is_asked && is_direct && !term.is_empty()).then(|| Self { glyphs, ..Self::detect(env, ascii) })
    }

    /// How a role looks here, whatever was drawn in the same place before.
    pub fn style(&self, role: Role) -> Style {
        let modifier = modifier(role, self.colours);
        // Styles add to what a cell has: a mark over a dim track would come out dim.
        let style = Style::new().remove_modifier(Modifier::all().difference(modifier)).add_modifier(modifier);
        match palette::colour(role, self.colours) {
            Some(colour) => style.fg(colour),
            None => style,
        }
    }

    /// The mark of a series, one column wide.
    pub fn mark(&self, series: SeriesMark) -> &'static str {
        let look = backends::look_of(series.family);
        let marks = match self.glyphs {
            Glyphs::Unicode => &look.marks,
            Glyphs::Console | Glyphs::Ascii => &look.ascii,
        };
        marks[series.member % marks.len()]
    }

    /// The dashes of a line that joins the points of a series: dots drawn and left out in turn, none for all drawn.
    pub fn dashes(&self, series: SeriesMark) -> &'static [u8] {
        backends::dashes_of(series, self.colours)
    }

    /// The characters to draw with.
    pub fn symbols(&self) -> &'static Symbols {
        match self.glyphs {
            Glyphs::Unicode => &symbols::UNICODE,
            Glyphs::Console => &symbols::CONSOLE,
            Glyphs::Ascii => &symbols::ASCII,
        }
    }

    /// `text` as it can be shown here, with what could do more than be shown [escaped]: in ASCII mode `·×…µ—` and the like become lookalikes, the rest `?`.
    ///
    /// Lookalikes may be longer (`…` is `...`), so measure afterwards.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.glyphs {
            Glyphs::Unicode => escaped(text),
            Glyphs::Console => both(escaped(text), to_console),
            Glyphs::Ascii => both(escaped(text), to_ascii),
        }
    }
}

/// A text that was changed once, changed once more.
fn both<'a>(text: Cow<'a, str>, change: impl for<'b> Fn(&'b str) -> Cow<'b, str>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => change(text),
        Cow::Owned(text) => Cow::Owned(change(&text).into_owned()),
    }
}

/// Modifiers carry every meaning that must survive without colours; with colours only the strong ones are kept.
fn modifier(role: Role, colours: Colours) -> Modifier {
    // Index 8, "bright black", is invisible in some popular terminal themes, so 16 colours dim by modifier too.
    let few = colours <= Colours::Ansi16;
    let mono = colours == Colours::None;
    match role {
        Role::Title | Role::Key => Modifier::BOLD,
        Role::Selected => Modifier::REVERSED,
        Role::Bad => Modifier::BOLD,
        Role::Dim | Role::Border | Role::Ideal | Role::Unusable if few => Modifier::DIM,
        Role::Warn if mono => Modifier::UNDERLINED,
        Role::Accent if few => Modifier::BOLD,
        Role::Good if mono => Modifier::BOLD,
        _ => Modifier::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(pairs: &[(&str, &str)], ascii: bool) -> Theme {
        let env = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Theme::detect(&env, ascii)
    }

    #[test]
    fn colours_follow_the_environment() {
        let cases: &[(&[(&str, &str)], Colours)] = &[
            (&[("TERM", "xterm")], Colours::Ansi16),
            (&[("TERM", "linux")], Colours::Ansi16),
            (&[("TERM", "screen-256color")], Colours::Ansi256),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Colours::Rgb),
            (&[("TERM", "xterm"), ("COLORTERM", "24bit")], Colours::Rgb),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "yes")], Colours::Ansi256),
            (&[("TERM", "xterm-direct")], Colours::Rgb),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Colours::None),
            (&[("TERM", "vt220")], Colours::None),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Colours::None),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Colours::Ansi256),
            (&[], Colours::None),
        ];
        for (env, colours) in cases {
            assert_eq!(detect(env, false).colours, *colours, "{env:?}");
        }
    }

    #[test]
    fn glyphs_follow_the_first_locale_that_is_set() {
        let cases: &[(&[(&str, &str)], Glyphs)] = &[
            (&[], Glyphs::Ascii),
            (&[("LC_ALL", ""), ("LANG", "")], Glyphs::Ascii),
            (&[("TERM", "linux"), ("LANG", "C.UTF-8")], Glyphs::Console),
            (&[("LANG", "de_DE.UTF-8")], Glyphs::Unicode),
            (&[("LANG", "C.utf8")], Glyphs::Unicode),
            (&[("LANG", "C")], Glyphs::Ascii),
            (&[("LC_ALL", ""), ("LC_CTYPE", "POSIX"), ("LANG", "en_GB.UTF-8")], Glyphs::Ascii),
            (&[("LC_ALL", "en_GB.UTF-8"), ("LANG", "C")], Glyphs::Unicode),
        ];
        for (env, glyphs) in cases {
            assert_eq!(detect(env, false).glyphs, *glyphs, "{env:?}");
            assert_eq!(detect(env, true).glyphs, Glyphs::Ascii, "{env:?}");
        }
    }

    #[test]
    fn what_matters_differs_without_colours() {
        let mono = Theme::PLAIN;
        let roles = [Role::Text, Role::Dim, Role::Title, Role::Warn, Role::Selected];
        for (i, a) in roles.iter().enumerate() {
            for b in &roles[i + 1..] {
                assert_ne!(mono.style(*a), mono.style(*b), "{a:?} looks like {b:?}");
            }
            assert_eq!(mono.style(*a).fg, None);
        }
    }

    #[test]
    fn long_titles_end_before_the_corner() {
        let mut buf = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 12, 2));
        ratatui::widgets::Widget::render(Theme::FULL.block("a long title", 12), buf.area, &mut buf);
        let top: String = buf.content[..12].iter().map(|cell| cell.symbol()).collect();
        assert_eq!(top, "╭ a long … ╮");
    }

    #[test]
    fn no_role_sets_a_background() {
        for colours in [Colours::None, Colours::Ansi16, Colours::Ansi256, Colours::Rgb] {
            let theme = Theme { colours, glyphs: Glyphs::Unicode };
            for role in [Role::Text, Role::Selected, Role::Bad, Role::Level(1.0), Role::Backend(9)] {
                assert_eq!(theme.style(role).bg, None);
            }
        }
    }
}
