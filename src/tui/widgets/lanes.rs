//! Workers over time: a lane each, tasks as segments with their inputs, a time axis below.
//!
//! ```text
//! 0 ▐1▌▐──── 1.5 ────▌
//! 1 ▐─────────────────── 8 ───────────╌            stalled
//!   ╵0         ╵2 s        ╵4 s        ╵6 s
//! ```
//!
//! Where tasks are narrower than a column, a lane shows how much of each column was computed instead. Where there are
//! more lanes than rows, groups of them are folded into rows, or those from one on are shown. The body of a lane tells
//! what its worker did where that is not computing: a task that sleeps looks like one. Under an interpreter's lock it
//! tells what was done about that. It draws what it is given and does not know the run.

mod axis;
mod crowd;
mod doing;
mod model;
mod row;

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::tui::theme::Role;
use model::LaneFrame;

pub use doing::LaneDoing;
pub use model::{Label, LaneFold, LaneRow, Lanes, Segment};

/// Words take at most a third of the width, and none where the time line would be left with less than this.
const SHORTEST_TIME_LINE: u16 = 16;

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
        let rows = Rect { height: rows_in(area), ..area };
        let arrangement = crowd::arrange(self.lanes.len(), rows.height, self.fold);
        let frame = self.frame(&arrangement, area);
        for (row, y) in arrangement.iter().zip(rows.top()..) {
            match row.len() {
                1 => self.lane(&self.lanes[row.start], &frame, y, buf),
                _ => self.strip(row, &frame, y, buf),
            }
        }
        if rows.height < area.height {
            let y = rows.y + arrangement.len() as u16;
            self.axis(&frame, y.min(area.bottom() - 1), buf);
        }
    }
}

/// Rows of an area that lanes have: all of it but the time axis, where there is one.
pub fn rows_in(area: Rect) -> u16 {
    let with_axis = area.height > 1 && area.width >= 12;
    area.height - u16::from(with_axis)
}

impl Lanes<'_> {
    /// Which of the lanes are in sight in an area, in words: `256 workers, 8 a row`, `9–17 of 256 workers`. `None` where
    /// each has a row.
    pub fn sight(&self, area: Rect) -> Option<String> {
        crowd::sight(self, rows_in(area))
    }

    /// What is said to the right of a row.
    fn words(&self, row: &Range<usize>) -> String {
        match row.len() {
            1 => row::words(&self.lanes[row.start]),
            _ => crowd::words(&self.lanes[row.clone()]),
        }
    }

    fn frame(&self, arrangement: &[Range<usize>], area: Rect) -> LaneFrame {
        // The last ones have the longest numbers: a lane label must not change its width with what is in sight.
        let longest = arrangement.iter().map(|row| paint::width(self.theme, &crowd::label(self, row))).max();
        let last = self.lanes.last().map_or(0, |lane| paint::width(self.theme, &lane.label));
        let labels = longest.unwrap_or(0).max(last).min(area.width / 4);
        let label = Rect { width: labels, ..area };
        let words = arrangement.iter().map(|row| paint::width(self.theme, &self.words(row))).max().unwrap_or(0);
        let words = if words == 0 { 0 } else { (words + 1).min(area.width / 3) };
        let gap = u16::from(labels > 0);
        let x = area.x + labels + gap;
        let rest = area.width.saturating_sub(labels + gap);
        let words = if rest >= words + SHORTEST_TIME_LINE { words } else { 0 };
        let time = Rect { x, width: rest - words, ..area };
        let words = Rect { x: time.right(), width: words, ..area };
        let from_s = if self.from_s.is_finite() { self.from_s.max(0.0) } else { 0.0 };
        let span_s = if self.span_s.is_finite() && self.span_s > from_s { self.span_s } else { from_s + 1.0 };
        let now_s = if self.now_s.is_finite() { self.now_s.clamp(0.0, span_s) } else { 0.0 };
        LaneFrame { label, time, words, now_s, from_s, span_s }
    }
}

#[cfg(test)]
mod tests;
