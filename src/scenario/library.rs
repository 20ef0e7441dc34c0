//! Where scenarios are found: bundled in the binary, in folders, by name or by path.
//!
//! A scenario of the user's that is broken is listed with its problems; nothing here is fatal to the others, and
//! however full a folder is, only so much of it is read.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::bundled::ENDING;
use super::catalog::Catalog;
use super::diagnostic::{Diagnostic, DiagnosticList};
use super::model::Scenario;
use super::overrides::Overrides;
use super::path::{self, Chapter};
use super::read::label;
use super::source::{Origin, Source, stem};
use super::wording::{escaped, nearest, printable};
use crate::system::xdg;

pub use super::bundled::{bundled, is_bundled};

/// The most files that are read from all folders together, and the most bytes.
const MAX_FILES: usize = 500;
const MAX_BYTES: usize = 16 << 20;

/// The most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 10_000;

/// A line of the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it is called by; another entry may have the same name.
    pub name: String,
    /// What [`find`] finds it by: the name, or the path where the name finds another entry.
    pub call: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Its TOML; empty if it could not be read.
    pub text: String,
    /// The scenario, or what is wrong with it.
    pub scenario: Result<Scenario, DiagnosticList>,
    /// What it needs that is not here, with what to install; `None` if that is nothing, or was not asked.
    pub lacks: Option<String>,
}

impl Entry {
    /// For a scenario that was found by itself, and is called so.
    pub fn of(source: &Source, call: &str, scenario: Scenario) -> Self {
        let Source { name, origin, text, .. } = source.clone();
        Self { name, call: call.to_owned(), origin, text, scenario: Ok(scenario), lacks: None }
    }

    /// Its chapter, if it is bundled.
    pub fn chapter(&self) -> Option<&'static Chapter> {
        (self.origin == Origin::Bundled).then(|| path::chapter(&self.name))
    }
}

/// All scenarios that were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Library {
    /// The bundled scenarios first, then each folder's, by name.
    pub entries: Vec<Entry>,
    /// What was left out, and why: one line each.
    pub notes: Vec<String>,
}

impl Library {
    /// The bundled scenarios and those of the folders, checked against a catalog.
    pub fn open(folders: &[PathBuf], catalog: &Catalog) -> Self {
        let bundled: Vec<Source> = bundled().collect();
        let (mut notes, mut budget) = (Vec::new(), Budget { files: MAX_FILES, bytes: MAX_BYTES });
        let mut found: Vec<(PathBuf, Result<Source, Diagnostic>)> = Vec::new();
        for folder in folders {
            for path in listing(folder, &mut notes) {
                if !budget.allows_another() {
                    notes
                        .push(format!("{}: the rest of it is not listed: there are too many scenarios", label(folder)));
                    break;
                }
                let source = Source::open(&path);
                budget.spend(source.as_ref().map_or(0, |source| source.text.len()));
                found.push((path, source));
            }
        }
        let repeated = |source: &Source| bundled.iter().any(|b| b.name == source.name && b.text == source.text);
        found.retain(|(_, source)| !source.as_ref().is_ok_and(repeated));

        let mut called = HashSet::new();
        let mut entry = |origin: Origin, source: Result<Source, Diagnostic>| {
            let (name, path) = match &origin {
                Origin::Bundled => {
                    (source.as_ref().map(|source| source.name.clone()).unwrap_or_default(), String::new())
                }
                Origin::File(path) => (stem(path), label(path)),
            };
            let call = if called.insert(name.clone()) { name.clone() } else { path };
            let text = source.as_ref().map(|source| source.text.clone()).unwrap_or_default();
            let scenario = match source {
                Ok(source) => source.parse(catalog, &Overrides::default()),
                Err(problem) => Err(problem.into()),
            };
            Entry { name: escaped(&name).into_owned(), call, origin, text, scenario, lacks: None }
        };
        let mut entries: Vec<Entry> = bundled.into_iter().map(|source| entry(Origin::Bundled, Ok(source))).collect();
        entries.extend(found.into_iter().map(|(path, source)| entry(Origin::File(path), source)));
        Self { entries, notes }
    }
}

/// How much more may be read.
struct Budget {
    files: usize,
    bytes: usize,
}

impl Budget {
    fn allows_another(&self) -> bool {
        self.files > 0 && self.bytes > 0
    }

    fn spend(&mut self, bytes: usize) {
        self.files -= 1;
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// The scenario that a name or a path means: a bundled one, one of a folder, or else a file.
///
/// # Errors
/// If there is none, with the name that was probably meant; or if its file cannot be read.
pub fn find(what: &Path, folders: &[PathBuf]) -> Result<Source, Diagnostic> {
    let name = what.to_str().filter(|name| !name.contains('/'));
    if let Some(name) = name {
        if let Some(source) = bundled().find(|source| source.name == name) {
            return Ok(source);
        }
        let candidates = folders.iter().map(|folder| folder.join(format!("{name}.{ENDING}")));
        if let Some(path) = candidates.into_iter().find(|path| path.exists()) {
            return Source::open(&path);
        }
    }
    match name {
        Some(name) if !name.ends_with(&format!(".{ENDING}")) && !what.exists() => Err(unknown(name, folders)),
        _ => Source::open(what),
    }
}

fn unknown(name: &str, folders: &[PathBuf]) -> Diagnostic {
    let files = folders.iter().flat_map(|folder| listing(folder, &mut Vec::new()));
    let known: Vec<String> = bundled().map(|source| source.name).chain(files.map(|path| stem(&path))).collect();
    let message = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("no scenario is called so; did you mean {}?", escaped(near)),
        None => "no scenario is called so, and there is no such file; parlab list shows all".to_owned(),
    };
    Diagnostic { file: None, line: None, subject: printable(name), message }
}

/// The folders of a user's own scenarios: `./scenarios`, then `$XDG_CONFIG_HOME/parlab/scenarios`, where the
/// variable stands for `~/.config` if it is unset or not absolute (XDG Base Directory Specification 0.8).
pub fn standard_folders() -> Vec<PathBuf> {
    let own = xdg::config_folder(xdg::variable).map(|config| config.join("parlab").join("scenarios"));
    std::iter::once(PathBuf::from("./scenarios")).chain(own).collect()
}

/// The scenario files of a folder by name, without hidden ones, which editors and file managers leave behind; none if
/// there is no such folder.
fn listing(folder: &Path, notes: &mut Vec<String>) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            notes.push(format!("{}: cannot be listed: {error}", label(folder)));
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .take(MAX_ENTRIES)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")))
        .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
        .collect();
    paths.sort();
    paths
}
