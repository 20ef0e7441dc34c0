//! Writing to a reader, who may not read: a pipe or a terminal may make a writer wait for ever. What is kept here lets
//! others see whether one is waited for in vain.
//!
//! It gives nothing up itself: that is for those to decide who know whether the program is to end.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Bytes that are handed over at once: as many as a pipe takes whole.
const PIECE: usize = 4096;

static TAKEN: AtomicU64 = AtomicU64::new(0);
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Bytes that readers have taken so far: while they become more, there is a reader.
pub fn bytes_taken() -> u64 {
    TAKEN.load(Relaxed)
}

/// Whether a reader is waited for at this moment.
pub fn is_awaited() -> bool {
    WAITING.load(Relaxed) > 0
}

/// Does something that waits for a reader.
pub(super) fn awaiting<T>(wait: impl FnOnce() -> T) -> T {
    WAITING.fetch_add(1, Relaxed);
    let done = wait();
    WAITING.fetch_sub(1, Relaxed);
    done
}

/// Writes all of it, piece by piece, and flushes.
///
/// # Errors
/// As the writer's.
pub(super) fn write_to(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    awaiting(|| {
        for piece in bytes.chunks(PIECE) {
            out.write_all(piece)?;
            TAKEN.fetch_add(piece.len() as u64, Relaxed);
        }
        out.flush()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_counts_while_it_is_waited_for() {
        struct Reader(Vec<u8>);
        impl Write for Reader {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                assert!(is_awaited());
                self.0.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (before, mut reader) = (bytes_taken(), Reader(Vec::new()));
        write_to(&mut reader, &[7; 10_000]).unwrap();
        assert_eq!(reader.0, [7; 10_000]);
        assert!(bytes_taken() >= before + 10_000);
    }
}
