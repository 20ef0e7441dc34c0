//! Progress of a run without a screen, on stderr: bars on a terminal, lines elsewhere, nothing when asked for quiet.
//!
//! It listens to events and to counts read off the board; it waits for nothing, and an stderr that is gone, full, or
//! that is not read is no reason to stop measuring.

mod bars;
mod stderr;
mod wording;

use std::io::Write;

use crate::foreign::escaped;
use crate::record::{Observer, RunState, Stamped};
use crate::units::Letters;
pub use bars::Bars;

/// How progress is told.
pub enum ProgressReporter {
    /// Bars that are redrawn in place and vanish at the end.
    Bars(Box<Bars>),
    /// A line a trial.
    ProgressLines(Box<ProgressLines>),
    /// Not at all.
    Silent,
}

impl ProgressReporter {
    /// What suits stderr, which can show these letters.
    pub fn new(quiet: bool, stderr_is_terminal: bool, letters: Letters) -> Self {
        match (quiet, stderr_is_terminal) {
            (true, _) => Self::Silent,
            (false, true) => Self::Bars(Box::new(Bars::on_stderr(letters))),
            (false, false) => Self::ProgressLines(Box::new(ProgressLines::to(Box::new(stderr::Unhurried), letters))),
        }
    }

    /// Says how many tasks of the trial in progress are finished. To be called a few times a second: bars count on
    /// being woken, and draw at most 5 times a second however often they are.
    pub fn tick(&mut self, done: u64, state: &RunState) {
        if let Self::Bars(bars) = self {
            bars.tick(done, state);
        }
    }

    /// Writes a line that is no progress, such as a lost journal, even when quiet; it does not break the bars.
    pub fn warn(&mut self, line: &str) {
        match self {
            Self::Bars(bars) => bars.line(line),
            Self::ProgressLines(lines) => lines.line(line),
            Self::Silent => write_line(&mut stderr::Unhurried, line),
        }
    }

    /// Writes a line of progress, unless quiet.
    pub fn tell(&mut self, line: &str) {
        if !matches!(self, Self::Silent) {
            self.warn(line);
        }
    }

    /// Takes the bars off the terminal, for good.
    pub fn finish(&mut self) {
        if let Self::Bars(bars) = self {
            bars.clear();
        }
        stderr::settle();
    }

    /// Waits until lines have been read that no terminal shows: a log is to be whole.
    pub fn drain(&mut self) {
        if !matches!(self, Self::Bars(_)) {
            stderr::drain();
        }
    }
}

impl Observer for ProgressReporter {
    fn observe(&mut self, event: &Stamped, state: &RunState) {
        match self {
            Self::Bars(bars) => bars.observe(event, state),
            Self::ProgressLines(lines) => lines.observe(event, state),
            Self::Silent => {}
        }
    }
}

/// Progress for logs: `trial 3/12  processes × 2  repeat 1/3  0.412 s`.
pub struct ProgressLines {
    out: Box<dyn Write + Send>,
    letters: Letters,
}

impl ProgressLines {
    /// Lines that are written to any sink, in these letters.
    pub fn to(out: Box<dyn Write + Send>, letters: Letters) -> Self {
        Self { out, letters }
    }

    fn observe(&mut self, event: &Stamped, state: &RunState) {
        let lines = [
            wording::trial_line(event, state),
            wording::incident_line(event, state),
            wording::widths_line(event, state),
        ];
        for line in lines.into_iter().flatten() {
            self.line(&line);
        }
    }

    fn line(&mut self, line: &str) {
        write_line(&mut self.out, &self.letters.fit(line));
    }
}

fn write_line(out: &mut impl Write, line: &str) {
    // The user cannot be told that stderr is gone, and the run does not need it.
    let _ = writeln!(out, "{}", escaped(line)).and_then(|()| out.flush());
}
