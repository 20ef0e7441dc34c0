//! What the screen knows: plain data that `update` changes and `screens` draw. Nothing here has effects.

use ratatui::layout::Size;

use super::keys::Context;
use super::port::LibraryEntry;
use super::screens::{Screen, Stack};
use super::theme::Theme;
use crate::record::MachineFacts;

pub use super::screens::editor::state::Editor;
pub use super::screens::predict::state::PredictForm;
pub use super::screens::run::state::{Drawing, Ending};
pub use super::shared::{Cost, Shared};

/// Everything.
#[derive(Debug, Clone)]
pub struct State {
    /// The screens that are open.
    pub screens: Stack<Screen>,
    /// What they look at.
    pub shared: Shared,
}

impl State {
    /// The state to begin with: the library.
    pub fn new(entries: Vec<LibraryEntry>, machine: MachineFacts, theme: Theme, size: Size) -> Self {
        Self { screens: Stack::default(), shared: Shared::new(entries, machine, theme, size) }
    }

    /// Whether a run is on.
    pub fn is_running(&self) -> bool {
        self.shared.is_running()
    }

    /// What keys mean now.
    pub fn context(&self) -> Context {
        self.screens.top().context(&self.shared)
    }

    /// Whether nothing is to be drawn until a key is pressed.
    pub fn is_frozen(&self) -> bool {
        self.screens.top().is_frozen(&self.shared)
    }

    /// Whether the trial in progress is on the screen and should be kept up to date.
    pub fn wants_snapshots(&self) -> bool {
        // A run elsewhere is known by its journal alone.
        self.shared.job.is_none() && self.screens.top().wants_snapshots(&self.shared)
    }

    /// The form of a scenario that is being tried, if it is open, whatever covers it.
    pub fn editor(&self) -> Option<&Editor> {
        self.screens.iter().find_map(|screen| if let Screen::Editor(editor) = screen { Some(editor) } else { None })
    }

    /// The form for predictions, if it is shown.
    pub fn predict(&self) -> Option<&PredictForm> {
        if let Screen::Predict(form) = self.screens.top() { Some(form) } else { None }
    }

    /// The first line of the help that is shown, if it is open.
    pub fn help(&self) -> Option<u16> {
        if let Screen::Help(help) = self.screens.top() { Some(help.first) } else { None }
    }
}
