//! The form in which one says beforehand how fast each configuration will be.

pub mod state;
mod update;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::library;
use super::screen::{ScreenLogic, Step};
use crate::tui::keys::{Action, Context};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;
use state::PredictForm;

impl ScreenLogic for PredictForm {
    fn context(&self, _shared: &Shared) -> Context {
        Context::Predict
    }

    fn title<'a>(&'a self, _shared: &'a Shared) -> &'a str {
        library::TITLE
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        update::obey(self, shared, action)
    }

    fn paste(&mut self, _shared: &mut Shared, line: &str) -> Step {
        line.chars().for_each(|c| self.type_char(c));
        Step::DONE
    }

    fn view(&self, _shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        view::render(self, theme, area, buf);
    }
}
