//! Weak scaling: what grows with the number of workers, as `SIZE={workers}*1000`.
//!
//! What it is put into is the workload's matter.

use super::arithmetic;
use super::wording::plain;

/// The longest text: far more than a size needs, and little enough for whatever reads it.
const BYTES_MAX: usize = 200;

/// Beyond this a float is no longer every whole number.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// A name with what it stands for, by the number of workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The name of a variable, which is also what stands in braces.
    pub name: String,
    expression: String,
}

impl Growth {
    /// Reads `NAME=EXPRESSION`, where `{workers}` in the expression is their number.
    ///
    /// # Errors
    /// What is wrong with it, as a clause that follows the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > BYTES_MAX {
            return Err(format!("has {} bytes; at most {BYTES_MAX} are allowed", text.len()));
        }
        let shape = || "must be of the form NAME={workers}*1000".to_owned();
        let (name, expression) = text.split_once('=').ok_or_else(shape)?;
        let (name, expression) = (name.trim(), expression.trim());
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_name) {
            return Err(shape());
        }
        if name == WORKERS {
            return Err(format!("must not be called {WORKERS}, which is their number"));
        }
        let growth = Self { name: name.to_owned(), expression: expression.to_owned() };
        growth.value(1).map(|_| growth)
    }

    /// The value with so many workers.
    ///
    /// # Errors
    /// Why it has none.
    pub fn value(&self, workers: u32) -> Result<String, String> {
        let value = arithmetic::value(&self.expression, workers)?;
        match value {
            x if !x.is_finite() || x <= 0.0 => {
                Err(format!("comes to {} with {workers} workers; must be above 0", plain(x)))
            }
            // A root of a whole number may miss its own by a rounding.
            x if x < WHOLE_MAX && (x - x.round()).abs() < 1e-9 * x => Ok(format!("{}", x.round())),
            x => Ok(format!("{x}")),
        }
    }
}

/// The name of the number of workers.
const WORKERS: &str = "workers";

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let growth = Growth::parse(text).unwrap();
        [1, 2, 8].map(|workers| growth.value(workers).unwrap()).to_vec()
    }

    #[test]
    fn a_size_follows_the_number_of_workers() {
        assert_eq!(values("SIZE={workers}*1000"), ["1000", "2000", "8000"]);
        assert_eq!(values("n = 100*{workers}^(1/3)")[2], "200", "a cube with 8 times as much in it");
        assert_eq!(values("N=round(10*sqrt({workers}))"), ["10", "14", "28"]);
        assert_eq!(values("X=0.25*{workers}"), ["0.25", "0.5", "2"]);
        assert_eq!(values("X=5"), ["5", "5", "5"]);
        assert_eq!(values("X=1e15*{workers}")[2], "8000000000000000");
    }

    #[test]
    fn what_is_no_size_is_told() {
        let cases = [
            ("SIZE", "must be of the form"),
            ("1X={workers}", "must be of the form"),
            ("A B={workers}", "must be of the form"),
            ("workers={workers}", "must not be called"),
            ("SIZE=", "ends too early"),
            ("SIZE={workers}*", "ends too early"),
            ("SIZE={size}", "cannot have {"),
            ("SIZE={workers}-1", "comes to 0 with 1 workers"),
            ("SIZE=1/({workers}-1)", "must be above 0"),
            ("SIZE=((((((", "ends too early"),
        ];
        for (text, why) in cases {
            let told = Growth::parse(text).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
        assert!(Growth::parse(&format!("A={}", "(".repeat(500))).is_err());
    }
}
