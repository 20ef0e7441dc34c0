//! Collects what is wrong with a file while it is read, so that all of it can be told at once.
//!
//! Where the TOML itself is broken, a line's other problems are likely its consequences and are left out.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, DiagnosticList};
use super::overrides::{COMMAND_LINE, Overrides};
use super::syntax::{Complaint, SourceLines};
use super::wording::escaped;

/// What a problem is about.
pub(super) trait Subject {
    /// Where it stands.
    fn offset(&self) -> usize;

    /// What was typed on the command line, if that is no TOML.
    fn typed(&self) -> Option<&str>;

    /// How it is named, with its value as the text of the file has it.
    fn subject(&self, text: &str) -> String;
}

/// The problems found so far, and what is needed to place them.
pub(super) struct Diagnostics<'d> {
    label: String,
    /// The text that is read, which spans refer to.
    text: &'d str,
    /// The text of the file, before it was mended.
    original: &'d str,
    lines: SourceLines,
    options: &'d Overrides,
    /// Lines that are no valid TOML.
    broken: BTreeSet<u32>,
    problems: Vec<Diagnostic>,
    more: usize,
}

impl<'d> Diagnostics<'d> {
    /// Nothing is wrong yet with the file called `label`, nor with the options.
    pub(super) fn new(label: &str, text: &'d str, original: &'d str, options: &'d Overrides) -> Self {
        let (label, lines) = (escaped(label).into_owned(), SourceLines::of(text));
        Self { label, text, original, lines, options, broken: BTreeSet::new(), problems: Vec::new(), more: 0 }
    }

    /// Takes in lines that are no valid TOML; of each only the first complaint.
    pub(super) fn syntax(&mut self, complaints: &[Complaint]) {
        for Complaint { line, excerpt, message } in complaints {
            if self.broken.insert(*line) {
                let (file, line) = (Some(self.label.clone()), Some(*line));
                self.push(Diagnostic { file, line, subject: excerpt.clone(), message: message.clone() });
            }
        }
    }

    /// Something is wrong with a setting.
    pub(super) fn about(&mut self, about: &impl Subject, message: impl Into<String>) {
        match about.offset() {
            offset if offset >= COMMAND_LINE => self.option(offset, about.typed(), message.into()),
            offset => self.at(offset, about.subject(self.text), message.into()),
        }
    }

    /// Something is wrong with a key or the header of a table.
    pub(super) fn at(&mut self, offset: usize, subject: String, message: String) {
        if offset >= COMMAND_LINE {
            return self.option(offset, None, message);
        }
        let line = self.line(offset);
        if !self.broken.contains(&line) {
            self.push(Diagnostic { file: Some(self.label.clone()), line: Some(line), subject, message });
        }
    }

    fn option(&mut self, offset: usize, typed: Option<&str>, message: String) {
        let subject = self.options.subject(offset, typed);
        self.push(Diagnostic { file: None, line: None, subject, message });
    }

    /// Something required is missing: `word`, in the table whose header stands at `offset`, if it has one.
    ///
    /// Nothing is said if the word begins a line of a file with syntax errors: it is there, only unreadable.
    pub(super) fn missing(&mut self, word: &str, offset: Option<usize>, subject: &str, message: &str) {
        let begins = |line: &str| line.trim_start_matches(|c: char| c == '[' || c.is_whitespace()).starts_with(word);
        if !self.broken.is_empty() && self.original.lines().any(begins) {
            return;
        }
        let line = offset.filter(|offset| *offset < COMMAND_LINE).map(|offset| self.line(offset));
        let subject = subject.to_owned();
        self.push(Diagnostic { file: Some(self.label.clone()), line, subject, message: message.to_owned() });
    }

    /// Something is wrong with the file as a whole.
    pub(super) fn of_file(&mut self, message: &str) {
        let label = self.label.clone();
        self.push(Diagnostic::of_file(&label, message));
    }

    /// What gives something: `by tasks on line 4`, or `by -s tasks=10`.
    pub(super) fn given(&self, key: &str, offset: usize) -> String {
        if offset < COMMAND_LINE {
            return format!("by {key} on line {}", self.line(offset));
        }
        format!("by {}", self.options.subject(offset, None))
    }

    /// The line of an offset, counted from 1.
    fn line(&self, offset: usize) -> u32 {
        self.lines.number(offset)
    }

    /// All problems, or none.
    pub(super) fn finish(self) -> Option<DiagnosticList> {
        (!self.problems.is_empty()).then(|| DiagnosticList::new(self.problems, self.more))
    }

    fn push(&mut self, problem: Diagnostic) {
        // Sorted later, so a few more than are shown; but not one for each of a million bad values.
        if self.problems.len() < 10 * DiagnosticList::KEPT { self.problems.push(problem) } else { self.more += 1 }
    }
}
