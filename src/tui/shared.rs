//! What all screens look at and none of them owns: the library, the runs, the machine, and how everything is drawn.
//!
//! It outlives the screens, which keep what goes with them when they are closed. Nothing here has effects.

use ratatui::layout::Size;

use super::port::LibraryEntry;
use super::screens::job::state::JobMonitor;
use super::screens::library::state::LibraryList;
use super::screens::run::state::{Drawing, RunMonitor};
use super::theme::{Role, Theme};
use crate::machine::Sample;
use crate::record::MachineFacts;

/// What the screens have in common.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The scenarios.
    pub library: LibraryList,
    /// The run that is on, or the last one.
    pub run: Option<RunMonitor>,
    /// The run before one that is being prepared: it comes back if that one is refused or given up.
    before: Option<RunMonitor>,
    /// The session's runs that have ended, oldest first.
    ended: Vec<RunMonitor>,
    /// Runs that were begun so far: the number of the last one.
    begun: u64,
    /// The job that is followed, if one is: the run is its, and happens elsewhere.
    pub job: Option<JobMonitor>,
    /// Whether the screen was opened for one run, and is left with it.
    pub is_alone: bool,
    /// What is said until the next key is pressed.
    pub notice: Option<Remark>,
    /// The machine's facts.
    pub machine: MachineFacts,
    /// The last sample of the meters.
    pub sample: Option<Sample>,
    /// What the screen costs.
    pub cost: Option<Cost>,
    /// The size of the terminal.
    pub size: Size,
    /// How it may be drawn once the terminal proves that it takes UTF-8, while it was not asked or has not answered.
    pub if_proven: Option<Theme>,
    /// How it is drawn; text wraps differently in ASCII, and scrolling has to know where it ends.
    pub theme: Theme,
}

/// What the screen itself costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Its CPU time, as a fraction of one core.
    pub cpu: f64,
    /// What it writes to the terminal, in bytes a second.
    pub bytes_per_s: f64,
}

/// Something that is said on the last line until the next key is pressed.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// How serious it is.
    pub role: Role,
    /// What is said.
    pub text: String,
}

impl Remark {
    /// What one may want to know.
    pub fn hint(text: impl Into<String>) -> Self {
        Self { role: Role::Text, text: text.into() }
    }

    /// Something went well.
    pub fn good(text: impl Into<String>) -> Self {
        Self { role: Role::Good, text: text.into() }
    }

    /// Something went wrong.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { role: Role::Bad, text: text.into() }
    }
}

/// Runs of the session that are kept: the oldest go first.
const RUNS_MAX: usize = 32;

impl Shared {
    /// A library with nothing run yet.
    pub fn new(entries: Vec<LibraryEntry>, machine: MachineFacts, theme: Theme, size: Size) -> Self {
        let library = LibraryList::new(entries);
        let (run, before, ended, notice) = (None, None, Vec::new(), None);
        Self {
            library,
            run,
            before,
            ended,
            begun: 0,
            job: None,
            is_alone: false,
            notice,
            machine,
            sample: None,
            cost: None,
            size,
            if_proven: None,
            theme,
        }
    }

    /// Says something until the next key is pressed.
    pub fn say(&mut self, notice: Remark) {
        self.notice = Some(notice);
    }

    /// Whether a run is on, its preparation included.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(RunMonitor::is_on)
    }

    /// Whether a run is being prepared.
    pub fn is_preparing(&self) -> bool {
        self.run.as_ref().is_some_and(RunMonitor::is_preparing)
    }

    /// Whether the picture of the run stands still.
    pub fn is_frozen(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.is_on() && run.drawing == Drawing::Frozen)
    }

    /// Begins with a run that is being prepared.
    pub fn begin_run(&mut self, mut run: RunMonitor) {
        self.drop_preparation();
        self.file_away();
        self.begun += 1;
        run.number = self.begun;
        self.before = self.run.replace(run);
    }

    /// Puts the run on the screen to those that have ended, as it is now, if it has.
    pub fn file_away(&mut self) {
        let Some(run) = self.run.as_ref().filter(|run| !run.is_on()) else { return };
        match self.ended.iter_mut().find(|ended| ended.number == run.number) {
            Some(ended) => ended.clone_from(run),
            None => self.ended.push(run.clone()),
        }
        let old = self.ended.len().saturating_sub(RUNS_MAX);
        self.ended.drain(..old);
    }

    /// The session's runs that have ended and were filed away, newest first.
    pub fn ended(&self) -> impl ExactSizeIterator<Item = &RunMonitor> {
        self.ended.iter().rev()
    }

    /// Puts one of those on the screen again.
    pub fn reopen(&mut self, number: u64) {
        self.file_away();
        if let Some(run) = self.ended.iter().find(|run| run.number == number) {
            self.run = Some(run.clone());
        }
    }

    /// Forgets the run before, now that the one that was prepared goes on.
    pub fn keep_run(&mut self) {
        self.before = None;
    }

    /// Forgets a run that is being prepared, and has the one before again.
    pub fn drop_preparation(&mut self) {
        if self.is_preparing() {
            self.run = self.before.take();
        }
    }
}
