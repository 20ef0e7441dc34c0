//! The ticks of a time axis: round times, each with its label to the right of it.

use super::ticks::AxisTick;
use crate::units;

/// Columns that a tick and its label should have at least.
const ROOM: f64 = 10.0;

/// Round times from 0 on over an axis of so many columns that ends at `span_s` seconds, which is above 0. A label
/// needs as many columns as `text_width` says, right of its tick; the last tick is the last that has them.
pub fn ticks(span_s: f64, columns: u16, text_width: &dyn Fn(&str) -> u16) -> Vec<AxisTick> {
    let step_s = step(span_s * ROOM / f64::from(columns.max(1)));
    let tick = |i: u32| {
        let value = step_s * f64::from(i);
        AxisTick { value, at: super::on_axis(value / span_s), text: label(value) }
    };
    let has_room = |tick: &AxisTick| {
        let column = (tick.at * f64::from(columns)).round() as u16;
        tick.value <= span_s && column.saturating_add(text_width(&tick.text)) <= columns
    };
    (0..).map(tick).take_while(has_room).collect()
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
fn label(t_s: f64) -> String {
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
    fn ticks_are_round_as_far_as_their_labels_have_room() {
        let ticks = |span_s, columns| {
            let ticks = ticks(span_s, columns, &|text| text.len() as u16 + 1);
            ticks.into_iter().map(|tick| (tick.at, tick.text)).collect::<Vec<_>>()
        };
        assert_eq!(ticks(8.0, 32), [(0.0, "0".into()), (0.625, "5 s".into())]);
        assert_eq!(
            ticks(8.0, 40),
            [(0.0, "0".into()), (0.25, "2 s".into()), (0.5, "4 s".into()), (0.75, "6 s".into())]
        );
        assert_eq!(ticks(600.0, 20), [(0.0, "0".into()), (0.5, "5 min".into())]);
        assert_eq!(ticks(1.0, 0), []);
    }

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
            assert_eq!(label(t_s), text);
        }
    }
}
