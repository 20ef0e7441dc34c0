//! Bytes over a Unix socket, with open files beside some of them (`SCM_RIGHTS`).
//!
//! What the bytes say and which files belong to which of them is the caller's matter.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

/// The most files beside one message.
pub const FILES_MAX: usize = 3;

/// Sends as many of the bytes as there is room for, and returns how many, with [`FILES_MAX`] files at most beside the
/// first of them. It never waits.
///
/// # Errors
/// `WouldBlock` when there is no room, `BrokenPipe` when the other end is gone.
pub fn send(socket: impl AsFd, bytes: &[u8], files: &[BorrowedFd<'_>]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FILES_MAX))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !files.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(files));
    }
    // NOSIGNAL: that the other end is gone is an error to be told, not a SIGPIPE.
    let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    Ok(sendmsg(socket, &[IoSlice::new(bytes)], &mut ancillary, flags)?)
}

/// Waits for bytes and returns how many came, 0 when the other end is gone. Files that came beside them are appended.
///
/// # Errors
/// When the system refuses.
pub fn receive(socket: impl AsFd, into: &mut [u8], files: &mut impl Extend<OwnedFd>) -> io::Result<usize> {
    // What is read at once may have been sent as two messages.
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2 * FILES_MAX))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let message = recvmsg(socket, &mut [IoSliceMut::new(into)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    for part in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = part {
            files.extend(received);
        }
    }
    Ok(message.bytes)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read as _, Seek as _, Write as _};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn files_come_beside_bytes() {
        let (here, there) = UnixStream::pair().unwrap();
        let mut file: File = tempfile::tempfile().unwrap();
        file.write_all(b"inside").unwrap();
        file.rewind().unwrap();
        assert_eq!(send(&here, b"plain", &[]).unwrap(), 5);
        let (mut bytes, mut files) = ([0; 16], Vec::new());
        assert_eq!(receive(&there, &mut bytes, &mut files).unwrap(), 5);
        assert!(bytes.starts_with(b"plain") && files.is_empty());
        assert_eq!(send(&here, b"beside", &[file.as_fd(); FILES_MAX]).unwrap(), 6);
        assert_eq!(receive(&there, &mut bytes, &mut files).unwrap(), 6);
        assert_eq!(files.len(), FILES_MAX);
        let mut text = String::new();
        File::from(files.remove(0)).read_to_string(&mut text).unwrap();
        assert_eq!(text, "inside");
        drop(here);
        assert_eq!(receive(&there, &mut bytes, &mut files).unwrap(), 0);
        assert_eq!(send(&there, b"x", &[]).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_full_socket_is_not_waited_for() {
        let (here, _there) = UnixStream::pair().unwrap();
        let full = (0..100_000).find_map(|_| send(&here, &[0; 4096], &[]).err()).expect("an end to the room");
        assert_eq!(full.kind(), io::ErrorKind::WouldBlock);
    }
}
