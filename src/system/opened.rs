//! Whether a file has been opened since: told by inotify(7), which wakes who waits for it.
//!
//! It is asked before others know the file; it never opens it itself.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;
use std::time::Duration;

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use super::poll::{PollFd, PollFlags, is_ready, poll};

/// Waits for a file to be opened for the first time.
#[derive(Debug)]
pub struct FirstOpen(Inotify);

impl FirstOpen {
    /// Of the file with this path, from now on.
    ///
    /// # Errors
    /// When the system has no inotify, or none left for this user.
    pub fn of(path: &Path) -> io::Result<Self> {
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
        inotify.add_watch(path, AddWatchFlags::IN_OPEN | AddWatchFlags::IN_ONESHOT)?;
        Ok(Self(inotify))
    }

    /// Whether it has been opened.
    pub fn has_come(&self) -> bool {
        let mut files = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
        poll(&mut files, Some(Duration::ZERO)).is_ok_and(|ready| ready > 0) && is_ready(&files[0])
    }

    /// What becomes readable then, and stays so.
    pub fn file(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsRawFd as _;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn it_is_told_that_a_file_was_opened_also_one_without_a_name() {
        let named = tempfile::NamedTempFile::new().unwrap();
        let unnamed = tempfile::tempfile().unwrap();
        let by_process = PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), unnamed.as_raw_fd()));
        for path in [named.path(), &by_process] {
            let first = FirstOpen::of(path).unwrap();
            assert!(std::fs::metadata(path).is_ok() && !first.has_come(), "to look at it is not to open it");
            drop(File::open(path).unwrap());
            assert!(first.has_come() && first.has_come());
        }
        assert!(FirstOpen::of(&named.path().join("none")).is_err());
    }
}
