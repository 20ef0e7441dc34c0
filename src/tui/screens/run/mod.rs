//! A run as it goes: cores, progress, workers over time, the speedup so far.

mod cores;
mod followed;
mod following;
pub mod lane_history;
mod lanes_panel;
mod light;
mod lock;
pub mod look;
mod memory;
pub mod news;
mod program;
mod progress;
mod shares;
pub mod state;
mod update;
mod view;
mod watched;
pub mod zoom;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::library;
use super::screen::{ScreenLogic, Step};
use crate::tui::keys::{Action, Binding, Context};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;
use state::Drawing;

pub(super) use followed::render as followed;
pub(super) use update::{cancel_or_quit, label, left, obey_as_a_run};

/// Columns from which on the footer has room for keys that one may do without.
const FOOTER_WIDE: u16 = 100;

/// The run that is on, or the last one. What is known of it is shared with the Results screen.
#[derive(Debug, Clone, Copy)]
pub struct RunScreen;

impl ScreenLogic for RunScreen {
    fn context(&self, shared: &Shared) -> Context {
        if shared.is_running() { Context::Running } else { Context::Ran }
    }

    fn title<'a>(&'a self, shared: &'a Shared) -> &'a str {
        title(shared)
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        update::obey(shared, action)
    }

    fn view(&self, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        if let Some(run) = &shared.run {
            view::render(run, shared.sample.as_ref(), theme, area, buf);
        }
    }

    /// What is found by itself stands in the footer where that has room to spare.
    fn label(&self, shared: &Shared, row: &Binding) -> Option<&'static str> {
        let rare = matches!(row.action, Action::Zoom | Action::Fold);
        label(shared, row).filter(|_| !rare || shared.size.width >= FOOTER_WIDE)
    }

    fn is_frozen(&self, shared: &Shared) -> bool {
        shared.run.as_ref().is_some_and(|run| run.is_on() && run.drawing == Drawing::Frozen)
    }

    fn wants_snapshots(&self, shared: &Shared) -> bool {
        shared.is_running() && !self.is_frozen(shared)
    }
}

/// The title of the run's scenario.
pub(super) fn title(shared: &Shared) -> &str {
    shared.run.as_ref().map_or(library::TITLE, |run| &run.title)
}
