//! Reads the text of scenarios and of their data from files, suspicious of everything that is not a small regular file.
//!
//! It never waits (a FIFO without a writer, a terminal), never opens a device and never believes a file's size.

use std::fs::FileType;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use super::diagnostic::Diagnostic;
use crate::foreign;
use crate::system::files::{ReadError, read_regular};

/// The largest scenario file, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// A sort of file, as it is bounded and called.
pub(super) struct Sort {
    /// Its largest size, in bytes.
    pub(super) most: u64,
    /// What it is.
    pub(super) noun: &'static str,
    /// A file of the sort.
    pub(super) file: &'static str,
}

const SCENARIO: Sort = Sort { most: MAX_BYTES, noun: "a scenario", file: "a scenario file" };

/// Reads the text of a scenario file.
///
/// # Errors
/// If the file is missing, may not be read, is no regular file, is larger than [`MAX_BYTES`] or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Diagnostic> {
    read_text(path, &SCENARIO)
}

/// Looks whether a file seems to be one that [`read_text`] would read, without opening it.
///
/// # Errors
/// If it is missing, is no regular file or is too large.
pub(super) fn examine(path: &Path, sort: &Sort) -> Result<(), Diagnostic> {
    let label = label(path);
    let metadata = std::fs::metadata(path).map_err(|error| Diagnostic::of_file(&label, explained(&error, sort)))?;
    match metadata.file_type() {
        file_type if !file_type.is_file() => Err(Diagnostic::of_file(&label, irregular(file_type, sort))),
        _ if metadata.len() > sort.most => Err(too_large(&label, sort)),
        _ => Ok(()),
    }
}

/// Reads the text of a file of some sort.
///
/// # Errors
/// As [`read`].
pub(super) fn read_text(path: &Path, sort: &Sort) -> Result<String, Diagnostic> {
    let label = label(path);
    let bytes = read_regular(path, sort.most).map_err(|error| match error {
        ReadError::Io(error) => Diagnostic::of_file(&label, explained(&error, sort)),
        ReadError::Irregular(file_type) => Diagnostic::of_file(&label, irregular(file_type, sort)),
        ReadError::TooLarge => too_large(&label, sort),
    })?;
    String::from_utf8(bytes).map_err(|error| invalid_utf8(&label, error.as_bytes(), error.utf8_error().valid_up_to()))
}

/// How a file is called in messages.
pub fn label(path: &Path) -> String {
    foreign::name(path)
}

fn too_large(label: &str, Sort { most, noun, .. }: &Sort) -> Diagnostic {
    Diagnostic::of_file(label, format!("is larger than {}, the most {noun} may be", crate::units::bytes(*most)))
}

fn irregular(kind: FileType, Sort { noun, file, .. }: &Sort) -> String {
    let what = match kind {
        kind if kind.is_dir() => return format!("is a folder; name {file} in it"),
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        kind if kind.is_char_device() || kind.is_block_device() => "a device",
        _ => "something else",
    };
    format!("is {what}; {noun} must be a regular file")
}

fn explained(error: &io::Error, Sort { noun, .. }: &Sort) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read it; ask its owner for read permission".to_owned(),
        io::ErrorKind::WouldBlock => format!("has nothing to read yet; {noun} must be a regular file"),
        io::ErrorKind::NotADirectory => "a part of its path is a file, not a folder".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

fn invalid_utf8(label: &str, bytes: &[u8], at: usize) -> Diagnostic {
    let before = &bytes[..at];
    let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
    let message = format!("byte 0x{:02x} is not valid UTF-8; save the file as UTF-8", bytes.get(at).unwrap_or(&0));
    Diagnostic { line: u32::try_from(line).ok(), ..Diagnostic::of_file(label, message) }
}
