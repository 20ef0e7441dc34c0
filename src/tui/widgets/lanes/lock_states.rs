//! What a worker under an interpreter's lock did in each column of its time line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::{LaneFrame, LaneRow, Lanes};
use crate::record::LaneState;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// What a worker did with most of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockState {
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
}

/// Of the time that it wanted the lock, the part from which on a worker is said to have had it, and up to which it is
/// said to have waited: between these it took turns. Among two workers each has one half, among eight one eighth.
const HAD_IT: f64 = 0.75;
const WAITED: f64 = 0.1;

/// The least part of a column that is worth a mark.
const LEAST: f64 = 0.05;

impl LockState {
    /// All of them, in the order of a legend, with their words.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Running, "lock"),
        (Self::InTurns, "turns"),
        (Self::Waiting, "waits"),
        (Self::Blocked, "blocked"),
        (Self::Native, "native"),
    ];

    /// Its mark on the time line.
    pub fn symbol(self, theme: &Theme) -> &'static str {
        theme.symbols().lock_states[self as usize]
    }

    /// How it looks, among workers whose work looks so.
    pub fn role(self, work: Role) -> Role {
        match self {
            Self::Running | Self::InTurns => work,
            Self::Native => Role::Accent,
            Self::Waiting => Role::Text,
            Self::Blocked => Role::Dim,
        }
    }

    /// What fractions of time held, waited, blocked and native amount to.
    fn of([held, waited, blocked, native]: [f64; 4]) -> Option<Self> {
        let all = held + waited + blocked + native;
        let state = match held / (held + waited) {
            _ if all.is_nan() || all < LEAST => return None,
            _ if blocked >= all / 2.0 => Self::Blocked,
            _ if native >= all / 2.0 => Self::Native,
            part if part >= HAD_IT => Self::Running,
            part if part > WAITED => Self::InTurns,
            _ => Self::Waiting,
        };
        Some(state)
    }
}

/// What the worker did in each column up to now; nothing at all without a lock.
pub(super) fn columns(lane: &LaneRow<'_>, frame: &LaneFrame) -> Vec<Option<LockState>> {
    let steps = lane.lock.iter().map(|steps| steps.len()).min().unwrap_or(0);
    if steps == 0 {
        return Vec::new();
    }
    let columns = frame.column(end_s(lane, frame)).round() as usize;
    let mut sums = vec![[0.0; 4]; columns];
    let step = frame.column(frame.now_s) / steps as f64;
    for i in 0..steps {
        let (from, to) = (step * i as f64, step * (i + 1) as f64);
        let levels = lane.lock.map(|steps| f64::from(steps[i].clamp(0.0, 1.0)));
        for (column, sum) in sums.iter_mut().enumerate().take(to.ceil() as usize).skip(from as usize) {
            let covered = (to.min(column as f64 + 1.0) - from.max(column as f64)).max(0.0);
            sum.iter_mut().zip(levels).for_each(|(sum, level)| *sum += covered * level);
        }
    }
    sums.into_iter().map(LockState::of).collect()
}

/// Until when there is something to tell. Steps are coarse: the last one of a worker reaches beyond its last task.
fn end_s(lane: &LaneRow<'_>, frame: &LaneFrame) -> f64 {
    let last = lane.spans.last().and_then(|segment| segment.end_s);
    last.filter(|_| lane.state == LaneState::Finished).unwrap_or(frame.now_s).min(frame.now_s)
}

impl Lanes<'_> {
    pub(super) fn lock_states(&self, states: &[Option<LockState>], time: Rect, buf: &mut Buffer) {
        for (x, state) in (time.x..).zip(states).filter_map(|(x, state)| Some((x, (*state)?))) {
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
            ([1.0, 0.0, 0.0, 0.0], Some(LockState::Running)),
            ([0.5, 0.5, 0.0, 0.0], Some(LockState::InTurns)),
            ([0.125, 0.875, 0.0, 0.0], Some(LockState::InTurns)),
            ([0.0, 0.9, 0.1, 0.0], Some(LockState::Waiting)),
            ([0.1, 0.0, 0.9, 0.0], Some(LockState::Blocked)),
            ([0.1, 0.0, 0.0, 0.4], Some(LockState::Native)),
            ([0.01, 0.02, 0.0, 0.0], None),
            ([f64::NAN, 0.0, 0.0, 0.0], None),
        ];
        for (levels, state) in cases {
            assert_eq!(LockState::of(levels), state, "{levels:?}");
        }
    }
}
