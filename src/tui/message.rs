//! What may happen to the screen, and what it asks to have done about it.

use nix::sys::signal::Signal;
use ratatui::layout::Size;

use super::input::Input;
use super::keys::Key;
use super::port::{Draft, Existing, FieldError, JobNews, LibraryEntry, Preview, ReportOffer, Saved, Unsaved};
use super::shared::Cost;
use crate::machine::Sample;
use crate::record::{Snapshot, Stamped};
use crate::scenario::PredictionSpec;
use crate::scenario::form::ScenarioForm;
use crate::system::signals::exit_code;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// A text was pasted.
    Paste(String),
    /// The terminal says in which column its cursor stands after a character of two bytes: in the second, if it takes
    /// UTF-8.
    CursorAt(u16),
    /// The terminal has a new size.
    Resized(Size),
    /// There will be no more keys: the terminal is gone.
    InputClosed,
    /// An event of the run.
    Engine(Stamped),
    /// Something became known of the job that is followed.
    Job(JobNews),
    /// The trial in progress, as it is now.
    Snapshot(Snapshot),
    /// The meters, as they are now.
    Sample(Sample),
    /// What the screen costs.
    Cost(Cost),
    /// A signal came in.
    Signal(Signal),
    /// The library was read.
    Entries(Vec<LibraryEntry>),
    /// A run was asked for, and is being prepared; its first event says that it goes on.
    Started {
        /// The scenario's name.
        name: String,
    },
    /// A run could not be started, or a form not be opened.
    Refused {
        /// The scenario's name.
        name: String,
        /// Why: a line or more.
        why: String,
    },
    /// A run of a draft was asked for, as with `Started`.
    Tried(Draft),
    /// The form of a scenario was opened.
    ScenarioForm {
        /// The scenario's name.
        name: String,
        /// Its parameters.
        form: ScenarioForm,
        /// The file that a copy could be saved as.
        file: String,
        /// What it would run.
        checked: Result<Preview, Vec<FieldError>>,
    },
    /// The draft was checked.
    Checked(Result<Preview, Vec<FieldError>>),
    /// The draft was saved, or not; if it was, the library was read anew before.
    Saved(Result<Saved, Unsaved>),
    /// A file that the report of the run on the screen could be written into.
    ReportOffer(ReportOffer),
    /// The report was written into this file, or not.
    ReportSaved(Result<String, Unsaved>),
    /// The terminal was in other hands for so many seconds, and is back.
    Resumed {
        /// Seconds that the process stood still.
        stopped_s: f64,
    },
    /// It was asked to stop, and did not: no shell could have brought it back.
    CannotStop,
}

impl From<Input> for Msg {
    fn from(input: Input) -> Self {
        match input {
            Input::Key(key) => Self::Key(key),
            Input::Paste(text) => Self::Paste(text),
            Input::CursorAt(column) => Self::CursorAt(column),
            Input::Closed => Self::InputClosed,
        }
    }
}

/// Something to be done about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start to run a scenario, by its name; answered by `Msg::Started`, and by `Msg::Refused` if it cannot be run.
    Start(String),
    /// Keep what is expected of a scenario's next runs.
    Predict {
        /// The scenario's name.
        name: String,
        /// What is expected.
        prediction_specs: Vec<PredictionSpec>,
    },
    /// Open the form of a scenario, with another text than its own if there is one; answered by `Msg::ScenarioForm` or
    /// `Msg::Refused`.
    Edit {
        /// The scenario's name.
        name: String,
        /// The text.
        text: Option<String>,
    },
    /// Check a draft; answered by `Msg::Checked`.
    Check(Draft),
    /// Start to run a draft; answered by `Msg::Tried`, and by `Msg::Refused` if it cannot be run.
    Try(Draft),
    /// Save a draft; answered by `Msg::Saved`.
    Save {
        /// What to save.
        draft: Draft,
        /// The file's name, as it was typed.
        file: String,
        /// What is to become of a file that exists.
        existing: Existing,
    },
    /// Propose a file for the report of the run on the screen; answered by `Msg::ReportOffer`.
    OfferReport,
    /// Write the report of the run on the screen; answered by `Msg::ReportSaved`.
    SaveReport {
        /// The name of its format.
        format: &'static str,
        /// The file's name, as it was typed.
        file: String,
        /// What is to become of a file that exists.
        existing: Existing,
    },
    /// Cancel the run.
    Cancel,
    /// Cancel the job that is followed; answered by `Msg::Job`.
    CancelJob,
    /// Kill the run.
    Kill,
    /// Give up a run that is still being prepared: nothing that it says is heard any more.
    GiveUp,
    /// Read the library; answered by `Msg::Entries`.
    Reload,
    /// Tell the meters whether a run is on.
    Pace {
        /// Whether it is.
        running: bool,
    },
    /// Hand the terminal to the shell and stop, with everything else in the foreground if asked by key.
    Suspend {
        /// Whether the whole foreground group stops, as with Ctrl-Z, or this process alone.
        group: bool,
    },
    /// Take the terminal anew, after another program may have had it.
    Retake,
    /// Draw everything anew.
    Redraw,
    /// Leave.
    Quit(Exit),
}

/// How the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user asked to.
    Quit,
    /// A signal asked to; a terminal that went away counts as `SIGHUP`.
    Signal(Signal),
}

impl Exit {
    /// The exit code: 0, or 128 plus the signal's number.
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(signal) => exit_code(signal),
        }
    }
}
