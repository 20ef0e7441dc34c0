//! A folder that only this user can read, for what other programs need while this one runs: gone with its value.
//!
//! Those that earlier processes left, since they were killed, go when the next one is made.

use std::env;
use std::fs::{self, DirEntry, File, Permissions, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::statvfs::{FsFlags, statvfs};
use tempfile::TempDir;

use super::xdg;

/// A folder without a lock is another process's that begins, unless it is older.
const LEFT_AFTER: Duration = Duration::from_secs(60);
/// A program that ends may still write to the folder while it is removed.
const REMOVALS: u32 = 5;

/// The folder. Programs that have opened something in it go on when it is removed.
#[derive(Debug)]
pub struct PrivateFolder {
    folder: Option<TempDir>,
    /// Locked as long as this lives.
    _lock: File,
}

impl PrivateFolder {
    /// Where such folders can be: in `$XDG_RUNTIME_DIR`, or where temporary files go.
    pub fn parents() -> impl Iterator<Item = PathBuf> {
        let runtime = xdg::variable("XDG_RUNTIME_DIR").filter(|path| path.is_absolute());
        runtime.into_iter().chain([env::temp_dir()])
    }

    /// Where other nodes may see them, too, which often have the same homes: in the user's cache, which is made; then where
    /// they can be on this one.
    pub fn shared_parents() -> impl Iterator<Item = PathBuf> {
        let cache = xdg::cache_folder(xdg::variable).map(|cache| cache.join("parlab"));
        cache.into_iter().filter(|cache| fs::create_dir_all(cache).is_ok()).chain(Self::parents())
    }

    /// Makes one whose name begins with `prefix`, and removes those that were left.
    ///
    /// # Errors
    /// When the parent may not be written to.
    pub fn create_in(parent: &Path, prefix: &str) -> io::Result<Self> {
        remove_left_ones(parent, prefix);
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(prefix).permissions(private).tempdir_in(parent)?;
        let lock = File::open(folder.path())?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            // Where a file system has no locks, none is ever taken to be left.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        Ok(Self { folder: Some(folder), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.as_ref().expect("it is taken when this is dropped").path()
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take() {
            remove(folder.keep());
        }
    }
}

/// Whether programs in this folder may be run, and libraries loaded; where that is not told, they may.
pub fn may_run_programs(folder: &Path) -> bool {
    statvfs(folder).is_ok_and(|facts| !facts.flags().contains(FsFlags::ST_NOEXEC))
}

fn remove(folder: PathBuf) {
    for _ in 0..REMOVALS {
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            _ => return,
        }
    }
}

/// Removes what was left by processes that were killed: folders that nothing holds the lock of.
fn remove_left_ones(parent: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().as_bytes().starts_with(prefix.as_bytes())) {
        if is_left(&entry).unwrap_or(false) {
            remove(entry.path());
        }
    }
}

fn is_left(entry: &DirEntry) -> io::Result<bool> {
    let about = entry.metadata()?;
    let age = about.modified()?.elapsed().unwrap_or_default();
    Ok(about.is_dir() && age > LEFT_AFTER && File::open(entry.path())?.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn it_is_private_and_goes_with_its_value_and_with_those_that_were_left() {
        let parent = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::create_in(parent.path(), "parlab-test-").unwrap();
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        let old = SystemTime::now() - 2 * LEFT_AFTER;
        let (left, young) = (parent.path().join("parlab-test-left"), parent.path().join("parlab-test-young"));
        for folder in [&left, &young] {
            fs::create_dir(folder).unwrap();
        }
        for folder in [&left, &path] {
            File::open(folder).unwrap().set_modified(old).unwrap();
        }
        drop(PrivateFolder::create_in(parent.path(), "parlab-test-").unwrap());
        assert!(path.exists(), "it is in use");
        assert!(young.exists(), "it may be of one that begins");
        assert!(!left.exists());
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn where_programs_may_be_run_is_seen() {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let mut seen = 0;
        for line in mounts.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            // What another one was mounted over is not seen any more.
            let is_last = mounts.lines().filter(|line| line.split(' ').nth(1) == Some(fields[1])).count() == 1;
            if is_last && statvfs(fields[1]).is_ok() {
                seen += 1;
                let is_told = fields[3].split(',').any(|option| option == "noexec");
                assert_eq!(may_run_programs(Path::new(fields[1])), !is_told, "{line}");
            }
        }
        assert!(seen > 0);
    }
}
