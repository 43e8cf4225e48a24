//! A small generator that gives the same numbers on every machine.

/// `SplitMix64`. Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A stream for `seed`, apart from the streams with other `purpose`s.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        let mut random = Self(seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `[0, 1)`, a multiple of 2^-24.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 16_777_216.0
    }

    /// Uniform in `[-1, 1)`.
    pub(crate) fn around(&mut self) -> f32 {
        self.unit() * 2.0 - 1.0
    }

    /// Uniform in `[from, to)`.
    pub(crate) fn between(&mut self, from: f32, to: f32) -> f32 {
        from + self.unit() * (to - from)
    }

    /// Uniform in `0..below`; `below` must not be 0.
    pub(crate) fn index(&mut self, below: usize) -> usize {
        ((u128::from(self.next()) * below as u128) >> 64) as usize
    }
}
