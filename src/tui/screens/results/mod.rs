//! The results: chart, table, what happened and the lesson, and whatever went wrong.

mod details;
mod update;
pub(super) mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::run;
use super::screen::{ScreenLogic, Step};
use crate::tui::keys::{Action, Binding, Context};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;

/// What the run that is on, or the last one, has shown. What is selected goes with the run.
#[derive(Debug, Clone, Copy)]
pub struct ResultsScreen;

impl ScreenLogic for ResultsScreen {
    fn context(&self, shared: &Shared) -> Context {
        if shared.is_running() { Context::Interim } else { Context::Results }
    }

    fn title<'a>(&'a self, shared: &'a Shared) -> &'a str {
        run::title(shared)
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        update::obey(shared, action)
    }

    fn view(&self, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        if let Some(run) = &shared.run {
            view::render(run, theme, area, buf);
        }
    }

    fn label(&self, shared: &Shared, row: &Binding) -> Option<&'static str> {
        run::label(shared, row)
    }

    fn fit(&mut self, shared: &mut Shared) {
        let max = view::scroll_max(shared);
        shared.run.iter_mut().for_each(|run| run.scroll = run.scroll.min(max));
    }

    /// The results of a grid search fill while it runs.
    fn wants_snapshots(&self, shared: &Shared) -> bool {
        shared.run.as_ref().is_some_and(|run| run.is_searching())
    }
}
