//! How often an outside board is looked at, so often that the fastest writer's ring is not overrun; and at which of its
//! lanes.
//!
//! Numbers in, a time out.

use std::time::Duration;

use super::layout::RING_RECORDS;

const SHORTEST: Duration = Duration::from_millis(2);
/// What a look costs is the waking up above all. A ring that fills up sooner than this is read in time from the second look
/// on.
const LONGEST: Duration = Duration::from_millis(20);

/// What is left from look to look of what was fast once: short tasks mostly come in bursts, and the next one is to be read
/// from its beginning.
const FADING: f64 = 0.99;

/// The time until the next look.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LookPace {
    /// Records of the fastest writer by nanosecond, now or some looks ago.
    fastest: f64,
}

impl LookPace {
    /// Takes in the records of the fastest writer by nanosecond, as the last look has them.
    pub(super) fn set(&mut self, rate: f64) {
        self.fastest = (self.fastest * FADING).max(rate);
    }

    /// The time until the next look.
    pub(super) fn next(self) -> Duration {
        let half_a_ring_ns = RING_RECORDS as f64 / 2.0 / self.fastest;
        let in_time = if half_a_ring_ns < 1e9 { Duration::from_nanos(half_a_ring_ns as u64) } else { LONGEST };
        in_time.clamp(SHORTEST, LONGEST)
    }
}

/// Which lanes are looked at. They are claimed one after the other, so that a look is at those that were ever claimed and
/// some more; now and then it is at all of them, since a writer may take any.
#[derive(Debug, Default)]
pub(super) struct Frontier {
    /// How many lanes there are up to the last that was ever claimed.
    taken: usize,
    looks: u64,
}

impl Frontier {
    /// Lanes beyond the last that was claimed, and every how many looks all of them are looked at.
    const MORE: usize = 16;
    const ALL_EVERY: u64 = 16;

    /// How many of so many lanes the next look is at.
    pub(super) fn next(&mut self, all: usize) -> usize {
        self.looks += 1;
        if self.looks % Self::ALL_EVERY == 1 { all } else { self.reach(all) }
    }

    /// How many of so many lanes reach beyond the last that was ever claimed.
    pub(super) fn reach(&self, all: usize) -> usize {
        all.min(self.taken + Self::MORE)
    }

    /// The place of the last lane that was claimed, of those that were looked at.
    pub(super) fn note(&mut self, last: Option<usize>) {
        self.taken = last.map_or(0, |last| last + 1).max(self.taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_that_were_never_claimed_are_looked_at_now_and_then() {
        let mut frontier = Frontier::default();
        let next: Vec<usize> = (0..18).map(|_| frontier.next(1000)).collect();
        assert_eq!((next[0], next[1], next[15], next[16], next[17]), (1000, 16, 16, 1000, 16));
        frontier.note(Some(4));
        assert_eq!(frontier.next(1000), 21);
        frontier.note(None);
        assert_eq!([frontier.next(1000), frontier.next(7)], [21, 7]);
    }

    #[test]
    fn fast_writers_are_looked_at_more_often() {
        let next = |rate| {
            let mut pace = LookPace::default();
            pace.set(rate);
            pace.next()
        };
        assert_eq!(LookPace::default().next(), LONGEST);
        assert_eq!([0.0, 1e-6].map(next), [LONGEST; 2]);
        // A task a microsecond.
        assert_eq!(next(1e-3), Duration::from_micros(4096));
        assert_eq!(next(1.0), SHORTEST);
        assert_eq!(next(f64::NAN), LONGEST);
    }

    #[test]
    fn it_is_looked_often_for_a_second_after_a_burst() {
        let mut pace = LookPace::default();
        pace.set(1e-3);
        let mut since = Duration::ZERO;
        while pace.next() < LONGEST {
            since += pace.next();
            pace.set(0.0);
        }
        assert!(since > Duration::from_secs(1) && since < Duration::from_secs(3), "{since:?}");
        pace.set(1e-3);
        assert_eq!(pace.next(), Duration::from_micros(4096));
    }
}
