//! What stands at the end of a worker's lane: what it is doing, and which parts of the time it did what, as far as there
//! is room.

use super::lock;
use crate::foreign::escaped;
use crate::record::{Activity, LaneKind, LaneState, LaneView};
use crate::results::activity_heading;
use crate::tui::widgets::paint;
use crate::units;

/// The parts of its time that a worker computed and that it waited: for the lock, for something outside, for a pipe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TimeShares {
    pub(super) computed: f64,
    pub(super) waited: f64,
}

impl TimeShares {
    /// Those of a worker, of the seconds since the gate opened; `None` where nothing is known.
    pub(super) fn of(lane: &LaneView, elapsed_s: f64) -> Option<Self> {
        let began = !matches!(lane.state, LaneState::Absent | LaneState::Waiting);
        if !(began && elapsed_s.is_finite() && elapsed_s > 0.0) {
            return None;
        }
        let seconds = |activity: Activity| lane.seconds[activity as usize];
        let share = |seconds: f64| (seconds / elapsed_s).clamp(0.0, 1.0);
        if let Some(lock) = lane.lock {
            return Some(Self {
                computed: share(lock.held_s + lock.native_s),
                waited: share(lock.waited_s + lock.blocked_s),
            });
        }
        let known: f64 = lane.seconds.iter().sum();
        if known <= 0.0 {
            return Some(Self { computed: share(lane.busy_s), waited: 0.0 });
        }
        let computed = seconds(Activity::Running) + seconds(Activity::Native);
        let waited = seconds(Activity::WaitingForLock) + seconds(Activity::Blocked);
        Some(Self { computed: share(computed), waited: share(waited) })
    }
}

/// The end of a lane in so many columns at most: `busy  98%  waits   2%`, ` 98%`; under a lock with what is done about
/// it before that. Of one width for all lanes and times, so that the time line beside it stands still.
pub(super) fn words(lane: &LaneView, elapsed_s: f64, room: u16) -> String {
    let shares = TimeShares::of(lane, elapsed_s).map(|shares| [shares.computed, shares.waited].map(paint::percent));
    let doing = lane.lock.map(|lock| format!("{} ", lock::word(lock.activity))).unwrap_or_default();
    let forms = match shares {
        None => vec![doing.trim_end().to_owned()],
        Some([computed, waited]) => vec![
            format!("{doing}busy {computed:>3}%  waits {waited:>3}%"),
            format!("{doing}{computed:>3}%"),
            doing.trim_end_matches(' ').to_owned(),
        ],
    };
    let fits = |text: &String| text.chars().count() <= usize::from(room);
    forms.into_iter().find(fits).unwrap_or_default()
}

/// The end of the lane of another program's thread, in so many columns at most: what it does now, and the part of its
/// life that it ran: `GIL        48%`.
pub(super) fn of_thread(lane: &LaneView, room: u16) -> String {
    /// Columns of what it does.
    const DOING: usize = 9;
    /// The same of a rank, and of its call.
    const OF_RANK: usize = 10;
    const CALL: usize = 16;
    let lived_s: f64 = lane.seconds.iter().sum();
    let ran = if lived_s > 0.0 { lane.seconds[Activity::Running as usize] / lived_s } else { 0.0 };
    let doing = match (lane.state, lane.activity) {
        (LaneState::Finished, _) => "",
        (_, Activity::Blocked) if !lane.call.is_empty() => &lane.call,
        (_, Activity::Running) if lane.kind == LaneKind::Rank => "computing",
        (_, activity) => activity_heading(activity),
    };
    let doing = escaped(doing);
    let columns = if lane.kind == LaneKind::Rank { OF_RANK } else { DOING };
    let short: String = doing.chars().take(columns).collect();
    let percent = format!("{:>3}%", paint::percent(ran));
    let memory = lane.memory_bytes.map(|bytes| format!("{percent}  {:>9}", units::bytes(bytes)));
    let all = memory.iter().map(|memory| format!("{short:<columns$} {memory}"));
    // Of a worker elsewhere nothing else tells its memory, and what its thread waits in is not seen.
    let less = memory.iter().filter(|_| lane.is_elsewhere()).cloned();
    // Of a rank the call with whom it is for, where there is room.
    let call = (lane.kind == LaneKind::Rank && lane.state == LaneState::Running)
        .then(|| format!("{:<CALL$} {percent}", if lane.call.is_empty() { doing.as_ref() } else { &lane.call }));
    let forms = call.into_iter().chain(all).chain(less).chain([format!("{short:<columns$} {percent}"), percent]);
    forms.into_iter().find(|text| text.chars().count() <= usize::from(room)).unwrap_or_default()
}
