//! What a command is filled in with, or a function called with, task by task: texts, files by a pattern, lines of a file;
//! and grids over keys of any name.

use std::collections::BTreeSet;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use glob::Pattern;

use super::commands;
use super::diagnostics::Diagnostics;
use super::kind::KindSpec;
use super::model::{Axis, Inputs, Value};
use super::raw::Setting;
use super::section::Section;
use super::source::Origin;
use super::wording::{plain_whole, printable};
use crate::system::files::read_regular;

/// The most combinations of a grid, and the most texts.
pub const MAX_COMBINATIONS: u64 = 1_000_000;

/// The largest file of lines, in bytes.
const LINES_BYTES_MAX: u64 = 64 << 20;

/// Names that mean something else in a command.
const TAKEN: [&str; 3] = ["input", "x", "task"];

/// The tasks of `files = "…"` or `lines = "…"`; `None` if neither is given, and nothing within where it is wrong.
#[expect(clippy::option_option, reason = "not given, or given wrongly")]
pub(super) fn texts(
    workload: &mut Section<'_>,
    others: [&Option<Setting<'_>>; 2],
    grid: &Section<'_>,
    origin: &Origin,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Option<Inputs>> {
    let (files, lines) = (workload.get("files"), workload.get("lines"));
    let given = files.as_ref().or(lines.as_ref())?;
    let count = [&files, &lines].into_iter().chain(others).flatten().count() + usize::from(grid.exists());
    if count > 1 {
        diagnostics.about(given, "is one of several sources of tasks (inputs, tasks, files, lines, [grid]); keep one");
        return Some(None);
    }
    let read = match files.is_some() {
        true => commands::pattern(given, origin, diagnostics).map(|pattern| matching(&pattern)),
        false => commands::place(given, origin, diagnostics).map(|place| lines_of(&place)),
    };
    Some(match read {
        None => None,
        Some(read) => read.map(Inputs::Texts).map_err(|why| diagnostics.about(given, why)).ok(),
    })
}

/// Whether `inputs = […]` holds texts.
pub(super) fn is_texts(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> bool {
    given.is_list() && given.items(diagnostics, "texts").is_some_and(|items| items.iter().any(Setting::is_word))
}

/// `inputs = ["…", "…"]`.
pub(super) fn listed(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Inputs> {
    let items = given.items(diagnostics, "texts")?;
    let texts: Vec<Option<String>> = items.iter().map(|item| commands::word(item, diagnostics)).collect();
    texts.into_iter().collect::<Option<_>>().map(Inputs::Texts)
}

/// One key of a grid, called as one likes.
pub(super) fn axis(
    offset: usize,
    key: &str,
    given: &Setting<'_>,
    spec: &KindSpec,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Axis> {
    let is_name = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) && !key.is_empty();
    let is_param = spec.params.iter().any(|param| param.name == key);
    if !is_name || is_param || TAKEN.contains(&key) {
        let why = match (is_name, is_param) {
            (false, _) => "is no name: letters, digits, _ and - alone",
            (_, true) => "is the same for all tasks; move it to [workload], or call the key otherwise",
            _ => "means something else in a command; call the key otherwise",
        };
        diagnostics.at(offset, printable(key), why.to_owned());
        return None;
    }
    let items = given.items(diagnostics, "values")?;
    if items.is_empty() {
        diagnostics.about(given, "must not be empty");
        return None;
    }
    let values: Vec<Option<Value>> = items.iter().map(|item| item.anything(diagnostics)).collect();
    Some(Axis { key: key.to_owned(), values: values.into_iter().collect::<Option<_>>()? })
}

const NO_TEXT: &str = "means a file whose name is no text (UTF-8)";

/// The files that a pattern means, in the order of their names.
fn matching(pattern: &str) -> Result<Vec<String>, String> {
    let found = glob::glob(pattern).map_err(|error| format!("is no pattern of files: {}", error.msg))?;
    let mut files = Vec::new();
    let mut folders = BTreeSet::new();
    for path in found.flatten().filter(|path| path.is_file()) {
        folders.extend(path.parent().map(Path::to_owned));
        files.push(path.to_str().ok_or(NO_TEXT)?.to_owned());
        enough(files.len())?;
    }
    // Those are passed over above.
    let name = pattern.rsplit('/').next().and_then(|name| Pattern::new(name).ok());
    let is_left_out = |file: &DirEntry| {
        let is_meant = |pattern: &Pattern| pattern.matches(&crate::foreign::name(Path::new(&file.file_name())));
        file.file_name().to_str().is_none() && name.as_ref().is_some_and(is_meant) && file.path().is_file()
    };
    let in_folder = |folder: &PathBuf| folder.read_dir().into_iter().flatten().flatten().any(|file| is_left_out(&file));
    if folders.iter().any(in_folder) {
        return Err(NO_TEXT.to_owned());
    }
    if files.is_empty() { Err("means no file that is there".to_owned()) } else { Ok(files) }
}

/// The lines of a file, empty ones left out.
fn lines_of(path: &str) -> Result<Vec<String>, String> {
    let bytes = read_regular(Path::new(path), LINES_BYTES_MAX).map_err(|error| format!("cannot be read: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "is no text (UTF-8)")?;
    let lines: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    enough(lines.len())?;
    if lines.iter().any(|line| line.contains('\0')) {
        return Err("holds a character of number 0, which no program is given".to_owned());
    }
    if lines.is_empty() { Err("has no lines but empty ones".to_owned()) } else { Ok(lines) }
}

fn enough(tasks: usize) -> Result<(), String> {
    if tasks as u64 > MAX_COMBINATIONS {
        return Err(format!("makes more than {} tasks, as many as are allowed", plain_whole(MAX_COMBINATIONS)));
    }
    Ok(())
}
