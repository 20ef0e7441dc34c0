//! How the predictions did.

use super::super::predictions::off_by;
use super::facts::FindingInput;
use super::finding::Wording;
use crate::scenario::Expected;
use crate::units;

/// Speaks when something that was predicted was measured.
pub(super) fn yours(facts: &FindingInput) -> Option<Wording> {
    let mut all: Vec<PredictionCase> = facts
        .rows
        .iter()
        .filter_map(|fact| {
            let predicted = fact.predicted?;
            let (error, measured) = (predicted.error?, predicted.measured()?);
            Some(PredictionCase { label: &fact.label, expected: predicted.expected, error, measured })
        })
        .collect();
    all.sort_by(|a, b| a.error.abs().total_cmp(&b.error.abs()));
    let message = match all.as_slice() {
        [] => return None,
        [only] => format!("Your prediction for {} was off by {}: {}.", only.label, off_by(only.error), only.figures()),
        [least, .., most] => {
            let mean = all.iter().map(|case| case.error.abs()).sum::<f64>() / all.len() as f64;
            format!(
                "Your predictions were off by {} on average: least for {} ({}), most for {} ({}).",
                units::percent(mean),
                least.label,
                least.figures(),
                most.label,
                most.figures()
            )
        }
    };
    Some(Wording { weight: 92, message })
}

/// A prediction that can be judged.
struct PredictionCase<'a> {
    label: &'a str,
    expected: Expected,
    error: f64,
    /// In the unit of what was expected.
    measured: f64,
}

impl PredictionCase<'_> {
    fn figures(&self) -> String {
        match self.expected {
            Expected::Speedup(value) => {
                format!("{} expected, {} measured", units::digits(value), units::digits(self.measured))
            }
            Expected::WallS(value) => {
                format!("{} expected, {} measured", units::seconds(value), units::seconds(self.measured))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fact, facts, processes, serial, threads};
    use super::*;
    use crate::results::Predicted;

    fn predicted(fact: Fact, expected: Expected, error: Option<f64>) -> Fact {
        Fact { predicted: Some(Predicted { expected, speedup: None, error }), ..fact }
    }

    fn said(rows: Vec<Fact>) -> String {
        yours(&facts(rows)).map_or_else(String::new, |said| said.message)
    }

    #[test]
    fn one_prediction_is_told_whole() {
        let speedup = predicted(threads(2, 0.5), Expected::Speedup(1.8), Some(0.2));
        assert_eq!(
            said(vec![serial(1.0), speedup]),
            "Your prediction for threads × 2 was off by +20 %: 1.80 expected, 1.50 measured."
        );
        let time = predicted(threads(2, 0.5), Expected::WallS(0.4), Some(-0.2));
        assert_eq!(
            said(vec![serial(1.0), time]),
            "Your prediction for threads × 2 was off by −20 %: 400 ms expected, 500 ms measured."
        );
    }

    #[test]
    fn several_are_told_by_the_best_and_the_worst() {
        let rows = vec![
            serial(1.0),
            predicted(threads(2, 0.5), Expected::Speedup(1.8), Some(0.2)),
            predicted(processes(2, 0.5), Expected::Speedup(1.9), Some(-0.05)),
            predicted(processes(4, 0.5), Expected::Speedup(3.0), Some(0.5)),
        ];
        let expected = "Your predictions were off by 25 % on average: least for processes × 2 (1.90 expected, 2.00 \
                        measured), most for processes × 4 (3.00 expected, 2.00 measured).";
        assert_eq!(said(rows), expected);
    }

    #[test]
    fn what_was_not_predicted_or_not_measured_is_not_judged() {
        assert_eq!(said(vec![serial(1.0), threads(2, 0.5)]), "");
        assert_eq!(said(vec![serial(1.0), predicted(threads(2, 0.5), Expected::Speedup(1.8), None)]), "");
    }
}
