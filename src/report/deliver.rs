//! Where a report goes: to stdout, or whole into a file.
//!
//! Nothing measured may be lost: a file that cannot be written leaves the report on stdout instead.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::closed::is_stdout_closed;
use super::readers;
use crate::foreign::{PlainText, name};
use crate::system::files::NewFile;

/// A report did not get to where it was asked to go.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The file could not be written, but stdout has the report.
    #[error("failed to write the report to {}: {cause}; it went to standard output instead", name(path))]
    File {
        /// The file asked for.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// Neither the file nor stdout could be written.
    #[error("failed to write the report to {}: {cause}; nor to standard output: {stdout}", name(path))]
    FileAndStdout {
        /// The file asked for.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
        /// Why not stdout.
        stdout: io::Error,
    },
    /// Stdout could not be written.
    #[error("failed to write the report to standard output: {0}")]
    Stdout(io::Error),
}

/// Writes a report to a file, or to stdout if no file is given. A reader that closed the pipe has read enough: that
/// is no error.
///
/// A regular file is replaced as a whole, and keeps its old content if that fails; devices and pipes are written to.
///
/// # Errors
/// [`DeliveryError`]; the report is on stdout all the same wherever that was possible.
pub fn deliver(text: &PlainText, path: Option<&Path>) -> Result<(), DeliveryError> {
    let text = text.as_str();
    let Some(path) = path else { return print_out(text).map_err(DeliveryError::Stdout) };
    let Err(cause) = write_file(path, text.as_bytes()) else { return Ok(()) };
    let path = path.to_owned();
    Err(match print_out(text) {
        Ok(()) => DeliveryError::File { path, cause },
        Err(stdout) => DeliveryError::FileAndStdout { path, cause, stdout },
    })
}

/// Has something write to stdout that does that itself, such as help in colours.
///
/// # Errors
/// [`DeliveryError::Stdout`].
pub fn deliver_by(print: impl FnOnce() -> io::Result<()>) -> Result<(), DeliveryError> {
    let open = if is_stdout_closed() { Err(io::Error::other("it is closed")) } else { Ok(()) };
    let printed = open.and_then(|()| print()).and_then(|()| io::stdout().flush());
    read_enough(printed).map_err(DeliveryError::Stdout)
}

fn print_out(text: &str) -> io::Result<()> {
    if is_stdout_closed() {
        return Err(io::Error::other("it is closed"));
    }
    print(text, &mut io::stdout().lock())
}

fn print(text: &str, out: &mut impl Write) -> io::Result<()> {
    read_enough(readers::write_to(out, text.as_bytes()))
}

/// A reader that closed its end of a pipe has read enough.
fn read_enough(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A symbolic link is followed, so that the file behind it is replaced and not the link.
    let target = fs::canonicalize(path);
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(meta) if !meta.is_file() => write_in_place(path, bytes),
        Ok(meta) => match target {
            Ok(target) => replace(&target, bytes, Some(meta.permissions())),
            Err(_) => write_in_place(path, bytes),
        },
        Err(_) => replace(path, bytes, None),
    }
}

/// Replaces the target as a whole; where the folder takes no new files, the target itself is written to.
fn replace(target: &Path, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let Ok(mut new) = NewFile::beside(target, 0o666) else { return write_in_place(target, bytes) };
    if let Some(permissions) = permissions {
        new.set_permissions(permissions)?;
    }
    new.write_all(bytes)?;
    new.sync()?;
    new.replace()
}

fn write_in_place(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A named pipe cannot even be opened before it has a reader.
    let mut file = readers::awaiting(|| OpenOptions::new().write(true).create(true).truncate(true).open(path))?;
    match readers::write_to(&mut file, bytes) {
        // As on stdout: the reader of a named pipe has read enough.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write_file(&path, b"first, and long").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_file(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        symlink(&real, &link).unwrap();
        write_file(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
    }

    #[test]
    fn devices_are_written_to() {
        write_file(Path::new("/dev/null"), b"gone").unwrap();
        let full = write_file(Path::new("/dev/full"), b"text").unwrap_err();
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        assert!(!fs::metadata("/dev/full").unwrap().is_file());
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write_file(folder.path(), b"x").unwrap_err().kind(), ErrorKind::IsADirectory);
        let missing = folder.path().join("no/such/folder");
        assert_eq!(write_file(&missing, b"x").unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
        struct Failing(ErrorKind);
        impl Write for Failing {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(print("text", &mut Failing(ErrorKind::BrokenPipe)).is_ok());
        assert!(print("text", &mut Failing(ErrorKind::StorageFull)).is_err());
    }
}
