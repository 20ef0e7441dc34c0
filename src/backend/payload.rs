//! The bytes that a task is sent with and that its result brings back: where a task's are, what is done with them.
//!
//! A worker reads all bytes of its input, and writes as many for its result. What it does with them is the same
//! whether they lie in shared memory or came through a pipe, so that the two ways differ in nothing but the way.

use super::board::BoardSpec;

/// The inputs of a trial overlap once they come to more than this: enough for them not to sit in a core's own cache.
const SPREAD_MAX: u64 = 16 << 20;

/// Inputs begin at multiples of this.
const ALIGNMENT: u64 = 64;

/// How many bytes the inputs of all tasks take together.
pub(super) fn area(shape: &BoardSpec) -> u64 {
    match shape.payload {
        0 => 0,
        payload => (spread(shape) + payload).next_multiple_of(ALIGNMENT),
    }
}

/// Where the input of a task begins within that.
pub(super) fn offset(shape: &BoardSpec, task: u64) -> usize {
    // Not a multiple of the payload alone: with the largest, every task would get the same bytes.
    (u128::from(task) * u128::from(stride(shape)) % u128::from(spread(shape))) as usize
}

fn stride(shape: &BoardSpec) -> u64 {
    shape.payload.next_multiple_of(ALIGNMENT) + ALIGNMENT
}

fn spread(shape: &BoardSpec) -> u64 {
    shape.tasks.saturating_mul(stride(shape)).min(SPREAD_MAX)
}

/// The bytes that inputs are cut from: words drawn by SplitMix64, the same in every trial.
pub(super) fn words() -> impl Iterator<Item = u64> {
    (1..).map(|n: u64| mix(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// Reads an input to its last byte, hands each word of the result to `produce`, and returns what tells this input
/// from any other: the sum to be counted into the checksum.
///
/// The last word is filled up with zero bytes.
#[inline]
pub(super) fn consume(task: u64, input: &[u8], mut produce: impl FnMut(usize, u64)) -> u64 {
    // Four sums at a time, because a multiplication takes as long as reading four words.
    let mut sums = [1, 2, 3, 4].map(|lane| mix(task ^ (lane << 62)));
    let (blocks, rest) = input.as_chunks::<32>();
    let mut step = |at: usize, sum: &mut u64, word: u64| {
        *sum = (*sum ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
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

/// The last step of SplitMix64 (Steele, Lea & Flood, 2014).
pub(super) fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::clock::Clock;
    use crate::scenario::{Dispatch, Schedule};
    use proptest::prelude::*;

    fn shape(tasks: u64, payload: u64) -> BoardSpec {
        BoardSpec {
            tasks,
            workers: 1,
            schedule: Schedule::Dynamic,
            chunk: None,
            values: 1,
            summed: 1,
            clock: Clock::Monotonic,
            dispatch: Dispatch::Shared,
            payload,
            per_process: None,
            service: None,
            lingers: false,
        }
    }

    proptest! {
        #[test]
        fn every_input_lies_within_the_area(tasks in 1..1u64 << 40, payload in 1..=16u64 << 20, at in any::<u64>()) {
            let shape = shape(tasks, payload);
            let begin = offset(&shape, at % tasks) as u64;
            prop_assert!(begin + payload <= area(&shape) && area(&shape) <= 33 << 20);
            prop_assert_eq!(begin % 8, 0, "words are read from where words begin");
        }

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

    #[test]
    fn neighbours_get_different_bytes_even_with_the_largest_payload() {
        for payload in [1, 8, 4096, 16 << 20] {
            let shape = shape(1000, payload);
            let mut offsets: Vec<usize> = (0..1000).map(|task| offset(&shape, task)).collect();
            offsets.sort_unstable();
            offsets.dedup();
            assert!(offsets.len() >= 900, "{payload}: {}", offsets.len());
        }
    }
}
