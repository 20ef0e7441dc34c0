//! When to draw: at once after a key, calmly otherwise.
//!
//! Frames cost CPU time and bytes on the line, both of which a run may need; so they are few, and pure time
//! arithmetic decides when.

use std::time::{Duration, Instant};

/// Between frames while a run is on: 8 a second.
const RUNNING: Duration = Duration::from_millis(125);
/// Between frames while nothing is on.
const IDLE: Duration = Duration::from_secs(1);
/// Between frames at the least, however fast keys come: about 30 a second.
const SHORTEST: Duration = Duration::from_millis(33);

/// What calls for frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tempo {
    /// A run is on, and on the screen.
    Running,
    /// Nothing is on.
    Idle,
    /// Nothing is to be drawn until somebody presses a key.
    Frozen,
}

/// Decides when the next frame is due.
#[derive(Debug, Clone, Copy)]
pub struct Pacer {
    last: Instant,
    /// Whether something happened that must be seen soon.
    urgent: bool,
}

impl Pacer {
    /// The first frame is due at once.
    pub fn new(now: Instant) -> Self {
        Self { last: now.checked_sub(IDLE).unwrap_or(now), urgent: true }
    }

    /// Something happened that must be seen soon.
    pub fn hurry(&mut self) {
        self.urgent = true;
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        *self = Self { last: now, urgent: false };
    }

    /// How long until the next frame is due; nothing if it is due now.
    pub fn wait(&self, now: Instant, tempo: Tempo) -> Duration {
        let interval = match (self.urgent, tempo) {
            (true, _) => SHORTEST,
            (false, Tempo::Running) => RUNNING,
            (false, Tempo::Idle) => IDLE,
            // No frame will ever be due; looking around once a second does no harm.
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
        pacer.drawn(start);
        assert_eq!(pacer.wait(start + 25 * MS, Tempo::Running), 100 * MS);
        assert_eq!(pacer.wait(start + 25 * MS, Tempo::Idle), 975 * MS);
        pacer.hurry();
        assert_eq!(pacer.wait(start + 25 * MS, Tempo::Idle), 8 * MS);
        assert!(pacer.is_due(start + 33 * MS, Tempo::Frozen));
        pacer.drawn(start + 33 * MS);
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
                    pacer.drawn(now);
                }
            }
            assert!(frames <= most && frames + 3 >= most, "{tempo:?}: {frames} frames in 10 s");
        }
    }
}
