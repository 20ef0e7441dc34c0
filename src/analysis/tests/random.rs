//! Randomness for simulations in tests: the same on every machine, and a few lines long. Not for runs.

/// Steele, Lea & Flood, *Fast Splittable Pseudorandom Number Generators*, 2014: SplitMix64.
pub(in crate::analysis) struct Random(u64);

impl Random {
    pub(in crate::analysis) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Above 0, up to 1.
    pub(in crate::analysis) fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Of the standard normal distribution (Box & Muller, 1958).
    pub(in crate::analysis) fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A factor around 1 that scatters by so much.
    pub(in crate::analysis) fn factor(&mut self, noise: f64) -> f64 {
        (noise * self.normal()).exp()
    }

    /// Numbers below `n` in a random order.
    pub(in crate::analysis) fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, (self.next() % (i as u64 + 1)) as usize);
        }
        order
    }
}
