//! Randomness that is a function: the same words in, the same numbers out, on every machine.
//!
//! Only additions, shifts and products of integers and exact floating point; no sine, no logarithm, no thread-local state.
//!
//! Read next: [`path`](crate::market::path).

/// A stream of numbers decided by its seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Stream(u64);

impl Stream {
    /// The stream that belongs to a seed and some words.
    pub fn of(seed: u64, words: &[&str]) -> Stream {
        let mut state = seed ^ 0xcbf2_9ce4_8422_2325;
        for byte in words.iter().flat_map(|word| word.bytes().chain([0])) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Stream(mix(state))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// The next number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next number of mean 0 and variance 1, bell-shaped: a sum of four units.
    pub fn bell(&mut self) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 1.732_050_807_568_877_2
    }
}

/// Number `index` of a family of numbers, without the ones before it.
pub fn at(seed: u64, index: u64) -> u64 {
    mix(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
