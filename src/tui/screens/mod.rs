//! The screens: a folder each, with what it keeps (`state`), what its keys do (`update`) and how it looks (`view`).
//!
//! [`screen`] is what each of them is asked; `chrome` draws what they have in common. To add one: its folder, a
//! variant of [`Screen`], and its keys' meaning in [`keys`](super::keys).
//!
//! Drawing changes nothing, reads no clock, and allocates nothing in proportion to the tasks of a run.

mod chrome;
pub mod editor;
mod frame;
pub mod help;
pub mod job;
mod layout;
pub mod library;
mod losses;
pub mod predict;
mod program;
mod prose;
pub mod results;
pub mod run;
pub mod runs;
pub mod save_report;
mod scores;
pub mod screen;
mod scroll;
mod speedups;
mod stack;
mod too_small;
mod typed;
mod workers;

use std::ops::{Deref, DerefMut};

use super::keys::Context;
use super::shared::Shared;
use editor::state::Editor;
use help::HelpScreen;
use job::JobScreen;
use library::LibraryScreen;
use predict::state::PredictForm;
use results::ResultsScreen;
use run::RunScreen;
use runs::RunsScreen;
use save_report::state::SaveReport;
use screen::{ScreenLogic, Transition};

pub use frame::render;
pub use layout::SIZE_MIN;
pub use stack::Stack;

/// A screen, with what goes when it is closed.
#[derive(Debug, Clone)]
pub enum Screen {
    /// The scenarios.
    Library(LibraryScreen),
    /// The parameters of a scenario.
    Editor(Editor),
    /// What is expected of a scenario.
    Predict(PredictForm),
    /// The run as it goes.
    Run(RunScreen),
    /// The job in which it goes.
    Job(JobScreen),
    /// What it has shown.
    Results(ResultsScreen),
    /// The session's runs.
    Runs(RunsScreen),
    /// The name of the file for a report.
    SaveReport(SaveReport),
    /// All keys and words.
    Help(HelpScreen),
}

impl Screen {
    /// The screen on which keys have this meaning; `None` if there is nothing to show on it, or if a message opens it.
    fn on(context: Context, shared: &Shared) -> Option<Self> {
        match context {
            Context::Library | Context::Filter => Some(Self::Library(LibraryScreen)),
            Context::Predict => PredictForm::of_selected(&shared.library).map(Self::Predict),
            Context::Following => Some(Self::Job(JobScreen::default())),
            Context::Cancelling => Some(Self::Job(JobScreen { is_asking: true })),
            Context::Running | Context::Ran if shared.job.is_some() => Some(Self::Job(JobScreen::default())),
            Context::Running | Context::Ran => Some(Self::Run(RunScreen)),
            Context::Interim | Context::Results => Some(Self::Results(ResultsScreen)),
            Context::Runs => Some(Self::Runs(RunsScreen::default())),
            Context::Help => Some(Self::Help(HelpScreen::of(Context::Help))),
            Context::Editing => {
                let library = &shared.library;
                library.selected().and_then(|entry| library.drafts.get(&entry.name)).cloned().map(Self::Editor)
            }
            Context::Saving | Context::Asking => None,
        }
    }

    /// Whether it shows the run that is on, or the last one.
    pub fn is_of_a_run(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Job(_) | Self::Results(_))
    }
}

impl Deref for Screen {
    type Target = dyn ScreenLogic;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Library(screen) => screen,
            Self::Editor(screen) => screen,
            Self::Predict(screen) => screen,
            Self::Run(screen) => screen,
            Self::Job(screen) => screen,
            Self::Results(screen) => screen,
            Self::Runs(screen) => screen,
            Self::SaveReport(screen) => screen,
            Self::Help(screen) => screen,
        }
    }
}

impl DerefMut for Screen {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Library(screen) => screen,
            Self::Editor(screen) => screen,
            Self::Predict(screen) => screen,
            Self::Run(screen) => screen,
            Self::Job(screen) => screen,
            Self::Results(screen) => screen,
            Self::Runs(screen) => screen,
            Self::SaveReport(screen) => screen,
            Self::Help(screen) => screen,
        }
    }
}

impl Default for Stack<Screen> {
    /// The library alone.
    fn default() -> Self {
        Self::new(Screen::Library(LibraryScreen))
    }
}

/// Opens and closes screens as the top one said.
pub fn transit(stack: &mut Stack<Screen>, shared: &mut Shared, transition: Transition) {
    match transition {
        Transition::Stay => return,
        Transition::Close => stack.close(),
        Transition::Open(Context::Help) => {
            let here = stack.top().context(shared);
            stack.open(Screen::Help(HelpScreen::of(here)));
        }
        Transition::Open(context) => Screen::on(context, shared).into_iter().for_each(|screen| stack.open(screen)),
        Transition::Swap(context) => {
            Screen::on(context, shared).into_iter().for_each(|screen| *stack.top_mut() = screen);
        }
        Transition::Home => stack.keep(|_| false),
        Transition::CloseRun => stack.close_topmost(Screen::is_of_a_run),
    }
    stack.top_mut().fit(shared);
}
