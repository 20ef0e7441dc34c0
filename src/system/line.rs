//! A line between two processes of parlab's own: JSON messages, one a line of text, with a few files beside some of them.
//!
//! What is said on it is the matter of those at its ends.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::poll::{PollFd, PollFlags, poll};
use super::socket;

/// One end of a line.
#[derive(Debug)]
pub struct Line {
    stream: UnixStream,
    received: Vec<u8>,
    files: VecDeque<OwnedFd>,
}

/// How often it is looked whether a message that finds no room is still wanted.
const LOOK: Duration = Duration::from_millis(20);

/// Longest message taken: a scenario of the largest size allowed, as JSON.
const LONGEST: usize = 64 << 20;

impl Line {
    /// The end that this socket is.
    pub fn new(stream: UnixStream) -> Self {
        Self { stream, received: Vec::new(), files: VecDeque::new() }
    }

    /// Sends a message, with files beside it, [`socket::FILES_MAX`] at most. While the line is full, what the other end
    /// has to say is taken in: two ends that only wanted to talk would wait for each other for ever.
    ///
    /// # Errors
    /// When the other end is gone.
    pub fn send(&mut self, message: &impl Serialize, files: &[BorrowedFd<'_>]) -> io::Result<()> {
        self.send_while(message, files, &|| true)
    }

    /// The same while it is wanted: the other end may be stopped.
    ///
    /// # Errors
    /// `TimedOut` when it is not wanted any more; the line is of no use then.
    pub fn send_while(
        &mut self,
        message: &impl Serialize,
        files: &[BorrowedFd<'_>],
        is_wanted: &dyn Fn() -> bool,
    ) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        let mut rest: &[u8] = &line;
        let mut files = files;
        while !rest.is_empty() {
            match socket::send(&self.stream, rest, files) {
                Ok(sent) => {
                    rest = &rest[sent..];
                    files = &[];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                Err(_) if is_wanted() => self.wait_for_room()?,
                Err(_) => return Err(io::ErrorKind::TimedOut.into()),
            }
        }
        Ok(())
    }

    fn wait_for_room(&mut self) -> io::Result<()> {
        let mut files = [PollFd::new(self.stream.as_fd(), PollFlags::POLLIN | PollFlags::POLLOUT)];
        poll(&mut files, Some(LOOK))?;
        let has_words = files[0].revents().is_some_and(|events| events.contains(PollFlags::POLLIN));
        if has_words { self.fill() } else { Ok(()) }
    }

    /// Waits for a message; `None` when the time is up.
    ///
    /// # Errors
    /// `UnexpectedEof` when the other end is gone, `InvalidData` when what came is no such message.
    pub fn receive<T: DeserializeOwned>(&mut self, timeout: Option<Duration>) -> io::Result<Option<T>> {
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

    /// Whether words are here that were taken in and not received yet, as while something was sent: no poll of the file
    /// tells of them, so that one who waits for several files asks first.
    pub fn has_words(&self) -> bool {
        self.received.contains(&b'\n')
    }

    /// The next of the files that came beside messages, the oldest first.
    pub fn take_file(&mut self) -> Option<OwnedFd> {
        self.files.pop_front()
    }

    fn wait(&self, timeout: Option<Duration>) -> io::Result<bool> {
        Ok(poll(&mut [PollFd::new(self.stream.as_fd(), PollFlags::POLLIN)], timeout)? > 0)
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 << 10];
        let bytes = socket::receive(&self.stream, &mut chunk, &mut self.files)?;
        if bytes == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.received.extend_from_slice(&chunk[..bytes]);
        if self.received.len() > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "message too long"));
        }
        Ok(())
    }
}

impl AsFd for Line {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::fs::File;
    use std::io::{Read as _, Seek as _, Write as _};

    #[derive(Debug, Serialize, Deserialize)]
    enum Word {
        Number(u32),
    }

    #[test]
    fn messages_and_files_arrive_in_order() {
        let (a, b) = UnixStream::pair().unwrap();
        let (mut here, mut there) = (Line::new(a), Line::new(b));
        let mut file: File = tempfile::tempfile().unwrap();
        file.write_all(b"board").unwrap();
        file.rewind().unwrap();
        here.send(&Word::Number(7), &[]).unwrap();
        here.send(&Word::Number(8), &[file.as_fd()]).unwrap();
        assert!(matches!(there.receive(None).unwrap(), Some(Word::Number(7))));
        assert!(matches!(there.receive(None).unwrap(), Some(Word::Number(8))));
        let mut text = String::new();
        File::from(there.take_file().unwrap()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "board");
        assert!(there.receive::<Word>(Some(Duration::from_millis(1))).unwrap().is_none());
        drop(here);
        assert_eq!(there.receive::<Word>(None).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn what_was_taken_in_while_something_was_sent_is_told() {
        let (a, b) = UnixStream::pair().unwrap();
        let (mut here, mut there) = (Line::new(a), Line::new(b));
        here.send(&Word::Number(7), &[]).unwrap();
        assert!(!there.has_words(), "a poll tells of it");
        // Nobody listens, so that the line is full some time; then what was said is taken in.
        let give_up = || false;
        while there.send_while(&Word::Number(1), &[], &give_up).is_ok() {}
        there.wait_for_room().unwrap();
        assert!(there.has_words() && !there.wait(Some(Duration::ZERO)).unwrap(), "no poll tells of it");
        assert!(matches!(there.receive(None).unwrap(), Some(Word::Number(7))));
        assert!(!there.has_words());
    }

    #[test]
    fn two_ends_that_talk_at_once_do_not_wait_for_each_other() {
        const MANY: u32 = 5_000;
        let (a, b) = UnixStream::pair().unwrap();
        let talk = |stream| {
            let mut wire = Line::new(stream);
            (0..MANY).for_each(|n| wire.send(&Word::Number(n), &[]).unwrap());
            let heard = |n| matches!(wire.receive(None).unwrap(), Some(Word::Number(m)) if m == n);
            assert!((0..MANY).all(heard));
            // Hanging up would throw away what the other end has not read yet.
            wire
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(move || talk(b));
            let _open = talk(a);
            let _open = other.join().unwrap();
        });
    }
}
