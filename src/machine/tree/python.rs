//! Whether a process runs CPython, which version, and where its global interpreter lock lies.
//!
//! The lock is within the symbol `_PyRuntime`, which the interpreter's library or program exports: a thread that sleeps on
//! an address in there waits for the lock. Looking costs a reading of the process's mappings, so that the caller bounds
//! how often. What may not be read is told as that.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::symbol::PlacedSymbol;
use crate::system::files::read_head;

/// Mappings are read so far; the interpreter's library is among the first thousands.
const MAPS_MAX: u64 = 2 << 20;

/// The symbol that has the lock in it.
const RUNTIME: &str = "_PyRuntime";

/// What is seen of a process's CPython.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PythonSeen {
    /// Its version, as the name of its program or library tells: `3.11`; `None` where that has none.
    pub version: Option<String>,
    /// What is seen of its global interpreter lock.
    pub gil: GilSight,
}

/// Whether it is seen that a thread waits for the global interpreter lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GilSight {
    /// It is.
    Seen,
    /// The interpreter is built to run without one.
    FreeThreaded,
    /// The interpreter's file has no symbols left, so that waiting for it looks like waiting for any lock.
    NoSymbol,
}

/// A CPython in a process, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundPython {
    pub(super) seen: PythonSeen,
    /// Where the lock lies.
    pub(super) runtime: Option<Range<u64>>,
}

/// Finds CPython in processes. Symbols of a file are looked up once.
#[derive(Debug, Default)]
pub(super) struct PythonFinder {
    /// By device and inode.
    symbols: HashMap<(u64, u64), Option<PlacedSymbol>>,
}

impl PythonFinder {
    /// Looks into a process, by its folder in `/proc`; `None` if it has no CPython so far, or may not be looked into.
    pub(super) fn look(&mut self, process: &Path) -> Option<FoundPython> {
        let maps = read_head(&process.join("maps"), MAPS_MAX).ok()?;
        let program = std::fs::read_link(process.join("exe")).ok();
        let mut version = None;
        for (path, place) in candidates(&maps, program.as_deref()) {
            let Some(named) = named_python(&path) else { continue };
            let is_program = program.as_deref() == Some(&path);
            version = Some(version.unwrap_or_else(|| named.clone()));
            if named.is_free_threaded {
                return Some(found(named.version, GilSight::FreeThreaded, None));
            }
            let file = if is_program { process.join("exe") } else { below_root(process, &path) };
            if let Some(runtime) = self.runtime_in(&file, &place) {
                return Some(found(named.version, GilSight::Seen, Some(runtime)));
            }
        }
        version.map(|named| found(named.version, GilSight::NoSymbol, None))
    }

    fn runtime_in(&mut self, path: &Path, place: &MappedFile) -> Option<Range<u64>> {
        let file = File::open(path).ok()?;
        let metadata = file.metadata().ok()?;
        // A file that was replaced since is another one, with symbols elsewhere.
        if metadata.ino() != place.inode || !metadata.is_file() {
            return None;
        }
        let symbol = self.symbols.entry(identity(&metadata)).or_insert_with(|| PlacedSymbol::find(&file, RUNTIME));
        symbol.as_ref()?.in_process(place.at)
    }
}

fn found(version: Option<String>, gil: GilSight, runtime: Option<Range<u64>>) -> FoundPython {
    FoundPython { seen: PythonSeen { version, gil }, runtime }
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// A path as the process sees it, which may have another root.
fn below_root(process: &Path, path: &Path) -> PathBuf {
    process.join("root").join(path.strip_prefix("/").unwrap_or(path))
}

/// A file and where its first byte is mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MappedFile {
    at: u64,
    inode: u64,
}

/// The files that may be an interpreter: the libraries first, since a program that has one holds no lock itself.
fn candidates(maps: &[u8], program: Option<&Path>) -> Vec<(PathBuf, MappedFile)> {
    let mut found: Vec<(PathBuf, MappedFile)> = Vec::new();
    for (path, place) in maps.split(|&byte| byte == b'\n').filter_map(first_of_file) {
        let is_library = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"libpython"));
        if (is_library || program == Some(&path)) && found.iter().all(|(known, _)| *known != path) {
            found.push((path, place));
        }
    }
    found.sort_by_key(|(path, _)| program == Some(path));
    found
}

/// Reads `7f00-7f10 r--p 00000000 08:01 4711      /usr/lib/libx.so`, if a file's first byte is in it.
fn first_of_file(line: &[u8]) -> Option<(PathBuf, MappedFile)> {
    let line = str::from_utf8(line).ok()?;
    let (range, rest) = line.split_once(' ')?;
    let mut words = rest.splitn(5, ' ');
    let (_, offset, _, inode) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let path = words.next()?.trim_start();
    if u64::from_str_radix(offset, 16) != Ok(0) || !path.starts_with('/') {
        return None;
    }
    let at = u64::from_str_radix(range.split_once('-')?.0, 16).ok()?;
    Some((PathBuf::from(path), MappedFile { at, inode: inode.parse().ok()? }))
}

/// What the name of an interpreter's file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NamedPython {
    version: Option<String>,
    is_free_threaded: bool,
}

/// Reads `python3.11`, `libpython3.8.so.1.0`, `python3.13t`; `None` for the name of anything else.
fn named_python(path: &Path) -> Option<NamedPython> {
    let name = path.file_name()?.to_str()?;
    let behind = name.strip_prefix("lib").unwrap_or(name).strip_prefix("python")?;
    let end = behind.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(behind.len());
    let (number, flags) = behind.split_at(end);
    let version = number.trim_end_matches('.');
    // `m` and `d` are for builds of long ago and for debugging.
    let is_free_threaded = flags.trim_start_matches('d').starts_with('t');
    Some(NamedPython { version: (!version.is_empty()).then(|| version.to_owned()), is_free_threaded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_version() {
        let named = |name: &str| named_python(&Path::new("/opt").join(name)).map(|n| (n.version, n.is_free_threaded));
        let version = |number: &str| Some(number.to_owned());
        assert_eq!(named("python3.11"), Some((version("3.11"), false)));
        assert_eq!(named("libpython3.8.so.1.0"), Some((version("3.8"), false)));
        assert_eq!(named("libpython3.7m.so.1.0"), Some((version("3.7"), false)));
        assert_eq!(named("python3.13t"), Some((version("3.13"), true)));
        assert_eq!(named("libpython3.14dt.so"), Some((version("3.14"), true)));
        assert_eq!(named("python"), Some((None, false)));
        assert_eq!([named("pypy3.9"), named("cpython"), named("libpy.so")], [None, None, None]);
    }

    #[test]
    fn mappings_are_read() {
        let maps = b"55aa000-55ab000 r--p 00000000 08:01 10                 /opt/a b/python3.12\n\
            55ab000-55ac000 r-xp 00001000 08:01 10                 /opt/a b/python3.12\n\
            7f000000-7f100000 r--p 00000000 08:01 11                 /opt/libpython3.12.so.1.0\n\
            7f200000-7f300000 r--p 00000000 08:01 12                 /lib/libc.so.6\n\
            7f400000-7f500000 rw-p 00000000 00:00 0 \n7ffc000-7ffd000 rw-p 00000000 00:00 0   [stack]\nodd\n";
        let found = candidates(maps, Some(Path::new("/opt/a b/python3.12")));
        let library = (PathBuf::from("/opt/libpython3.12.so.1.0"), MappedFile { at: 0x7f000000, inode: 11 });
        let program = (PathBuf::from("/opt/a b/python3.12"), MappedFile { at: 0x55aa000, inode: 10 });
        assert_eq!(found, [library, program]);
        assert_eq!(candidates(b"", None), []);
    }

    #[test]
    fn what_cannot_be_looked_into_is_no_python() {
        assert_eq!(PythonFinder::default().look(Path::new("/nonexistent")), None);
        assert_eq!(PythonFinder::default().look(Path::new("/proc/self")), None);
    }
}
