//! A little arithmetic with the number of workers: `{workers}*1000`, `round(100*{workers}^(1/3))`.
//!
//! It is read from left to right by the rules that one learns at school; what it is for is the caller's matter. The crates
//! for this that are kept up know no `1e6` (exmex) or come under a licence that binds all of the program (evalexpr).

/// The value of an expression with so many workers; it may be no number at all.
///
/// # Errors
/// What is wrong with it, as a clause that follows the text.
pub(super) fn value(text: &str, workers: u32) -> Result<f64, String> {
    let mut reader = ArithmeticReader { rest: text.trim(), workers: workers.into() };
    let value = reader.sum()?;
    if reader.rest.is_empty() { Ok(value) } else { Err(reader.not_here()) }
}

/// What is left to read.
struct ArithmeticReader<'t> {
    rest: &'t str,
    workers: f64,
}

/// The number of workers.
const WORKERS: &str = "{workers}";

/// A function of one number, by name.
type NamedFunction = (&'static str, fn(f64) -> f64);

const FUNCTIONS: [NamedFunction; 4] =
    [("round", f64::round), ("floor", f64::floor), ("ceil", f64::ceil), ("sqrt", f64::sqrt)];

impl ArithmeticReader<'_> {
    fn sum(&mut self) -> Result<f64, String> {
        let mut sum = self.product()?;
        loop {
            if self.take("+") {
                sum += self.product()?;
            } else if self.take("-") {
                sum -= self.product()?;
            } else {
                return Ok(sum);
            }
        }
    }

    fn product(&mut self) -> Result<f64, String> {
        let mut product = self.power()?;
        loop {
            if self.take("*") {
                product *= self.power()?;
            } else if self.take("/") {
                product /= self.power()?;
            } else {
                return Ok(product);
            }
        }
    }

    /// The power of a power is that of the upper one: `2^3^2` is 2⁹.
    fn power(&mut self) -> Result<f64, String> {
        let base = self.signed()?;
        if self.take("^") { Ok(base.powf(self.power()?)) } else { Ok(base) }
    }

    fn signed(&mut self) -> Result<f64, String> {
        if self.take("-") { Ok(-self.signed()?) } else { self.single() }
    }

    fn single(&mut self) -> Result<f64, String> {
        if self.take(WORKERS) {
            return Ok(self.workers);
        }
        if self.take("(") {
            return self.closed();
        }
        for (name, function) in FUNCTIONS {
            if self.take(name) {
                return if self.take("(") {
                    self.closed().map(function)
                } else {
                    Err(format!("lacks a ( after {name}"))
                };
            }
        }
        self.number().ok_or_else(|| self.not_here())
    }

    /// What stands before a bracket that closes.
    fn closed(&mut self) -> Result<f64, String> {
        let value = self.sum()?;
        if self.take(")") { Ok(value) } else { Err("lacks a )".to_owned()) }
    }

    /// A number without a sign: `12`, `0.5`, `1e6`.
    fn number(&mut self) -> Option<f64> {
        let digits = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
        let exponent = self.rest[digits..].strip_prefix(['e', 'E']).map_or(0, |rest| {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            if digits > 0 { 1 + digits } else { 0 }
        });
        let (number, rest) = self.rest.split_at(digits + exponent);
        let number = number.parse().ok()?;
        self.rest = rest.trim_start();
        Some(number)
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word).map(str::trim_start);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn not_here(&self) -> String {
        match self.rest.chars().next() {
            None => "ends too early".to_owned(),
            Some(c) => format!(
                "cannot have {} there; known are {{workers}}, numbers, + - * / ^ and round( )",
                c.escape_default()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_comes_to_what_it_does_at_school() {
        let cases = [
            ("1+2*3", 7.0),
            (" ( 1 + 2 ) * 3 ", 9.0),
            ("8/4/2", 1.0),
            ("7-2-1", 4.0),
            ("2^3^2", 512.0),
            ("-2+3", 1.0),
            ("2*-3", -6.0),
            ("{workers}*1e3", 4000.0),
            ("1.5e2 - .5", 149.5),
            ("round(10*sqrt({workers}+1))", 22.0),
            ("floor(2.9)+ceil(2.1)", 5.0),
            ("{workers}^(1/2)", 2.0),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text, 4), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let cases = [("", "ends too early"), ("1+", "ends too early"), ("(1", "lacks a )"), ("sqrt 4", "lacks a (")];
        let others =
            [("1 2", "cannot have 2"), ("{size}", "cannot have {"), ("1)", "cannot have )"), ("1..2", "cannot have 1")];
        for (text, why) in cases.into_iter().chain(others) {
            let told = value(text, 1).unwrap_err();
            assert!(told.starts_with(why), "{text}: {told}");
        }
    }

    proptest! {
        #[test]
        fn it_reads_whatever_there_is(text in "[-+*/^(){}0-9.eéworksqtfl ]{0,60}", workers in any::<u32>()) {
            let _ = value(&text, workers);
        }
    }
}
