//! Files whose names were typed on the screen: what was meant, whether it may be written there, and writing it.
//!
//! A file is written whole or not at all, and replaces another only where that was asked for.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::scenario::label;
use crate::system::files::NewFile;
use crate::system::replace::replace;
use crate::system::xdg;
use crate::tui::port::{Existing, Unsaved};

/// The file that was meant: `~` is the home, and the ending may be left out.
///
/// # Errors
/// Why it is none.
pub(super) fn typed_path(typed: &str, ending: &str) -> Result<PathBuf, String> {
    let typed = typed.trim();
    if typed.is_empty() || typed.ends_with('/') {
        return Err("name a file".to_owned());
    }
    let mut path = match typed.strip_prefix("~/") {
        Some(rest) => xdg::home(xdg::variable).ok_or("there is no home; name the whole path")?.join(rest),
        None => PathBuf::from(typed),
    };
    if path.extension().is_none_or(|own| own != ending) {
        path.as_mut_os_string().push(format!(".{ending}"));
    }
    Ok(path)
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// Whether a file may be written in this place: where nothing is, or over a regular file if that was asked for.
///
/// # Errors
/// Why not.
pub(super) fn check_place(path: &Path, existing: Existing) -> Result<(), Unsaved> {
    let shown = label(path);
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => Err(Unsaved::Failed(format!("{shown} is a folder; name a file in it"))),
        Ok(found) if !found.is_file() => Err(Unsaved::Failed(format!("{shown} is no regular file; choose another"))),
        Ok(_) if existing == Existing::Kept => Err(Unsaved::Exists),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Writes a file whole; one that is replaced keeps its owner and permissions.
///
/// # Errors
/// Why not; then nothing was changed.
pub(super) fn write(path: &Path, text: &str, existing: Existing) -> Result<(), Unsaved> {
    let written = || -> io::Result<()> {
        if existing == Existing::Replaced {
            return replace(path, text.as_bytes(), 0o666);
        }
        let mut new = NewFile::beside(path, 0o666)?;
        new.write_all(text.as_bytes())?;
        new.sync()?;
        new.place()
    };
    written().map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Unsaved::Exists,
        _ => Unsaved::Failed(format!("{}: {error}", label(path))),
    })
}
