//! What scenarios need and is not here, of Python and of MPI: told where they are listed, checked and begun.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::environment::usual_python;
use super::trust::is_trusted;
use crate::backend::{check_launcher, check_python};
use crate::python::Missing;
use crate::scenario::library::Entry;
use crate::scenario::{BackendKind, Diagnostic, DiagnosticList, Origin, Scenario, Source};

/// How long a list waits for interpreters, and how long the screen does.
pub(super) const PATIENCE: Duration = Duration::from_secs(25);
pub(super) const PATIENCE_OF_SCREEN: Duration = Duration::from_millis(300);

/// What a scenario needs and is not here, with what to install; `None` if it needs nothing more. An interpreter is asked for
/// that, which takes some 30 ms the first time.
fn lacks_here(origin: &Origin, scenario: &Scenario) -> Option<String> {
    if let Some(lacks) = lacks_launcher(scenario) {
        return Some(lacks);
    }
    let python = scenario.job.python_needs()?.python;
    // What a file calls an interpreter is not run before that was agreed to.
    if !is_usual(python) && python != usual_python() && !is_trusted(origin, scenario) {
        let is_missing = python.contains('/') && !Path::new(&python).exists();
        return is_missing.then(|| Missing::Interpreter(python.into()).to_string());
    }
    lacks(scenario)
}

/// Whether an interpreter is called as those are that come with a system: `python3`, `python3.13t`.
fn is_usual(python: &str) -> bool {
    let version = python.strip_prefix("python");
    version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || b".t".contains(&byte)))
}

/// The same, where the interpreter may be run.
pub(super) fn lacks(scenario: &Scenario) -> Option<String> {
    let python = check_python(&scenario.job, backends(scenario)).err().map(|missing| missing.to_string());
    lacks_launcher(scenario).or(python)
}

fn backends(scenario: &Scenario) -> impl Iterator<Item = BackendKind> {
    scenario.sweep.backends.iter().chain(&scenario.sweep.baseline).copied()
}

/// What there is not to start ranks of MPI, where it is needed. Nothing is run for that.
fn lacks_launcher(scenario: &Scenario) -> Option<String> {
    let missing = needs_launcher(scenario).then(|| check_launcher(&scenario.sweep.launcher).err()).flatten();
    missing.map(|missing| missing.to_string())
}

fn needs_launcher(scenario: &Scenario) -> bool {
    backends(scenario).any(|backend| backend.spec().is_launched())
}

/// A scenario that was checked, unless it lacks something here.
///
/// # Errors
/// What is wrong with it, or what it lacks.
pub(super) fn with_all_it_needs(source: &Source, scenario: Scenario) -> Result<Scenario, DiagnosticList> {
    match lacks_here(&source.origin, &scenario) {
        Some(lacks) => Err(Diagnostic::of_file(&source.label, lacks).into()),
        None => Ok(scenario),
    }
}

/// What there is to say of a scenario, and before that why it cannot be run here.
pub(super) fn told_before(lacks: Option<String>, summary: String) -> String {
    match lacks {
        Some(lacks) => format!("Cannot be run here: {lacks}. {summary}"),
        None => summary,
    }
}

/// Notes what the scenarios of a library lack, as far as that is known by the time that an interpreter may take.
pub(super) fn note(entries: &mut [Entry], patience: Duration) {
    let (send, asked) = mpsc::channel();
    let may_lack = |entry: &Entry| {
        let scenario = entry.scenario.as_ref();
        scenario.is_ok_and(|scenario| scenario.job.python_needs().is_some() || needs_launcher(scenario))
    };
    let scenarios: Vec<(usize, Entry)> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| may_lack(entry))
        .map(|(at, entry)| (at, entry.clone()))
        .collect();
    if scenarios.is_empty() {
        return;
    }
    // An interpreter that does not answer is left behind.
    std::thread::spawn(move || {
        for (at, entry) in scenarios {
            let lacks = entry.scenario.as_ref().ok().and_then(|scenario| lacks_here(&entry.origin, scenario));
            if send.send((at, lacks)).is_err() {
                return;
            }
        }
    });
    let until = Instant::now() + patience;
    while let Ok((at, lacks)) = asked.recv_timeout(until.saturating_duration_since(Instant::now())) {
        entries[at].lacks = lacks;
    }
}
