//! Trying a scenario's parameters: the form in which they are changed, run and saved.

pub mod state;
mod update;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::screen::{ScreenLogic, Step, Transition};
use crate::tui::keys::{Action, Binding, Context};
use crate::tui::shared::{Remark, Shared};
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
        if self.stage == Stage::Filling && action == Action::Back {
            if shared.library.keep_draft(self) {
                shared.say(Remark::good("your changes are kept: `e` goes on with them"));
            }
            return Transition::Close.into();
        }
        update::obey(self, view::page(shared.size), action)
    }

    /// What would do nothing now is not offered.
    fn label(&self, _shared: &Shared, row: &Binding) -> Option<&'static str> {
        let means_nothing = match row.action {
            Action::Reset => !self.form.is_changed(),
            Action::NextFormat => true,
            _ => false,
        };
        (!means_nothing).then_some(row.label)
    }

    fn paste(&mut self, _shared: &mut Shared, line: &str) -> Step {
        update::paste(self, line)
    }

    fn view(&self, _shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        view::render(self, theme, area, buf);
    }
}
