//! One figure of a table: its number with the unit that decides how it is written. No table or screen is known here.

use crate::analysis::Interval;
use crate::record::width_in_words;
use crate::scenario::Expected;
use crate::units;

/// A figure of one configuration.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// What a configuration is called.
    Label(String),
    /// A value of what the scenario varies, or several figures in a phrase.
    Phrase(String),
    /// Seconds.
    Seconds(f64),
    /// Things a second.
    PerSecond(f64),
    /// A number of things.
    Count(u64),
    /// Bytes.
    Bytes(u64),
    /// Bytes a second.
    BytesPerSecond(f64),
    /// One time ÷ another: 2 is twice as fast.
    Speedup(f64),
    /// A part of a whole: 1 is all of it.
    Fraction(f64),
    /// A relative error: 0.1 is a tenth too much.
    Error(f64),
    /// How wide an interval is, as a part of its figure; infinite where there is none.
    Width(f64),
    /// An interval of speedups.
    Between(Interval),
    /// What the tasks left, in the unit that their kind says.
    Tally(f64),
    /// There is no figure, because tasks failed.
    Failed,
}

impl Figure {
    /// What was expected: a speedup or a time.
    pub(super) fn expected(expected: Expected) -> Self {
        match expected {
            Expected::Speedup(value) => Self::Speedup(value),
            Expected::WallS(seconds) => Self::Seconds(seconds),
        }
    }

    /// The figure for people, as short as its precision allows.
    pub fn words(&self) -> String {
        match self {
            Self::Label(text) | Self::Phrase(text) => text.clone(),
            Self::Seconds(seconds) => units::seconds(*seconds),
            Self::PerSecond(rate) => units::scaled(*rate),
            Self::Count(n) => units::count(*n),
            Self::Bytes(n) => units::bytes(*n),
            Self::BytesPerSecond(rate) => units::digits(*rate / 1e9),
            Self::Speedup(ratio) => units::digits(*ratio),
            Self::Fraction(part) => units::percent(*part),
            Self::Error(error) => super::predictions::off_by(*error),
            Self::Width(width) if width.is_infinite() => "none".to_owned(),
            Self::Width(width) => width_in_words(*width),
            Self::Between(interval) => range(&units::digits(interval.low), &units::digits(interval.high)),
            Self::Tally(value) => tally_figure(*value),
            Self::Failed => "failed".to_owned(),
        }
    }

    /// The bare number, in seconds, bytes, or as a fraction of 1; `None` for words and intervals.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Seconds(x) | Self::PerSecond(x) | Self::BytesPerSecond(x) | Self::Speedup(x) | Self::Fraction(x) => {
                Some(*x)
            }
            Self::Error(x) | Self::Tally(x) | Self::Width(x) => Some(*x),
            Self::Count(n) | Self::Bytes(n) => Some(*n as f64),
            Self::Label(_) | Self::Phrase(_) | Self::Between(_) | Self::Failed => None,
        }
    }
}

/// From one figure to another; a unit that both have is said once: `820–860 ms`.
pub(super) fn range(from: &str, to: &str) -> String {
    match (from.rsplit_once(' '), to.rsplit_once(' ')) {
        (None, None) => format!("{from}–{to}"),
        (Some((number, a)), Some((_, b))) if a == b && !number.contains(' ') => format!("{number}–{to}"),
        _ => format!("{from} – {to}"),
    }
}

/// A value of a tally for people: whole numbers in groups of three, others to as many digits as they have.
pub fn tally_figure(value: f64) -> String {
    let whole = value.abs() as u64;
    match value {
        x if x.abs() >= 1e15 => format!("{x:.3e}"),
        x if x.fract() != 0.0 || !x.is_finite() => format!("{x}"),
        x if x < 0.0 => format!("-{}", units::count(whole)),
        _ => units::count(whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_say_a_common_unit_once() {
        assert_eq!(range("820 ms", "860 ms"), "820–860 ms");
        assert_eq!(range("1.48", "1.55"), "1.48–1.55");
        assert_eq!(range("998 ms", "1.02 s"), "998 ms – 1.02 s");
        assert_eq!(range("1 min 40 s", "2 min 05 s"), "1 min 40 s – 2 min 05 s");
    }

    #[test]
    fn a_figure_is_written_in_its_unit() {
        let cases = [
            (Figure::Seconds(0.0125), "12.5 ms", Some(0.0125)),
            (Figure::Speedup(1.8), "1.80", Some(1.8)),
            (Figure::Fraction(0.9), "90 %", Some(0.9)),
            (Figure::Error(-0.04), "−4.0 %", Some(-0.04)),
            (Figure::Count(12_345), "12 345", Some(12_345.0)),
            (Figure::Between(Interval { low: 1.5, high: 1.9 }), "1.50–1.90", None),
            (Figure::Failed, "failed", None),
        ];
        for (figure, words, number) in cases {
            assert_eq!((figure.words().as_str(), figure.number()), (words, number));
        }
    }

    #[test]
    fn whole_numbers_are_told_in_groups() {
        let cases = [
            (0.0, "0"),
            (12_345_678.0, "12 345 678"),
            (-12_345.0, "-12 345"),
            (10_000_959.933_776_034, "10000959.933776034"),
            (4.5e21, "4.500e21"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(tally_figure(value), text);
        }
    }
}
