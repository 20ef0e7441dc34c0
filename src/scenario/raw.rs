//! One setting as it was given, by a line of the file or by an option, and its readings as number, word or list.
//!
//! A reading either gives a value within its bounds or notes a problem and gives nothing. File and command line
//! differ only in [`Raw`] and in where they stand, so both are held to the same bounds in the same words.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostics::{Diagnostics, Subject};
use super::domain::Bounds;
use super::model::Value;
use super::overrides::{BARE, COMMAND_LINE};
use super::wording::{nearest, one_of, plain, plain_whole, printable};

/// A value with the name and the place it was given under.
#[derive(Clone)]
pub(super) struct Setting<'d> {
    /// The key, with an index for an element of an array.
    key: Cow<'d, str>,
    /// Where it stands.
    span: Range<usize>,
    raw: Raw<'d>,
}

/// A value as it was given.
#[derive(Clone, Copy)]
enum Raw<'d> {
    Toml(&'d DeValue<'d>),
    /// Text of the command line that is no TOML.
    Typed(&'d str),
}

/// Any number but those beyond all bounds.
const FINITE: Bounds = Bounds { min: f64::MIN, max: f64::MAX };

/// A number in any notation.
enum Numeral {
    Whole(i128),
    Real(f64),
    /// More digits than anything here can hold.
    Huge,
}

impl<'d> Setting<'d> {
    /// A value of the file or of an option; `None` if the file has a key there but no value, which the TOML parser has
    /// told.
    pub(super) fn new(key: impl Into<Cow<'d, str>>, value: &'d Spanned<DeValue<'d>>) -> Option<Self> {
        let span = value.span();
        let raw = match value.get_ref() {
            DeValue::String(text) if span.start >= BARE => Raw::Typed(text.as_ref()),
            value => Raw::Toml(value),
        };
        (!span.is_empty()).then(|| Self { key: key.into(), span, raw })
    }

    /// Whether it was given on the command line.
    pub(super) fn is_option(&self) -> bool {
        self.span.start >= COMMAND_LINE
    }

    /// A whole number from `min` to `max`, inclusive; `2e6` is one too.
    pub(super) fn whole(&self, diagnostics: &mut Diagnostics<'_>, min: u64, max: u64) -> Option<u64> {
        let value = match self.numeral() {
            None => return self.mistyped(diagnostics, "a whole number"),
            Some(Numeral::Whole(n)) => u64::try_from(n).map_err(|_| n < 0),
            Some(Numeral::Real(x)) if x.is_finite() && x.fract() != 0.0 => {
                diagnostics.about(self, "must be a whole number");
                return None;
            }
            Some(Numeral::Real(x)) if x.is_finite() => whole_of(x).ok_or(x < 0.0),
            Some(Numeral::Real(_)) => {
                diagnostics.about(self, "must be a whole number, and finite");
                return None;
            }
            Some(Numeral::Huge) => Err(false),
        };
        match value {
            Ok(n) if (min..=max).contains(&n) => return Some(n),
            Ok(n) if n < min => diagnostics.about(self, format!("must be at least {min}")),
            Err(true) => diagnostics.about(self, format!("must be at least {min}")),
            _ => diagnostics.about(self, format!("must be at most {}", plain_whole(max))),
        }
        None
    }

    /// A finite number within bounds.
    pub(super) fn number(&self, diagnostics: &mut Diagnostics<'_>, bounds: Bounds) -> Option<f64> {
        let x = match self.numeral() {
            None => return self.mistyped(diagnostics, "a number"),
            Some(Numeral::Whole(n)) => n as f64,
            Some(Numeral::Real(x)) if x.is_nan() => {
                diagnostics.about(self, "must be a number, not nan");
                return None;
            }
            Some(Numeral::Real(x)) => x,
            Some(Numeral::Huge) => f64::INFINITY,
        };
        if x < bounds.min {
            diagnostics.about(self, format!("must be at least {}", plain(bounds.min)));
        } else if x > bounds.max {
            diagnostics.about(self, format!("must be at most {}", plain(bounds.max)));
        } else {
            return Some(x);
        }
        None
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, diagnostics: &mut Diagnostics<'_>) -> Option<bool> {
        match self.raw {
            Raw::Toml(DeValue::Boolean(flag)) => Some(*flag),
            Raw::Typed("true") => Some(true),
            Raw::Typed("false") => Some(false),
            _ => self.mistyped(diagnostics, "true or false"),
        }
    }

    /// Any text.
    pub(super) fn text(&self, diagnostics: &mut Diagnostics<'_>) -> Option<&'d str> {
        match self.raw {
            Raw::Toml(DeValue::String(text)) => Some(text.as_ref()),
            Raw::Typed(text) => Some(text),
            Raw::Toml(_) => self.mistyped(diagnostics, "a string"),
        }
    }

    /// Text of 1 to `max` printable ASCII characters.
    pub(super) fn ascii(&self, diagnostics: &mut Diagnostics<'_>, max: usize) -> Option<&'d str> {
        let text = self.text(diagnostics)?;
        if text.is_empty() {
            diagnostics.about(self, "must not be empty");
        } else if text.chars().any(|c| !(' '..='~').contains(&c)) {
            diagnostics.about(self, "must be of printable ASCII characters alone");
        } else if text.len() > max {
            diagnostics.about(self, format!("has {} characters; at most {max} are allowed", text.len()));
        } else {
            return Some(text);
        }
        None
    }

    /// The choice that a word names.
    pub(super) fn choice<T: Copy>(
        &self,
        diagnostics: &mut Diagnostics<'_>,
        choices: &[T],
        word: fn(T) -> &'static str,
    ) -> Option<T> {
        let words = choices.iter().map(|&choice| word(choice));
        let Some(given) = self.string() else {
            return self.mistyped(diagnostics, &one_of(words));
        };
        let given = given.trim();
        if let Some(&choice) = choices.iter().find(|&&choice| word(choice) == given) {
            return Some(choice);
        }
        let message = match nearest(given, words.clone()) {
            Some(near) => format!("is not known; did you mean \"{near}\"?"),
            None => format!("must be {}", one_of(words)),
        };
        diagnostics.about(self, message);
        None
    }

    /// A whole number, a number, yes or no, or a text: whatever it is.
    pub(super) fn anything(&self, diagnostics: &mut Diagnostics<'_>) -> Option<Value> {
        match (self.raw, self.numeral()) {
            (Raw::Toml(DeValue::Boolean(flag)), _) => Some(Value::Flag(*flag)),
            (_, Some(Numeral::Whole(n))) if n >= 0 => u64::try_from(n).ok().map(Value::Whole),
            (_, Some(_)) => self.number(diagnostics, FINITE).map(Value::Number),
            _ => self.text(diagnostics).map(|text| Value::Word(text.to_owned())),
        }
    }

    /// What stands in the array, each with its own place; typed text is split at its commas.
    pub(super) fn items(&self, diagnostics: &mut Diagnostics<'_>, of: &str) -> Option<Vec<Setting<'d>>> {
        match self.raw {
            Raw::Toml(DeValue::Array(array)) => {
                let item = |(i, value): (usize, &'d _)| Self::new(format!("{}[{i}]", self.key), value);
                Some(array.iter().enumerate().filter_map(item).collect())
            }
            Raw::Typed(text) => {
                let item = |text| Self { raw: Raw::Typed(text), ..self.clone() };
                Some(text.split(',').map(item).collect())
            }
            Raw::Toml(_) => self.mistyped(diagnostics, &format!("an array of {of}")),
        }
    }

    /// The table, for `[key]` and `key = { … }`.
    pub(super) fn table(&self) -> Option<&'d DeTable<'d>> {
        match self.raw {
            Raw::Toml(DeValue::Table(table)) => Some(table),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub(super) fn string(&self) -> Option<&'d str> {
        match self.raw {
            Raw::Toml(DeValue::String(text)) => Some(text.as_ref()),
            Raw::Typed(text) => Some(text),
            Raw::Toml(_) => None,
        }
    }

    /// Whether it is an array.
    pub(super) fn is_array(&self) -> bool {
        matches!(self.raw, Raw::Toml(DeValue::Array(_)))
    }

    /// Whether it is an array, or was typed as one: with commas.
    pub(super) fn is_list(&self) -> bool {
        self.is_array() || matches!(self.raw, Raw::Typed(text) if text.contains(','))
    }

    /// Whether it is a string, and was not typed as a number.
    pub(super) fn is_word(&self) -> bool {
        self.string().is_some() && self.numeral().is_none()
    }

    /// Notes that the value has the wrong type.
    pub(super) fn mistyped<T>(&self, diagnostics: &mut Diagnostics<'_>, wanted: &str) -> Option<T> {
        let given = match self.raw {
            Raw::Typed(_) => {
                diagnostics.about(self, format!("must be {wanted}"));
                return None;
            }
            Raw::Toml(value) => value,
        };
        let (given, remedy) = match given {
            DeValue::String(text) if wanted.contains("number") && real(text).is_some() => {
                ("a string", "; remove the quotes")
            }
            DeValue::String(text) if wanted == "true or false" && matches!(text.as_ref(), "true" | "false") => {
                ("a string", "; remove the quotes")
            }
            DeValue::String(_) => ("a string", ""),
            DeValue::Integer(_) | DeValue::Float(_) => ("a number", ""),
            DeValue::Boolean(_) => ("true or false", ""),
            DeValue::Datetime(_) => ("a date", ""),
            DeValue::Array(_) => ("an array", ""),
            DeValue::Table(_) => ("a table", ""),
        };
        diagnostics.about(self, format!("must be {wanted}, not {given}{remedy}"));
        None
    }

    /// Whether it is this whole number.
    pub(super) fn is_number(&self, wanted: f64) -> bool {
        match self.numeral() {
            Some(Numeral::Whole(n)) => n as f64 == wanted,
            Some(Numeral::Real(x)) => x == wanted,
            _ => false,
        }
    }

    fn is_block_table(&self) -> bool {
        match self.raw {
            Raw::Toml(DeValue::Table(_)) => true,
            Raw::Toml(DeValue::Array(array)) => array.iter().any(|item| item.get_ref().is_table()),
            _ => false,
        }
    }

    fn numeral(&self) -> Option<Numeral> {
        match self.raw {
            Raw::Toml(DeValue::Integer(n)) => {
                Some(i128::from_str_radix(n.as_str(), n.radix()).map_or(Numeral::Huge, Numeral::Whole))
            }
            Raw::Toml(DeValue::Float(x)) => real(x.as_str()).map(Numeral::Real),
            Raw::Toml(_) => None,
            Raw::Typed(text) => {
                let text = text.trim();
                text.parse().map(Numeral::Whole).ok().or_else(|| real(text).map(Numeral::Real))
            }
        }
    }
}

impl Subject for Setting<'_> {
    fn offset(&self) -> usize {
        self.span.start
    }

    fn typed(&self) -> Option<&str> {
        if let Raw::Typed(text) = self.raw { Some(text) } else { None }
    }

    fn subject(&self, text: &str) -> String {
        match text.get(self.span.clone()).unwrap_or_default() {
            source if self.is_block_table() && !source.starts_with('{') => format!("[{}]", printable(&self.key)),
            source => format!("{} = {}", printable(&self.key), printable(source)),
        }
    }
}

/// A number as TOML writes it, in full (`1.5e3`, `inf`, `-nan`).
fn real(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// A float without a fraction as the integer it is, if it fits.
fn whole_of(x: f64) -> Option<u64> {
    // 2⁶⁴ itself does not fit; every whole float below does.
    (0.0..18_446_744_073_709_551_616.0).contains(&x).then_some(x as u64)
}
