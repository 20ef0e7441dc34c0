//! What a program writes: taken off its pipe as fast as it comes, so that it never waits for a reader, and kept as far as
//! there is room.
//!
//! It is bytes of a stranger: what shows them has them pass through `foreign`.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _, pipe};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::fcntl::{FcntlArg, fcntl};

use crate::system::poll::{PollFd, PollFlags, is_ready, poll};

/// Bytes that are kept, the last ones.
const KEPT: usize = 64 << 10;

/// Room in the pipe, so that a program that writes much is not held up by each of its writes.
const ROOM: i32 = 1 << 20;

/// The output of a program, standard output and error as they came.
#[derive(Debug, Default)]
pub struct KeptOutput {
    last: Mutex<VecDeque<u8>>,
    bytes: AtomicU64,
    has_ended: AtomicBool,
}

impl KeptOutput {
    /// How many bytes there were so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// The last bytes of it, so many at most.
    pub fn last(&self, most: usize) -> Vec<u8> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().skip(last.len().saturating_sub(most)).copied().collect()
    }

    fn add(&self, chunk: &[u8]) {
        self.bytes.fetch_add(chunk.len() as u64, Relaxed);
        let chunk = &chunk[chunk.len().saturating_sub(KEPT)..];
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let over = (last.len() + chunk.len()).saturating_sub(KEPT);
        last.drain(..over);
        last.extend(chunk);
    }

    /// Reads until nothing can write it any more, or the end of it is waited for no more: then `giving_up` is hung up.
    fn read_all(&self, mut from: PipeReader, giving_up: &PipeReader, mut to: Option<Arc<File>>) {
        let mut chunk = vec![0; KEPT];
        loop {
            let mut files = [giving_up.as_fd(), from.as_fd()].map(|file| PollFd::new(file, PollFlags::POLLIN));
            match poll(&mut files, None) {
                Ok(0) => continue,
                Ok(_) if !is_ready(&files[0]) => {}
                _ => break,
            }
            match from.read(&mut chunk) {
                Ok(0) => break,
                Ok(bytes) => {
                    self.add(&chunk[..bytes]);
                    // Where it is passed on to cannot be written to: it is kept all the same.
                    let is_lost = to.as_ref().is_some_and(|to| to.as_ref().write_all(&chunk[..bytes]).is_err());
                    to = to.filter(|_| !is_lost);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.has_ended.store(true, Relaxed);
    }
}

/// Reads the output of one program on a thread of its own.
pub(in crate::backend) struct OutputReader {
    pub(in crate::backend) output: Arc<KeptOutput>,
    /// Closed when no more of it is waited for, though something may still hold the pipe.
    waited_for: PipeWriter,
    thread: JoinHandle<()>,
}

impl OutputReader {
    /// A pipe for a program to write to, whose other end is read from now on, and also written to a file if there is one.
    ///
    /// # Errors
    /// When the system refuses a pipe or a thread.
    pub(in crate::backend) fn start(also_to: Option<Arc<File>>) -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = pipe()?;
        let (giving_up, waited_for) = pipe()?;
        // It has less where the system allows no more.
        let _ = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(ROOM));
        let output = Arc::new(KeptOutput::default());
        let filled = Arc::clone(&output);
        let read = move || filled.read_all(reader, &giving_up, also_to);
        let thread = std::thread::Builder::new().name("output".to_owned()).spawn(read)?;
        Ok((Self { output, waited_for, thread }, writer))
    }

    /// Waits for the end of the output, which comes when all that could write it are gone, but not for ever: something
    /// that could not be killed may hold the pipe.
    pub(in crate::backend) fn close(self) {
        const PATIENCE: u32 = 50;
        for _ in 0..PATIENCE {
            if self.output.has_ended.load(Relaxed) {
                break;
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        drop(self.waited_for);
        // If it panicked, that was reported when it happened.
        let _ = self.thread.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_counted_and_the_last_of_it_kept() {
        let (reader, mut writer) = OutputReader::start(None).unwrap();
        let output = Arc::clone(&reader.output);
        for _ in 0..1000 {
            writer.write_all(&[b'x'; 1000]).unwrap();
        }
        writer.write_all(b"the end").unwrap();
        drop(writer);
        reader.close();
        assert_eq!(output.bytes(), 1_000_007);
        assert_eq!(output.last(7), b"the end");
        assert_eq!(output.last(usize::MAX).len(), KEPT);
    }

    #[test]
    fn one_that_keeps_the_pipe_is_not_waited_for() {
        let (reader, mut writer) = OutputReader::start(None).unwrap();
        let output = Arc::clone(&reader.output);
        writer.write_all(b"still here").unwrap();
        while output.bytes() == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        reader.close();
        assert_eq!(output.last(100), b"still here");
        drop(writer);
    }
}
