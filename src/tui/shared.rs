//! What all screens look at and none of them owns: the library, the run, the machine, and how everything is drawn.
//!
//! It outlives the screens, which keep what goes with them when they are closed. Nothing here has effects.

use ratatui::layout::Size;

use super::port::LibraryEntry;
use super::screens::library::state::LibraryList;
use super::screens::run::state::RunMonitor;
use super::theme::Theme;
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
    /// The machine's facts.
    pub machine: MachineFacts,
    /// The last sample of the meters.
    pub sample: Option<Sample>,
    /// What the screen costs.
    pub cost: Option<Cost>,
    /// What has to be said about the last key or signal, in place of the keys until the next.
    pub notice: Option<&'static str>,
    /// The size of the terminal.
    pub size: Size,
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

impl Shared {
    /// A library with nothing run yet.
    pub fn new(entries: Vec<LibraryEntry>, machine: MachineFacts, theme: Theme, size: Size) -> Self {
        let library = LibraryList::new(entries);
        Self { library, run: None, before: None, machine, sample: None, cost: None, notice: None, size, theme }
    }

    /// Whether a run is on, its preparation included.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(RunMonitor::is_on)
    }

    /// Whether a run is being prepared.
    pub fn is_preparing(&self) -> bool {
        self.run.as_ref().is_some_and(RunMonitor::is_preparing)
    }

    /// Begins with a run that is being prepared.
    pub fn begin_run(&mut self, run: RunMonitor) {
        self.drop_preparation();
        self.before = self.run.replace(run);
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
