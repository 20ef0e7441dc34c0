//! What a cell of a CSV is: a number, nothing, what stands for no value, or a text.

use crate::foreign::printable;

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum CellKind {
    Empty,
    /// A word that stands for no value.
    Missing,
    Number {
        value: f64,
        /// Whether it is written as a whole number, of digits alone.
        plain: bool,
    },
    Text,
}

/// What programs write where there is no value.
const MISSING: [&str; 9] = ["na", "n/a", "nan", "-nan", "null", "none", "?", "-", "."];

pub(super) fn kind(cell: &str) -> CellKind {
    if cell.is_empty() {
        return CellKind::Empty;
    }
    if MISSING.iter().any(|word| cell.eq_ignore_ascii_case(word)) {
        return CellKind::Missing;
    }
    match cell.parse::<f64>() {
        Ok(value) => CellKind::Number { value, plain: cell.bytes().all(|byte| byte.is_ascii_digit()) },
        Err(_) => CellKind::Text,
    }
}

/// The number with a comma before its fraction, as it is written in many languages.
pub(super) fn with_decimal_comma(cell: &str) -> Option<String> {
    let (whole, fraction) = cell.split_once(',')?;
    let with_point = format!("{whole}.{fraction}");
    with_point.parse::<f64>().is_ok().then_some(with_point)
}

/// The number that a cell holds.
///
/// # Errors
/// Why it is none.
pub(super) fn number(cell: &str, separator: char) -> Result<f64, String> {
    const REMEDY: &str = "remove the sample or fill it in";
    match kind(cell) {
        CellKind::Number { value, .. } if value.is_finite() => Ok(value),
        CellKind::Number { .. } => Err(format!("{} is no finite number; {REMEDY}", printable(cell))),
        CellKind::Empty => Err(format!("is empty; {REMEDY}")),
        CellKind::Missing if cell.parse::<f64>().is_ok() => {
            Err(format!("{} is no finite number; {REMEDY}", printable(cell)))
        }
        CellKind::Missing => Err(format!("{} stands for no value; {REMEDY}", printable(cell))),
        CellKind::Text => match with_decimal_comma(cell).filter(|_| separator != ',') {
            Some(number) => Err(format!("\"{}\" has a comma before its fraction; write {number}", printable(cell))),
            None => Err(format!("\"{}\" is no number", printable(cell))),
        },
    }
}
