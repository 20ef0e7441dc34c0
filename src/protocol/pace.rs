//! How often an outside board is looked at: so often that the fastest writer's ring is not overrun.
//!
//! Numbers in, a time out.

use std::time::Duration;

use super::layout::RING_RECORDS;

const SHORTEST: Duration = Duration::from_millis(2);
/// While there are writers, any of which may begin to run short tasks.
const WITH_WRITERS: Duration = Duration::from_millis(10);
const WITHOUT: Duration = Duration::from_millis(20);

/// The time until the next look.
#[derive(Debug, Clone, Copy)]
pub(super) struct LookPace(Duration);

impl Default for LookPace {
    fn default() -> Self {
        Self(WITH_WRITERS)
    }
}

impl LookPace {
    /// Goes by whether there are writers, and by the records of the fastest by nanosecond.
    pub(super) fn set(&mut self, has_writers: bool, rate: f64) {
        let longest = if has_writers { WITH_WRITERS } else { WITHOUT };
        let half_a_ring_ns = RING_RECORDS as f64 / 2.0 / rate;
        let in_time = if half_a_ring_ns < 1e9 { Duration::from_nanos(half_a_ring_ns as u64) } else { longest };
        self.0 = in_time.clamp(SHORTEST, longest);
    }

    /// The time until the next look.
    pub(super) fn next(self) -> Duration {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_writers_are_looked_at_more_often() {
        let next = |has_writers, rate| {
            let mut pace = LookPace::default();
            pace.set(has_writers, rate);
            pace.next()
        };
        assert_eq!(next(false, 0.0), WITHOUT);
        assert_eq!(next(true, 1e-6), WITH_WRITERS);
        // A task a microsecond.
        assert_eq!(next(true, 1e-3), Duration::from_micros(4096));
        assert_eq!(next(true, 1.0), SHORTEST);
        assert_eq!(next(true, f64::NAN), WITH_WRITERS);
    }
}
