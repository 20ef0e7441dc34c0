//! Writing to what may never be read, such as the terminal of a line that is stalled: a thread of its own writes, and is
//! left behind where it cannot.
//!
//! What is handed over is written whole and in order. Whether there is room for more is told, not waited for.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The way to a writer on a thread of its own.
#[derive(Debug, Clone)]
pub struct Outlet(Arc<OutletQueue>);

#[derive(Debug, Default)]
struct OutletQueue {
    state: Mutex<OutletState>,
    changed: Condvar,
    is_silent: AtomicBool,
}

#[derive(Debug, Default)]
struct OutletState {
    /// What is to be written next.
    waiting: Vec<u8>,
    /// Whether something is being written.
    is_writing: bool,
    /// Why nothing can be written any more.
    failed: Option<io::ErrorKind>,
}

impl Outlet {
    /// Starts the thread. It lives as long as the process.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        let outlet = Self(Arc::default());
        let shared = Arc::clone(&outlet.0);
        std::thread::Builder::new().name("outlet".to_owned()).spawn(move || shared.serve(out))?;
        Ok(outlet)
    }

    /// Hands bytes over, and returns at once.
    ///
    /// # Errors
    /// When something that was handed over before could not be written.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.lock();
        if let Some(kind) = state.failed {
            return Err(kind.into());
        }
        state.waiting.extend_from_slice(bytes);
        self.0.changed.notify_all();
        Ok(())
    }

    /// Has nothing more be written, for good: what ends the program on the spot has the last word. It may be called in
    /// a handler of a signal.
    pub fn silence(&self) {
        self.0.is_silent.store(true, SeqCst);
    }

    /// Bytes that still wait for those before them to be written.
    pub fn waiting(&self) -> usize {
        self.0.lock().waiting.len()
    }

    /// Whether everything has been written, or never will be.
    pub fn is_idle(&self) -> bool {
        self.0.lock().is_idle()
    }

    /// Waits until everything has been written, but no longer than this; whether it has.
    pub fn flush(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut state = self.0.lock();
        while !state.is_idle() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.failed.is_none()
    }
}

impl OutletState {
    fn is_idle(&self) -> bool {
        self.failed.is_some() || (!self.is_writing && self.waiting.is_empty())
    }
}

impl OutletQueue {
    fn lock(&self) -> MutexGuard<'_, OutletState> {
        // Nothing that could panic is done while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut out: impl Write) {
        loop {
            let bytes = self.next();
            if self.is_silent.load(SeqCst) {
                return;
            }
            let written = out.write_all(&bytes).and_then(|()| out.flush());
            let mut state = self.lock();
            state.is_writing = false;
            state.failed = written.err().map(|error| error.kind());
            self.changed.notify_all();
            if state.failed.is_some() {
                return;
            }
        }
    }

    /// Waits for something to write, and takes all there is.
    fn next(&self) -> Vec<u8> {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_writing = true;
        std::mem::take(&mut state.waiting)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, pipe};

    use super::*;

    const GUARD: Duration = Duration::from_secs(60);

    #[test]
    fn everything_is_written_in_order() {
        let (mut reader, writer) = pipe().unwrap();
        let outlet = Outlet::to(writer).unwrap();
        (0..100).for_each(|n| outlet.write(format!("{n} ").as_bytes()).unwrap());
        assert!(outlet.flush(GUARD) && outlet.is_idle() && outlet.waiting() == 0);
        let expected: String = (0..100).map(|n| format!("{n} ")).collect();
        let mut read = vec![0; expected.len()];
        reader.read_exact(&mut read).unwrap();
        assert_eq!(String::from_utf8(read).unwrap(), expected);
    }

    #[test]
    fn what_is_not_read_holds_up_no_writer() {
        let (mut reader, writer) = pipe().unwrap();
        let outlet = Outlet::to(writer).unwrap();
        outlet.write(&vec![b'x'; 1 << 20]).unwrap();
        assert!(!outlet.flush(Duration::from_millis(20)) && !outlet.is_idle());
        outlet.write(b"more").unwrap();
        assert_eq!(outlet.waiting(), 4);
        let mut all = vec![0; (1 << 20) + 4];
        reader.read_exact(&mut all).unwrap();
        assert!(outlet.flush(GUARD) && all.ends_with(b"xmore"), "when it is read at last, all of it is there");
    }

    #[test]
    fn that_a_reader_is_gone_is_told() {
        let (reader, writer) = pipe().unwrap();
        let outlet = Outlet::to(writer).unwrap();
        drop(reader);
        outlet.write(b"x").unwrap();
        assert!(!outlet.flush(GUARD) && outlet.is_idle());
        assert_eq!(outlet.write(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
