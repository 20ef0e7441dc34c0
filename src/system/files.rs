//! Files that may be anything: read without waiting and within bounds, and replaced as a whole or not at all.
//!
//! What is in them, and in what words their faults are told, is the caller's matter.

use std::fs::{File, FileType, OpenOptions, Permissions};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use nix::fcntl::OFlag;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no regular file, and was not read from.
    #[error("is no regular file")]
    Irregular(FileType),
    /// It has more bytes than were allowed.
    #[error("is too large")]
    TooLarge,
}

/// Opens a regular file to read. A pipe, a socket or a terminal is not waited for, and a device not even opened.
///
/// # Errors
/// [`ReadError`], with the file left as it was.
pub fn open_regular(path: &Path) -> Result<File, ReadError> {
    // Looked at before it is opened, because opening a device can already do something; and once more after, because
    // the path may name another file by then.
    regular(std::fs::metadata(path)?.file_type())?;
    let file = OpenOptions::new().read(true).custom_flags(CAUTIOUS.bits()).open(path)?;
    regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// All bytes of a small regular file, at most `most`; a file's size is never believed.
///
/// # Errors
/// As [`open_regular`], and if it has more bytes.
pub fn read_regular(path: &Path, most: u64) -> Result<Vec<u8>, ReadError> {
    let file = open_regular(path)?;
    if file.metadata()?.len() > most {
        return Err(ReadError::TooLarge);
    }
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(ReadError::TooLarge) } else { Ok(bytes) }
}

/// The first bytes of a file that is trusted, at most `most`: those of `/proc` and `/sys` have no size to go by.
///
/// # Errors
/// When the system refuses.
pub fn read_head(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// With these flags, opening neither waits for another end nor takes a terminal as the process's own.
pub const CAUTIOUS: OFlag = OFlag::O_NONBLOCK.union(OFlag::O_NOCTTY);

fn regular(file_type: FileType) -> Result<(), ReadError> {
    if file_type.is_file() { Ok(()) } else { Err(ReadError::Irregular(file_type)) }
}

/// A file in the making: it has a passing name beside the place it is meant for, and is moved there when it is whole,
/// so that a reader there sees the old file or the new one. Dropped before, it leaves nothing behind.
///
/// A symbolic link at the place is itself replaced; a caller that means the file behind it resolves it first.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    passing: PathBuf,
    target: PathBuf,
    is_placed: bool,
}

/// Files that this process has begun, by which passing names differ.
static BEGUN: AtomicU64 = AtomicU64::new(0);
/// Passing names that are tried: those in use were left by processes of the same number that were killed.
const NAMES_MAX: u32 = 1000;

impl NewFile {
    /// Begins a file for `target`, with the permissions `mode` less the process's umask.
    ///
    /// # Errors
    /// When the folder takes no new file.
    pub fn beside(target: &Path, mode: u32) -> io::Result<Self> {
        if target.file_name().is_none() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut created = Err(io::Error::from(io::ErrorKind::AlreadyExists));
        for _ in 0..NAMES_MAX {
            // Not the target's name with an ending: that may be as long as names can be.
            let name = format!(".parlab-{}-{}.new", std::process::id(), BEGUN.fetch_add(1, Relaxed));
            let passing = target.with_file_name(name);
            created = OpenOptions::new().write(true).create_new(true).mode(mode).open(&passing).map(|file| Self {
                file,
                passing,
                target: target.to_owned(),
                is_placed: false,
            });
            if !matches!(&created, Err(error) if error.kind() == io::ErrorKind::AlreadyExists) {
                break;
            }
        }
        created
    }

    /// Gives it the permissions of another file, whatever the umask is.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        self.file.set_permissions(permissions)
    }

    /// The file as it is so far.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Waits until the disk has what was written. Network file systems tell of a full one only here.
    ///
    /// # Errors
    /// When it could not be written after all.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Moves it to its place, where it replaces what is there.
    ///
    /// # Errors
    /// When the system refuses; then what is there is as it was.
    pub fn replace(mut self) -> io::Result<()> {
        std::fs::rename(&self.passing, &self.target)?;
        self.is_placed = true;
        Ok(())
    }

    /// Moves it to its place unless there is something, even if that was put there just now.
    ///
    /// # Errors
    /// `AlreadyExists` if there is, or what the system refuses.
    pub fn place(mut self) -> io::Result<()> {
        rename_to_new(&self.passing, &self.target)?;
        self.is_placed = true;
        Ok(())
    }
}

/// Names that are tried for what is moved aside.
const ASIDE_MAX: u32 = 1000;

/// Gives a file another name beside its own, `x.bad` or `x.bad-2`, that no other file has; returns its path.
///
/// # Errors
/// When the system refuses; then it is where it was.
pub fn move_aside(path: &Path) -> io::Result<PathBuf> {
    for n in 1..ASIDE_MAX {
        let mut aside = path.to_owned();
        let ending = if n == 1 { ".bad".to_owned() } else { format!(".bad-{n}") };
        aside.as_mut_os_string().push(ending);
        match rename_to_new(path, &aside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            moved => return moved.map(|()| aside),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Renames a file unless there is one of the new name, even if that was put there just now.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems cannot do that in one go.
        Err(Errno::INVAL | Errno::NOSYS) if to.symlink_metadata().is_err() => std::fs::rename(from, to),
        moved => Ok(moved?),
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_placed {
            // A leftover that cannot be removed adds nothing to what went wrong before.
            let _ = std::fs::remove_file(&self.passing);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn small_regular_files_are_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert!(matches!(read_regular(&path, 4), Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound));
        std::fs::write(&path, "four").unwrap();
        assert_eq!(read_regular(&path, 4).unwrap(), b"four");
        assert_eq!(read_regular(&path, u64::MAX).unwrap(), b"four");
        assert!(matches!(read_regular(&path, 3), Err(ReadError::TooLarge)));
        assert!(matches!(read_regular(Path::new("/proc/self/status"), 3), Err(ReadError::TooLarge)), "it has no size");
        let irregular = |path: &Path| match read_regular(path, 4) {
            Err(ReadError::Irregular(file_type)) => file_type,
            read => panic!("{}: {read:?}", path.display()),
        };
        assert!(irregular(folder.path()).is_dir());
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        for path in [&pipe, Path::new("/dev/zero")] {
            assert!(!irregular(path).is_dir(), "{}", path.display());
        }
    }

    #[test]
    fn heads_are_cut() {
        assert_eq!(read_head(Path::new("/dev/zero"), 3).unwrap(), [0; 3]);
        assert!(!read_head(Path::new("/proc/self/status"), 1 << 20).unwrap().is_empty());
    }

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x".repeat(255));
        let mut new = NewFile::beside(&path, 0o600).unwrap();
        new.write_all(b"first").unwrap();
        assert!(!path.exists());
        new.sync().unwrap();
        new.replace().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);

        let mut other = NewFile::beside(&path, 0o600).unwrap();
        other.write_all(b"second").unwrap();
        other.set_permissions(Permissions::from_mode(0o640)).unwrap();
        assert_eq!(other.place().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(names(folder.path()), ["x".repeat(255)], "what was not placed is gone");
        assert_eq!(std::fs::read(&path).unwrap(), b"first");

        let mut third = NewFile::beside(&path, 0o666).unwrap();
        third.set_permissions(Permissions::from_mode(0o640)).unwrap();
        third.write_all(b"third").unwrap();
        third.replace().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"third");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        NewFile::beside(&folder.path().join("y"), 0o600).unwrap().place().unwrap();
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[test]
    fn what_was_left_behind_is_neither_used_nor_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let next = BEGUN.load(Relaxed);
        // Other tests may take some of these in the meantime.
        for n in next..next + 20 {
            let passing = folder.path().join(format!(".parlab-{}-{n}.new", std::process::id()));
            symlink("/dev/full", passing).unwrap();
        }
        let mut new = NewFile::beside(&path, 0o600).unwrap();
        new.write_all(b"whole").unwrap();
        new.replace().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        assert!(NewFile::beside(Path::new("/proc/self/no/such"), 0o600).is_err());
        assert!(NewFile::beside(Path::new(".."), 0o600).is_err());
    }
}
