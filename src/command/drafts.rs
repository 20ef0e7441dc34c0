//! Scenarios that were changed on the screen: checked like any other, run under a name of their own, and saved.
//!
//! A file is written whole or not at all, replaces another only where that was asked for, and is a scenario that the
//! parser accepts where it lies.

use std::path::{Path, PathBuf};

use super::environment::catalog;
use super::outputs;
use super::typed_files::{check_place, folder_of, typed_path, write};
use crate::scenario::form::{relocated, retitled};
use crate::scenario::library::{Entry, standard_folders};
use crate::scenario::{DiagnosticList, Origin, Overrides, Scenario, Source, label};
use crate::tui::port::{Existing, Unsaved};

/// The ending of scenario files.
const ENDING: &str = "toml";
/// Copies of a name that are tried before giving up.
const COPIES_MAX: u32 = 1000;

/// A scenario of the library with a text that may be another one.
pub(super) fn source(entry: &Entry, text: &str) -> Source {
    let label = match &entry.origin {
        Origin::Bundled => format!("bundled {}.{ENDING}", entry.name),
        Origin::File(path) => label(path),
    };
    Source { name: entry.name.clone(), label, origin: entry.origin.clone(), text: text.to_owned() }
}

/// What a changed text says.
pub(super) fn parse(source: &Source) -> Result<Scenario, DiagnosticList> {
    source.parse(&catalog(), &Overrides::default())
}

/// A scenario that was changed, so called that no user takes it for the one in the library.
pub(super) fn named(scenario: Scenario) -> Scenario {
    Scenario { name: format!("{}*", scenario.name), title: format!("{} *", scenario.title), ..scenario }
}

/// A file for a copy that does not exist yet: in `./scenarios` if there is such a folder, else in the user's own.
pub(super) fn suggest(name: &str, folders: &[PathBuf]) -> PathBuf {
    let folder = folders.iter().find(|folder| folder.is_dir()).or(folders.last()).cloned().unwrap_or_default();
    let file = |copy: u32| folder.join(format!("{name}-{copy}.{ENDING}"));
    (2..COPIES_MAX).map(file).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| file(COPIES_MAX))
}

/// Saves a changed scenario as a file of its own, and says which.
///
/// # Errors
/// Why not; then nothing was changed.
pub(super) fn save(
    entry: &Entry,
    text: &str,
    file: &str,
    existing: Existing,
    journal: Option<&Path>,
) -> Result<PathBuf, Unsaved> {
    let failed = |why: String| Unsaved::Failed(why);
    let path = typed_path(file, ENDING).map_err(failed)?;
    let folder = folder_of(&path);
    if !folder.is_dir() {
        // Only the folder that the library looks into: any other may be a slip of the hand.
        if !standard_folders().contains(&folder) {
            return Err(failed(format!("there is no folder {}", label(&folder))));
        }
        std::fs::create_dir_all(&folder).map_err(|error| failed(format!("{}: {error}", label(&folder))))?;
    }
    check_place(&path, existing)?;
    let text = relocated(text, &catalog(), &entry.origin, &folder);
    let text = titled(entry, text, &path);
    let scenario = check(&path, &text).map_err(|problems| failed(problems.to_string()))?;
    outputs::check_saved(&path, journal, outputs::data(&scenario)).map_err(|failure| failed(failure.message))?;
    write(&path, &text, existing)?;
    Ok(path)
}

/// The text of a copy: under a title of its own, unless it was given one.
fn titled(entry: &Entry, text: String, path: &Path) -> String {
    let is_itself = matches!(&entry.origin, Origin::File(own) if own.canonicalize().ok() == path.canonicalize().ok());
    let title = |text: &str| parse(&source(entry, text)).ok().map(|scenario| scenario.title);
    let (old, stem) = (title(&entry.text), path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    match (old, stem) {
        (Some(old), Some(stem)) if !is_itself && title(&text).as_ref() == Some(&old) => {
            retitled(&text, &format!("{old} ({stem})"))
        }
        _ => text,
    }
}

/// Whether the parser accepts the text where it will lie.
fn check(path: &Path, text: &str) -> Result<Scenario, DiagnosticList> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let source = Source { name, label: label(path), origin: Origin::File(path.to_owned()), text: text.to_owned() };
    source.parse(&catalog(), &Overrides::default())
}
