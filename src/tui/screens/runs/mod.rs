//! The runs of this session: what was run since parlab was opened, newest first, to be looked at again.
//!
//! Nothing is kept here: the runs are shared, and gone when parlab ends.

mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::library;
use super::screen::{ScreenLogic, Step, Transition};
use super::scroll::moved;
use crate::tui::keys::{Action, Context};
use crate::tui::message::{Effect, Exit};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;

/// The list, with the position of the selected run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunsScreen {
    selected: usize,
}

impl ScreenLogic for RunsScreen {
    fn context(&self, _shared: &Shared) -> Context {
        Context::Runs
    }

    fn title<'a>(&'a self, _shared: &'a Shared) -> &'a str {
        library::TITLE
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        match action {
            Action::Back => return Transition::Close.into(),
            Action::Help => return Transition::Open(Context::Help).into(),
            Action::Quit => return Effect::Quit(Exit::Quit).into(),
            Action::Reopen => return self.reopen(shared),
            _ => {}
        }
        let last = shared.ended().len().saturating_sub(1) as u16;
        let page = shared.size.height.saturating_sub(6).max(1);
        self.selected = moved(self.selected, action, page, last).into();
        Step::DONE
    }

    fn view(&self, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        view::render(shared, self.selected, theme, area, buf);
    }
}

impl RunsScreen {
    fn reopen(self, shared: &mut Shared) -> Step {
        let Some(number) = shared.ended().nth(self.selected).map(|run| run.number) else { return Step::DONE };
        shared.reopen(number);
        Transition::Open(Context::Results).into()
    }
}
