//! How each backend looks: one colour and one family of marks, whichever screen or chart it is on.
//!
//! A row for each row of `scenario/backends.rs`, in that order. What is told apart within a backend, such as threads a
//! process or the way that tasks take, has its colour, and another mark of the family and other dashes. These colours
//! mean backends and nothing else: progress, load and verdicts have others.

use ratatui::style::Color;

use super::role::Colours;
use super::tone::{Tone, tone};
use crate::chart::SeriesMark;

/// How a backend looks.
pub(super) struct BackendLook {
    /// Its colour; `None` is the terminal's own, which nothing else among the data has.
    pub(super) tone: Option<Tone>,
    /// Its marks, for its variants in turn.
    pub(super) marks: [&'static str; VARIANTS],
    /// The same where only ASCII is shown.
    pub(super) ascii: [&'static str; VARIANTS],
}

/// Variants of a backend that have marks of their own; more of them begin again.
const VARIANTS: usize = 4;

pub(super) const LOOKS: [BackendLook; 11] = [
    // Serial: what the others are compared with.
    look(None, ["■", "□", "▣", "▢"], ["#", "H", "M", "W"]),
    // Threads.
    look(Some(tone((33, 120, 215), 32, Some(Color::Cyan))), ["●", "○", "◉", "◎"], ["o", "O", "0", "Q"]),
    // Processes.
    look(Some(tone((196, 72, 156), 133, Some(Color::Magenta))), ["◆", "◇", "◈", "❖"], ["x", "X", "%", "&"]),
    // Hybrid.
    look(Some(tone((125, 105, 205), 98, Some(Color::Blue))), ["▲", "△", "▴", "▵"], ["+", "*", "^", "A"]),
    // Programs.
    look(Some(tone((150, 100, 90), 95, Some(Color::LightCyan))), ["▼", "▽", "▾", "▿"], ["v", "V", "Y", "u"]),
    // Python's own threads and processes.
    look(Some(tone((90, 125, 160), 67, Some(Color::LightMagenta))), ["★", "☆", "✦", "✧"], ["@", "a", "8", "B"]),
    look(Some(tone((145, 95, 175), 97, Some(Color::LightBlue))), ["▶", "▷", "◀", "◁"], ["Z", "z", "N", "n"]),
    // joblib's processes and threads, and Dask. Sixteen colours are too few: here begin those again that no chart has
    // beside these.
    look(Some(tone((172, 84, 120), 132, Some(Color::Magenta))), ["◐", "◑", "◒", "◓"], ["L", "l", "J", "j"]),
    look(Some(tone((64, 132, 190), 68, Some(Color::Cyan))), ["◧", "◨", "◩", "◪"], ["T", "t", "I", "i"]),
    look(Some(tone((110, 110, 170), 61, Some(Color::Blue))), ["◤", "◥", "◣", "◢"], ["D", "d", "G", "g"]),
    // Ranks of MPI.
    look(Some(tone((60, 140, 150), 66, Some(Color::LightBlue))), ["◖", "◗", "⬒", "⬓"], ["R", "r", "P", "p"]),
];

/// Dashes of lines, as columns of dots drawn and left out in turn; the first one is a line without a gap.
const DASHES: [&[u8]; 11] = [
    &[],
    &[4, 3],
    &[1, 2],
    &[6, 2, 1, 2],
    &[2, 4],
    &[8, 2],
    &[1, 4],
    &[3, 1, 1, 1],
    &[5, 1],
    &[2, 2, 2, 5],
    &[7, 2, 3, 2],
];

const fn look(tone: Option<Tone>, marks: [&'static str; VARIANTS], ascii: [&'static str; VARIANTS]) -> BackendLook {
    BackendLook { tone, marks, ascii }
}

/// The row of a backend; those beyond the table begin again.
pub(super) fn look_of(backend: usize) -> &'static BackendLook {
    &LOOKS[backend % LOOKS.len()]
}

/// The dashes of a series: without colours they tell backends apart, too.
pub(super) fn dashes_of(series: SeriesMark, colours: Colours) -> &'static [u8] {
    let family = if colours == Colours::None { series.family } else { 0 };
    DASHES[(family + series.member) % DASHES.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::scenario::{BackendKind, Isolation, Runtime};
    use crate::tui::theme::{Glyphs, Role, Theme, palette};

    const THEMES: [Theme; 3] = [
        Theme { colours: Colours::Rgb, glyphs: Glyphs::Unicode },
        Theme { colours: Colours::Ansi256, glyphs: Glyphs::Unicode },
        Theme { colours: Colours::Ansi16, glyphs: Glyphs::Ascii },
    ];

    #[test]
    fn every_backend_has_a_row_and_a_colour_of_its_own() {
        let all = BackendKind::ALL.len();
        assert!(all <= LOOKS.len(), "a backend lacks a row");
        for theme in THEMES {
            // Kinds that run in other programs have backends of their own, beside the single loop that all may have.
            for runtime in [Runtime::Parlab, Runtime::Given, Runtime::Python] {
                let beside = |row: &usize| {
                    let spec = BackendKind::ALL[*row].spec();
                    spec.runtime == runtime || spec.isolation == Isolation::Caller
                };
                let rows: Vec<usize> = (0..all).filter(beside).collect();
                let colours: HashSet<_> = rows.iter().map(|row| theme.style(Role::Backend(*row)).fg).collect();
                assert_eq!(colours.len(), rows.len(), "{theme:?}");
            }
        }
    }

    #[test]
    fn no_mark_is_used_twice() {
        for theme in [Theme::FULL, Theme::PLAIN] {
            let marks =
                (0..LOOKS.len()).flat_map(|family| (0..VARIANTS).map(move |member| SeriesMark { family, member }));
            let marks: Vec<&str> = marks.map(|series| theme.mark(series)).collect();
            assert_eq!(marks.iter().collect::<HashSet<_>>().len(), marks.len(), "{marks:?}");
        }
    }

    #[test]
    fn backends_look_like_nothing_else() {
        let others = [Role::Accent, Role::Good, Role::Warn, Role::Bad, Role::Dim]
            .into_iter()
            .chain((0..=10).map(|tenth| Role::Level(f64::from(tenth) / 10.0)));
        for role in others {
            for colours in [Colours::Rgb, Colours::Ansi256, Colours::Ansi16] {
                let Some(other) = palette::colour(role, colours) else { continue };
                let same = LOOKS.iter().any(|look| look.tone.as_ref().and_then(|tone| tone.on(colours)) == Some(other));
                assert!(!same, "{role:?} looks like a backend with {colours:?}");
            }
        }
    }

    #[test]
    fn dashes_tell_variants_apart_and_backends_without_colours() {
        let series = |family, member| SeriesMark { family, member };
        assert_eq!(Theme::FULL.dashes(series(1, 0)), Theme::FULL.dashes(series(2, 0)));
        assert_ne!(Theme::FULL.dashes(series(2, 0)), Theme::FULL.dashes(series(2, 1)));
        let plain: HashSet<_> = (0..BackendKind::ALL.len()).map(|row| Theme::PLAIN.dashes(series(row, 0))).collect();
        assert_eq!(plain.len(), BackendKind::ALL.len());
    }
}
