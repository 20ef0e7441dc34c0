//! What was expected of a configuration, beside what was measured.

use crate::scenario::Expected;

/// An expectation and how far it was off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predicted {
    /// What was expected.
    pub expected: Expected,
    /// The speedup that was expected; where a time was, the one that follows from it and the baseline's measured time.
    pub speedup: Option<f64>,
    /// What was expected ÷ what was measured, less 1: positive where too much was expected. `None` until measured.
    pub error: Option<f64>,
}

impl Predicted {
    /// Compares what was expected with a configuration's speedup and its median time in seconds, start-up included
    /// where speedups count it; `reference_s` is the baseline's.
    pub(super) fn of(expected: Expected, speedup: Option<f64>, time_s: Option<f64>, reference_s: Option<f64>) -> Self {
        let ratio = |a: f64, b: f64| Some(a / b).filter(|ratio| b > 0.0 && ratio.is_finite());
        let (expected_speedup, over) = match expected {
            Expected::Speedup(value) => (Some(value), speedup.and_then(|measured| ratio(value, measured))),
            Expected::WallS(value) => {
                (reference_s.and_then(|reference_s| ratio(reference_s, value)), time_s.and_then(|s| ratio(value, s)))
            }
        };
        Self { expected, speedup: expected_speedup, error: over.map(|over| over - 1.0) }
    }

    /// What was measured, in the terms of what was expected.
    pub fn measured(&self) -> Option<f64> {
        let (Expected::Speedup(value) | Expected::WallS(value)) = self.expected;
        self.error.map(|error| value / (1.0 + error))
    }
}

/// An error for people, with its sign.
pub fn off_by(error: f64) -> String {
    let sign = if error < 0.0 { "−" } else { "+" };
    format!("{sign}{}", crate::units::percent(error.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_relative_to_what_was_measured() {
        let high = Predicted::of(Expected::Speedup(1.8), Some(1.5), Some(1.0), Some(1.5));
        assert_eq!((high.speedup, high.measured()), (Some(1.8), Some(1.5)));
        assert!(high.error.is_some_and(|error| (error - 0.2).abs() < 1e-12));
        let low = Predicted::of(Expected::Speedup(1.5), Some(2.0), Some(1.0), Some(2.0));
        assert_eq!((low.error, low.measured()), (Some(-0.25), Some(2.0)));
    }

    #[test]
    fn times_are_compared_as_times() {
        let time = Predicted::of(Expected::WallS(0.5), Some(3.0), Some(0.4), Some(1.2));
        assert_eq!(time.speedup, Some(2.4), "1.2 s ÷ 0.5 s");
        assert!(time.error.is_some_and(|error| (error - 0.25).abs() < 1e-12));
        let alone = Predicted::of(Expected::WallS(0.5), None, Some(0.5), None);
        assert_eq!((alone.speedup, alone.error), (None, Some(0.0)));
    }

    #[test]
    fn before_the_measurement_nothing_is_off() {
        let none = Predicted::of(Expected::Speedup(1.8), None, None, None);
        assert_eq!((none.speedup, none.error, none.measured()), (Some(1.8), None, None));
        assert_eq!(Predicted::of(Expected::WallS(1.0), None, Some(0.0), Some(0.0)).error, None);
    }

    #[test]
    fn errors_have_a_sign() {
        assert_eq!([off_by(0.19), off_by(-0.04), off_by(0.0)], ["+19 %", "−4.0 %", "+0 %"]);
    }
}
