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
mod lock_states;
mod model;
mod row;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::tui::theme::Role;
use model::LaneFrame;

pub use lock_states::LockState;
pub use model::{Label, LaneRow, Lanes, Segment};

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

impl Lanes<'_> {
    /// What is said to the right of a row.
    fn words(&self, row: &[usize]) -> String {
        match *row {
            [lane] => row::words(&self.lanes[lane]),
            [upper, lower] => crowd::words_of_pair([&self.lanes[upper], &self.lanes[lower]]),
            _ => String::new(),
        }
    }

    fn frame(&self, arrangement: &crowd::Arrangement, area: Rect) -> LaneFrame {
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
        LaneFrame { label, time, words, now_s, span_s }
    }
}

#[cfg(test)]
mod tests;
