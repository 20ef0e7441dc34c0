//! How busy each worker was over the time of a trial, kept from snapshot to snapshot in constant memory.
//!
//! For trials with more tasks than could be drawn one by one: what is left to show is how much of the time the
//! workers spent in tasks.

use crate::engine::Snapshot;

/// Steps kept; when they are full, each two become one.
const STEPS_MAX: usize = 256;
/// The first step, in seconds: about the time between two frames.
const STEP_S: f64 = 0.125;

/// The busy history of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    step_s: f64,
    seen_s: f64,
    lanes: Vec<Lane>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Lane {
    /// Busy seconds at the last snapshot, and at the end of the last step.
    seen_busy_s: f64,
    step_busy_s: f64,
    steps: Vec<f32>,
}

impl Default for History {
    fn default() -> Self {
        Self { step_s: STEP_S, seen_s: 0.0, lanes: Vec::new() }
    }
}

impl History {
    /// Takes in the next snapshot of the trial.
    pub fn see(&mut self, snapshot: &Snapshot) {
        let now_s = snapshot.elapsed_s;
        if !(now_s > self.seen_s && now_s.is_finite()) {
            return;
        }
        // After a long pause the steps between are few again, since each has become longer.
        while now_s / self.step_s > 2.0 * STEPS_MAX as f64 {
            self.coarsen();
        }
        let steps = self.lanes.first().map_or(0, |lane| lane.steps.len());
        let fresh = Lane { steps: vec![0.0; steps], ..Lane::default() };
        if self.lanes.len() < snapshot.lanes.len() {
            self.lanes.resize(snapshot.lanes.len(), fresh);
        }
        for (lane, view) in self.lanes.iter_mut().zip(&snapshot.lanes) {
            lane.advance((self.seen_s, now_s), view.busy_s, self.step_s);
        }
        self.seen_s = now_s;
        while self.lanes.iter().any(|lane| lane.steps.len() >= STEPS_MAX) {
            self.coarsen();
        }
    }

    /// Busy fractions of a worker in equal steps, from the trial's start to about now.
    pub fn of(&self, worker: usize) -> &[f32] {
        self.lanes.get(worker).map_or(&[], |lane| &lane.steps)
    }

    fn coarsen(&mut self) {
        for lane in &mut self.lanes {
            // An odd step at the end is dropped; its time belongs to the next, longer one.
            let whole = lane.steps.len() / 2 * 2;
            if let Some(odd) = lane.steps.get(whole) {
                lane.step_busy_s -= f64::from(*odd) * self.step_s;
            }
            lane.steps = lane.steps[..whole].chunks_exact(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
        }
        self.step_s *= 2.0;
    }
}

impl Lane {
    /// Busy time is taken to have grown evenly between two snapshots.
    fn advance(&mut self, (from_s, to_s): (f64, f64), busy_s: f64, step_s: f64) {
        // A replacement for a lost worker may count anew.
        let gained_s = (busy_s - self.seen_busy_s).max(0.0);
        loop {
            let end_s = (self.steps.len() + 1) as f64 * step_s;
            if end_s > to_s {
                break;
            }
            let part = ((end_s - from_s) / (to_s - from_s)).clamp(0.0, 1.0);
            let at_end_s = self.seen_busy_s + gained_s * part;
            self.steps.push(((at_end_s - self.step_busy_s) / step_s).clamp(0.0, 1.0) as f32);
            self.step_busy_s = at_end_s;
        }
        if busy_s < self.seen_busy_s {
            self.step_busy_s += busy_s - self.seen_busy_s;
        }
        self.seen_busy_s = busy_s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::LaneView;

    fn snapshot(elapsed_s: f64, busy_s: &[f64]) -> Snapshot {
        let lanes = busy_s.iter().map(|&busy_s| LaneView { busy_s, ..LaneView::default() }).collect();
        Snapshot { elapsed_s, lanes, ..Snapshot::default() }
    }

    #[test]
    fn fractions_follow_busy_time() {
        let mut history = History::default();
        history.see(&snapshot(0.25, &[0.25, 0.0]));
        history.see(&snapshot(0.50, &[0.25, 0.25]));
        assert_eq!(history.of(0), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(history.of(1), [0.0, 0.0, 1.0, 1.0]);
        assert!(history.of(2).is_empty());
    }

    #[test]
    fn memory_stays_constant_and_the_picture_the_same() {
        let mut history = History::default();
        for tick in 1..10_000 {
            let t = f64::from(tick) * 0.13;
            history.see(&snapshot(t, &[t * 0.5]));
            assert!(history.of(0).len() <= STEPS_MAX);
        }
        assert!(history.of(0).len() >= STEPS_MAX / 4);
        assert!(history.of(0).iter().all(|f| (f - 0.5).abs() < 1e-3), "{:?}", history.of(0));
        let covered_s = history.of(0).len() as f64 * history.step_s;
        assert!(covered_s <= 1300.0 && covered_s + history.step_s > 1299.0);
    }

    #[test]
    fn odd_snapshots_are_borne() {
        let mut history = History::default();
        for (t, busy) in [(f64::NAN, 1.0), (-1.0, 0.0), (1e12, 5.0), (1.0, 1.0), (2e12, 0.0)] {
            history.see(&snapshot(t, &[busy]));
        }
        assert!(history.of(0).len() <= STEPS_MAX);
        assert!(history.of(0).iter().all(|f| (0.0..=1.0).contains(f)));
    }
}
