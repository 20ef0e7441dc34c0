//! Trying a scenario's parameters: the form in which they are changed, run and saved.

pub mod state;
mod update;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::screen::{ScreenLogic, Step};
use crate::tui::keys::{Action, Context};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;
use state::{Editor, Stage};

impl ScreenLogic for Editor {
    fn context(&self, _shared: &Shared) -> Context {
        match self.stage {
            Stage::Filling => Context::Editing,
            Stage::Naming => Context::Saving,
            Stage::Asking => Context::Asking,
        }
    }

    fn title<'a>(&'a self, _shared: &'a Shared) -> &'a str {
        &self.name
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        update::obey(self, view::page(shared.size), action)
    }

    fn view(&self, _shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        view::render(self, theme, area, buf);
    }
}
