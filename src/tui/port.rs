//! What the screen needs from outside, and all that it knows of outside: a lab that has scenarios and runs them.
//!
//! Nothing here knows how a scenario is read or a trial is run, so tests put a made-up lab behind it.

use crate::batch::{FollowedJob, JobEnd};
use crate::machine::Sample;
use crate::record::{MachineFacts, RunState, Snapshot, Stamped};
use crate::scenario::form::ScenarioForm;
use crate::scenario::{Config, PredictionSpec};

/// What the screen works on.
///
/// The screen's thread calls what answers from memory. What touches files may take its time and is called on a thread
/// in the background; what starts a run returns at once, and tells of the rest through its sink.
pub trait Lab: Send + Sync + 'static {
    /// The machine that runs happen on.
    fn machine(&self) -> MachineFacts;

    /// The library, in the order to list it, read from its files. Called before the screen is there, and in the
    /// background when the user asks to read it again.
    fn entries(&self) -> Vec<LibraryEntry>;

    /// Takes note of what the user expects of a scenario's next runs.
    fn predict(&self, name: &str, prediction_specs: Vec<PredictionSpec>);

    /// Starts to prepare and run a scenario by its name in the library, and returns at once. `tell` is called, on any
    /// thread, with why it cannot be run, or with every event of the run in order; the last is always `RunFinished`.
    ///
    /// # Errors
    /// Why it cannot even be prepared: a sentence or two, a line each.
    fn start(&self, name: &str, tell: RunSink) -> Result<Box<dyn LiveRun>, String>;

    /// The parameters of a scenario of the library as a form; `text` stands in for its own text, if there is one.
    ///
    /// # Errors
    /// Why it cannot be edited here.
    fn form(&self, name: &str, text: Option<&str>) -> Result<ScenarioForm, String>;

    /// What a draft would run.
    ///
    /// # Errors
    /// Everything that is wrong with it, and the row of `form` that it is about.
    fn check(&self, draft: &Draft, form: &ScenarioForm) -> Result<Preview, Vec<FieldError>>;

    /// Starts to prepare and run a draft, as [`Lab::start`] does a scenario.
    ///
    /// # Errors
    /// Why it cannot even be prepared.
    fn start_draft(&self, draft: &Draft, tell: RunSink) -> Result<Box<dyn LiveRun>, String>;

    /// Takes note of all that is known of the last run that was started, which has ended. Called in the background.
    fn ended(&self, record: &RunState);

    /// A file that a copy of a scenario could be saved as, where none is yet.
    fn suggest_file(&self, name: &str) -> String;

    /// Saves a draft as a scenario file of its own, whole or not at all.
    ///
    /// # Errors
    /// Why not: that the file exists and was not to be replaced, or something else.
    fn save(&self, draft: &Draft, file: &str, existing: Existing) -> Result<Saved, Unsaved>;

    /// A run's report for people, to be left on the terminal when the screen is closed: in lines of so many columns,
    /// unless figures force them to be wider.
    fn summary(&self, record: &RunState, columns: u16) -> String;

    /// A file that a run's report could be written into, by its name alone.
    fn offer_report(&self, record: &RunState) -> ReportOffer;

    /// Writes a run's report in one of the formats that were offered into a file of its own, whole or not at all, and says
    /// which. Called in the background.
    ///
    /// # Errors
    /// Why not: that the file exists and was not to be replaced, or something else.
    fn save_report(&self, record: &RunState, format: &str, file: &str, existing: Existing) -> Result<String, Unsaved>;

    /// Starts the meters; `samples` is called with each sample, on any thread.
    ///
    /// # Errors
    /// Why there are none. The screen goes on without.
    fn watch(&self, samples: SampleSink) -> Result<(), String>;

    /// Says whether a run is on, which decides how often the meters sample.
    fn set_pace(&self, running: bool);

    /// Cancels the job that is followed. Called in the background.
    ///
    /// # Errors
    /// Why it was not cancelled.
    fn cancel_job(&self) -> Result<(), String> {
        Err("there is no job".to_owned())
    }
}

/// A scenario of the library with changes that no file has yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The scenario's name in the library.
    pub name: String,
    /// Its text, changed.
    pub text: String,
}

/// Something that is wrong with a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The row of the form that it is about; `None` if it is about none in particular.
    pub row: Option<usize>,
    /// What is wrong, and the remedy.
    pub text: String,
}

/// What is to become of a file that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is saved.
    Kept,
    /// It is replaced.
    Replaced,
}

/// A draft that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The file.
    pub file: String,
    /// Its name in the library; `None` if it lies outside of it.
    pub name: Option<String>,
}

/// Why a draft was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsaved {
    /// The file exists.
    Exists,
    /// Something else: a sentence.
    Failed(String),
}

/// A file that a report could be written into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOffer {
    /// Its name without the ending.
    pub stem: String,
    /// What it can be written in; never empty.
    pub formats: Vec<ReportFormat>,
}

/// A format that reports can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportFormat {
    /// Its name.
    pub name: &'static str,
    /// What it is good for, in a few words.
    pub summary: &'static str,
    /// The ending of its files, without the dot.
    pub ending: &'static str,
}

/// What is heard of a run that was asked for.
#[derive(Debug, Clone)]
pub enum RunNotice {
    /// It cannot be run, and why: a sentence or two, a line each. Nothing else is heard of it.
    Refused(String),
    /// Something happened in it.
    Event(Stamped),
    /// Something became known of the job that it is run in.
    Job(JobNews),
}

/// What became known of a job that is followed.
#[derive(Debug, Clone, PartialEq)]
pub enum JobNews {
    /// It is not as it was.
    Seen(FollowedJob),
    /// What its run tells cannot be read, and why.
    Unreadable(String),
    /// It is over, and nothing more will become known.
    Over {
        /// How it ended.
        end: JobEnd,
        /// The last lines that it has printed, if it ended badly.
        output: Vec<String>,
    },
    /// It was asked to be cancelled: whether that was heard.
    Cancelled(Result<(), String>),
}

/// Takes what is heard of a run.
pub type RunSink = Box<dyn Fn(RunNotice) + Send + Sync>;

/// Takes the meters' samples.
pub type SampleSink = Box<dyn FnMut(Sample) + Send>;

/// A run that is being prepared or in progress. Dropping it ends it; one that is being prepared is left behind, to end
/// when it notices.
pub trait LiveRun: Send {
    /// The trial at this instant; between trials, and after the last, the one that ended, or nothing. Called up to
    /// ten times a second while it is shown.
    fn snapshot(&self) -> Snapshot;

    /// Ends the run soon and cleanly; returns at once.
    fn cancel(&self);

    /// Ends the run by force; returns at once.
    fn kill(&self);

    /// Says that the process was stopped for a while: what was being timed has to be timed again.
    fn stood_still(&self);
}

/// A scenario, as the library shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryEntry {
    /// The name to run it by.
    pub name: String,
    /// Its title; the name again if it could not be read.
    pub title: String,
    /// One line.
    pub summary: String,
    /// Words to filter by.
    pub tags: Vec<String>,
    /// The heading that it stands below: a chapter of the path, or the folder of its file.
    pub group: String,
    /// Whether it is a part of the path.
    pub on_path: bool,
    /// The last time that it was run to its end; `None` if it was not, or if that is not known.
    pub ran: Option<Ran>,
    /// Where it comes from: `bundled`, or a file.
    pub origin: String,
    /// What to look for in its results.
    pub lesson: String,
    /// SHA-256 of its text: what was learnt of another text does not count. Empty if it could not be read.
    pub sha256: String,
    /// What it will run, or what is wrong with it: a line a problem, each with its remedy.
    pub preview: Result<Preview, Vec<String>>,
}

/// A run of a scenario, some time ago.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// When it began: RFC 3339, UTC.
    pub at: String,
    /// The best of its median speedups, if it had any.
    pub best_speedup: Option<f64>,
}

/// What a scenario will run.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The workload's kind.
    pub kind: String,
    /// Tasks in a trial.
    pub tasks: u64,
    /// Parameters, inputs and sweep: what each is about, and what it says.
    pub outline: Vec<(&'static str, String)>,
    /// All configurations, the baseline first.
    pub configs: Vec<Config>,
    /// Which of them speedups are relative to.
    pub baseline: Option<usize>,
    /// All trials, those that warm up included.
    pub trials: usize,
    /// Counted trials of each configuration.
    pub repeats: u32,
    /// Whether more of them follow until the figures are sure enough.
    pub is_auto: bool,
    /// Uncounted trials of each configuration.
    pub warmup: u32,
    /// How long the last whole run took, in seconds; `None` if that is not known.
    pub last_wall_s: Option<f64>,
}
