//! What the binary brings along: the bundled scenarios and their data.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::path;
use super::source::{Origin, Source, stem};

static BUNDLED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// The ending of scenario files.
pub(super) const ENDING: &str = "toml";

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
    bundled().any(|source| source.name == name && source.sha256() == sha256)
}

/// A bundled file of data by its name.
pub(super) fn bundled_data(name: &str) -> Option<&'static str> {
    if name.contains('/') {
        return None;
    }
    BUNDLED.get_file(Path::new("data").join(name))?.contents_utf8()
}
