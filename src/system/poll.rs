//! Waiting for files: poll(2), which a signal may end early.
//!
//! It says which files are ready and never reads or writes them.

use std::io;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::time::TimeSpec;

pub use nix::poll::{PollFd, PollFlags};

/// Waits until something can be done with one of the files, or the time is up, and returns how many are ready. A wait
/// that a signal ends is like one whose time is up: none is ready. Without a timeout it waits for ever.
///
/// # Errors
/// When the system refuses, as with more files than a process may have.
pub fn poll(files: &mut [PollFd<'_>], timeout: Option<Duration>) -> io::Result<usize> {
    match nix::poll::ppoll(files, timeout.and_then(time_spec), None) {
        Ok(ready) => Ok(usize::try_from(ready).unwrap_or(0)),
        Err(Errno::EINTR) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// Whether something can be done with a file after [`poll`]: what was waited for, or finding out that it is broken.
pub fn is_ready(file: &PollFd<'_>) -> bool {
    // A flag that nix does not know is one that the kernel has set.
    file.any().unwrap_or(true)
}

/// `None` for a time longer than the kernel can count, which is for ever.
fn time_spec(timeout: Duration) -> Option<TimeSpec> {
    i64::try_from(timeout.as_secs()).is_ok().then(|| TimeSpec::from_duration(timeout))
}

#[cfg(test)]
mod tests {
    use std::io::{Write as _, pipe};
    use std::os::fd::AsFd as _;
    use std::os::unix::thread::JoinHandleExt as _;
    use std::sync::mpsc;
    use std::time::Instant;

    use nix::sys::pthread::pthread_kill;
    use nix::sys::signal::Signal;

    use super::*;

    const GUARD: Duration = Duration::from_secs(60);

    #[test]
    fn files_that_are_ready_are_told_apart() {
        let (reader, mut writer) = pipe().unwrap();
        let (empty, _open) = pipe().unwrap();
        let wait = |timeout| {
            let mut files = [&reader, &empty].map(|file| PollFd::new(file.as_fd(), PollFlags::POLLIN));
            (poll(&mut files, timeout).unwrap(), files.map(|file| is_ready(&file)))
        };
        assert_eq!(wait(Some(Duration::ZERO)), (0, [false, false]));
        let begun = Instant::now();
        assert_eq!(wait(Some(Duration::from_micros(1_500))), (0, [false, false]));
        assert!(begun.elapsed() >= Duration::from_micros(1_500), "no time is rounded down");
        writer.write_all(b"x").unwrap();
        assert_eq!(wait(None), (1, [true, false]));
        assert_eq!(wait(Some(Duration::MAX)), (1, [true, false]), "longer than can be counted is for ever");
        drop(writer);
        assert_eq!(wait(None), (1, [true, false]), "a hang-up is ready, too");
    }

    #[test]
    fn a_signal_ends_a_wait_as_if_the_time_were_up() {
        signal_hook::flag::register(Signal::SIGURG as i32, std::sync::Arc::default()).unwrap();
        let (ended, wait_ended) = mpsc::channel();
        let waiting = std::thread::spawn(move || {
            let (reader, _open) = pipe().unwrap();
            let mut files = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
            let ready = poll(&mut files, Some(GUARD)).unwrap();
            ended.send((ready, is_ready(&files[0]))).unwrap();
        });
        let began = Instant::now();
        // A signal that comes before the wait has begun does not end it.
        let woken = loop {
            pthread_kill(waiting.as_pthread_t(), Signal::SIGURG).unwrap();
            match wait_ended.recv_timeout(Duration::from_millis(5)) {
                Ok(woken) => break woken,
                Err(_) => assert!(began.elapsed() < GUARD),
            }
        };
        assert_eq!(woken, (0, false));
        waiting.join().unwrap();
    }
}
