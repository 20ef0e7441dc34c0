//! What a rank on another node and parlab say to each other, over TCP: frames of words of 8 bytes, in the order of the
//! machine. What they mean is the caller's matter; here they are made, and taken apart.
//!
//! ```text
//!   rank ── HELLO   the secret                                    parlab ── ORDER   what it is to do, as bytes
//!        ── RANK    its number                                           ── TIME    nanoseconds of CLOCK_MONOTONIC
//!        ── TIME    asks for the time                                    ── GATE    how the board's gate stands
//!        ── CLOCK   what to add to its own, and how far off that may be
//!        ── RECORDS of tasks · HISTOGRAM of durations · LANE
//! ```

use std::io::{self, Read, Write};

/// What the frames of this parlab begin with: another one has another number.
const MAGIC: u64 = 0x6b6e_6172_6c72_6101;
/// Bytes of a word.
pub(super) const WORD: usize = 8;
/// Words of a frame before its own: the number above, its kind, how many follow.
const HEAD: usize = 3;
/// The most words of a frame of one who is known.
pub(super) const WORDS_MAX: usize = 1 << 24;
/// The most words of a frame of one who is not known yet.
pub(super) const WORDS_OF_STRANGERS: usize = 16;
/// Bytes read at a time.
const AT_ONCE: usize = 64 << 10;

pub(super) const HELLO: u64 = 1;
pub(super) const ORDER: u64 = 2;
pub(super) const RANK: u64 = 3;
pub(super) const TIME: u64 = 4;
pub(super) const CLOCK: u64 = 5;
pub(super) const RECORDS: u64 = 6;
pub(super) const HISTOGRAM: u64 = 7;
pub(super) const LANE: u64 = 8;
pub(super) const GATE: u64 = 9;

/// A frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: u64,
    pub(super) words: Vec<u64>,
}

/// What came of a connection and was not taken yet.
#[derive(Debug, Default)]
pub(super) struct FrameBuffer(Vec<u8>);

/// A frame's bytes.
pub(super) fn bytes_of(kind: u64, words: &[u64]) -> Vec<u8> {
    let head = [MAGIC, kind, words.len() as u64];
    head.iter().chain(words).flat_map(|word| word.to_ne_bytes()).collect()
}

/// Sends a frame.
pub(super) fn send(to: &mut impl Write, kind: u64, words: &[u64]) -> io::Result<()> {
    to.write_all(&bytes_of(kind, words))
}

impl FrameBuffer {
    /// Reads once what there is; false when no more will come.
    pub(super) fn fill(&mut self, from: &mut impl Read) -> io::Result<bool> {
        let have = self.0.len();
        self.0.resize(have + AT_ONCE, 0);
        let read = from.read(&mut self.0[have..]);
        self.0.truncate(have + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(read) => Ok(read > 0),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The next frame, of so many words at most, once it is whole.
    pub(super) fn next(&mut self, most: usize) -> io::Result<Option<Frame>> {
        let Some(head) = self.0.get(..HEAD * WORD) else { return Ok(None) };
        let [magic, kind, count] = words_of(head)[..] else { return Ok(None) };
        let count = usize::try_from(count).ok().filter(|count| magic == MAGIC && *count <= most);
        let count = count.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        let end = (HEAD + count) * WORD;
        let Some(body) = self.0.get(HEAD * WORD..end) else { return Ok(None) };
        let words = words_of(body);
        self.0.drain(..end);
        Ok(Some(Frame { kind, words }))
    }

    /// Waits for the next frame.
    pub(super) fn receive(&mut self, from: &mut impl Read) -> io::Result<Frame> {
        loop {
            if let Some(frame) = self.next(WORDS_MAX)? {
                return Ok(frame);
            }
            if !self.fill(from)? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// Bytes as words, how many they are first.
pub(super) fn words_of_bytes(bytes: &[u8]) -> Vec<u64> {
    let word = |bytes: &[u8]| {
        let mut word = [0; WORD];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_ne_bytes(word)
    };
    [bytes.len() as u64].into_iter().chain(bytes.chunks(WORD).map(word)).collect()
}

/// The bytes that such words are; `None` where they are not so many.
pub(super) fn bytes_of_words(words: &[u64]) -> Option<Vec<u8>> {
    let (count, words) = words.split_first()?;
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let count = usize::try_from(*count).ok().filter(|count| *count <= bytes.len())?;
    bytes.truncate(count);
    Some(bytes)
}

fn words_of(bytes: &[u8]) -> Vec<u64> {
    bytes.chunks_exact(WORD).map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes"))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn frames_come_as_they_were_sent(frames in prop::collection::vec((0..9_u64, prop::collection::vec(any::<u64>(), 0..9)), 0..9)) {
            let sent: Vec<u8> = frames.iter().flat_map(|(kind, words)| bytes_of(*kind, words)).collect();
            let (mut buffer, mut from) = (FrameBuffer::default(), &sent[..]);
            for (kind, words) in frames {
                prop_assert_eq!(buffer.receive(&mut from).unwrap(), Frame { kind, words });
            }
            prop_assert!(buffer.receive(&mut from).is_err());
        }

        #[test]
        fn bytes_stay_what_they_are(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(bytes_of_words(&words_of_bytes(&bytes)), Some(bytes));
        }

        #[test]
        fn anything_is_taken_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..100), is_ours: bool, count in 0..40_u64) {
            let mut buffer = FrameBuffer::default();
            let head = if is_ours { bytes_of(1, &[])[..16].to_vec() } else { Vec::new() };
            let all = [head, count.to_ne_bytes().to_vec(), bytes].concat();
            buffer.fill(&mut &all[..]).unwrap();
            if let Ok(Some(frame)) = buffer.next(WORDS_OF_STRANGERS) {
                prop_assert!(frame.words.len() <= WORDS_OF_STRANGERS);
            }
        }
    }
}
