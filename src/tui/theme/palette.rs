//! The colours, three times: exact, from the cube of 256, and by the sixteen names.
//!
//! All are mid-tones: against black and against white each has a contrast of at least 3.4 to 1, which a test
//! holds them to. Restrained on purpose: one accent, one grey, three verdicts, one scale of load; what backends look like
//! stands in a table of its own.

use ratatui::style::Color;

use super::backends::look_of;
use super::role::{Colours, Role};
use super::tone::{Tone, tone};

const ACCENT: Tone = tone((20, 138, 140), 30, None);
const GREY: Tone = tone((122, 126, 134), 243, None);
const GOOD: Tone = tone((40, 140, 88), 29, Some(Color::Green));
const WARN: Tone = tone((184, 116, 20), 130, Some(Color::Yellow));
const BAD: Tone = tone((208, 70, 59), 167, Some(Color::Red));

/// From idle to fully busy: grey to olive, which no backend and no verdict has. The bounds are the levels at which each
/// begins. Among sixteen colours there is none to spare: there the length of a bar or the shade of a tile tells.
const LEVELS: [(f64, Tone); 4] = [
    (0.0, tone((118, 126, 138), 243, None)),
    (0.25, tone((124, 132, 100), 101, None)),
    (0.60, tone((122, 134, 56), 100, None)),
    (0.90, tone((96, 140, 0), 64, None)),
];

/// The foreground of a role; `None` leaves the terminal's own.
pub(super) fn colour(role: Role, colours: Colours) -> Option<Color> {
    let tone = match role {
        Role::Text | Role::Title => return None,
        // What is selected is of one colour, whatever colours it had: in reverse they would be a patchwork.
        Role::Selected => return (colours > Colours::None).then_some(Color::Reset),
        Role::Dim | Role::Border | Role::Ideal | Role::Unusable => &GREY,
        Role::Accent | Role::Key => &ACCENT,
        Role::Good => &GOOD,
        Role::Warn => &WARN,
        Role::Bad => &BAD,
        Role::Backend(row) => return look_of(row).tone.as_ref().and_then(|tone| tone.on(colours)),
        Role::Level(x) => level(x),
    };
    tone.on(colours)
}

/// Steps rather than a gradient: a meter that flickers by a percent must not cost the line a new colour each frame.
fn level(x: f64) -> &'static Tone {
    let step = LEVELS.iter().rposition(|(from, _)| x >= *from).unwrap_or(0);
    &LEVELS[step].1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::backends::LOOKS;

    fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    fn cube(index: u8) -> (u8, u8, u8) {
        const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        if index >= 232 {
            let grey = 8 + 10 * (index - 232);
            return (grey, grey, grey);
        }
        let i = usize::from(index - 16);
        (STEPS[i / 36], STEPS[i / 6 % 6], STEPS[i % 6])
    }

    /// WCAG's contrast ratio: (lighter + 0.05) / (darker + 0.05).
    #[test]
    fn every_colour_reads_on_black_and_on_white() {
        let all = [&ACCENT, &GREY, &GOOD, &WARN, &BAD].into_iter();
        for tone in
            all.chain(LOOKS.iter().filter_map(|look| look.tone.as_ref())).chain(LEVELS.iter().map(|(_, tone)| tone))
        {
            for rgb in [tone.rgb, cube(tone.cube)] {
                let y = luminance(rgb);
                let (on_black, on_white) = ((y + 0.05) / 0.05, 1.05 / (y + 0.05));
                assert!(on_black.min(on_white) > 3.4, "{rgb:?}: {on_black:.2} on black, {on_white:.2} on white");
            }
        }
    }

    #[test]
    fn levels_rise_in_steps_and_bear_any_number() {
        let at = |x| colour(Role::Level(x), Colours::Ansi256);
        assert_eq!(at(0.0), at(0.2));
        assert_ne!(at(0.2), at(0.5));
        assert_ne!(at(0.7), at(1.0));
        assert_eq!(at(f64::NAN), at(0.0));
        assert_eq!(at(-3.0), at(0.0));
        assert_eq!(at(f64::INFINITY), at(1.0));
    }
}
