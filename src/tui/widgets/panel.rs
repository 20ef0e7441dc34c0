//! Panels: the frame with a title that all of them have.

use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use super::paint;
use crate::chart::SeriesMark;
use crate::tui::theme::{Role, Theme};

impl Theme {
    /// A framed block with a title, as all panels have it, for so many columns. No title, no gap in the frame.
    pub fn block(&self, title: &str, width: u16) -> Block<'static> {
        let block =
            Block::new().borders(Borders::ALL).border_set(self.symbols().border).border_style(self.style(Role::Border));
        if title.is_empty() {
            return block;
        }
        let title = paint::fit(self, title, width.saturating_sub(4));
        block.title(Line::from(Span::styled(format!(" {title} "), self.title_style())))
    }

    /// The same for what belongs to a series, whose mark and name follow the title in its colour.
    pub fn block_of(&self, title: &str, (series, name): (SeriesMark, &str), width: u16) -> Block<'static> {
        let name = paint::fit(self, name, width.saturating_sub(paint::width(self, title) + 7)).into_owned();
        let whose = format!("{} {name} ", self.mark(series));
        let spans = [
            Span::styled(format!(" {title} "), self.title_style()),
            Span::styled(whose, self.style(Role::Backend(series.family))),
        ];
        self.block("", width).title(Line::from_iter(spans))
    }

    /// A title without a colour of its own would take the frame's.
    fn title_style(&self) -> Style {
        self.style(Role::Title).fg(Color::Reset)
    }
}
