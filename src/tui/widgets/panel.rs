//! Panels: the frame with a title that all of them have.

use ratatui::style::Color;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use super::paint;
use crate::tui::theme::{Role, Theme};

impl Theme {
    /// A framed block with a title, as all panels have it, for so many columns. No title, no gap in the frame.
    pub fn block(&self, title: &str, width: u16) -> Block<'static> {
        let block =
            Block::new().borders(Borders::ALL).border_set(self.symbols().border).border_style(self.style(Role::Border));
        if title.is_empty() {
            return block;
        }
        // A title without a colour of its own would take the frame's.
        let style = self.style(Role::Title).fg(Color::Reset);
        let title = paint::fit(self, title, width.saturating_sub(4));
        block.title(Line::from(Span::styled(format!(" {title} "), style)))
    }
}
