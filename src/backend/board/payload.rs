//! The bytes that a task is sent with and that its result brings back: where a task's are, what is done with them.
//!
//! A worker reads all bytes of its input, and writes as many for its result. What it does with them is the same
//! whether they lie in shared memory or came through a pipe, so that the two ways differ in nothing but the way.

use crate::system::random::{self, mix};

/// The bytes that inputs are cut from: words drawn by SplitMix64, the same in every trial.
pub(in crate::backend) fn words() -> impl Iterator<Item = u64> {
    (1..).map(|n| random::output(0, n))
}

/// Reads an input to its last byte, hands each word of the result to `produce`, and returns what tells this input
/// from any other: the sum to be counted into the checksum.
///
/// The last word is filled up with zero bytes.
#[inline]
pub(in crate::backend) fn consume(task: u64, input: &[u8], mut produce: impl FnMut(usize, u64)) -> u64 {
    // Four sums at a time, because a multiplication takes as long as reading four words.
    let mut sums = [1, 2, 3, 4].map(|lane| mix(task ^ (lane << 62)));
    let (blocks, rest) = input.as_chunks::<32>();
    let mut step = |at: usize, sum: &mut u64, word: u64| {
        *sum = (*sum ^ word).wrapping_mul(random::GAMMA).rotate_left(29);
        produce(at, !word);
    };
    for (block, bytes) in blocks.iter().enumerate() {
        let (words, _) = bytes.as_chunks::<8>();
        for (lane, (sum, word)) in sums.iter_mut().zip(words).enumerate() {
            step(4 * block + lane, sum, u64::from_le_bytes(*word));
        }
    }
    for (lane, (sum, bytes)) in sums.iter_mut().zip(rest.chunks(8)).enumerate() {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        step(4 * blocks.len() + lane, sum, u64::from_le_bytes(word));
    }
    sums.into_iter().fold(0, |all, sum| mix(all ^ sum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_byte_counts_and_comes_back_turned(
            input in prop::collection::vec(any::<u8>(), 1..300),
            at in any::<prop::sample::Index>(),
            bit in 0..8u8,
        ) {
            let run = |task: u64, input: &[u8]| {
                let mut output = Vec::new();
                let sum = consume(task, input, |at, word| {
                    assert_eq!(at * 8, output.len(), "one word after the other");
                    output.extend(word.to_le_bytes());
                });
                output.truncate(input.len());
                (sum, output)
            };
            let (sum, output) = run(7, &input);
            prop_assert!(output.iter().zip(&input).all(|(out, byte)| *out == !*byte) && output.len() == input.len());
            let mut other = input.clone();
            other[at.index(input.len())] ^= 1 << bit;
            prop_assert_ne!(run(7, &other).0, sum);
            prop_assert_ne!(run(8, &input).0, sum);
        }
    }
}
