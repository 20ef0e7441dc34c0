//! Memory that other programs write to, in words of 8 bytes, or the program's own that is looked at like it.
//!
//! Words are loaded and stored, nothing is judged. Memory that others could cut short is never mapped: a touch of what is
//! missing would end the program.

#![expect(unsafe_code, reason = "a shared mapping is reached through a pointer")]

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use memmap2::{MmapOptions, MmapRaw};

/// Bytes of a word.
const WORD: usize = 8;

/// Where the words of a board are.
pub enum OutsideMemory {
    /// In a mapping whose size is fixed for good.
    Mapped(MmapRaw),
    /// In a file that others may cut short.
    File(File),
}

/// The memory is shorter than it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shrunk;

impl OutsideMemory {
    /// Maps so many bytes of a file that has them, and always will.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn map(file: &File, bytes: usize) -> io::Result<Self> {
        Ok(Self::Mapped(MmapOptions::new().len(bytes).map_raw(file)?))
    }

    /// So many bytes of the program's own, all zero.
    ///
    /// # Errors
    /// When the system has no memory for it.
    pub fn own(bytes: usize) -> io::Result<Self> {
        Ok(Self::Mapped(MmapOptions::new().len(bytes).map_anon()?.into()))
    }

    /// Whether it still has so many bytes.
    pub fn is_whole(&self, bytes: usize) -> bool {
        match self {
            Self::File(file) => file.metadata().is_ok_and(|metadata| metadata.len() >= bytes as u64),
            Self::Mapped(_) => self.cells().len() >= bytes / WORD,
        }
    }

    /// Loads the words that begin at an offset in bytes, one after the other.
    ///
    /// # Errors
    /// [`Shrunk`] when not all of them are there.
    pub fn read(&self, at: usize, into: &mut [u64]) -> Result<(), Shrunk> {
        match self {
            Self::File(file) => read_file(file, at, into),
            Self::Mapped(_) => {
                let cells = self.cells().get(at / WORD..at / WORD + into.len()).ok_or(Shrunk)?;
                into.iter_mut().zip(cells).for_each(|(word, cell)| *word = cell.load(Acquire));
                Ok(())
            }
        }
    }

    /// Loads one word.
    ///
    /// # Errors
    /// [`Shrunk`] when it is not there.
    pub fn word(&self, at: usize) -> Result<u64, Shrunk> {
        let mut word = [0];
        self.read(at, &mut word)?;
        Ok(word[0])
    }

    /// Stores words, one after the other.
    ///
    /// # Errors
    /// [`Shrunk`] when there is no room for all of them.
    pub fn write(&self, at: usize, words: &[u64]) -> Result<(), Shrunk> {
        match self {
            Self::File(file) => write_file(file, at, words),
            Self::Mapped(_) => {
                let cells = self.cells().get(at / WORD..at / WORD + words.len()).ok_or(Shrunk)?;
                cells.iter().zip(words).for_each(|(cell, word)| cell.store(*word, Release));
                Ok(())
            }
        }
    }

    fn cells(&self) -> &[AtomicU64] {
        match self {
            // SAFETY: the mapping begins with a page, is that long, cannot be cut short, and lives as long as `self`; for
            // an atomic word every bit pattern is valid, and others may change it at any time.
            Self::Mapped(map) => unsafe {
                std::slice::from_raw_parts(map.as_ptr().cast::<AtomicU64>(), map.len() / WORD)
            },
            Self::File(_) => &[],
        }
    }
}

/// Words read from a file at a time.
const AT_ONCE: usize = 512;

fn read_file(file: &File, mut at: usize, into: &mut [u64]) -> Result<(), Shrunk> {
    let mut bytes = [0; AT_ONCE * WORD];
    for words in into.chunks_mut(AT_ONCE) {
        let bytes = &mut bytes[..words.len() * WORD];
        file.read_exact_at(bytes, at as u64).map_err(|_| Shrunk)?;
        let read = bytes.chunks_exact(WORD).map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes")));
        words.iter_mut().zip(read).for_each(|(word, read)| *word = read);
        at += bytes.len();
    }
    Ok(())
}

fn write_file(file: &File, at: usize, words: &[u64]) -> Result<(), Shrunk> {
    // Where it was cut short, it would grow again, and none of it would be what it was.
    let is_there = file.metadata().is_ok_and(|metadata| metadata.len() >= (at + words.len() * WORD) as u64);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    if is_there && file.write_all_at(&bytes, at as u64).is_ok() { Ok(()) } else { Err(Shrunk) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: usize) -> (Vec<OutsideMemory>, File) {
        let file = tempfile::tempfile().unwrap();
        file.set_len(bytes as u64).unwrap();
        let memories = vec![
            OutsideMemory::map(&file, bytes).unwrap(),
            OutsideMemory::File(file.try_clone().unwrap()),
            OutsideMemory::own(bytes).unwrap(),
        ];
        (memories, file)
    }

    #[test]
    fn words_are_read_where_they_were_written() {
        for memory in all(16384).0 {
            let words: Vec<u64> = (0..1000).map(|n| n << 40 | n).collect();
            memory.write(80, &words).unwrap();
            let mut read = vec![0; 1000];
            memory.read(80, &mut read).unwrap();
            assert_eq!(read, words);
            assert_eq!((memory.word(72), memory.word(88)), (Ok(0), Ok(1 << 40 | 1)));
            assert_eq!(memory.word(16384), Err(Shrunk));
            assert_eq!(memory.write(16384, &[1]), Err(Shrunk));
            assert_eq!(memory.read(16376, &mut [0; 2]), Err(Shrunk));
        }
    }

    #[test]
    fn a_file_that_was_cut_short_is_told_and_stays_short() {
        let (memories, file) = all(16384);
        file.set_len(4096).unwrap();
        assert_eq!(memories[1].word(8192), Err(Shrunk));
        assert_eq!(memories[1].write(8192, &[1]), Err(Shrunk));
        assert_eq!(file.metadata().unwrap().len(), 4096);
    }
}
