//! From where to where a quantity may lie: 95 % confidence intervals, and how many measurements one needs.

/// Fewer measurements give no interval: the spread of two is hardly known at all.
pub const SAMPLES_MIN: usize = 3;

/// From its lower to its upper end, in the unit of what it is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Whether it leaves this value possible.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_its_ends() {
        let interval = Interval { low: 0.9, high: 1.1 };
        assert!(
            interval.contains(0.9) && interval.contains(1.1) && !interval.contains(1.11) && !interval.contains(0.89)
        );
    }
}
