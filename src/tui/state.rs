//! What the screen knows: plain data that `update` changes and `screens` draw. Nothing here has effects.

mod editor;
mod forecast;
mod history;
mod library;
mod news;
mod predict;
mod run;

use ratatui::layout::Size;

pub use editor::{Editor, Stage};
pub use history::History;
pub use library::{Filtering, Library, ListRow};
pub use news::News;
pub use predict::{Field, PredictForm, Said};
pub use run::{Drawing, Ending, Run};

use super::keys::Context;
use super::port::LibraryEntry;
use super::theme::Theme;
use crate::machine::Sample;
use crate::record::MachineFacts;

/// Everything.
#[derive(Debug, Clone)]
pub struct State {
    /// The screen that is shown, or that the help covers.
    pub place: Place,
    /// The help, when it is open: the first line shown.
    pub help: Option<u16>,
    /// The form of a scenario that is being tried, which covers everything but the help.
    pub editor: Option<Editor>,
    /// The scenarios.
    pub library: Library,
    /// The form for predictions, when it is open over the library.
    pub predict: Option<PredictForm>,
    /// The run that is on, or the last one.
    pub run: Option<Run>,
    /// The machine's facts.
    pub machine: MachineFacts,
    /// The last sample of the meters.
    pub sample: Option<Sample>,
    /// What the screen costs.
    pub cost: Option<Cost>,
    /// The size of the terminal.
    pub size: Size,
    /// How it is drawn; text wraps differently in ASCII, and scrolling has to know where it ends.
    pub theme: Theme,
}

/// A screen. Run and Results show [`State::run`]; where there is none, they are never come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The scenarios.
    Library,
    /// The run as it goes.
    Run,
    /// What it has shown.
    Results,
}

/// What the screen itself costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Its CPU time, as a fraction of one core.
    pub cpu: f64,
    /// What it writes to the terminal, in bytes a second.
    pub bytes_per_s: f64,
}

impl State {
    /// The state to begin with: the library.
    pub fn new(entries: Vec<LibraryEntry>, machine: MachineFacts, theme: Theme, size: Size) -> Self {
        Self {
            place: Place::Library,
            help: None,
            editor: None,
            library: Library::new(entries),
            predict: None,
            run: None,
            machine,
            sample: None,
            cost: None,
            size,
            theme,
        }
    }

    /// Whether a run is on.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_on)
    }

    /// What keys mean now.
    pub fn context(&self) -> Context {
        if self.help.is_some() {
            return Context::Help;
        }
        if let Some(editor) = &self.editor {
            return match editor.stage {
                Stage::Filling => Context::Editing,
                Stage::Naming => Context::Saving,
                Stage::Asking => Context::Asking,
            };
        }
        match (self.place, self.is_running()) {
            (Place::Library, _) if self.predict.is_some() => Context::Predict,
            (Place::Library, _) if self.library.filtering == Filtering::Typing => Context::Filter,
            (Place::Library, _) => Context::Library,
            (Place::Run, true) => Context::Running,
            (Place::Run, false) => Context::Ran,
            (Place::Results, true) => Context::Interim,
            (Place::Results, false) => Context::Results,
        }
    }

    /// Whether nothing is to be drawn until a key is pressed.
    pub fn is_frozen(&self) -> bool {
        self.context() == Context::Running && self.run.as_ref().is_some_and(|run| run.drawing == Drawing::Paused)
    }

    /// Whether the trial in progress is on the screen and should be kept up to date.
    pub fn wants_snapshots(&self) -> bool {
        match self.context() {
            Context::Running => !self.is_frozen(),
            // The results of a grid search fill while it runs.
            Context::Interim => self.run.as_ref().is_some_and(Run::is_searching),
            _ => false,
        }
    }
}
