//! What lanes show, and how time maps to columns. It draws nothing.

use ratatui::layout::Rect;

use crate::record::{LaneState, LaneTurn};
use crate::tui::theme::{Role, Theme};

/// What stands in a segment if there is room. Written only then, so that thousands of tasks cost no strings.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// Nothing.
    None,
    /// The task's input.
    Input(f64),
    /// Anything.
    Text(String),
}

/// A task on the time line.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// When it started, in seconds.
    pub start_s: f64,
    /// When it ended; `None` while it runs.
    pub end_s: Option<f64>,
    /// What stands in it.
    pub label: Label,
    /// Whether it failed.
    pub failed: bool,
}

/// Things that a lane tells of, see [`LaneRow::did`].
pub(super) const KINDS: usize = 8;

/// A worker's lane.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneRow<'a> {
    /// The worker: its number as a rule.
    pub label: String,
    /// What it is doing. All but running and finished is said in words.
    pub state: LaneState,
    /// Its tasks, oldest first.
    pub spans: &'a [Segment],
    /// When there are too many tasks to hand over: fractions of busy time 0..1, in equal steps from 0 to now.
    pub busy: &'a [f32],
    /// Fractions of time, in the same steps, that the worker computed (under a lock: held it), waited for the lock, was
    /// blocked, ran native code, got tasks, had no CPU, sent or received, was in a collective. Empty where nothing is known of that.
    pub did: [&'a [f32]; KINDS],
    /// Its last turns to or from waiting and native code, oldest first.
    pub turns: &'a [LaneTurn],
    /// The part of the time that it computed, 0..1; `None` where that is not known.
    pub share: Option<f64>,
    /// More to say, e.g. `SIGKILL in task 3`; stands to the right if there is room.
    pub note: String,
}

/// More lanes than rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LaneFold {
    /// All are seen: a row has several, as a strip that shows how busy they were together.
    #[default]
    Folded,
    /// A row has one, from this one on.
    From(usize),
}

/// All lanes of a trial.
#[derive(Debug, Clone, Copy)]
pub struct Lanes<'a> {
    /// One a worker.
    pub lanes: &'a [LaneRow<'a>],
    /// The time now, in seconds: running tasks reach to here.
    pub now_s: f64,
    /// The time at the left edge, in seconds; later than 0 where the last moments are looked at closely.
    pub from_s: f64,
    /// The time at the right edge, in seconds.
    pub span_s: f64,
    /// Whether tasks run under an interpreter's lock: then a lane tells what was done about that.
    pub locked: bool,
    /// Which lanes stand in which row where there are more of them than rows.
    pub fold: LaneFold,
    /// How work looks: as the backend whose workers these are does everywhere.
    pub work: Role,
    /// What the terminal can show.
    pub theme: &'a Theme,
}

/// Where things stand in the area, and how time maps to columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct LaneFrame {
    /// Lane labels.
    pub(super) label: Rect,
    /// The time line, all rows of it.
    pub(super) time: Rect,
    /// Words about lanes; may be empty.
    pub(super) words: Rect,
    /// Running tasks reach to here, in seconds.
    pub(super) now_s: f64,
    /// The time at the left edge, in seconds.
    pub(super) from_s: f64,
    /// The time at the right edge, in seconds; later than the left one.
    pub(super) span_s: f64,
}

impl LaneFrame {
    /// A time in columns from the left edge of the time line, fractions included.
    pub(super) fn column(&self, t_s: f64) -> f64 {
        let x = (t_s - self.from_s) / (self.span_s - self.from_s) * f64::from(self.time.width);
        if x.is_finite() { x.clamp(0.0, f64::from(self.time.width)) } else { 0.0 }
    }

    /// Whether some of a segment lies within the time that is shown.
    pub(super) fn shows(&self, segment: &Segment) -> bool {
        self.from_s <= 0.0 || segment.end_s.unwrap_or(self.now_s) > self.from_s
    }

    /// The columns a segment covers, counted from the left edge, the last excluded. At least one.
    pub(super) fn columns(&self, segment: &Segment) -> (u16, u16) {
        let end_s = segment.end_s.unwrap_or(self.now_s);
        let from = (self.column(segment.start_s).round() as u16).min(self.time.width.saturating_sub(1));
        let to = (self.column(end_s).round() as u16).max(from + 1).min(self.time.width);
        (from, to)
    }
}
