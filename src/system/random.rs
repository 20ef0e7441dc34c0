//! SplitMix64 (Steele, Lea & Flood, *Fast splittable pseudorandom number generators*, 2014): random words that can be
//! had from any place of their stream at once, so that who draws what when changes nothing.
//!
//! Results and checksums are made of these words: a change here changes what every run says. Nothing here is fit for
//! secrets: those are made by [`secret`](super::secret).

/// What the state of the generator grows by from one output to the next: 2⁶⁴ ÷ the golden ratio, and odd.
pub const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// Output `n` of the stream that begins at `seed`; the first one is output 1.
#[inline]
pub const fn output(seed: u64, n: u64) -> u64 {
    mix(seed.wrapping_add(n.wrapping_mul(GAMMA)))
}

/// The generator's last step, from its state to an output: every bit of the result depends on every bit of `z`.
#[inline]
pub const fn mix(z: u64) -> u64 {
    let z = half_mix(z).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The first half of [`mix`], for where a nanosecond counts: good enough in the high bits, not in the low ones.
#[inline]
pub const fn half_mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^ (z >> 27)
}

/// The outputs of a stream, one after the other.
#[derive(Debug, Clone)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// The stream that begins at `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next output.
    #[inline]
    pub const fn next_word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_those_of_the_reference() {
        // As printed by the authors' `SplittableRandom` and by the C version of S. Vigna for this seed.
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        let mut stream = SplitMix64::new(1_234_567);
        for (n, expected) in (1..).zip(expected) {
            assert_eq!(stream.next_word(), expected);
            assert_eq!(output(1_234_567, n), expected, "it is the same from any place");
        }
    }

    #[test]
    fn streams_end_nowhere() {
        let mut stream = SplitMix64::new(u64::MAX);
        assert_eq!(stream.next_word(), output(u64::MAX, 1));
        assert_eq!(output(1, u64::MAX), mix(1_u64.wrapping_sub(GAMMA)));
    }
}
