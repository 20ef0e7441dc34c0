//! A small disk of a test's own, which is full soon. Only root can mount one.

use std::path::Path;
use std::process::Command;

use super::{folder, skip};

/// A file system in memory, mounted on a folder; gone with it.
pub struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// One with these options, such as `size=64k` or `nr_inodes=3`. `None` where none can be mounted.
    pub fn new(options: &str) -> Option<Self> {
        let folder = folder();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { folder });
        }
        skip("it needs to mount a file system");
        None
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all the space that is left.
    pub fn fill(&self) {
        let mut file = std::fs::File::create(self.path().join("filler")).expect("a file");
        while std::io::Write::write(&mut file, &[0; 512]).is_ok_and(|n| n > 0) {}
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What is still open there keeps it until it is closed.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}
