//! The colours, three times: exact, from the cube of 256, and by the sixteen names.
//!
//! All are mid-tones: against black and against white each has a contrast of at least 3.4 to 1, which a test
//! holds them to. Restrained on purpose: one accent, one grey, three verdicts, six series.

use ratatui::style::Color;

use super::role::{Colours, Role};

/// One colour for each kind of terminal.
struct Tone {
    rgb: (u8, u8, u8),
    cube: u8,
    ansi: Option<Color>,
}

const fn tone(rgb: (u8, u8, u8), cube: u8, ansi: Option<Color>) -> Tone {
    Tone { rgb, cube, ansi }
}

const ACCENT: Tone = tone((33, 133, 190), 31, Some(Color::Cyan));
const GREY: Tone = tone((122, 126, 134), 243, None);
const GOOD: Tone = tone((40, 140, 88), 29, Some(Color::Green));
const WARN: Tone = tone((184, 116, 20), 130, Some(Color::Yellow));
const BAD: Tone = tone((208, 70, 59), 167, Some(Color::Red));

const SERIES: [Tone; 6] = [
    tone((33, 133, 190), 31, Some(Color::Cyan)),
    tone((200, 105, 40), 166, Some(Color::Yellow)),
    tone((40, 140, 88), 29, Some(Color::Green)),
    tone((178, 84, 154), 133, Some(Color::Magenta)),
    tone((125, 105, 205), 98, Some(Color::Blue)),
    tone((30, 140, 138), 30, Some(Color::Red)),
];

/// From idle to fully busy: grey, blue, green, amber. The bounds are the levels at which each begins.
const LEVELS: [(f64, Tone); 4] = [
    (0.0, tone((118, 126, 138), 243, None)),
    (0.25, tone((43, 136, 184), 31, Some(Color::Cyan))),
    (0.60, tone((47, 145, 98), 29, Some(Color::Green))),
    (0.90, tone((200, 118, 28), 166, Some(Color::Yellow))),
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
        Role::Series(n) => &SERIES[n % SERIES.len()],
        Role::Level(x) => level(x),
    };
    match colours {
        Colours::None => None,
        Colours::Ansi16 => tone.ansi,
        Colours::Ansi256 => Some(Color::Indexed(tone.cube)),
        Colours::Rgb => Some(Color::Rgb(tone.rgb.0, tone.rgb.1, tone.rgb.2)),
    }
}

/// Steps rather than a gradient: a meter that flickers by a percent must not cost the line a new colour each frame.
fn level(x: f64) -> &'static Tone {
    let step = LEVELS.iter().rposition(|(from, _)| x >= *from).unwrap_or(0);
    &LEVELS[step].1
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for tone in all.chain(&SERIES).chain(LEVELS.iter().map(|(_, tone)| tone)) {
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

    #[test]
    fn neighbouring_series_differ_everywhere() {
        for colours in [Colours::Ansi16, Colours::Ansi256, Colours::Rgb] {
            for n in 0..SERIES.len() {
                assert_ne!(colour(Role::Series(n), colours), colour(Role::Series(n + 1), colours));
            }
        }
    }
}
