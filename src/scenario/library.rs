//! Where scenarios are found: bundled in the binary, in folders, by name or by path.
//!
//! A scenario of the user's that is broken is listed with its problems; nothing here is fatal to the others, and
//! however full a folder is, only so much of it is read.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::diagnostic::{Diagnostic, DiagnosticList};
use super::kind::KindSpec;
use super::model::Scenario;
use super::overrides::Overrides;
use super::parse::{parse_from, sha256};
use super::path::{self, Chapter};
use super::read::{label, read};
use super::wording::{escaped, nearest, printable};

static BUNDLED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// The ending of scenario files.
const ENDING: &str = "toml";

/// The most files that are read from all folders together, and the most bytes.
const MAX_FILES: usize = 500;
const MAX_BYTES: usize = 16 << 20;

/// The most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 10_000;

/// Where a scenario comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the binary.
    Bundled,
    /// It was read from this file.
    File(PathBuf),
}

/// A scenario's text, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What it is called by: the file's stem.
    pub name: String,
    /// How messages call its file.
    pub label: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Its TOML.
    pub text: String,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// As [`read`].
    pub fn open(path: &Path) -> Result<Self, Diagnostic> {
        let text = read(path)?;
        Ok(Self { name: stem(path), label: label(path), origin: Origin::File(path.to_owned()), text })
    }

    /// Checks the text; see [`parse_from`].
    ///
    /// # Errors
    /// Every problem of the text and of the options.
    pub fn parse(
        &self,
        kinds: impl Iterator<Item = &'static KindSpec> + Clone,
        cores: u32,
        overrides: &Overrides,
    ) -> Result<Scenario, DiagnosticList> {
        parse_from(&self.origin, &self.label, &self.name, &self.text, kinds, cores, overrides)
    }
}

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
}

impl Entry {
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
    /// The bundled scenarios and those of the folders, checked for a machine with so many usable CPUs.
    pub fn open(folders: &[PathBuf], kinds: impl Iterator<Item = &'static KindSpec> + Clone, cores: u32) -> Self {
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
                Ok(source) => source.parse(kinds.clone(), cores, &Overrides::default()),
                Err(problem) => Err(problem.into()),
            };
            Entry { name: escaped(&name), call, origin, text, scenario }
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

/// The scenarios of the binary, in the order of the path.
pub fn bundled() -> impl Iterator<Item = Source> {
    let mut sources: Vec<Source> = BUNDLED
        .files()
        .filter(|file| file.path().extension().is_some_and(|ending| ending == ENDING))
        .filter_map(|file| {
            let name = stem(file.path());
            let label = format!("bundled {name}.{ENDING}");
            Some(Source { name, label, origin: Origin::Bundled, text: file.contents_utf8()?.to_owned() })
        })
        .collect();
    sources.sort_by(|a, b| path::position(&a.name).cmp(&path::position(&b.name)).then_with(|| a.name.cmp(&b.name)));
    sources.into_iter()
}

/// Whether a bundled scenario has this name and a text with this SHA-256, wherever a copy of it lies.
pub fn is_bundled(name: &str, sha256: &str) -> bool {
    bundled().any(|source| source.name == name && self::sha256(&source.text) == sha256)
}

/// A bundled file of data by its name.
pub(super) fn bundled_data(name: &str) -> Option<&'static str> {
    if name.contains('/') {
        return None;
    }
    BUNDLED.get_file(Path::new("data").join(name))?.contents_utf8()
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
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
    let own = config.map(|config| config.join("parlab").join("scenarios"));
    std::iter::once(PathBuf::from("./scenarios")).chain(own).collect()
}

/// The scenario files of a folder by name; none if there is no such folder.
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
        .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
        .collect();
    paths.sort();
    paths
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
