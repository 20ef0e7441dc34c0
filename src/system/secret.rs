//! Secrets: numbers that cannot be guessed, by which those that were told one are known. (`random` is for experiments
//! that can be repeated, and fit for no secret.)

use std::fmt;
use std::io;

use rustix::rand::{GetRandomFlags, getrandom};
use serde::{Deserialize, Serialize};

/// A secret of 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret([u64; 2]);

impl Secret {
    /// How many bytes [`Self::word`] has.
    pub const WORD: usize = 32;

    /// A new one, from the kernel.
    ///
    /// # Errors
    /// When the kernel has none to give.
    pub fn new() -> io::Result<Self> {
        let mut bytes = [0; 16];
        let mut known = 0;
        while known < bytes.len() {
            known += getrandom(&mut bytes[known..], GetRandomFlags::empty())?;
        }
        let half = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        Ok(Self([half(0), half(8)]))
    }

    /// The secret in letters and digits, to be told.
    pub fn word(&self) -> String {
        format!("{:016x}{:016x}", self.0[0], self.0[1])
    }

    /// Whether that is the secret. How long the answer takes says nothing about it.
    pub fn is(&self, word: &[u8]) -> bool {
        let own = self.word();
        let differences = own.bytes().zip(word).fold(0, |all, (a, b)| std::hint::black_box(all | (a ^ b)));
        word.len() == own.len() && differences == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_by_its_word_alone_and_told_by_nothing_else() {
        let [secret, other] = [(); 2].map(|()| Secret::new().unwrap());
        let word = secret.word();
        assert_eq!(word.len(), Secret::WORD);
        assert!(secret.is(word.as_bytes()) && secret != other && !other.is(word.as_bytes()));
        for wrong in ["", &word[1..], &format!("{word}0"), &word.to_uppercase().replace(char::is_numeric, "x")] {
            assert!(!secret.is(wrong.as_bytes()), "{wrong}");
        }
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
