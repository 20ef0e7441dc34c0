//! Workers over time: a lane each, tasks as segments with their inputs, a time axis below.
//!
//! ```text
//! 0 ▐1▌▐──── 1.5 ────▌
//! 1 ▐─────────────────── 8 ───────────╌            stalled
//!   ╵0         ╵2 s        ╵4 s        ╵6 s
//! ```
//!
//! Where tasks are narrower than a column, a lane shows how busy each column was instead. Where there are more
//! lanes than rows, two share a row in half blocks, and a last line sums up the rest. Under an interpreter's lock
//! the body of a lane tells what its worker did about it. It draws what it is given and does not know the run.

mod axis;
mod crowd;
mod row;
mod turns;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::record::LaneState;
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
    /// Under an interpreter's lock: fractions of time, in the same steps, that the worker held it, waited for it, was
    /// blocked, ran native code. Empty without one.
    pub lock: [&'a [f32]; 4],
    /// More to say, e.g. `SIGKILL in task 3`; stands to the right if there is room.
    pub note: String,
}

/// All lanes of a trial.
#[derive(Debug, Clone, Copy)]
pub struct Lanes<'a> {
    /// One a worker.
    pub lanes: &'a [LaneRow<'a>],
    /// The time now, in seconds: running tasks reach to here.
    pub now_s: f64,
    /// The time at the right edge, in seconds.
    pub span_s: f64,
    /// What the terminal can show.
    pub theme: &'a Theme,
}

impl Widget for Lanes<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        if self.lanes.is_empty() {
            paint::put_centred(buf, area, "no workers yet", self.theme, self.theme.style(Role::Dim));
            return;
        }
        let with_axis = area.height > 1 && area.width >= 12;
        let rows = Rect { height: area.height - u16::from(with_axis), ..area };
        let arrangement = crowd::arrange(self.lanes, rows.height);
        let frame = self.frame(&arrangement, area);
        for (lanes, y) in arrangement.rows.iter().zip(rows.top()..) {
            match lanes[..] {
                [lane] => self.lane(&self.lanes[lane], &frame, y, buf),
                [upper, lower] => self.pair([upper, lower], &frame, y, buf),
                _ => {}
            }
        }
        if let Some(rest) = &arrangement.rest {
            let line = (area.x, rows.y + arrangement.rows.len() as u16);
            let text = crowd::summary(self.lanes, rest, self.theme);
            paint::put(buf, rows, line, &text, self.theme, self.theme.style(Role::Dim));
        }
        if with_axis {
            let y = rows.y + arrangement.rows.len() as u16 + u16::from(arrangement.rest.is_some());
            self.axis(&frame, y.min(area.bottom() - 1), buf);
        }
    }
}

/// Where things stand in the area, and how time maps to columns.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Lane labels.
    label: Rect,
    /// The time line, all rows of it.
    time: Rect,
    /// Words about lanes; may be empty.
    words: Rect,
    now_s: f64,
    span_s: f64,
}

/// Words take at most a third of the width, and none where the time line would be left with less than this.
const SHORTEST_TIME_LINE: u16 = 16;

impl Frame {
    /// A time in columns from the left edge of the time line, fractions included.
    fn column(&self, t_s: f64) -> f64 {
        let x = t_s / self.span_s * f64::from(self.time.width);
        if x.is_finite() { x.clamp(0.0, f64::from(self.time.width)) } else { 0.0 }
    }

    /// The columns a segment covers, counted from the left edge, the last excluded. At least one.
    fn columns(&self, segment: &Segment) -> (u16, u16) {
        let end_s = segment.end_s.unwrap_or(self.now_s);
        let from = (self.column(segment.start_s).round() as u16).min(self.time.width.saturating_sub(1));
        let to = (self.column(end_s).round() as u16).max(from + 1).min(self.time.width);
        (from, to)
    }
}

impl Lanes<'_> {
    /// What is said to the right of a row.
    fn words(&self, row: &[usize]) -> String {
        match *row {
            [lane] => row::words(&self.lanes[lane]),
            [upper, lower] => crowd::words_of_pair([&self.lanes[upper], &self.lanes[lower]]),
            _ => String::new(),
        }
    }

    fn frame(&self, arrangement: &crowd::Arrangement, area: Rect) -> Frame {
        let shown = || arrangement.rows.iter().flatten().map(|lane| &self.lanes[*lane]);
        let pairs = arrangement.rows.iter().any(|row| row.len() > 1);
        let labels = shown().map(|lane| paint::width(self.theme, &lane.label)).max().unwrap_or(0);
        let labels = if pairs { labels * 2 + 1 } else { labels }.min(area.width / 4);
        let label = Rect { width: labels, ..area };
        let words = arrangement.rows.iter().map(|row| paint::width(self.theme, &self.words(row))).max().unwrap_or(0);
        let words = if words == 0 { 0 } else { (words + 1).min(area.width / 3) };
        let gap = u16::from(labels > 0);
        let x = area.x + labels + gap;
        let rest = area.width.saturating_sub(labels + gap);
        let words = if rest >= words + SHORTEST_TIME_LINE { words } else { 0 };
        let time = Rect { x, width: rest - words, ..area };
        let words = Rect { x: time.right(), width: words, ..area };
        let span_s = if self.span_s.is_finite() && self.span_s > 0.0 { self.span_s } else { 1.0 };
        let now_s = if self.now_s.is_finite() { self.now_s.clamp(0.0, span_s) } else { 0.0 };
        Frame { label, time, words, now_s, span_s }
    }
}

pub use turns::Turn;

#[cfg(test)]
mod tests;
