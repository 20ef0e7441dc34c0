//! Refuses to write where something is read from, or where two things would be written: one of them would be lost.
//!
//! Files are compared, not paths, before anything is opened; a file is never changed here.

use std::path::{Path, PathBuf};

use super::environment::history_file;
use super::failure::Failure;
use crate::foreign::name;
use crate::scenario::library::{Entry, Library};
use crate::scenario::{Domain, Origin, Scenario, Value, data_path};
use crate::system::identity::FileIdentity;
use crate::workload;

/// Where standard output goes, if that has a name.
const STDOUT: &str = "/dev/stdout";

/// A file that is read or written, and what it is called in messages.
pub(super) struct NamedFile {
    words: String,
    path: PathBuf,
}

impl NamedFile {
    fn new(words: impl Into<String>, path: &Path) -> Self {
        Self { words: words.into(), path: path.to_owned() }
    }
}

/// What a run writes.
pub(super) fn outputs(report: Option<&Path>, journal: Option<&Path>) -> Vec<NamedFile> {
    // The report goes to standard output where no file is named; only a file can be overwritten by that.
    let standard = || {
        let is_file = FileIdentity::of(Path::new(STDOUT)).is_some_and(|found| found.is_regular());
        is_file.then(|| NamedFile::new("standard output", Path::new(STDOUT)))
    };
    let report = report.map_or_else(standard, |path| Some(of_option("-o", path)));
    report.into_iter().chain(journal.map(journal_output)).collect()
}

/// The journal that is written.
pub(super) fn journal_output(path: &Path) -> NamedFile {
    of_option("--journal", path)
}

/// The journal that is gone on with, and added to.
pub(super) fn resumed_journal(path: &Path) -> NamedFile {
    of_option("--resume", path)
}

fn of_option(option: &str, path: &Path) -> NamedFile {
    NamedFile::new(format!("{option} {}", name(path)), path)
}

/// What a run of a scenario reads.
pub(super) fn inputs(origin: &Origin, scenario: &Scenario) -> Vec<NamedFile> {
    let own = match origin {
        Origin::File(path) => Some(NamedFile::new(format!("the scenario {}", name(path)), path)),
        Origin::Bundled => None,
    };
    let history = history_file().map(|path| NamedFile::new("parlab's history of runs", &path));
    own.into_iter().chain(data(scenario)).chain(history).collect()
}

/// A file of measurements that is read.
pub(super) fn measurements(path: &Path) -> NamedFile {
    NamedFile::new(format!("the measurements {}", name(path)), path)
}

/// What runs of the scenarios of a library read, and one that was named besides.
pub(super) fn inputs_of_all(library: &Library, guest: Option<&Entry>) -> Vec<NamedFile> {
    let files = |entry: &Entry| match (&entry.scenario, &entry.origin) {
        (Ok(scenario), origin) => inputs(origin, scenario),
        (Err(_), Origin::File(path)) => vec![NamedFile::new(format!("the scenario {}", name(path)), path)],
        (Err(_), Origin::Bundled) => Vec::new(),
    };
    library.entries.iter().chain(guest).flat_map(files).collect()
}

/// The files of data that a scenario names.
pub(super) fn data(scenario: &Scenario) -> Vec<NamedFile> {
    let params = workload::spec(&scenario.job.kind).map_or(&[][..], |spec| spec.params);
    let files = params.iter().filter(|param| matches!(param.domain, Domain::File { .. }));
    let located = files.filter_map(|param| match scenario.job.params.get(param.name) {
        Some(Value::Word(located)) => data_path(located),
        _ => None,
    });
    located.map(|path| NamedFile::new(format!("the data {}", name(path)), path)).collect()
}

/// Whether each output is a file of its own.
///
/// # Errors
/// Exit code 2, naming the two that are one.
pub(super) fn check(outputs: &[NamedFile], inputs: &[NamedFile]) -> Result<(), Failure> {
    for (n, output) in outputs.iter().enumerate() {
        let Some(identity) = FileIdentity::of(&output.path) else { continue };
        let mut others = inputs.iter().chain(&outputs[..n]);
        if let Some(other) = others.find(|other| FileIdentity::of(&other.path).as_ref() == Some(&identity)) {
            return Err(Failure::usage(format!(
                "{}: is the same file as {}, which would be lost; name another",
                output.words, other.words
            )));
        }
    }
    Ok(())
}

/// Whether something may be saved as a file: not in place of the journal, nor of what is read.
///
/// # Errors
/// With the reason.
pub(super) fn check_saved(path: &Path, journal: Option<&Path>, read: Vec<NamedFile>) -> Result<(), Failure> {
    let journal = journal.map(|path| NamedFile::new("the journal", path));
    let others: Vec<NamedFile> = journal.into_iter().chain(read).collect();
    check(&[NamedFile::new(name(path), path)], &others)
}
