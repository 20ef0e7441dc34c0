//! The last lines of what a job has printed.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::foreign::bytes;
use crate::system::files::open_regular;

/// So many bytes are looked at.
const BYTES: u64 = 4096;

/// The longest line that is shown, in characters.
const WIDEST: usize = 200;

/// The last lines of a file, harmless to show; none where it has none or cannot be read.
pub(super) fn last_lines(path: &Path, lines: usize) -> Vec<String> {
    let Ok(text) = open_regular(path).map_err(io::Error::other).and_then(end_of) else { return Vec::new() };
    let all: Vec<&[u8]> = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    let last = &all[all.len().saturating_sub(lines)..];
    last.iter().map(|line| bytes(line).chars().take(WIDEST).collect()).collect()
}

fn end_of(mut file: File) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut text = Vec::new();
    file.take(BYTES).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_shown_without_what_they_could_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("output.txt");
        assert!(last_lines(&file, 2).is_empty());
        std::fs::write(&file, "one\ntwo\n\n  \nth\u{1b}[2Jree\n").unwrap();
        assert_eq!(last_lines(&file, 2), ["two", "th\\u{1b}[2Jree"]);
        std::fs::write(&file, "x".repeat(100_000)).unwrap();
        assert_eq!(last_lines(&file, 2), ["x".repeat(WIDEST)]);
    }
}
