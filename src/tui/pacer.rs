//! When to draw: at once after a key, calmly otherwise.
//!
//! Frames cost CPU time and bytes on the line, both of which a run may need. So they are few, and fewer where each
//! changes much of the screen: what is drawn unasked stays within a budget of bytes. Pure arithmetic decides when.

use std::time::{Duration, Instant};

/// Between frames while a run is on: 8 a second.
const RUNNING: Duration = Duration::from_millis(125);
/// Between frames while nothing is on.
const IDLE: Duration = Duration::from_secs(1);
/// Between frames at the least, however fast keys come: about 30 a second.
const SHORTEST: Duration = Duration::from_millis(33);

/// What frames that the user did not ask for by pressing a key may cost on average, in bytes a second.
const BUDGET_PER_S: f64 = 6_000.0;
/// What may be spent at once before the budget holds back: a screen drawn whole, and some.
const BURST: f64 = 8_000.0;

/// What calls for frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tempo {
    /// A run is on, and on the screen.
    Running,
    /// Nothing is on.
    Idle,
    /// Nothing is to be drawn until the user presses a key.
    Frozen,
}

/// Decides when the next frame is due.
#[derive(Debug, Clone, Copy)]
pub struct Pacer {
    last: Instant,
    /// Whether something happened that must be seen soon.
    urgent: bool,
    /// Bytes written and not yet made up for by time, as of the last frame.
    debt: f64,
}

impl Pacer {
    /// The first frame is due at once.
    pub fn new(now: Instant) -> Self {
        Self { last: now.checked_sub(IDLE).unwrap_or(now), urgent: true, debt: 0.0 }
    }

    /// Something happened that must be seen soon.
    pub fn hurry(&mut self) {
        self.urgent = true;
    }

    /// A frame was drawn that took so many bytes.
    pub fn drawn(&mut self, now: Instant, bytes: u64) {
        let made_up = now.saturating_duration_since(self.last).as_secs_f64() * BUDGET_PER_S;
        *self = Self { last: now, urgent: false, debt: (self.debt - made_up).max(0.0) + bytes as f64 };
    }

    /// A frame was due, but the one before has not been read yet.
    pub fn put_off(&mut self, now: Instant) {
        *self = Self { last: now, urgent: true, ..*self };
    }

    /// How long until the next frame is due; nothing if it is due now.
    pub fn wait(&self, now: Instant, tempo: Tempo) -> Duration {
        let paid = Duration::from_secs_f64((self.debt - BURST).max(0.0) / BUDGET_PER_S);
        let interval = match (self.urgent, tempo) {
            (true, _) => SHORTEST,
            (false, Tempo::Running) => RUNNING.max(paid),
            (false, Tempo::Idle) => IDLE.max(paid),
            // No frame will ever be due; looking around once a second costs nothing.
            (false, Tempo::Frozen) => return IDLE,
        };
        interval.saturating_sub(now.saturating_duration_since(self.last))
    }

    /// Whether to draw now.
    pub fn is_due(&self, now: Instant, tempo: Tempo) -> bool {
        (self.urgent || tempo != Tempo::Frozen) && self.wait(now, tempo).is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn keys_are_answered_soon_and_the_rest_waits() {
        let start = Instant::now();
        let mut pacer = Pacer::new(start);
        assert!(pacer.is_due(start, Tempo::Idle), "the first frame is due at once");
        pacer.drawn(start, 0);
        assert_eq!(pacer.wait(start + 25 * MS, Tempo::Running), 100 * MS);
        assert_eq!(pacer.wait(start + 25 * MS, Tempo::Idle), 975 * MS);
        pacer.hurry();
        assert_eq!(pacer.wait(start + 25 * MS, Tempo::Idle), 8 * MS);
        assert!(pacer.is_due(start + 33 * MS, Tempo::Frozen));
        pacer.drawn(start + 33 * MS, 0);
        assert!(!pacer.is_due(start + 33 * MS + 10_000 * MS, Tempo::Frozen), "frozen until a key comes");
        assert!(!pacer.wait(start + 33 * MS + 10_000 * MS, Tempo::Frozen).is_zero(), "and without spinning");
    }

    #[test]
    fn rates_hold_over_time() {
        for (tempo, hurried, most) in [(Tempo::Running, false, 81), (Tempo::Idle, false, 11), (Tempo::Idle, true, 304)]
        {
            let start = Instant::now();
            let mut pacer = Pacer::new(start);
            let mut frames = 0;
            for ms in 0..10_000 {
                let now = start + ms * MS;
                if hurried {
                    pacer.hurry();
                }
                if pacer.is_due(now, tempo) {
                    frames += 1;
                    pacer.drawn(now, 0);
                }
            }
            assert!(frames <= most && frames + 3 >= most, "{tempo:?}: {frames} frames in 10 s");
        }
    }

    #[test]
    fn frames_that_change_much_come_more_seldom() {
        let start = Instant::now();
        let mut pacer = Pacer::new(start);
        let mut bytes = 0;
        for ms in 0..20_000 {
            let now = start + ms * MS;
            if pacer.is_due(now, Tempo::Running) {
                bytes += 2_000;
                pacer.drawn(now, 2_000);
            }
        }
        let most = 20.0 * BUDGET_PER_S + BURST + 2_000.0;
        assert!(f64::from(bytes) <= most && f64::from(bytes) > 0.9 * most, "{bytes} bytes in 20 s");
        pacer.hurry();
        assert!(pacer.wait(start + 20_000 * MS, Tempo::Running) <= SHORTEST, "a key is answered all the same");
    }
}
