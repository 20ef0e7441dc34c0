//! Files of `/proc` that are read again and again: some of them kept open, within what the process may have open. One
//! that stays open costs a fifth, and stays mute when its thread's number is given to another.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};

/// Files that stay open, at most.
const KEPT_MAX: u64 = 4096;

/// And this part of what the process may have open: what it is there for needs the rest.
const KEPT_PART: u64 = 2;

/// Why a file of `/proc` tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mute {
    /// What it told of has ended.
    Gone,
    /// The system does not let this user read it.
    Refused,
    /// It cannot be opened now: too many files are open, or memory is short.
    NotNow,
    /// This kernel has none.
    Unknown,
}

/// How many files are kept open, and may be.
#[derive(Debug)]
pub(super) struct Descriptors {
    open: u64,
    most: u64,
}

impl Descriptors {
    /// By the limit of this process.
    pub(super) fn new() -> Self {
        let may_have = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
        Self { open: 0, most: (may_have / KEPT_PART).min(KEPT_MAX) }
    }

    #[cfg(test)]
    pub(super) fn at_most(most: u64) -> Self {
        Self { open: 0, most }
    }
}

/// How soon a file is given up when there is no room to keep all open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Kept as long as there is room.
    First,
    /// While a quarter of the room is left.
    Second,
    /// While half of it is.
    Third,
}

impl Keep {
    fn has_room(self, descriptors: &Descriptors) -> bool {
        let most = descriptors.most;
        let within = match self {
            Self::First => most,
            Self::Second => most - most / 4,
            Self::Third => most / 2,
        };
        descriptors.open < within
    }
}

/// A file that is read from its beginning each time.
#[derive(Debug)]
pub(super) struct KeptFile {
    path: PathBuf,
    keep: Keep,
    file: Option<File>,
}

impl KeptFile {
    /// Nothing is opened yet.
    pub(super) fn new(path: PathBuf, keep: Keep) -> Self {
        Self { path, keep, file: None }
    }

    /// What it tells now, in a buffer that is long enough for all of it.
    ///
    /// # Errors
    /// Why it tells nothing.
    pub(super) fn read<'a>(&mut self, descriptors: &mut Descriptors, bytes: &'a mut [u8]) -> Result<&'a [u8], Mute> {
        let length = match &self.file {
            Some(file) => file.read_at(bytes, 0),
            None => self.open_and_read(descriptors, bytes),
        };
        match length.map_err(|error| mute(&error)) {
            Ok(length) => Ok(&bytes[..length]),
            Err(why) => {
                self.close(descriptors);
                Err(why)
            }
        }
    }

    fn open_and_read(&mut self, descriptors: &mut Descriptors, bytes: &mut [u8]) -> io::Result<usize> {
        let file = File::open(&self.path)?;
        let length = file.read_at(bytes, 0)?;
        if self.keep.has_room(descriptors) {
            descriptors.open += 1;
            self.file = Some(file);
        }
        Ok(length)
    }

    /// Closes it; it is opened anew when it is read.
    pub(super) fn close(&mut self, descriptors: &mut Descriptors) {
        if self.file.take().is_some() {
            descriptors.open -= 1;
        }
    }
}

fn mute(error: &io::Error) -> Mute {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ESRCH | Errno::ENOENT) => Mute::Gone,
        Some(Errno::EACCES | Errno::EPERM) => Mute::Refused,
        Some(Errno::ENOSYS | Errno::EINVAL) => Mute::Unknown,
        _ => Mute::NotNow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_within_bounds_and_by_rank() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "text").unwrap();
        let mut descriptors = Descriptors::at_most(4);
        let mut bytes = [0; 16];
        let mut read = |keep, descriptors: &mut Descriptors| {
            let mut file = KeptFile::new(path.clone(), keep);
            assert_eq!(file.read(descriptors, &mut bytes), Ok(&b"text"[..]));
            assert_eq!(file.read(descriptors, &mut bytes), Ok(&b"text"[..]), "again from its beginning");
            file
        };
        let kept = [Keep::Third, Keep::Third, Keep::Third, Keep::Second, Keep::Second, Keep::First, Keep::First]
            .map(|keep| read(keep, &mut descriptors));
        assert_eq!(kept.each_ref().map(|file| file.file.is_some()), [true, true, false, true, false, true, false]);
        for mut file in kept {
            file.close(&mut descriptors);
        }
        assert_eq!(descriptors.open, 0);
    }

    #[test]
    fn it_is_told_why_a_file_is_mute() {
        let mut descriptors = Descriptors::new();
        assert!(descriptors.most > 0);
        let mut read = |path: &str| {
            KeptFile::new(PathBuf::from(path), Keep::First).read(&mut descriptors, &mut [0; 8]).map(<[u8]>::len)
        };
        assert_eq!(read("/proc/self/none"), Err(Mute::Gone));
        assert_eq!(read("/proc/4294967295/stat"), Err(Mute::Gone));
        assert_eq!(read("/proc/self"), Err(Mute::NotNow), "a folder");
        let errno = |errno: Errno| mute(&io::Error::from_raw_os_error(errno as i32));
        assert_eq!(errno(Errno::EPERM), Mute::Refused);
        assert_eq!(errno(Errno::EMFILE), Mute::NotNow);
    }
}
