//! What a job asks of a batch system: where it may run, how long, on how many CPUs, with how much memory.
//!
//! Each value is of a form that any batch script can hold as it is: no text of a user's reaches one unchecked. What a
//! scenario needs is not worked out here.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What a job asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRequest {
    /// What the job is called.
    pub name: JobName,
    /// The partition, or queue; the system's own choice if none is named.
    pub partition: Option<JobName>,
    /// On whose account it is.
    pub account: Option<JobName>,
    /// How long it may take; as long as the partition allows if nothing is said.
    pub time: Option<Reasoned<TimeLimit>>,
    /// Machines.
    pub nodes: Amount,
    /// Processes that a launcher starts.
    pub tasks: Amount,
    /// CPUs of each of them.
    pub cpus_per_task: Reasoned<Amount>,
    /// Memory on each machine; what the system gives if nothing is said.
    pub memory: Option<Reasoned<MemorySize>>,
    /// Jobs that differ in their number alone, counted from 0; `None` for a single one.
    pub array: Option<Amount>,
}

/// A value, and why it is that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasoned<T> {
    /// The value.
    pub value: T,
    /// Why, for people; `None` where the user said so.
    pub why: Option<String>,
}

impl<T> Reasoned<T> {
    /// As the user said.
    pub fn said(value: T) -> Self {
        Self { value, why: None }
    }

    /// As it was worked out.
    pub fn because(value: T, why: impl Into<String>) -> Self {
        Self { value, why: Some(why.into()) }
    }
}

/// How many of something: at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(u32);

impl Amount {
    /// One.
    pub const ONE: Self = Self(1);

    /// So many, but at least one.
    pub fn at_least_one(number: u32) -> Self {
        Self(number.max(1))
    }

    /// How many.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
        number.map(Self).ok_or_else(|| format!("write a whole number from 1 to {MOST}"))
    }
}

/// More of anything than any cluster has.
const MOST: u32 = 100_000_000;

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A name that a batch system knows, such as a partition's: letters, digits and a few marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobName(String);

impl JobName {
    /// The longest.
    const LONGEST: usize = 100;

    /// What is left of a text if all else in it becomes `-`; never empty.
    pub fn of(text: &str) -> Self {
        let made: String = text.chars().map(|c| if is_plain(c) { c } else { '-' }).take(Self::LONGEST).collect();
        let made = made.trim_matches('-');
        Self(if made.is_empty() { "job".to_owned() } else { made.to_owned() })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._+@,:=/-".contains(c)
}

impl FromStr for JobName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_one = !text.is_empty() && text.len() <= Self::LONGEST && !text.starts_with('-');
        match is_one && text.chars().all(is_plain) {
            true => Ok(Self(text.to_owned())),
            false => Err("write a name of letters, digits and . _ + @ , : = / -".to_owned()),
        }
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How long a job may take, in whole minutes as batch systems count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeLimit {
    seconds: u64,
}

impl TimeLimit {
    /// The longest that is asked for.
    const LONGEST: u64 = 365 * DAY;

    /// At least so long.
    pub fn at_least(duration: Duration) -> Self {
        Self { seconds: duration.as_secs_f64().ceil().min(Self::LONGEST as f64) as u64 }.in_minutes()
    }

    fn in_minutes(self) -> Self {
        Self { seconds: self.seconds.div_ceil(60).max(1) * 60 }
    }
}

const DAY: u64 = 24 * 60 * 60;

/// What may be written for a time.
const TIMES: &str = "write minutes, HH:MM:SS or DAYS-HH:MM:SS, such as 90, 01:30:00 or 2-00:00:00";

impl FromStr for TimeLimit {
    type Err = String;

    /// As Slurm reads it: minutes, `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM` and `D-HH:MM:SS`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (days, rest) = text.split_once('-').map_or((None, text), |(days, rest)| (Some(days), rest));
        let numbers = |text: &str| -> Option<Vec<u64>> { text.split(':').map(number).collect() };
        let (days, fields) = (days.map(number), numbers(rest));
        let seconds = match (days, fields.as_deref()) {
            (None, Some([minutes])) => Some(minutes * 60),
            (None, Some([minutes, seconds])) => Some(minutes * 60 + seconds),
            (None, Some([hours, minutes, seconds])) => Some(hours * 3600 + minutes * 60 + seconds),
            (Some(Some(days)), Some(fields @ ([_] | [_, _] | [_, _, _]))) => {
                let units = [3600, 60, 1];
                Some(days * DAY + fields.iter().zip(units).map(|(field, unit)| field * unit).sum::<u64>())
            }
            _ => None,
        };
        let seconds = seconds.filter(|seconds| (1..=Self::LONGEST).contains(seconds));
        seconds.map(|seconds| Self { seconds }.in_minutes()).ok_or_else(|| TIMES.to_owned())
    }
}

/// A number of at most six digits.
fn number(text: &str) -> Option<u64> {
    let is_one = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { text.parse().ok() } else { None }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, rest) = (self.seconds / DAY, self.seconds % DAY);
        if days > 0 {
            write!(f, "{days}-")?;
        }
        write!(f, "{:02}:{:02}:{:02}", rest / 3600, rest % 3600 / 60, rest % 60)
    }
}

/// Memory, in whole MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemorySize {
    mib: u64,
}

impl MemorySize {
    /// More than any machine has.
    const MOST: u64 = 1 << 32;

    /// At least so many bytes.
    pub fn at_least(bytes: u64) -> Self {
        Self { mib: bytes.div_ceil(1 << 20).clamp(1, Self::MOST) }
    }

    /// In bytes.
    pub fn bytes(self) -> u64 {
        self.mib << 20
    }
}

impl FromStr for MemorySize {
    type Err = String;

    /// As Slurm reads it: MiB, or with K, M, G or T behind the number.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a size such as 2000M or 4G".to_owned();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = text[digits.len()..].to_ascii_uppercase();
        let shift = match unit.strip_suffix('B').unwrap_or(&unit) {
            "K" => 10,
            "" | "M" => 20,
            "G" => 30,
            "T" => 40,
            _ => return Err(wrong()),
        };
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = digits.parse().ok().filter(|&number| is_number && number > 0).ok_or_else(wrong)?;
        let bytes = number.checked_mul(1 << shift).filter(|bytes| bytes >> 20 <= Self::MOST).ok_or_else(wrong)?;
        Ok(Self::at_least(bytes))
    }
}

impl fmt::Display for MemorySize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}M", self.mib)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Result<String, String> {
        text.parse::<TimeLimit>().map(|time| time.to_string())
    }

    #[test]
    fn times_are_read_as_slurm_reads_them() {
        for (written, read) in [
            ("90", "01:30:00"),
            ("10:00", "00:10:00"),
            ("10:01", "00:11:00"),
            ("01:30:00", "01:30:00"),
            ("100:00:00", "4-04:00:00"),
            ("2-0", "2-00:00:00"),
            ("1-12:30", "1-12:30:00"),
            ("1-12:30:30", "1-12:31:00"),
        ] {
            assert_eq!(time(written).as_deref(), Ok(read), "{written}");
        }
        for wrong in ["", "0", "x", "1:2:3:4", "-5", "1-", "+5", " 5", "9999999", "1 2", "366-0", "5\n#SBATCH"] {
            assert!(time(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(TimeLimit::at_least(Duration::from_millis(60_001)).to_string(), "00:02:00");
        assert_eq!(TimeLimit::at_least(Duration::ZERO).to_string(), "00:01:00");
        assert_eq!(TimeLimit::at_least(Duration::MAX).to_string(), "365-00:00:00");
    }

    #[test]
    fn sizes_are_read_as_slurm_reads_them() {
        let size = |text: &str| text.parse::<MemorySize>().map(|size| size.to_string());
        for (written, read) in [("2000", "2000M"), ("4G", "4096M"), ("1tb", "1048576M"), ("1K", "1M"), ("1500K", "2M")]
        {
            assert_eq!(size(written).as_deref(), Ok(read), "{written}");
        }
        for wrong in ["", "0", "G", "1.5G", "-1", "1X", "1 G", "+1", "99999999999999999999", "17179869184T"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(MemorySize::at_least((2 << 20) + 1).to_string(), "3M");
    }

    #[test]
    fn names_hold_nothing_that_a_script_could_misread() {
        for right in ["main", "gpu-a100,cpu", "dept.x_y+1", "a@b:c/d=e"] {
            assert_eq!(right.parse::<JobName>().map(|word| word.to_string()).as_deref(), Ok(right));
        }
        for wrong in ["", "a b", "-x", "a\nb", "a\"b", "a'b", "a#b", "a$b", "ä", "a\\b", "a;b"] {
            assert!(wrong.parse::<JobName>().is_err(), "{wrong:?}");
        }
        assert_eq!(JobName::of("My run №1 (fast)").as_str(), "My-run--1--fast");
        assert_eq!(JobName::of("…").as_str(), "job");
        assert!("0".parse::<Amount>().is_err() && "1e3".parse::<Amount>().is_err() && "-1".parse::<Amount>().is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back_as_it_was(seconds in 1u64..=31_536_000, mib in 1u64..=1 << 32) {
            let limit = TimeLimit::at_least(Duration::from_secs(seconds));
            prop_assert_eq!(limit.to_string().parse::<TimeLimit>(), Ok(limit));
            let size = MemorySize::at_least(mib << 20);
            prop_assert_eq!(size.to_string().parse::<MemorySize>(), Ok(size));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = (text.parse::<TimeLimit>(), text.parse::<MemorySize>(), text.parse::<Amount>());
            prop_assert!(JobName::of(&text).as_str().parse::<JobName>().is_ok());
        }
    }
}
