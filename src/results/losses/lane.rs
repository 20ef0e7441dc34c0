//! One lane's account, cut to the time from the opening of the gate to the last task's end, by use.
//!
//! Its sum is that time whatever the account says: what is missing is not explained, and what is too much, by clocks
//! that disagree, makes all of it less.

use crate::record::{Activity, LaneTotals};
use crate::results::time_use::{TimeUse, UseSeconds};

/// Seconds in each activity, by its number.
type ActivitySeconds = [f64; Activity::COUNT];

/// What a lane did last: in this order, time after the last task's end is taken off its account. Under an interpreter's
/// lock a worker runs until it is gone; one that comes when all is over is at the gate, and ran nothing.
const LAST: [Activity; Activity::COUNT] = [
    Activity::Idle,
    Activity::Fetching,
    Activity::Delivering,
    Activity::Running,
    Activity::WaitingForLock,
    Activity::Native,
    Activity::Blocked,
    Activity::AtGate,
    Activity::Queued,
    Activity::WaitingForGil,
    Activity::Sending,
    Activity::Receiving,
    Activity::InCollective,
    Activity::WaitingForMessages,
];

/// What it did first: time before the gate was opened.
const FIRST: [Activity; Activity::COUNT] = [
    Activity::AtGate,
    Activity::Idle,
    Activity::Fetching,
    Activity::Delivering,
    Activity::Running,
    Activity::WaitingForLock,
    Activity::Native,
    Activity::Blocked,
    Activity::Queued,
    Activity::WaitingForGil,
    Activity::Sending,
    Activity::Receiving,
    Activity::InCollective,
    Activity::WaitingForMessages,
];

/// Where the time of one lane went.
pub(super) struct LaneTime {
    pub(super) seconds: UseSeconds,
    /// Of the work, the part that needs a CPU.
    pub(super) computing_s: f64,
}

impl LaneTime {
    /// Of the work, the part in which tasks waited by themselves.
    pub(super) fn blocked_s(&self) -> f64 {
        (self.seconds[TimeUse::Work as usize] - self.computing_s).max(0.0)
    }

    /// Of a trial that took so many seconds.
    pub(super) fn of(totals: &LaneTotals, wall_s: f64, by_pipe: bool) -> Self {
        let mut spent = within(totals, wall_s);
        let came = totals.seconds.values().any(|seconds| *seconds > 0.0);
        let late_s = if came { totals.arrived_s.clamp(0.0, wall_s) } else { 0.0 };
        spent[Activity::AtGate as usize] += late_s;
        let known_s: f64 = spent.iter().sum();
        if known_s > wall_s {
            spent.iter_mut().for_each(|seconds| *seconds *= wall_s / known_s);
        }
        let of = |activity: Activity| spent[activity as usize];
        let computing_s = of(Activity::Running) + of(Activity::Native);
        let handed = of(Activity::Fetching) + of(Activity::Delivering);
        let mut seconds = [0.0; TimeUse::COUNT];
        seconds[TimeUse::Work as usize] = computing_s + of(Activity::Blocked);
        seconds[TimeUse::Lock as usize] = of(Activity::WaitingForLock) + of(Activity::WaitingForGil);
        seconds[TimeUse::Gate as usize] = of(Activity::AtGate);
        seconds[if by_pipe { TimeUse::Pipe } else { TimeUse::Dispatch } as usize] = handed;
        // A worker of parlab's own never tells that it had no CPU, nor of calls of MPI.
        let calls = [Activity::Sending, Activity::Receiving, Activity::InCollective, Activity::WaitingForMessages];
        let elsewhere_s = of(Activity::Queued) + calls.map(of).iter().sum::<f64>();
        seconds[TimeUse::Idle as usize] = of(Activity::Idle) + elsewhere_s;
        seconds[TimeUse::Unexplained as usize] = (wall_s - known_s).max(0.0);
        Self { seconds, computing_s }
    }
}

/// The account without what came before the gate was opened, and after the last task's end.
fn within(totals: &LaneTotals, wall_s: f64) -> ActivitySeconds {
    let of = |activity: Activity| totals.seconds.get(&activity).copied().filter(|s| s.is_finite() && *s > 0.0);
    let mut spent = Activity::ALL.map(|activity| of(activity).unwrap_or(0.0));
    take(&mut spent, &FIRST, -totals.arrived_s);
    take(&mut spent, &LAST, totals.until_s - wall_s.max(totals.arrived_s));
    spent
}

/// Takes so many seconds off an account, of each activity as much as there is.
fn take(spent: &mut ActivitySeconds, order: &[Activity], seconds: f64) {
    let mut left = if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
    for activity in order {
        let part = left.min(spent[*activity as usize]);
        spent[*activity as usize] -= part;
        left -= part;
    }
}
