//! What a worker did in each column of its time line: from steps of the whole trial, or from its last turns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::{KINDS, LaneFrame, LaneRow, Lanes};
use crate::record::{Activity, LaneState};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// What a worker did with most of a stretch of time. Under an interpreter's lock, running is to have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneDoing {
    /// It had the lock.
    Running,
    /// It had the lock and waited for it, in turns.
    InTurns,
    /// It waited for the lock.
    Waiting,
    /// It slept, or waited for something else.
    Blocked,
    /// It ran native code.
    Native,
    /// It got tasks, or gave back results.
    Fetching,
    /// It could have run, and had no CPU.
    Queued,
    /// It sent messages, or received them.
    Messages,
    /// It was in a call that all ranks make together.
    Collective,
}

/// Of the time that it wanted the lock, the part from which on a worker is said to have had it, and up to which it is
/// said to have waited: between these it took turns. Among two workers each has one half, among eight one eighth.
const HAD_IT: f64 = 0.75;
const WAITED: f64 = 0.1;

/// The least part of a column that is worth a mark.
const LEAST: f64 = 0.05;

impl LaneDoing {
    /// All of them, in the order of a legend, with their words.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Running, "lock"),
        (Self::InTurns, "turns"),
        (Self::Waiting, "waits"),
        (Self::Blocked, "blocked"),
        (Self::Native, "native"),
        (Self::Fetching, "fetches"),
        (Self::Queued, "no CPU"),
        (Self::Messages, "messages"),
        (Self::Collective, "collective"),
    ];

    /// Its mark on the time line.
    pub fn symbol(self, theme: &Theme) -> &'static str {
        theme.symbols().doing[self as usize]
    }

    /// How it looks, among workers whose work looks so.
    pub fn role(self, work: Role) -> Role {
        match self {
            Self::Running | Self::InTurns => work,
            Self::Native | Self::Collective => Role::Accent,
            Self::Waiting | Self::Messages => Role::Text,
            Self::Queued => Role::Warn,
            Self::Blocked | Self::Fetching => Role::Dim,
        }
    }

    /// What fractions of time computed or held, waited, blocked, native, fetching, without a CPU, in messages and in
    /// collectives amount to.
    fn of([held, waited, blocked, native, fetched, queued, messages, collective]: [f64; KINDS]) -> Option<Self> {
        let in_mpi = messages + collective;
        let all = held + waited + blocked + native + fetched + queued + in_mpi;
        let state = match held / (held + waited + in_mpi) {
            _ if all.is_nan() || all < LEAST => return None,
            _ if blocked >= all / 2.0 => Self::Blocked,
            _ if native >= all / 2.0 => Self::Native,
            _ if fetched >= all / 2.0 => Self::Fetching,
            _ if queued >= all / 2.0 => Self::Queued,
            _ if messages >= all / 2.0 => Self::Messages,
            _ if collective >= all / 2.0 => Self::Collective,
            part if part >= HAD_IT => Self::Running,
            part if part > WAITED => Self::InTurns,
            _ => Self::Waiting,
        };
        Some(state)
    }

    /// Whether that is plain computing where there is no lock: tasks show it themselves.
    fn is_plain_work(self) -> bool {
        matches!(self, Self::Running | Self::InTurns)
    }
}

/// The place of an activity among them; `None` for what is no part of the trial.
fn kind(activity: Activity) -> Option<usize> {
    match activity {
        Activity::Running => Some(0),
        Activity::WaitingForLock | Activity::WaitingForGil | Activity::WaitingForMessages => Some(1),
        Activity::Blocked => Some(2),
        Activity::Native => Some(3),
        Activity::Fetching | Activity::Delivering => Some(4),
        Activity::Queued => Some(5),
        Activity::Sending | Activity::Receiving => Some(6),
        Activity::InCollective => Some(7),
        Activity::AtGate | Activity::Idle => None,
    }
}

/// What was done in each column up to now: for each thing the part of the column; nothing where nothing is known.
pub(super) fn parts(lane: &LaneRow<'_>, frame: &LaneFrame) -> Vec<[f64; KINDS]> {
    let mut sums = ColumnSums::new(frame.column(end_s(lane, frame)).round() as usize);
    if frame.from_s > 0.0 && !lane.turns.is_empty() {
        let ends = lane.turns.iter().skip(1).map(|turn| turn.from_s).chain([frame.now_s]);
        for (turn, end_s) in lane.turns.iter().zip(ends) {
            if let Some(kind) = kind(turn.activity) {
                let mut levels = [0.0; KINDS];
                levels[kind] = 1.0;
                sums.add(frame.column(turn.from_s), frame.column(end_s), levels);
            }
        }
        return sums.columns;
    }
    let steps = lane.did.iter().map(|steps| steps.len()).max().unwrap_or(0);
    if steps == 0 {
        return Vec::new();
    }
    let at_s = |step: usize| frame.now_s * step as f64 / steps as f64;
    for step in 0..steps {
        let level = |steps: &[f32]| steps.get(step).map_or(0.0, |level| f64::from(level.clamp(0.0, 1.0)));
        sums.add(frame.column(at_s(step)), frame.column(at_s(step + 1)), lane.did.map(level));
    }
    sums.columns
}

/// Parts of columns, summed up.
struct ColumnSums {
    columns: Vec<[f64; KINDS]>,
}

impl ColumnSums {
    fn new(columns: usize) -> Self {
        Self { columns: vec![[0.0; KINDS]; columns] }
    }

    fn add(&mut self, from: f64, to: f64, levels: [f64; KINDS]) {
        for (column, sum) in self.columns.iter_mut().enumerate().take(to.ceil() as usize).skip(from as usize) {
            let covered = (to.min(column as f64 + 1.0) - from.max(column as f64)).max(0.0);
            sum.iter_mut().zip(levels).for_each(|(sum, level)| *sum += covered * level);
        }
    }
}

/// Until when there is something to tell. Steps are coarse: the last one of a worker reaches beyond its last task.
fn end_s(lane: &LaneRow<'_>, frame: &LaneFrame) -> f64 {
    let last = lane.spans.last().and_then(|segment| segment.end_s);
    last.filter(|_| lane.state == LaneState::Finished).unwrap_or(frame.now_s).min(frame.now_s)
}

impl Lanes<'_> {
    /// The mark of each column; none where tasks show what was done.
    pub(super) fn doing(&self, parts: &[[f64; KINDS]]) -> Vec<Option<LaneDoing>> {
        let of = |parts: &[f64; KINDS]| LaneDoing::of(*parts).filter(|doing| self.locked || !doing.is_plain_work());
        parts.iter().map(of).collect()
    }

    pub(super) fn doing_marks(&self, doing: &[Option<LaneDoing>], time: Rect, buf: &mut Buffer) {
        for (x, state) in (time.x..).zip(doing).filter_map(|(x, state)| Some((x, (*state)?))) {
            paint::dot(buf, time, (x, time.y), state.symbol(self.theme), self.theme.style(state.role(self.work)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_part_of_a_column_decides() {
        let cases = [
            ([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], Some(LaneDoing::Running)),
            ([0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], Some(LaneDoing::InTurns)),
            ([0.125, 0.875, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], Some(LaneDoing::InTurns)),
            ([0.0, 0.9, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0], Some(LaneDoing::Waiting)),
            ([0.1, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0, 0.0], Some(LaneDoing::Blocked)),
            ([0.1, 0.0, 0.0, 0.4, 0.0, 0.0, 0.0, 0.0], Some(LaneDoing::Native)),
            ([0.01, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], None),
            ([0.2, 0.0, 0.0, 0.0, 0.8, 0.0, 0.0, 0.0], Some(LaneDoing::Fetching)),
            ([0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.7, 0.1], Some(LaneDoing::Messages)),
            ([0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.7], Some(LaneDoing::Collective)),
            ([0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.3], Some(LaneDoing::InTurns)),
            ([f64::NAN, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], None),
        ];
        for (levels, state) in cases {
            assert_eq!(LaneDoing::of(levels), state, "{levels:?}");
        }
    }
}
