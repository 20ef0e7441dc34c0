//! The help: every key and every word, from tables; first those of the screen that it was opened on.

mod lines;
mod state;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::run;
use super::screen::{ScreenLogic, Step, Transition};
use super::scroll::moved;
use crate::tui::keys::{Action, Context};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;

pub use state::HelpScreen;

impl ScreenLogic for HelpScreen {
    fn context(&self, _shared: &Shared) -> Context {
        if self.is_typing { Context::Filter } else { Context::Help }
    }

    fn title<'a>(&'a self, _shared: &'a Shared) -> &'a str {
        "help"
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        match action {
            Action::Back => return Transition::Close.into(),
            // On the help of a run, the hand that wants to cancel must not lose the run's results.
            Action::Quit => return run::cancel_or_quit(shared),
            Action::Type(_) | Action::Erase | Action::Filter | Action::KeepFilter | Action::ClearFilter => {
                self.search(action);
            }
            _ => {
                // What fits between header and footer.
                let page = shared.size.height.saturating_sub(6).max(1);
                let last = view::scroll_max(self, shared.size, &shared.theme);
                self.first = moved(self.first.into(), action, page, last);
            }
        }
        Step::DONE
    }

    fn paste(&mut self, _shared: &mut Shared, line: &str) -> Step {
        if self.is_typing {
            self.search.insert_line(line);
        }
        Step::DONE
    }

    fn view(&self, _shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        view::render(self, theme, area, buf);
    }

    fn fit(&mut self, shared: &mut Shared) {
        self.first = self.first.min(view::scroll_max(self, shared.size, &shared.theme));
    }
}
