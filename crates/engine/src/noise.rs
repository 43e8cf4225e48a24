//! The noise of a seed: the same numbers on every machine, whatever else is computed.

use crate::math;

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Cosine from which two directions count as one.
const STRAIGHT: f64 = 0.9995;

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

/// Moves `noise` the `share` of the way to `other`, both drawn from N(0, 1): on the arc between the two, where what lies
/// between is as much noise as its ends. On the straight line, half-way, it would be smaller by the root of two, and the
/// models see a picture with less noise than they were told.
///
/// `sin((1 - share) w) / sin w * noise + sin(share w) / sin w * other` with `cos w = noise . other / (|noise| |other|)`.
/// Source: Shoemake 1985, "Animating rotation with quaternion curves", section 3.3 (slerp). Where the two point the same
/// way, or opposite ways, there is no one arc, and the line is taken.
pub fn travel(noise: &mut [f32], other: &[f32], share: f32) {
    assert_eq!(noise.len(), other.len(), "noise of another length");
    let product = |one: &[f32], two: &[f32]| -> f64 {
        one.iter().zip(two).map(|(one, two)| f64::from(*one) * f64::from(*two)).sum()
    };
    let lengths = (product(noise, noise) * product(other, other)).sqrt();
    let cosine = product(noise, other) / lengths;
    let share = f64::from(share);
    let (here, there) = if cosine.abs() < STRAIGHT {
        let angle = math::arc_cosine(cosine);
        let sine = |angle: f64| math::sine_cosine(angle).0;
        (sine((1.0 - share) * angle) / sine(angle), sine(share * angle) / sine(angle))
    } else {
        (1.0 - share, share)
    };
    for (value, other) in noise.iter_mut().zip(other) {
        #[expect(clippy::cast_possible_truncation, reason = "f32 is what the models read")]
        let between = (here * f64::from(*value) + there * f64::from(*other)) as f32;
        *value = between;
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

    /// The closed form on a circle: a share of the way is the same share of the angle.
    #[test]
    fn travelling_on_a_circle_turns_by_a_share_of_the_angle() {
        for (share, degrees) in [(0.0, 20.0), (0.25, 45.0), (0.5, 70.0), (1.0, 120.0)] {
            let on_circle = |degrees: f64| {
                let (sine, cosine) = degrees.to_radians().sin_cos();
                [cosine as f32, sine as f32]
            };
            let mut place = on_circle(20.0);
            travel(&mut place, &on_circle(120.0), share);
            let error = place.iter().zip(on_circle(degrees)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error < 1e-6, "{share} of the way: {place:?}");
        }
    }

    #[test]
    fn noise_stays_noise_on_its_way() {
        let drawn = |seed| {
            let mut values = vec![0.0; 4096];
            fill(seed, 0, &mut values);
            values
        };
        let mean_square = |values: &[f32]| values.iter().map(|value| value * value).sum::<f32>() / 4096.0;
        let (start, end) = (drawn(1), drawn(2));
        for share in [0.0, 0.1, 0.5, 0.9, 1.0] {
            let mut values = start.clone();
            travel(&mut values, &end, share);
            // The mean of 4096 squares of N(0, 1) has a deviation of 0.022; on the line it would be 0.5 half-way.
            assert!((mean_square(&values) - 1.0).abs() < 0.11, "{share}: {}", mean_square(&values));
            assert!(share > 0.0 || values == start, "nothing moves before the start");
            assert!(share < 1.0 || values == end, "the end is the other noise");
        }
    }

    #[test]
    fn noise_that_points_one_way_takes_the_line() {
        let mut same = [3.0, 4.0];
        travel(&mut same, &[6.0, 8.0], 0.5);
        assert_eq!(same, [4.5, 6.0], "between the two");
    }

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
