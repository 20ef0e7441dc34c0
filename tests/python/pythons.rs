//! Where tests find their interpreters: on PATH and among those of pyenv, and the environments with packages.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use parlab::python::{Found, Missing, find};

use crate::common;

/// One Python of each minor version from 3.8 on; in CI at least one must be there.
pub(crate) fn pythons() -> &'static [Found] {
    static FOUND: OnceLock<Vec<Found>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let known = candidates().filter_map(|path| find(Some(&path)).ok());
        let by_version: BTreeMap<_, _> =
            known.map(|found| ((found.facts.version.0, found.facts.version.1), found)).collect();
        by_version.into_values().collect()
    });
    if found.is_empty() {
        common::skip("it needs Python 3.8 or later");
    }
    found
}

/// Pythons that are found and are older than what can be watched; there may be none.
pub(crate) fn too_old() -> Vec<PathBuf> {
    candidates().filter(|path| matches!(find(Some(path)), Err(Missing::TooOld { .. }))).collect()
}

/// Where a Python may be; a version manager's stand-in may have nothing behind it.
fn candidates() -> impl Iterator<Item = PathBuf> {
    let names = ["python3".to_owned()].into_iter().chain((8..=13).map(|minor| format!("python3.{minor}")));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let on_path = names.flat_map(move |name| folders.clone().into_iter().map(move |folder| folder.join(&name)));
    let pyenv = env::var_os("PYENV_ROOT").map_or_else(|| common::home().join(".pyenv"), PathBuf::from);
    let versions = std::fs::read_dir(pyenv.join("versions")).into_iter().flatten().flatten();
    on_path.chain(versions.map(|version| version.path().join("bin/python"))).filter(|path| path.is_file())
}

pub(crate) use crate::common::python_environment as environment;

/// A program under test.
pub(crate) fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/python").join(name)
}
