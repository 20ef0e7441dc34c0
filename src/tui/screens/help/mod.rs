//! The help: every key and every word, from tables.

pub mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::run;
use super::screen::{ScreenLogic, Step, Transition};
use super::scroll::moved;
use crate::tui::keys::{Action, Context};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;

/// The help, wherever it was opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct HelpScreen {
    /// The first line that is shown.
    pub first: u16,
}

impl ScreenLogic for HelpScreen {
    fn context(&self, _shared: &Shared) -> Context {
        Context::Help
    }

    fn title<'a>(&'a self, _shared: &'a Shared) -> &'a str {
        "help"
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        match action {
            Action::Back => return Transition::Close.into(),
            // On the help of a run, the hand that wants to cancel must not lose the run's results.
            Action::Quit => return run::cancel_or_quit(shared),
            _ => {}
        }
        // What fits between header and footer.
        let page = shared.size.height.saturating_sub(6).max(1);
        self.first = moved(self.first.into(), action, page, view::scroll_max(shared.size, &shared.theme));
        Step::DONE
    }

    fn view(&self, _shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        view::render(self.first, theme, area, buf);
    }

    fn fit(&mut self, shared: &mut Shared) {
        self.first = self.first.min(view::scroll_max(shared.size, &shared.theme));
    }
}
