//! What `/proc/PID/status` and `/proc/PID/task/TID/status` say of a process or thread, by key. It is the dearest of the
//! files that do, so that callers should not ask often.
//!
//! Source: proc_pid_status(5).

use std::io;
use std::path::Path;
use std::str::FromStr;

use crate::system::files::read_head;

/// No such file is as long, unless it has thousands of groups.
const MOST_BYTES: u64 = 1 << 16;

/// A file, read.
#[derive(Debug, Clone)]
pub(super) struct StatusFile(Vec<u8>);

impl StatusFile {
    /// That of a process or a thread, by its folder.
    ///
    /// # Errors
    /// When the system refuses, or it has ended.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        read_head(&folder.join("status"), MOST_BYTES).map(Self)
    }

    /// The first word behind a key: `State:`.
    pub(super) fn first_word(&self, key: &str) -> Option<&str> {
        let mut lines = self.0.split(|&byte| byte == b'\n');
        let rest = lines.find_map(|line| line.strip_prefix(key.as_bytes()))?;
        str::from_utf8(rest).ok()?.split_ascii_whitespace().next()
    }

    /// The same as a number.
    pub(super) fn number<N: FromStr>(&self, key: &str) -> Option<N> {
        self.first_word(key)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_keys() {
        let folder = tempfile::tempdir().unwrap();
        assert!(StatusFile::of(folder.path()).is_err());
        let text = b"Name:\tState: R\xff\nState:\tS (sleeping)\nTgid:\t7\nUid:\t5\t6\t6\t6\nVmHWM:\t   12 kB\nOdd:\t\xff\nEmpty:\n";
        std::fs::write(folder.path().join("status"), text).unwrap();
        let status = StatusFile::of(folder.path()).unwrap();
        assert_eq!(status.first_word("State:"), Some("S"));
        assert_eq!(
            (status.number("Tgid:"), status.number("Uid:"), status.number("VmHWM:")),
            (Some(7), Some(5), Some(12))
        );
        assert_eq!([status.first_word("Odd:"), status.first_word("Empty:"), status.first_word("None:")], [None; 3]);
        assert_eq!(status.number::<u32>("State:"), None);
    }
}
