//! Whether two paths are one file: by device and inode, or where there is no file yet by its folder and name.
//!
//! Nothing is opened or created here.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use super::links::{folder, meant};

/// What makes a file this one, whatever it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileIdentity {
    /// It is there.
    Existing {
        /// Its device and inode.
        at: (u64, u64),
        /// Whether it is a regular file.
        is_regular: bool,
    },
    /// It is not there, and would be made in a folder that is.
    Missing {
        /// The folder's device and inode.
        folder: (u64, u64),
        /// Its name there.
        name: OsString,
    },
}

impl FileIdentity {
    /// The file that a path means, links followed. `None` for what is no single file to write to: a device that takes
    /// any number of writers, such as `/dev/null` or a terminal, or what cannot be looked at.
    pub fn of(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(found) if found.file_type().is_char_device() => None,
            Ok(found) => Some(Self::Existing { at: at(&found), is_regular: found.is_file() }),
            Err(_) => {
                let path = meant(path).ok()?;
                let name = path.file_name()?.to_owned();
                Some(Self::Missing { folder: at(&fs::metadata(folder(&path)).ok()?), name })
            }
        }
    }

    /// Whether there is a regular file.
    pub fn is_regular(&self) -> bool {
        matches!(self, Self::Existing { is_regular: true, .. })
    }
}

fn at(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn one_file_has_many_names() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        fs::create_dir(folder.join("deep")).unwrap();
        fs::write(folder.join("a"), "").unwrap();
        fs::hard_link(folder.join("a"), folder.join("hard")).unwrap();
        symlink("../a", folder.join("deep/link")).unwrap();
        symlink("deep", folder.join("way")).unwrap();
        symlink("new", folder.join("dangling")).unwrap();
        let id = |name: &str| FileIdentity::of(&folder.join(name));
        for same in ["./a", "hard", "deep/link", "deep/../a", "way/link"] {
            assert_eq!(id(same), id("a"), "{same}");
        }
        assert!(id("a").unwrap().is_regular());
        for same in ["./new", "dangling", "deep/../new"] {
            assert_eq!(id(same), id("new"), "{same}");
        }
        assert!(!id("new").unwrap().is_regular());
        assert_eq!(id("way/new"), id("deep/new"));
        fs::write(folder.join("b"), "").unwrap();
        for (one, other) in [("a", "b"), ("new", "deep/new"), ("new", "newer"), ("a", "new")] {
            assert_ne!(id(one), id(other));
        }
        assert_eq!(FileIdentity::of(Path::new("/dev/null")), None);
        assert_eq!(id("no/such"), None);
    }
}
