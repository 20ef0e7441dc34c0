//! The number that a batch system knows a job by.

use std::fmt;
use std::str::FromStr;

/// A job's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u32);

impl JobId {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for JobId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|&number| is_number && number > 0);
        number.map(Self).ok_or_else(|| "write a job's number, such as 4711".to_owned())
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_has_a_number_and_nothing_else() {
        assert_eq!("4711".parse::<JobId>().map(|id| id.to_string()).as_deref(), Ok("4711"));
        for wrong in ["", "0", "-1", "+1", "1_2", "../x", "4294967296", " 1"] {
            assert!(wrong.parse::<JobId>().is_err(), "{wrong:?}");
        }
    }
}
