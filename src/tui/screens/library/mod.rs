//! The library: what there is to run, and what the selected scenario is about.

mod plan;
pub mod state;
pub(super) mod update;
pub(super) mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::screen::{ScreenLogic, Step};
use crate::tui::keys::{Action, Binding, Context};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;
use state::Filtering;

/// The scenarios. The list is shared: others select in it and say things beside it.
#[derive(Debug, Clone, Copy)]
pub struct LibraryScreen;

/// What the first line says while no scenario is on.
pub(super) const TITLE: &str = "a lab for parallel workloads";

impl ScreenLogic for LibraryScreen {
    fn context(&self, shared: &Shared) -> Context {
        match shared.library.filtering {
            Filtering::Typing => Context::Filter,
            Filtering::Closed => Context::Library,
        }
    }

    fn title<'a>(&'a self, _shared: &'a Shared) -> &'a str {
        TITLE
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        update::obey(shared, action)
    }

    fn paste(&mut self, shared: &mut Shared, line: &str) -> Step {
        if shared.library.filtering == Filtering::Typing {
            shared.library.type_line(line);
        }
        Step::DONE
    }

    fn view(&self, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        view::render(&shared.library, &shared.machine, theme, area, buf);
    }

    /// What cannot be run is not offered.
    fn label(&self, shared: &Shared, row: &Binding) -> Option<&'static str> {
        let can_start = || shared.library.selected().is_some_and(|entry| entry.preview.is_ok());
        let means_nothing = matches!(row.action, Action::Start | Action::Edit) && !can_start();
        (!means_nothing).then_some(row.label)
    }

    fn fit(&mut self, shared: &mut Shared) {
        shared.library.scroll = shared.library.scroll.min(view::scroll_max(shared).0);
    }
}
