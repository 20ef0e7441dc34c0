//! The line between the engine and its nursery: JSON messages, one a line, with at most one file beside each.

use std::collections::VecDeque;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::board::Shape;
use super::crew::Departure;
use crate::scenario::Job;

/// What the engine asks of the nursery.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// Prepare this job; answered by [`Word::Ready`] or [`Word::Refused`].
    Prepare(Box<Job>),
    /// Map the board that comes beside this message, and fork all its workers.
    Hire(Shape),
    /// Fork one worker again.
    Replace(u32),
}

/// What the nursery has to say.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    /// The job is prepared.
    Ready,
    /// It cannot do what it was asked to, and says why.
    Refused(String),
    /// A worker is gone.
    Left { worker: u32, pid: u32, how: Departure },
    /// A worker was stopped, or goes on.
    Stalled { worker: u32, pid: u32, stopped: bool },
}

/// One end of the line.
pub(super) struct Wire {
    stream: UnixStream,
    received: Vec<u8>,
    files: VecDeque<OwnedFd>,
}

/// Longest message taken: a scenario of the largest size allowed, as JSON.
const LONGEST: usize = 64 << 20;

impl Wire {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self { stream, received: Vec::new(), files: VecDeque::new() }
    }

    /// Sends a message, with a file beside it if one is given.
    pub(super) fn send(&self, message: &impl Serialize, file: Option<BorrowedFd<'_>>) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let files = file.as_slice();
        if !files.is_empty() {
            ancillary.push(SendAncillaryMessage::ScmRights(files));
        }
        let mut sent = 0;
        while sent < line.len() {
            // NOSIGNAL: a nursery that is gone is an error to be told, not a SIGPIPE.
            let parts = [IoSlice::new(&line[sent..])];
            match sendmsg(&self.stream, &parts, &mut ancillary, SendFlags::NOSIGNAL) {
                Ok(n) => {
                    sent += n;
                    ancillary.clear();
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Waits for a message; `None` when the time is up.
    ///
    /// # Errors
    /// `UnexpectedEof` when the other end is gone.
    pub(super) fn receive<T: DeserializeOwned>(&mut self, timeout: Option<Duration>) -> io::Result<Option<T>> {
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                return Ok(Some(serde_json::from_slice(&line)?));
            }
            if !self.wait(timeout)? {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    /// The file that came beside the oldest message that had one.
    pub(super) fn take_file(&mut self) -> Option<OwnedFd> {
        self.files.pop_front()
    }

    fn wait(&self, timeout: Option<Duration>) -> io::Result<bool> {
        let timeout = timeout.and_then(|duration| Timespec::try_from(duration).ok());
        let mut fds = [PollFd::new(&self.stream, PollFlags::IN)];
        match poll(&mut fds, timeout.as_ref()) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 << 10];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let message =
            recvmsg(&self.stream, &mut [IoSliceMut::new(&mut chunk)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
        for part in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(files) = part {
                self.files.extend(files);
            }
        }
        if message.bytes == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.received.extend_from_slice(&chunk[..message.bytes]);
        if self.received.len() > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "message too long"));
        }
        Ok(())
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::{Read as _, Seek as _, Write as _};

    #[test]
    fn messages_and_files_arrive_in_order() {
        let (a, b) = UnixStream::pair().unwrap();
        let (here, mut there) = (Wire::new(a), Wire::new(b));
        let mut file: File = tempfile::tempfile().unwrap();
        file.write_all(b"board").unwrap();
        file.rewind().unwrap();
        here.send(&Order::Replace(7), None).unwrap();
        here.send(&Order::Replace(8), Some(file.as_fd())).unwrap();
        assert!(matches!(there.receive(None).unwrap(), Some(Order::Replace(7))));
        assert!(matches!(there.receive(None).unwrap(), Some(Order::Replace(8))));
        let mut text = String::new();
        File::from(there.take_file().unwrap()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "board");
        assert!(there.receive::<Order>(Some(Duration::from_millis(1))).unwrap().is_none());
        drop(here);
        assert_eq!(there.receive::<Order>(None).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
