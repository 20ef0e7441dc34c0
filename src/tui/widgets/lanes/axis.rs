//! The time axis: round times, each written to the right of its tick.

use ratatui::buffer::Buffer;

use super::{Frame, Lanes, paint};
use crate::tui::theme::Role;
use crate::units;

/// Columns that a tick and its text should have at least.
const ROOM: f64 = 10.0;

impl Lanes<'_> {
    pub(super) fn axis(&self, frame: &Frame, y: u16, buf: &mut Buffer) {
        let style = self.theme.style(Role::Dim);
        let line = frame.time;
        let step_s = step(frame.span_s * ROOM / f64::from(line.width.max(1)));
        let mut i = 0_u32;
        loop {
            let t_s = step_s * f64::from(i);
            let column = frame.column(t_s).round() as u16;
            let text = format!("{}{}", self.theme.symbols().tick_up, time(t_s));
            if t_s > frame.span_s || column + paint::width(self.theme, &text) > line.width {
                break;
            }
            paint::put(buf, line, (line.x + column, y), &text, self.theme, style);
            i += 1;
        }
    }
}

/// The next round time: 1, 2, 5 of decimal units, and above a minute what divides an hour or a day.
fn step(at_least_s: f64) -> f64 {
    const MINUTES: [f64; 14] = [
        60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0, 172_800.0,
        604_800.0,
    ];
    if at_least_s > 30.0 {
        return MINUTES.into_iter().find(|step| *step >= at_least_s).unwrap_or(at_least_s);
    }
    // Half a minute is rounder than 50 s.
    if at_least_s > 20.0 {
        return 30.0;
    }
    let decade = 10f64.powf(at_least_s.max(1e-9).log10().floor());
    let found = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * decade).find(|step| *step >= at_least_s * 0.999_999);
    found.unwrap_or(at_least_s)
}

/// A time without the digits that a round one does not need: `2 s`, `0.5 s`, `1 min 30 s`, `2 h`.
fn time(t_s: f64) -> String {
    if t_s == 0.0 {
        return "0".to_owned();
    }
    let text = units::seconds(t_s);
    let text = text.strip_suffix(" 00 s").or(text.strip_suffix(" 00 min")).unwrap_or(&text);
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        let cases = [
            (0.8, 1.0),
            (1.0, 1.0),
            (1.2, 2.0),
            (3.0, 5.0),
            (0.000_3, 0.000_5),
            (25.0, 30.0),
            (40.0, 60.0),
            (70.0, 120.0),
            (4000.0, 7200.0),
        ];
        for (from, to) in cases {
            assert!((step(from) - to).abs() < 1e-9 * to, "{from} gave {}", step(from));
        }
    }

    #[test]
    fn times_are_short() {
        let cases = [
            (0.0, "0"),
            (2.0, "2 s"),
            (0.5, "500 ms"),
            (1.5, "1.5 s"),
            (20e-6, "20 µs"),
            (120.0, "2 min"),
            (150.0, "2 min 30 s"),
            (7200.0, "2 h"),
        ];
        for (t_s, text) in cases {
            assert_eq!(time(t_s), text);
        }
    }
}
