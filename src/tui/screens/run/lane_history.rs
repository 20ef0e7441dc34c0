//! How busy each worker was over the time of a trial, kept from snapshot to snapshot in constant memory.
//!
//! For trials with more tasks than could be drawn one by one: what is left to show is how much of the time the
//! workers spent in tasks. And for all of them what the workers did with it: tasks that sleep do not compute, and turns
//! of an interpreter's lock are shorter than any column.

use crate::record::{Activity, LaneView, Snapshot};

/// Steps kept; when they are full, each two become one.
const STEPS_MAX: usize = 256;
/// The first step, in seconds: about the time between two frames.
const STEP_S: f64 = 0.125;

/// Things that a worker does: it computes (under a lock: holds it), waits for the lock, is blocked, runs native code
/// without the lock, gets tasks and gives back results, could run and has no CPU, sends or receives, is in a collective.
pub const DID: usize = 8;

/// The busy history of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneHistory {
    step_s: f64,
    seen_s: f64,
    lanes: Vec<LaneShares>,
}

/// A worker's fractions of time, each in equal steps.
#[derive(Debug, Clone, Default, PartialEq)]
struct LaneShares {
    busy: ShareSeries,
    /// Those of each thing that it did; no steps while nothing is known of that.
    did: [ShareSeries; DID],
}

/// The growth of a time that is counted up, as fractions of equal steps.
#[derive(Debug, Clone, Default, PartialEq)]
struct ShareSeries {
    /// Seconds counted at the last snapshot, and at the end of the last step.
    seen_s: f64,
    step_end_s: f64,
    steps: Vec<f32>,
}

impl Default for LaneHistory {
    fn default() -> Self {
        Self { step_s: STEP_S, seen_s: 0.0, lanes: Vec::new() }
    }
}

impl LaneHistory {
    /// Takes in the next snapshot of the trial.
    pub fn see(&mut self, snapshot: &Snapshot) {
        let now_s = snapshot.elapsed_s;
        if now_s < self.seen_s {
            // Time goes backwards from one trial to the next, and at no other time.
            *self = Self::default();
        }
        if !(now_s > self.seen_s && now_s.is_finite()) {
            return;
        }
        // After a long pause the steps between are few again, since each has become longer.
        while now_s / self.step_s > 2.0 * STEPS_MAX as f64 {
            self.coarsen();
        }
        let steps = self.lanes.first().map_or(0, |lane| lane.busy.steps.len());
        let fresh = LaneShares { busy: ShareSeries::late(steps), ..LaneShares::default() };
        if self.lanes.len() < snapshot.lanes.len() {
            self.lanes.resize(snapshot.lanes.len(), fresh);
        }
        for (lane, view) in self.lanes.iter_mut().zip(&snapshot.lanes) {
            lane.advance((self.seen_s, now_s), view, self.step_s);
        }
        self.seen_s = now_s;
        while self.lanes.iter().any(|lane| lane.busy.steps.len() >= STEPS_MAX) {
            self.coarsen();
        }
    }

    /// Busy fractions of a worker in equal steps, from the trial's start to about now.
    pub fn of(&self, worker: usize) -> &[f32] {
        self.lanes.get(worker).map_or(&[], |lane| &lane.busy.steps)
    }

    /// Fractions of the same steps that a worker did each thing; empty while nothing is known of that.
    pub fn did(&self, worker: usize) -> [&[f32]; DID] {
        self.lanes.get(worker).map_or([&[]; DID], |lane| lane.did.each_ref().map(|series| series.steps.as_slice()))
    }

    fn coarsen(&mut self) {
        for lane in &mut self.lanes {
            for series in std::iter::once(&mut lane.busy).chain(&mut lane.did) {
                series.coarsen(self.step_s);
            }
        }
        self.step_s *= 2.0;
    }
}

impl LaneShares {
    fn advance(&mut self, span: (f64, f64), view: &LaneView, step_s: f64) {
        let steps = self.busy.steps.len();
        self.busy.advance(span, view.busy_s, step_s);
        let Some(counted) = counted(view) else { return };
        for (series, counted_s) in self.did.iter_mut().zip(counted) {
            if series.steps.len() < steps {
                *series = ShareSeries::late(steps);
            }
            series.advance(span, counted_s, step_s);
        }
    }
}

/// Seconds that a worker did each thing; `None` where nothing is known.
fn counted(view: &LaneView) -> Option<[f64; DID]> {
    let seconds = |activity: Activity| view.seconds[activity as usize];
    let moved_s = seconds(Activity::Fetching) + seconds(Activity::Delivering);
    if let Some(lock) = view.lock {
        // A worker that waits for a pipe under a lock is blocked: it has let go of the lock for that.
        return Some([lock.held_s, lock.waited_s, lock.blocked_s, lock.native_s, 0.0, 0.0, 0.0, 0.0]);
    }
    let waits = [Activity::WaitingForLock, Activity::WaitingForGil, Activity::WaitingForMessages];
    let waited_s = waits.map(seconds).iter().sum();
    let messages_s = seconds(Activity::Sending) + seconds(Activity::Receiving);
    let [computed_s, blocked_s, native_s, queued_s] =
        [Activity::Running, Activity::Blocked, Activity::Native, Activity::Queued].map(seconds);
    let all =
        [computed_s, waited_s, blocked_s, native_s, moved_s, queued_s, messages_s, seconds(Activity::InCollective)];
    (all.iter().sum::<f64>() > 0.0).then_some(all)
}

impl ShareSeries {
    /// One that begins after so many steps.
    fn late(steps: usize) -> Self {
        Self { steps: vec![0.0; steps], ..Self::default() }
    }

    fn coarsen(&mut self, step_s: f64) {
        // An odd step at the end is dropped; its time belongs to the next, longer one.
        let whole = self.steps.len() / 2 * 2;
        if let Some(odd) = self.steps.get(whole) {
            self.step_end_s -= f64::from(*odd) * step_s;
        }
        self.steps = self.steps[..whole].chunks_exact(2).map(|pair| f32::midpoint(pair[0], pair[1])).collect();
    }

    /// The time counted is taken to have grown evenly between two snapshots.
    fn advance(&mut self, (from_s, to_s): (f64, f64), counted_s: f64, step_s: f64) {
        // A replacement for a lost worker may count anew.
        let gained_s = (counted_s - self.seen_s).max(0.0);
        loop {
            let end_s = (self.steps.len() + 1) as f64 * step_s;
            if end_s > to_s {
                break;
            }
            let part = ((end_s - from_s) / (to_s - from_s)).clamp(0.0, 1.0);
            let at_end_s = self.seen_s + gained_s * part;
            self.steps.push(((at_end_s - self.step_end_s) / step_s).clamp(0.0, 1.0) as f32);
            self.step_end_s = at_end_s;
        }
        if counted_s < self.seen_s {
            self.step_end_s += counted_s - self.seen_s;
        }
        self.seen_s = counted_s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::LaneView;

    fn snapshot(elapsed_s: f64, busy_s: &[f64]) -> Snapshot {
        let lanes = busy_s.iter().map(|&busy_s| LaneView { busy_s, ..LaneView::default() }).collect();
        Snapshot { elapsed_s, lanes, ..Snapshot::default() }
    }

    #[test]
    fn fractions_follow_busy_time() {
        let mut history = LaneHistory::default();
        history.see(&snapshot(0.25, &[0.25, 0.0]));
        history.see(&snapshot(0.50, &[0.25, 0.25]));
        assert_eq!(history.of(0), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(history.of(1), [0.0, 0.0, 1.0, 1.0]);
        assert!(history.of(2).is_empty());
    }

    #[test]
    fn what_is_done_about_a_lock_has_the_same_steps() {
        use crate::record::LockView;
        let lock = |held_s, waited_s| Some(LockView { held_s, waited_s, ..LockView::default() });
        let see = |history: &mut LaneHistory, elapsed_s, lock| {
            let lanes = vec![LaneView { busy_s: elapsed_s, lock, ..LaneView::default() }];
            history.see(&Snapshot { elapsed_s, lanes, ..Snapshot::default() });
        };
        let mut history = LaneHistory::default();
        see(&mut history, 0.25, None);
        assert_eq!(history.did(0), [&[] as &[f32]; DID], "there is no lock yet");
        see(&mut history, 0.50, lock(0.25, 0.0));
        see(&mut history, 0.75, lock(0.25, 0.25));
        let [held, waited, blocked, native, ..] = history.did(0);
        assert_eq!(held, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(waited, [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
        assert_eq!([blocked, native], [&[0.0_f32; 6]; 2]);
        for tick in 1..5_000 {
            let t = 0.75 + f64::from(tick) * 0.13;
            see(&mut history, t, lock(t / 2.0, t / 2.0));
            assert!(history.did(0).iter().all(|steps| steps.len() == history.of(0).len()));
        }
        assert_eq!(history.did(1), [&[] as &[f32]; DID]);
    }

    #[test]
    fn memory_stays_constant_and_the_picture_the_same() {
        let mut history = LaneHistory::default();
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
    fn the_next_trial_begins_anew() {
        let mut history = LaneHistory::default();
        history.see(&snapshot(4.0, &[0.0]));
        history.see(&snapshot(0.25, &[0.25]));
        assert_eq!(history.of(0), [1.0, 1.0], "the trial before is not taken for this one");
    }

    #[test]
    fn odd_snapshots_are_borne() {
        let mut history = LaneHistory::default();
        for (t, busy) in [(f64::NAN, 1.0), (-1.0, 0.0), (1e12, 5.0), (1.0, 1.0), (2e12, 0.0)] {
            history.see(&snapshot(t, &[busy]));
        }
        assert!(history.of(0).len() <= STEPS_MAX);
        assert!(history.of(0).iter().all(|f| (0.0..=1.0).contains(f)));
    }
}
