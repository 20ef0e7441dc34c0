//! Reads what says how a program is started: its command, its environment, places in the file system.
//!
//! Whether there is such a program is not asked here: that may change until it is run.

use std::collections::BTreeMap;
use std::path::Path;

use super::diagnostics::{Diagnostics, Subject as _};
use super::growth::Growth;
use super::raw::Setting;
use super::source::Origin;
use super::wording::printable;

/// The most arguments, and the most variables.
const WORDS_MAX: usize = 4096;

/// The most bytes of one of them: what Linux takes (`MAX_ARG_STRLEN`).
const BYTES_MAX: usize = 128 << 10;

/// A program with its arguments, or a single text.
pub(super) fn command(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<String>> {
    let items = match given.is_list() {
        false => vec![given.clone()],
        true => given.items(diagnostics, "texts: a program and its arguments")?,
    };
    if items.is_empty() || items.len() > WORDS_MAX {
        let message = format!("must have from 1 to {WORDS_MAX} entries, and has {}", items.len());
        diagnostics.about(given, message);
        return None;
    }
    let read: Vec<Option<String>> = items.iter().map(|item| word(item, diagnostics)).collect();
    let words = read.into_iter().collect::<Option<Vec<String>>>()?;
    if words[0].trim().is_empty() {
        diagnostics.about(given, "must begin with the name of a program");
        return None;
    }
    Some(words)
}

/// Arguments, or none.
pub(super) fn arguments(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<String>> {
    let items = given.items(diagnostics, "texts")?;
    if items.len() > WORDS_MAX {
        diagnostics.about(given, format!("has {} entries; at most {WORDS_MAX} are allowed", items.len()));
        return None;
    }
    let read: Vec<Option<String>> = items.iter().map(|item| word(item, diagnostics)).collect();
    read.into_iter().collect()
}

/// Packages of Python, each once.
pub(super) fn packages(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<String>> {
    const PACKAGES_MAX: usize = 100;
    let items = match given.is_list() {
        true => given.items(diagnostics, "names of packages")?,
        // A single one that was typed.
        false if given.is_option() => vec![given.clone()],
        false => return given.mistyped(diagnostics, "an array of names of packages"),
    };
    if items.len() > PACKAGES_MAX {
        diagnostics.about(given, format!("has {} packages; at most {PACKAGES_MAX} are allowed", items.len()));
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    for item in &items {
        let name = item.text(diagnostics)?.trim();
        // What pip takes for one: it is told to be installed.
        let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.ends_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if !is_name || name.len() > 100 {
            diagnostics.about(item, "is no name of a package; write it as pip installs it, without a version");
            return None;
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Some(names)
}

/// Regular expressions as `name=expression`, by name.
pub(super) fn patterns(given: &Setting<'_>, most: usize, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<String>> {
    let pairs = environment(given, diagnostics)?;
    if pairs.len() > most {
        diagnostics.about(given, format!("has {} figures; at most {most} are allowed", pairs.len()));
        return None;
    }
    for pair in &pairs {
        let (name, pattern) = pair.split_once('=').unwrap_or_default();
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        // The last line says what is wrong; those before draw where.
        let wrong = regex::Regex::new(pattern).err().map(|error| {
            let words = error.to_string();
            let last = words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("{} is no regular expression: {}", printable(pattern), printable(&last))
        });
        if let Some(why) = wrong.or_else(|| (!is_name).then(|| format!("{} is no name of a figure", printable(name)))) {
            diagnostics.about(given, why);
            return None;
        }
    }
    Some(pairs)
}

/// Variables as `NAME=VALUE`, by name: from a table, or from an array of texts of this form.
pub(super) fn environment(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<String>> {
    let pairs: Vec<Option<(String, String)>> = match given.table() {
        Some(table) => {
            let settings = table.iter().map(|(name, value)| (name.get_ref().as_ref(), value));
            settings.map(|(name, value)| variable(name, &Setting::new(name, value)?, diagnostics)).collect()
        }
        None if given.is_list() || given.string().is_some() => {
            let items = match given.is_list() {
                true => given.items(diagnostics, "texts such as \"NAME=value\"")?,
                false => vec![given.clone()],
            };
            items.iter().map(|item| assignment(item, diagnostics)).collect()
        }
        None => return given.mistyped(diagnostics, "a table of texts such as { NAME = \"value\" }"),
    };
    if pairs.len() > WORDS_MAX {
        diagnostics.about(given, format!("has {} variables; at most {WORDS_MAX} are allowed", pairs.len()));
        return None;
    }
    let pairs = pairs.into_iter().collect::<Option<BTreeMap<String, String>>>()?;
    Some(pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
}

/// A path as it is from anywhere: beside the scenario, or in the working folder where an option names it.
pub(super) fn place(given: &Setting<'_>, origin: &Origin, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = word(given, diagnostics)?;
    if text.is_empty() {
        diagnostics.about(given, "must not be empty");
        return None;
    }
    let beside = match origin {
        Origin::File(file) if !given.is_option() => file.parent().unwrap_or(Path::new("")).join(&text),
        _ => Path::new(&text).to_owned(),
    };
    // That needs the working folder, which may be gone.
    let whole = std::path::absolute(&beside).unwrap_or(beside);
    whole.to_str().map(str::to_owned).or_else(|| {
        diagnostics.about(given, "lies in a folder whose name is no text");
        None
    })
}

/// A pattern of files, from anywhere: only what was written is a pattern, and not the folder that it is beside.
pub(super) fn pattern(given: &Setting<'_>, origin: &Origin, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = word(given, diagnostics)?;
    if text.is_empty() {
        diagnostics.about(given, "must not be empty");
        return None;
    }
    let beside = match origin {
        Origin::File(file) if !given.is_option() => file.parent().unwrap_or(Path::new("")),
        _ => Path::new(""),
    };
    // That needs the working folder, which may be gone.
    let folder = std::path::absolute(Path::new(".").join(beside)).unwrap_or_else(|_| beside.to_owned());
    let Some(folder) = folder.to_str() else {
        diagnostics.about(given, "lies in a folder whose name is no text");
        return None;
    };
    Path::new(&glob::Pattern::escape(folder)).join(text).into_os_string().into_string().ok()
}

/// An interpreter: a name as it is, a path as it is from anywhere.
pub(super) fn interpreter(given: &Setting<'_>, origin: &Origin, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = word(given, diagnostics)?;
    match text.contains('/') || text.is_empty() {
        true => place(given, origin, diagnostics),
        false => Some(text),
    }
}

/// What grows with the number of workers.
pub(super) fn growth(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = given.text(diagnostics)?;
    match Growth::parse(text) {
        Ok(_) => Some(text.to_owned()),
        Err(why) => {
            diagnostics.about(given, why);
            None
        }
    }
}

pub(super) fn word(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = given.text(diagnostics)?;
    if text.contains('\0') {
        diagnostics.about(given, "holds a character of number 0, which no program is given");
        return None;
    }
    if text.len() > BYTES_MAX {
        diagnostics.about(given, format!("has {} bytes; at most {BYTES_MAX} are allowed", text.len()));
        return None;
    }
    Some(text.to_owned())
}

fn variable(name: &str, value: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<(String, String)> {
    let text = word(value, diagnostics)?;
    if name.is_empty() || name.contains(['=', '\0']) {
        diagnostics.at(value.offset(), printable(name), "is no name of a variable".to_owned());
        return None;
    }
    Some((name.to_owned(), text))
}

fn assignment(item: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<(String, String)> {
    let text = word(item, diagnostics)?;
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Some((name.to_owned(), value.to_owned())),
        _ => {
            diagnostics.about(item, "must be of the form NAME=value");
            None
        }
    }
}
