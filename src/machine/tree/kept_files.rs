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
    /// Threads there are: each has a file of each rank.
    threads: u64,
}

impl Descriptors {
    /// By the limit of this process.
    pub(super) fn new() -> Self {
        let may_have = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
        Self { open: 0, most: (may_have / KEPT_PART).min(KEPT_MAX), threads: 0 }
    }

    /// There are so many threads now.
    pub(super) fn share_among(&mut self, threads: usize) {
        self.threads = threads as u64;
    }

    /// Whether there is room for all files of a rank and of those before.
    fn has_room_for_all(&self, rank: Rank) -> bool {
        rank == Rank::First || (rank as u64 + 1) * self.threads <= self.most
    }

    /// Where no more files can be opened, fewer are kept from now on.
    fn note(&mut self, error: &io::Error) {
        if matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::EMFILE | Errno::ENFILE)) {
            self.most = self.open / 2;
        }
    }

    #[cfg(test)]
    pub(super) fn at_most(most: u64) -> Self {
        Self { open: 0, most, threads: 0 }
    }
}

/// Which files are given up first where there is no room to keep all open: those that are read less often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// Kept as long as there is room.
    First,
    /// Kept where there is room for those of all threads.
    Second,
    /// The same, after those.
    Third,
}

/// A file that is read from its beginning each time.
#[derive(Debug)]
pub(super) struct KeptFile {
    path: PathBuf,
    rank: Rank,
    file: Option<File>,
}

impl KeptFile {
    /// Nothing is opened yet.
    pub(super) fn new(path: PathBuf, rank: Rank) -> Self {
        Self { path, rank, file: None }
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
            Ok(length) => {
                if descriptors.open > descriptors.most || !descriptors.has_room_for_all(self.rank) {
                    self.close(descriptors);
                }
                Ok(&bytes[..length])
            }
            Err(why) => {
                self.close(descriptors);
                Err(why)
            }
        }
    }

    fn open_and_read(&mut self, descriptors: &mut Descriptors, bytes: &mut [u8]) -> io::Result<usize> {
        let file = File::open(&self.path).inspect_err(|error| descriptors.note(error))?;
        let length = file.read_at(bytes, 0)?;
        if descriptors.open < descriptors.most && descriptors.has_room_for_all(self.rank) {
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
        let mut descriptors = Descriptors::at_most(10);
        let ranks = [Rank::Third, Rank::Second, Rank::First];
        let mut files: Vec<KeptFile> =
            ranks.iter().cycle().take(36).map(|rank| KeptFile::new(path.clone(), *rank)).collect();
        let mut kept = |threads: usize| {
            descriptors.share_among(threads);
            for file in files.iter_mut().take(3 * threads) {
                let mut bytes = [0; 16];
                assert_eq!(file.read(&mut descriptors, &mut bytes), Ok(&b"text"[..]));
                assert_eq!(file.read(&mut descriptors, &mut bytes), Ok(&b"text"[..]), "again from its beginning");
            }
            let of = |rank| files.iter().filter(|file| file.rank == rank && file.file.is_some()).count();
            (of(Rank::First), of(Rank::Second), of(Rank::Third))
        };
        assert_eq!(kept(3), (3, 3, 3));
        assert_eq!(kept(5), (5, 5, 0));
        assert_eq!(kept(9), (9, 0, 0));
        assert_eq!(kept(12), (10, 0, 0));
        files.iter_mut().for_each(|file| file.close(&mut descriptors));
        assert_eq!(descriptors.open, 0);
    }

    #[test]
    fn fewer_are_kept_where_no_more_can_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "text").unwrap();
        let mut descriptors = Descriptors::at_most(100);
        let mut files: Vec<KeptFile> = (0..10).map(|_| KeptFile::new(path.clone(), Rank::First)).collect();
        let mut read_all = |descriptors: &mut Descriptors| {
            files.iter_mut().for_each(|file| assert!(file.read(descriptors, &mut [0; 8]).is_ok()));
            descriptors.open
        };
        assert_eq!(read_all(&mut descriptors), 10);
        descriptors.note(&io::Error::from_raw_os_error(Errno::EACCES as i32));
        assert_eq!(read_all(&mut descriptors), 10);
        descriptors.note(&io::Error::from_raw_os_error(Errno::EMFILE as i32));
        assert_eq!([read_all(&mut descriptors), read_all(&mut descriptors)], [5, 5]);
    }

    #[test]
    fn it_is_told_why_a_file_is_mute() {
        let mut descriptors = Descriptors::new();
        assert!(descriptors.most > 0);
        let mut read = |path: &str| {
            KeptFile::new(PathBuf::from(path), Rank::First).read(&mut descriptors, &mut [0; 8]).map(<[u8]>::len)
        };
        assert_eq!(read("/proc/self/none"), Err(Mute::Gone));
        assert_eq!(read("/proc/4294967295/stat"), Err(Mute::Gone));
        assert_eq!(read("/proc/self"), Err(Mute::NotNow), "a folder");
        let errno = |errno: Errno| mute(&io::Error::from_raw_os_error(errno as i32));
        assert_eq!(errno(Errno::EPERM), Mute::Refused);
        assert_eq!(errno(Errno::EMFILE), Mute::NotNow);
    }
}
