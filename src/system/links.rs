//! Where a path leads: through symbolic links to the file that is meant, whether or not it exists, or to a descriptor
//! of this very process. Nothing is opened here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::libc::ELOOP;

/// Links that are followed one after the other, as many as the system follows.
const LINKS_MAX: u32 = 40;

/// The file that a path means: where the last component is a link, what it leads to, even if that is not there yet.
///
/// # Errors
/// When links lead in a circle.
pub fn meant(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        match fs::read_link(&path) {
            Ok(target) => path = folder(&path).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::from_raw_os_error(ELOOP))
}

/// The folder that a path's last component is looked up in.
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The number of the descriptor of this process that a path means: 1 for `/dev/stdout`, `/dev/fd/1` or
/// `/proc/self/fd/1`. What lies behind it may be a file with a name of its own, which is another matter: replacing that
/// would leave those behind who write to the descriptor.
pub fn own_descriptor(path: &Path) -> Option<u32> {
    let own = fs::canonicalize("/proc/self/fd").ok()?;
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        if fs::canonicalize(folder(&path)).is_ok_and(|folder| folder == own) {
            return path.file_name()?.to_str()?.parse().ok();
        }
        path = folder(&path).join(fs::read_link(&path).ok()?);
    }
    None
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_to_what_is_not_there_yet() {
        let temporary = tempfile::tempdir().unwrap();
        let [a, b, c, round] = ["a", "b", "c", "round"].map(|name| temporary.path().join(name));
        symlink("b", &a).unwrap();
        symlink(&c, &b).unwrap();
        symlink("round", &round).unwrap();
        assert_eq!(meant(&a).unwrap(), c);
        assert_eq!(meant(&c).unwrap(), c);
        assert_eq!(meant(&round).unwrap_err().raw_os_error(), Some(ELOOP));
        assert_eq!((folder(Path::new("x")), folder(Path::new("/x/y"))), (Path::new("."), Path::new("/x")));
    }

    #[test]
    fn descriptors_are_told_from_files() {
        for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/../dev/fd/1"] {
            assert_eq!(own_descriptor(Path::new(path)), Some(1), "{path}");
        }
        for path in ["/dev/null", "x", "/proc/1/fd/1", "/dev/fd", "/nonexistent/1"] {
            assert_eq!(own_descriptor(Path::new(path)), None, "{path}");
        }
        let temporary = tempfile::tempdir().unwrap();
        let link = temporary.path().join("link");
        symlink("/dev/stderr", &link).unwrap();
        assert_eq!(own_descriptor(&link), Some(2));
    }
}
