//! A job of a batch system: how far it has come, then its run as its journal tells it. The screen only looks on: to close it
//! leaves the job alone, and to cancel the job it asks first.

pub mod state;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::run;
use super::screen::{ScreenLogic, Step, Transition};
use crate::tui::keys::{Action, Binding, Context};
use crate::tui::message::{Effect, Exit};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;

/// The job that is followed.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobScreen {
    /// Whether it asks if the job is to be cancelled.
    pub is_asking: bool,
}

impl ScreenLogic for JobScreen {
    fn context(&self, _shared: &Shared) -> Context {
        if self.is_asking { Context::Cancelling } else { Context::Following }
    }

    fn title<'a>(&'a self, shared: &'a Shared) -> &'a str {
        run::title(shared)
    }

    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step {
        let goes_on = shared.job.as_ref().is_some_and(|job| job.can_be_cancelled());
        match action {
            Action::Cancel => self.is_asking = goes_on,
            Action::Back if self.is_asking => self.is_asking = false,
            Action::CancelJob => {
                self.is_asking = false;
                shared.job.iter_mut().filter(|_| goes_on).for_each(|job| job.is_cancelled = true);
                return if goes_on { Effect::CancelJob.into() } else { Step::DONE };
            }
            Action::Back => return Effect::Quit(Exit::Quit).into(),
            Action::Switch if has_run(shared) => return Transition::Swap(results(shared)).into(),
            Action::Help => return Transition::Open(Context::Help).into(),
            Action::TurnChart | Action::SaveReport if has_run(shared) => return run::obey_as_a_run(shared, action),
            _ => {}
        }
        Step::DONE
    }

    fn view(&self, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        if let Some(job) = &shared.job {
            view::render(job, shared.run.as_ref(), self.is_asking, theme, area, buf);
        }
    }

    fn label(&self, shared: &Shared, row: &Binding) -> Option<&'static str> {
        let job = shared.job.as_ref();
        match row.action {
            Action::Cancel if !job.is_some_and(|job| job.can_be_cancelled()) => None,
            Action::Switch | Action::SaveReport if !has_run(shared) => None,
            Action::SaveReport if shared.is_running() => None,
            Action::Back if !self.is_asking && job.is_some_and(|job| job.end.is_some()) => Some("quit"),
            _ => Some(row.label),
        }
    }
}

/// Whether its run has begun, so that there is something to show of it.
fn has_run(shared: &Shared) -> bool {
    shared.run.as_ref().is_some_and(|run| !run.is_preparing())
}

fn results(shared: &Shared) -> Context {
    if shared.is_running() { Context::Interim } else { Context::Results }
}
