//! A scenario's text before it is checked, and where it comes from.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::diagnostic::Diagnostic;
use super::read::{label, read};

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
    /// Where it comes from: files that it names are looked for there.
    pub origin: Origin,
    /// Its TOML.
    pub text: String,
}

impl Source {
    /// A text as if it stood in that file.
    pub fn new(path: impl AsRef<Path>, text: impl Into<String>) -> Self {
        let path = path.as_ref();
        Self { name: stem(path), label: label(path), origin: Origin::File(path.to_owned()), text: text.into() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`read`].
    pub fn open(path: &Path) -> Result<Self, Diagnostic> {
        read(path).map(|text| Self::new(path, text))
    }

    /// The SHA-256 of its text, in hexadecimal.
    pub fn sha256(&self) -> String {
        Sha256::digest(&self.text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a scenario of a file is called by.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
