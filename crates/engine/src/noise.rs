//! The noise of a seed: the same numbers on every machine, whatever else is computed.

use crate::math;

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Fills `values` with the first numbers of stream `index` of `seed`, drawn from N(0, 1).
///
/// Each number follows from (seed, index, place) alone, so a longer slice begins like a shorter one. Sources: Salmon et
/// al. 2011, "Parallel random numbers: as easy as 1, 2, 3", Philox 4x32-10; Box and Muller 1958.
pub fn fill(seed: u64, index: u64, values: &mut [f32]) {
    for (block, values) in (0u64..).zip(values.chunks_mut(4)) {
        let [first, second, third, fourth] = philox(words(block), words(index), words(seed));
        let normal = [normal_pair(first, second), normal_pair(third, fourth)];
        values.iter_mut().zip(normal.as_flattened()).for_each(|(value, normal)| *value = *normal);
    }
}

fn words(value: u64) -> [u32; 2] {
    let bytes = value.to_le_bytes();
    [0, 4].map(|at| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]))
}

/// Ten rounds of Philox 4x32 on the counter (`low`, `high`).
fn philox(low: [u32; 2], high: [u32; 2], mut key: [u32; 2]) -> [u32; 4] {
    let mut counter = [low[0], low[1], high[0], high[1]];
    for _ in 0..10 {
        let [low0, high0] = words(u64::from(counter[0]) * u64::from(MULTIPLIERS[0]));
        let [low1, high1] = words(u64::from(counter[2]) * u64::from(MULTIPLIERS[1]));
        counter = [high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    counter
}

/// Two independent normal numbers from two uniform words; none is further out than 6.8.
fn normal_pair(first: u32, second: u32) -> [f32; 2] {
    let uniform = |word: u32| (f64::from(word) + 0.5) / 4_294_967_296.0;
    let radius = (-2.0 * math::ln(uniform(first))).sqrt();
    let (sine, cosine) = math::sine_cosine(std::f64::consts::TAU * uniform(second));
    #[expect(clippy::cast_possible_truncation, reason = "f32 is what the models read")]
    [cosine, sine].map(|part| (radius * part) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers of the authors' library Random123.
    #[test]
    fn philox_gives_its_known_answers() {
        let zeros = philox([0; 2], [0; 2], [0; 2]);
        assert_eq!(zeros, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8], "all zeros");
        let ones = philox([u32::MAX; 2], [u32::MAX; 2], [u32::MAX; 2]);
        assert_eq!(ones, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd], "all ones");
        let pi = philox([0x243f_6a88, 0x85a3_08d3], [0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]);
        assert_eq!(pi, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1], "digits of pi");
    }
}
