//! Files of others that run programs: what they would run is shown, and asked for before their first run. What was agreed
//! to is remembered by the text of the file, so that another text is asked for again.
//!
//! Bundled scenarios and what the command line itself names are not asked about.

use std::fs::{self, OpenOptions};
use std::io::{IsTerminal as _, Write as _, stderr, stdin};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use super::failure::Failure;
use crate::foreign::{PlainText, escaped};
use crate::report;
use crate::scenario::{Origin, Scenario, Source};
use crate::system::files::read_regular;
use crate::system::xdg;
use crate::workload;

/// The largest list that is read: thousands of files.
const BYTES_MAX: u64 = 1 << 20;

/// Lines that are shown of what would be run.
const LINES_MAX: usize = 20;

/// What is to be agreed to before a scenario is run for the first time.
pub(super) struct TrustQuestion {
    /// What would be run: a line a program or what goes with it, as it stands in the file, whole and harmless to show.
    pub(super) lines: Vec<String>,
    sha256: String,
}

/// What is to be asked before this scenario is run; nothing if it runs no programs, is part of parlab, or was agreed to.
pub(super) fn question(source: &Source, scenario: &Scenario) -> Option<TrustQuestion> {
    if is_trusted(&source.origin, scenario) {
        return None;
    }
    let mut told = workload::programs_in_words(&scenario.job);
    told.extend(launcher(scenario).map(|launcher| format!("launcher = {launcher}")));
    let more = told.len().saturating_sub(LINES_MAX);
    let mut lines: Vec<String> = told.iter().take(LINES_MAX).map(|line| escaped(line).into_owned()).collect();
    lines.extend((more > 0).then(|| format!("… and {more} more lines")));
    Some(TrustQuestion { lines, sha256: scenario.sha256.clone() })
}

/// Whether a scenario runs no programs, is part of parlab, or was agreed to.
pub(super) fn is_trusted(origin: &Origin, scenario: &Scenario) -> bool {
    let runs_programs = workload::starts_programs(&scenario.job.kind) || launcher(scenario).is_some();
    let is_foreign = matches!(origin, Origin::File(_)) && runs_programs;
    !is_foreign || is_remembered(&scenario.sha256)
}

/// What starts its ranks of MPI, where it says so itself.
fn launcher(scenario: &Scenario) -> Option<&str> {
    let mut backends = scenario.sweep.backends.iter().chain(&scenario.sweep.baseline);
    let is_needed = backends.any(|backend| backend.spec().is_launched());
    let is_foreign = scenario.sweep.launcher_is_of_file && is_needed;
    Some(scenario.sweep.launcher.as_str()).filter(|launcher| is_foreign && !launcher.is_empty())
}

impl TrustQuestion {
    /// Remembers that it was agreed to, where there is a place for that; else it will be asked again.
    pub(super) fn agree(&self) {
        let Some(file) = file() else { return };
        let folder_is_there = file.parent().is_some_and(|folder| fs::create_dir_all(folder).is_ok());
        let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(&file);
        if let (true, Ok(mut opened)) = (folder_is_there, opened) {
            // One write, so that two at a time do not mix.
            let _ = opened.write_all(format!("{}\n", self.sha256).as_bytes());
        }
    }
}

/// Asks at the terminal, and remembers a yes.
///
/// # Errors
/// Exit code 3 where it was not agreed to, and where there is no terminal to ask at.
pub(super) fn ask(source: &Source, scenario: &Scenario) -> Result<(), Failure> {
    let Some(question) = question(source, scenario) else { return Ok(()) };
    let (name, lines) = (escaped(&source.label).into_owned(), question.lines.join("\n  "));
    if !(stdin().is_terminal() && stderr().is_terminal()) {
        let message = format!("{name}: not run before, and would run programs; add --yes if it may:\n  {lines}");
        return Err(Failure::refused(message));
    }
    let text = format!("{name} was not run before, and would run programs:\n  {lines}\nMay it? [y/N] ");
    let answer = report::ask(&PlainText::lines(&text));
    if !answer.is_some_and(|answer| ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())) {
        return Err(Failure::refused(format!("{name}: not run, as you said")));
    }
    question.agree();
    Ok(())
}

/// Asks on the screen: the first time that a file would be run it is refused with what it would run, and run when the
/// user asks for it once more.
#[derive(Default)]
pub(super) struct Consent {
    /// The text that was last asked about, by its sum.
    asked: Option<String>,
}

impl Consent {
    /// Whether a scenario may be run now.
    ///
    /// # Errors
    /// What it would run, and how to agree.
    pub(super) fn ask(&mut self, source: &Source, scenario: &Scenario) -> Result<(), String> {
        let Some(question) = question(source, scenario) else { return Ok(()) };
        if self.asked.take().is_some_and(|asked| asked == question.sha256) {
            question.agree();
            return Ok(());
        }
        let lines = question.lines.join("\n");
        self.asked = Some(question.sha256);
        Err(format!("not run before, and it would run programs; once more if it may:\n{lines}"))
    }
}

/// Where it is remembered what was agreed to, if anywhere.
fn file() -> Option<PathBuf> {
    Some(xdg::state_folder(xdg::variable)?.join("parlab").join("trusted"))
}

fn is_remembered(sha256: &str) -> bool {
    let bytes = file().and_then(|file| read_regular(&file, BYTES_MAX).ok()).unwrap_or_default();
    bytes.split(|&byte| byte == b'\n').any(|line| line == sha256.as_bytes())
}
