//! The time axis: round times since the left edge, each written to the right of its tick.

use ratatui::buffer::Buffer;

use super::model::{LaneFrame, Lanes};
use crate::chart::time;
use crate::tui::theme::Role;
use crate::tui::widgets::paint;

impl Lanes<'_> {
    pub(super) fn axis(&self, frame: &LaneFrame, y: u16, buf: &mut Buffer) {
        let style = self.theme.style(Role::Dim);
        let (line, mark) = (frame.time, self.theme.symbols().tick_up);
        let text_width = |label: &str| paint::width(self.theme, mark) + paint::width(self.theme, label);
        for tick in time::ticks(frame.span_s - frame.from_s, line.width, &text_width) {
            let column = frame.column(frame.from_s + tick.value).round() as u16;
            paint::put(buf, line, (line.x + column, y), &format!("{mark}{}", tick.text), self.theme, style);
        }
    }
}
