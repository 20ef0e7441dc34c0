//! Scenarios that were changed on the screen: checked like any other, run under a name of their own, and saved.
//!
//! A file is written whole or not at all, replaces another only where that was asked for, and is a scenario that the
//! parser accepts where it lies.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::environment::catalog;
use super::outputs;
use crate::scenario::form::relocated;
use crate::scenario::library::{Entry, standard_folders};
use crate::scenario::{DiagnosticList, Origin, Overrides, Scenario, Source, label};
use crate::system::files::NewFile;
use crate::system::xdg;
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
    let path = path(file).map_err(failed)?;
    let (folder, shown) = (folder(&path), label(&path));
    if !folder.is_dir() {
        // Only the folder that the library looks into: any other may be a slip of the hand.
        if !standard_folders().contains(&folder) {
            return Err(failed(format!("there is no folder {}", label(&folder))));
        }
        std::fs::create_dir_all(&folder).map_err(|error| failed(format!("{}: {error}", label(&folder))))?;
    }
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => return Err(failed(format!("{shown} is a folder; name a file in it"))),
        Ok(found) if !found.is_file() => return Err(failed(format!("{shown} is no regular file; choose another"))),
        Ok(_) if existing == Existing::Kept => return Err(Unsaved::Exists),
        Ok(_) | Err(_) => {}
    }
    let text = relocated(text, &catalog(), &entry.origin, &folder);
    let scenario = check(&path, &text).map_err(|problems| failed(problems.to_string()))?;
    outputs::check_saved(&path, journal, &scenario).map_err(|failure| failed(failure.message))?;
    match write(&path, &text, existing) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Unsaved::Exists),
        Err(error) => Err(failed(format!("{shown}: {error}"))),
    }
}

/// The file that was meant: `~` is the home, and the ending may be left out.
fn path(typed: &str) -> Result<PathBuf, String> {
    let typed = typed.trim();
    if typed.is_empty() || typed.ends_with('/') {
        return Err("name a file".to_owned());
    }
    let mut path = match typed.strip_prefix("~/") {
        Some(rest) => xdg::home(xdg::variable).ok_or("there is no home; name the whole path")?.join(rest),
        None => PathBuf::from(typed),
    };
    if path.extension().is_none_or(|ending| ending != ENDING) {
        path.as_mut_os_string().push(format!(".{ENDING}"));
    }
    Ok(path)
}

fn folder(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// Whether the parser accepts the text where it will lie.
fn check(path: &Path, text: &str) -> Result<Scenario, DiagnosticList> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let source = Source { name, label: label(path), origin: Origin::File(path.to_owned()), text: text.to_owned() };
    source.parse(&catalog(), &Overrides::default())
}

/// Writes a new file beside the place, and moves it there when it is whole.
fn write(path: &Path, text: &str, existing: Existing) -> io::Result<()> {
    let mut new = NewFile::beside(path, 0o666)?;
    new.write_all(text.as_bytes())?;
    new.sync()?;
    match existing {
        Existing::Replaced => new.replace(),
        Existing::Kept => new.place(),
    }
}
