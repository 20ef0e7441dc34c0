//! What the bytes of a connection mean: a greeting, then messages, in words of the machine's own order.
//!
//! Nothing is stored or answered here.

use crate::protocol::layout::{MAGIC, MAJOR, THREAD_NAME_WORDS, WORD};
use crate::system::secret::Secret;

/// Words of a secret.
const SECRET_WORDS: usize = Secret::WORD / WORD;
/// Words of a greeting.
pub(super) const GREETING_WORDS: usize = 4 + SECRET_WORDS + THREAD_NAME_WORDS;
/// The most bytes of a message, without the word that it begins with.
pub(super) const MESSAGE_MAX: usize = 128 << 10;

/// Who writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Greeting {
    /// Its process and thread, where it runs.
    pub(super) identity: [u64; 2],
    /// The name of its thread, as a lane has it.
    pub(super) thread_name: [u64; THREAD_NAME_WORDS],
}

/// A message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Asks for the time.
    Time,
    /// How the writer's clock is to be understood: what to add to it, and how far off that may be.
    Clock([u64; 2]),
    /// Cells from an offset in the lane on.
    Cells(usize, Vec<u64>),
    /// Records, one after the other.
    Records(Vec<u64>),
}

/// What came is nothing of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nonsense;

/// The greeting at the beginning of what came, once it is there.
pub(super) fn greeting(bytes: &[u8], secret: &Secret) -> Result<Option<Greeting>, Nonsense> {
    let Some(bytes) = bytes.get(..GREETING_WORDS * WORD) else { return Ok(None) };
    let words = words(bytes);
    let is_ours = words[..2] == [MAGIC, MAJOR] && secret.is(&bytes[4 * WORD..(4 + SECRET_WORDS) * WORD]);
    let thread_name = words[4 + SECRET_WORDS..].try_into().map_err(|_| Nonsense)?;
    if is_ours { Ok(Some(Greeting { identity: [words[2], words[3]], thread_name })) } else { Err(Nonsense) }
}

/// The message at the beginning of what came, once all of it is there, and its bytes.
pub(super) fn message(bytes: &[u8]) -> Result<Option<(Message, usize)>, Nonsense> {
    let Some(head) = bytes.get(..WORD) else { return Ok(None) };
    let head = words(head)[0];
    let (kind, length) = (head & 0xff, head >> 8);
    if length > MESSAGE_MAX as u64 || length % WORD as u64 != 0 {
        return Err(Nonsense);
    }
    let end = WORD + length as usize;
    let Some(body) = bytes.get(WORD..end) else { return Ok(None) };
    let body = words(body);
    let message = match (kind, &body[..]) {
        (1, []) => Message::Time,
        (2, &[offset, uncertainty]) => Message::Clock([offset, uncertainty]),
        (3, [at, cells @ ..]) => Message::Cells(usize::try_from(*at).map_err(|_| Nonsense)?, cells.to_vec()),
        (4, _) => Message::Records(body),
        _ => return Err(Nonsense),
    };
    Ok(Some((message, end)))
}

fn words(bytes: &[u8]) -> Vec<u64> {
    bytes.chunks_exact(WORD).map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes"))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    #[test]
    fn messages_are_read_once_all_of_them_is_there() {
        let sent = bytes(&[1, 2 | 16 << 8, 5, 6, 3 | 16 << 8, 256, 9, 4 | 8 << 8, 7]);
        let mut rest = &sent[..];
        let mut all = Vec::new();
        while !rest.is_empty() {
            let whole = (0..).find(|&length| message(&rest[..length]) != Ok(None)).unwrap();
            let (one, length) = message(rest).unwrap().unwrap();
            assert_eq!(length, whole);
            all.push(one);
            rest = &rest[length..];
        }
        let expected = [Message::Time, Message::Clock([5, 6]), Message::Cells(256, vec![9]), Message::Records(vec![7])];
        assert_eq!(all, expected);
        for wrong in [vec![0], vec![1 | 8 << 8, 0], vec![2 | 8 << 8, 0], vec![3], vec![5], vec![4 | 4 << 8, 0]] {
            assert_eq!(message(&bytes(&wrong)), Err(Nonsense), "{wrong:?}");
        }
        assert_eq!(message(&bytes(&[4 | 1 << 40])), Err(Nonsense), "it is not waited for so many");
    }

    #[test]
    fn who_does_not_know_the_secret_is_not_greeted() {
        let secret = Secret::new().unwrap();
        let sent = |secret: &Secret, major| {
            let mut sent = bytes(&[MAGIC, major, 7, 8]);
            sent.extend(secret.word().bytes());
            sent.extend(bytes(&[0; THREAD_NAME_WORDS]));
            sent
        };
        let right = sent(&secret, MAJOR);
        assert_eq!(greeting(&right, &secret).unwrap().unwrap().identity, [7, 8]);
        assert_eq!(greeting(&right[..right.len() - 1], &secret), Ok(None));
        assert_eq!(greeting(&sent(&Secret::new().unwrap(), MAJOR), &secret), Err(Nonsense));
        assert_eq!(greeting(&sent(&secret, MAJOR + 1), &secret), Err(Nonsense));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0..6_u8) {
            let mut bytes = bytes;
            if let [first, _, _, rest @ ..] = &mut bytes[..] {
                *first = kind;
                rest.iter_mut().take(5).for_each(|byte| *byte = 0);
            }
            let _ = greeting(&bytes, &Secret::new().unwrap());
            if let Ok(Some((_, length))) = message(&bytes) {
                prop_assert!((WORD..=bytes.len()).contains(&length));
            }
        }
    }
}
