//! Where keys are pressed.

/// Where a key is pressed: decides what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// The library.
    Library,
    /// The library while its filter is typed.
    Filter,
    /// The form for predictions.
    Predict,
    /// The Run screen during a run.
    Running,
    /// The Run screen after the run.
    Ran,
    /// The Results screen during a run.
    Interim,
    /// The Results screen after the run.
    Results,
    /// The form of a scenario's parameters.
    Editing,
    /// The name of the file to save it as.
    Saving,
    /// The question whether to overwrite a file.
    Asking,
    /// The screen of a job that is followed.
    Following,
    /// The question whether to cancel it.
    Cancelling,
    /// The list of the session's runs.
    Runs,
    /// The help.
    Help,
}

use Context::{
    Asking, Cancelling, Editing, Filter, Following, Help, Interim, Library, Predict, Ran, Results, Running, Runs,
    Saving,
};

impl Context {
    /// All contexts, in the order of the help.
    pub const ALL: [Self; 14] = [
        Library, Filter, Predict, Running, Ran, Interim, Results, Following, Cancelling, Runs, Editing, Saving, Asking,
        Help,
    ];

    /// Its name for people.
    pub fn word(self) -> &'static str {
        match self {
            Library => "Library",
            Filter => "Filter",
            Predict => "Predict",
            Running => "Run",
            Ran => "Run ended",
            Interim => "Results so far",
            Results => "Results",
            Following => "Job",
            Cancelling => "Cancel job",
            Editing => "Try it",
            Saving => "Save as",
            Asking => "Overwrite",
            Runs => "Runs",
            Help => "Help",
        }
    }

    /// The screen that it is a state of, as the help calls it.
    pub fn screen(self) -> &'static str {
        match self {
            Library => "library",
            Filter => "filter",
            Predict => "predict",
            Running | Ran => "run",
            Interim | Results => "results",
            Following | Cancelling => "job",
            Editing => "try it",
            Saving | Asking => "save as",
            Runs => "runs",
            Help => "help",
        }
    }
}
