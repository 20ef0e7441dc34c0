//! Files of data that a scenario names: found when the scenario is read, loaded when its workload is made ready.
//!
//! A file is looked for beside the scenario's own. A plain name that nothing there has means a bundled file, so that
//! a copy of a bundled scenario finds its data wherever it lies.

use std::borrow::Cow;
use std::path::Path;

use super::bundled::bundled_data;
use super::diagnostic::Diagnostic;
use super::read::{Sort, examine, label, read_text};
use super::source::Origin;

/// The largest file of data, in bytes.
pub const MAX_DATA_BYTES: u64 = 256 << 20;

const DATA: Sort = Sort { most: MAX_DATA_BYTES, noun: "a data file", file: "a data file" };

/// How a bundled file is told from an absolute path.
const BUNDLED: &str = "bundled:";

/// The file that `given` means in a scenario of this origin, as [`data`] understands it. Nothing is read.
///
/// # Errors
/// If there is no such file, or if it is none that can be read.
pub(super) fn locate(given: &str, origin: &Origin) -> Result<String, String> {
    if given.is_empty() {
        return Err("must not be empty; name a file".to_owned());
    }
    let is_bundled = bundled_data(given).is_some();
    let Origin::File(scenario) = origin else {
        return match is_bundled {
            true => Ok(format!("{BUNDLED}{given}")),
            false => Err("no such file is bundled".to_owned()),
        };
    };
    let folder = scenario.parent().unwrap_or(Path::new(""));
    let path = std::path::absolute(folder.join(given)).map_err(|error| format!("cannot be found: {error}"))?;
    match examine(&path, &DATA) {
        Err(_) if is_bundled && !path.exists() => Ok(format!("{BUNDLED}{given}")),
        Err(problem) => Err(problem.to_string()),
        Ok(()) => path.into_os_string().into_string().map_err(|_| "its path is not UTF-8; move the file".to_owned()),
    }
}

/// The text of a located file.
///
/// # Errors
/// If it cannot be read any more, or is not UTF-8.
pub fn data(located: &str) -> Result<Cow<'static, str>, Diagnostic> {
    match located.strip_prefix(BUNDLED) {
        Some(name) => bundled_data(name)
            .map(Cow::Borrowed)
            .ok_or_else(|| Diagnostic::of_file(&data_label(located), "no such file is bundled")),
        None => read_text(Path::new(located), &DATA).map(Cow::Owned),
    }
}

/// Where a located file is, unless it is bundled, or there is none.
pub fn data_path(located: &str) -> Option<&Path> {
    (!located.is_empty() && !located.starts_with(BUNDLED)).then(|| Path::new(located))
}

/// How a located file is called in messages.
pub fn data_label(located: &str) -> String {
    match located.strip_prefix(BUNDLED) {
        Some(name) => format!("bundled {name}"),
        None => label(Path::new(located)),
    }
}
