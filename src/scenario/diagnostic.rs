//! What is wrong with a scenario: one problem a line, each naming file, line, key and remedy.

use std::fmt;

use serde::Serialize;

/// Something wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The file; `None` for an option of the command line.
    pub file: Option<String>,
    /// The line in the file, counted from 1; `None` if it concerns the file as a whole.
    pub line: Option<u32>,
    /// The setting: `workers = "0..4"`, `[swep]` or `--workers "0"`; empty if it concerns the file as a whole.
    pub subject: String,
    /// What is wrong with it, and the remedy.
    pub message: String,
}

impl Diagnostic {
    /// A problem of a file as a whole.
    pub fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: Some(file.to_owned()), line: None, subject: String::new(), message: message.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: ")?,
            (Some(file), None) => write!(f, "{file}: ")?,
            (None, _) => {}
        }
        if !self.subject.is_empty() {
            write!(f, "{}: ", self.subject)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// All problems of a scenario, at least one: those of the command line first, then by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticList {
    shown: Vec<Diagnostic>,
    more: usize,
}

impl DiagnosticList {
    /// The most problems that are kept; of the others only their number is.
    pub const KEPT: usize = 100;

    /// Sorts the problems; `more` were dropped already.
    pub(super) fn new(mut problems: Vec<Diagnostic>, more: usize) -> Self {
        problems.sort_by_key(|problem| (problem.file.is_some(), problem.line));
        let more = more + problems.len().saturating_sub(Self::KEPT);
        problems.truncate(Self::KEPT);
        Self { shown: problems, more }
    }

    /// The problems, without those beyond [`DiagnosticList::KEPT`].
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.shown.iter()
    }

    /// How many there are in all.
    pub fn count(&self) -> usize {
        self.shown.len() + self.more
    }
}

impl From<Diagnostic> for DiagnosticList {
    fn from(problem: Diagnostic) -> Self {
        Self { shown: vec![problem], more: 0 }
    }
}

impl<'a> IntoIterator for &'a DiagnosticList {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for DiagnosticList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.shown.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        if self.more > 0 {
            write!(f, "\n… and {} more problems", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for DiagnosticList {}
