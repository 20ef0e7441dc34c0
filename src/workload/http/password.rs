//! What a worker says first on a connection, so that the server knows it for one of its own trial: a word that no
//! client of another kind begins with, and the trial's secret.

use crate::system::secret::Secret;

/// What it begins with.
pub(super) const GREETING: &str = "parlab ";
/// How many bytes all of it has.
pub(super) const LENGTH: usize = GREETING.len() + Secret::WORD + 1;

/// What a worker says first.
pub(super) fn password(secret: &Secret) -> String {
    format!("{GREETING}{}\n", secret.word())
}

/// What there is of it so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// It may still become one.
    Part,
    /// All of it.
    Whole,
    /// Something else.
    Wrong,
}

/// What to make of the first bytes of a connection. The secret is compared as a whole, or who guesses could feel their
/// way from one byte of it to the next.
pub(super) fn heard(bytes: &[u8], secret: &Secret) -> Heard {
    let greeting = bytes.len().min(GREETING.len());
    if bytes[..greeting] != GREETING.as_bytes()[..greeting] {
        return Heard::Wrong;
    }
    match bytes {
        [_, ..] if bytes.len() < LENGTH => Heard::Part,
        [_, .., b'\n'] if bytes.len() == LENGTH && secret.is(&bytes[GREETING.len()..LENGTH - 1]) => Heard::Whole,
        [] => Heard::Part,
        _ => Heard::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_heard_to_the_last_byte() {
        let secret = Secret::new().unwrap();
        let right = password(&secret).into_bytes();
        assert_eq!(right.len(), LENGTH);
        for said in 0..LENGTH {
            assert_eq!(heard(&right[..said], &secret), Heard::Part, "{said}");
        }
        assert_eq!(heard(&right, &secret), Heard::Whole);
        for at in 0..LENGTH {
            let mut wrong = right.clone();
            wrong[at] ^= 1;
            assert_eq!(heard(&wrong, &secret), Heard::Wrong, "{at}");
        }
        assert_eq!(heard(b"G", &secret), Heard::Wrong);
        assert_eq!(heard(password(&Secret::new().unwrap()).as_bytes(), &secret), Heard::Wrong);
    }
}
