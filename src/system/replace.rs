//! Replaces what a file holds, as a whole or not at all: whatever fails, the old content is still there.
//!
//! A link stays a link, and the file behind it keeps its owner, its permissions and its other names. Where that, or the
//! folder, does not allow for a new file in the old one's place, the old one is written over, with what it held in hand.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FallocateFlags, fallocate};

use super::files::{CAUTIOUS, NewFile};
use super::links::meant;

/// The most of an old content that is kept in memory while it is written over, in bytes.
const KEPT_MAX: u64 = 256 << 20;

/// Replaces what the file at a path holds, or makes it, with the permissions `mode` less the process's umask.
///
/// # Errors
/// When the system refuses, or what is there is no regular file; then that is as it was.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let target = meant(path)?;
    match fs::metadata(&target) {
        Ok(old) if old.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(old) if !old.is_file() => Err(io::Error::new(ErrorKind::InvalidInput, "is no regular file")),
        // Another name of it would keep the old content.
        Ok(old) if old.nlink() > 1 || has_attributes(&target) => write_over(&target, bytes),
        Ok(old) => match beside(&target, bytes, &old) {
            Ok(()) => Ok(()),
            Err(Refusal::OfPlace) => write_over(&target, bytes),
            Err(Refusal::OfContent(error)) => Err(error),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut new = NewFile::beside(&target, mode)?;
            new.write_all(bytes)?;
            new.sync()?;
            new.replace()
        }
        Err(error) => Err(error),
    }
}

/// Why a new file could not take the place of an old one.
enum Refusal {
    /// There can be none, or not such a one.
    OfPlace,
    /// It could not be written.
    OfContent(io::Error),
}

/// Writes a new file and moves it into the old one's place.
fn beside(target: &Path, bytes: &[u8], old: &Metadata) -> Result<(), Refusal> {
    let mut new = NewFile::beside(target, 0o600).map_err(|_| Refusal::OfPlace)?;
    new.resemble(old).map_err(|_| Refusal::OfPlace)?;
    new.write_all(bytes).and_then(|()| new.sync()).map_err(Refusal::OfContent)?;
    // A sticky folder, or a file that is mounted there by itself.
    new.replace().map_err(|_| Refusal::OfPlace)
}

impl NewFile {
    /// Gives it the owner and the permissions of another file.
    fn resemble(&self, old: &Metadata) -> io::Result<()> {
        let own = self.file().metadata()?;
        if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
            fchown(self.file(), Some(old.uid()), Some(old.gid()))?;
        }
        self.set_permissions(old.permissions())
    }
}

/// Whether a file has attributes that a new one would lack, such as an access control list.
fn has_attributes(path: &Path) -> bool {
    let mut names = vec![0; 1 << 16];
    let Ok(length) = rustix::fs::listxattr(path, &mut names) else { return false };
    let mut names = names[..length].split(|&byte| byte == 0).filter(|name| !name.is_empty());
    // Labels of the system's own policy are given to new files as well.
    names.any(|name| !name.starts_with(b"security."))
}

/// Writes over a file. Room is made before, so that a full disk is noticed while the old content is whole; whatever
/// else fails, it is put back.
fn write_over(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let options = || {
        let mut options = OpenOptions::new();
        options.write(true).custom_flags(CAUTIOUS.bits());
        options
    };
    // One that may be written but not read is still written: there is room for it.
    let mut file = options().read(true).open(path).or_else(|_| options().open(path))?;
    let before = file.metadata()?.len();
    let mut old = Vec::new();
    let kept = before <= KEPT_MAX && file.read_to_end(&mut old).is_ok();
    if let Err(error) = make_room(&file, bytes.len()) {
        file.set_len(before)?;
        return Err(error);
    }
    rewrite(&mut file, bytes).inspect_err(|_| {
        if kept {
            // The second failure has no more to say than the first.
            let _ = rewrite(&mut file, &old);
        }
    })
}

/// Has the disk set so many bytes aside for a file.
fn make_room(file: &File, bytes: usize) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), 0, bytes as i64) {
        // Some file systems cannot; and nothing needs no room.
        Err(Errno::EOPNOTSUPP | Errno::ENOSYS | Errno::EINVAL) => Ok(()),
        made => Ok(made?),
    }
}

fn rewrite(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        replace(&path, b"first, and long", 0o666).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, b"second", 0o666).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_link_stays_a_link_even_to_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        symlink("real", &link).unwrap();
        for content in ["new", "newer"] {
            replace(&link, content.as_bytes(), 0o666).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(&real).unwrap(), content);
        }
    }

    #[test]
    fn other_names_of_a_file_follow() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        fs::write(&one, "old, and long").unwrap();
        fs::hard_link(&one, &other).unwrap();
        replace(&one, b"new", 0o666).unwrap();
        assert_eq!((fs::read(&one).unwrap(), fs::read(&other).unwrap()), (b"new".to_vec(), b"new".to_vec()));
        replace(&one, b"", 0o666).unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"");
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(replace(folder.path(), b"x", 0o666).unwrap_err().kind(), ErrorKind::IsADirectory);
        assert_eq!(replace(Path::new("/dev/null"), b"x", 0o666).unwrap_err().kind(), ErrorKind::InvalidInput);
        let missing = folder.path().join("no/such/folder");
        assert_eq!(replace(&missing, b"x", 0o666).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
