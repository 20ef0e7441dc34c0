//! How often each thread was looked at: as often as it may be, or less often where there are so many that it would cost
//! too much.

/// So often each is looked at where that costs little, within what a busy machine makes of ten times a second.
const OFTEN_HZ: f64 = 9.0;

/// What lies so long ago counts for little of what is of late, in seconds.
const MEMORY_S: f64 = 2.0;

/// How often each thread was looked at, on average.
#[derive(Debug, Default)]
pub(super) struct LookRate {
    first_ns: Option<u64>,
    last_ns: u64,
    /// Looks at all of them that all looks so far come to, without the first.
    looks: f64,
    /// How often a second, of late.
    late_hz: Option<f64>,
    /// Whether any look left threads out.
    is_partial: bool,
}

impl LookRate {
    /// Takes in a look at an instant that was at a part of the threads, 0 to 1.
    pub(super) fn see(&mut self, at_ns: u64, covers: f64) {
        let before_ns = std::mem::replace(&mut self.last_ns, at_ns);
        self.is_partial |= covers < 1.0;
        if self.first_ns.is_none() {
            self.first_ns = Some(at_ns);
            return;
        }
        self.looks += covers;
        let since_s = at_ns.saturating_sub(before_ns) as f64 * 1e-9;
        if since_s > 0.0 {
            let hz = covers / since_s;
            let weight = (since_s / MEMORY_S).min(1.0);
            self.late_hz = Some(self.late_hz.map_or(hz, |late| late + (hz - late) * weight));
        }
    }

    /// How often a second each is looked at of late, where that is less often than it may be.
    pub(super) fn of_late(&self) -> Option<f64> {
        self.late_hz.filter(|&hz| self.is_partial && hz < OFTEN_HZ)
    }

    /// Says how often that was over all, where it was less often than it may be.
    pub(super) fn remark(&self) -> Option<String> {
        let over_s = self.last_ns.saturating_sub(self.first_ns?) as f64 * 1e-9;
        let hz = self.looks / over_s;
        (self.is_partial && hz < OFTEN_HZ).then(|| {
            format!("there were too many threads to look at each of them often: it was {hz:.1} times a second")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(covers: f64) -> LookRate {
        let mut rate = LookRate::default();
        (0..=100).for_each(|look| rate.see(look * 100_000_000, covers));
        rate
    }

    #[test]
    fn what_is_looked_at_as_often_as_may_be_is_no_reason_to_say_so() {
        let often = rate(1.0);
        assert_eq!((often.of_late(), often.remark()), (None, None));
        assert_eq!(LookRate::default().remark(), None);
    }

    #[test]
    fn it_is_told_how_often_each_is_looked_at_where_that_is_rare() {
        let mut rare = rate(0.25);
        assert_eq!(rare.of_late().map(|hz| (hz * 1e6).round() / 1e6), Some(2.5));
        assert!(rare.remark().unwrap().ends_with("it was 2.5 times a second"), "{rare:?}");
        // Fewer threads are left.
        (101..300).for_each(|look| rare.see(look * 100_000_000, 1.0));
        assert_eq!(rare.of_late(), None);
        assert!(rare.remark().unwrap().ends_with("it was 7.5 times a second"), "{rare:?}");
    }
}
