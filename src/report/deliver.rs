//! Where a report goes: to stdout, or whole into a file.
//!
//! Nothing measured may be lost: a file that cannot be written leaves the report on stdout instead.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::closed::is_stdout_closed;
use super::readers;
use crate::foreign::{PlainText, name};
use crate::system::links::own_descriptor;
use crate::system::replace::replace;

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

/// Writes a report to stdout. A reader that closed the pipe has read enough: that is no error.
///
/// # Errors
/// [`DeliveryError::Stdout`].
pub fn deliver(text: &PlainText) -> Result<(), DeliveryError> {
    print_out(text.as_str()).map_err(DeliveryError::Stdout)
}

/// Writes a report to a file. A regular one is replaced as a whole, and keeps its old content if that fails; devices
/// and pipes are written to. What cannot be written there is written to stdout, as `otherwise` has it, which is told
/// why.
///
/// # Errors
/// [`DeliveryError`]; the report is on stdout all the same wherever that was possible.
pub fn deliver_to(
    path: &Path,
    text: &PlainText,
    otherwise: impl FnOnce(String) -> PlainText,
) -> Result<(), DeliveryError> {
    let Err(cause) = write_file(path, text.as_str()) else { return Ok(()) };
    let path = path.to_owned();
    let instead = otherwise(format!("the report could not be written to {}: {cause}", name(&path)));
    Err(match print_out(instead.as_str()) {
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

fn write_file(path: &Path, text: &str) -> io::Result<()> {
    match own_descriptor(path) {
        Some(1) => print_out(text),
        Some(_) => write_stream(OpenOptions::new().append(true), path, text),
        None if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) => {
            write_stream(OpenOptions::new().write(true), path, text)
        }
        None => replace(path, text.as_bytes(), 0o666),
    }
}

/// Writes to a device, a pipe, or what another program has opened.
fn write_stream(options: &OpenOptions, path: &Path, text: &str) -> io::Result<()> {
    // A named pipe cannot even be opened before it has a reader.
    print(text, &mut readers::awaiting(|| options.open(path))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_written_to() {
        write_file(Path::new("/dev/null"), "gone").unwrap();
        let full = write_file(Path::new("/dev/full"), "text").unwrap_err();
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        assert!(!fs::metadata("/dev/full").unwrap().is_file());
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write_file(folder.path(), "x").unwrap_err().kind(), ErrorKind::IsADirectory);
        let missing = folder.path().join("no/such/folder");
        assert_eq!(write_file(&missing, "x").unwrap_err().kind(), ErrorKind::NotFound);
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
