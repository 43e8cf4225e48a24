//! Elementary functions written as straight-line code, so that loops over them become vector code.

use crate::level::Arithmetic;

/// Sixteen partial sums: one order of summation for every width of vectors.
pub(crate) const LANES: usize = 16;

/// The exponential, at most 3 ULP from `e^x` between -87.3 and 88.3; beyond, the value at that border.
///
/// `x = n ln 2 + r` with `|r| <= ln 2 / 2`, then a polynomial in `r` and the exponent set by hand.
/// Source: coefficients from Cephes `expf` (Moshier 1992); splitting after Cody and Waite 1980.
#[inline(always)]
pub(crate) fn exp<A: Arithmetic>(x: f32) -> f32 {
    const LARGEST: f32 = 88.3;
    const SMALLEST: f32 = -87.3;
    // Adding and subtracting it rounds to whole numbers, which then stand in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = if x > LARGEST { LARGEST } else { x };
    let x = if x < SMALLEST { SMALLEST } else { x };
    let shifted = A::multiply_add(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = A::multiply_add(n, -LN_2_HIGH, x);
    let r = A::multiply_add(n, -LN_2_LOW, r);
    let p = A::multiply_add(1.987_569_1e-4, r, 1.398_199_9e-3);
    let p = A::multiply_add(p, r, 8.333_452e-3);
    let p = A::multiply_add(p, r, 4.166_579_6e-2);
    let p = A::multiply_add(p, r, 1.666_666_5e-1);
    let p = A::multiply_add(p, r, 0.5);
    let p = A::multiply_add(p, r * r, r) + 1.0;
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

/// `x * sigmoid(x)`; relative error at most 6e-7 above -87.
///
/// Source: Elfwing, Uchibe and Doya 2017, arXiv:1702.03118.
#[inline(always)]
pub(crate) fn silu<A: Arithmetic>(x: f32) -> f32 {
    x / (1.0 + exp::<A>(-x))
}

/// `x * (1 + erf(x / sqrt 2)) / 2`; absolute error at most 3e-7 times `max(1, |x|)`.
///
/// Source: Hendrycks and Gimpel 2016, arXiv:1606.08415; erf by Abramowitz and Stegun 1964, 7.1.26.
#[inline(always)]
pub(crate) fn gelu<A: Arithmetic>(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / A::multiply_add(z, 0.327_591_1, 1.0);
    let p = A::multiply_add(1.061_405_4, t, -1.453_152_1);
    let p = A::multiply_add(p, t, 1.421_413_8);
    let p = A::multiply_add(p, t, -0.284_496_72);
    let p = A::multiply_add(p, t, 0.254_829_6);
    let beyond = p * t * exp::<A>(-z * z);
    let erf = 1.0 - beyond;
    let erf = if x < 0.0 { -erf } else { erf };
    0.5 * x * (1.0 + erf)
}

/// The sum of sixteen partial sums, always in the same order.
#[inline(always)]
pub(crate) fn sum_lanes(lanes: [f32; LANES]) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 8]);
    let four: [f32; 4] = std::array::from_fn(|lane| eight[lane] + eight[lane + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The largest of sixteen values.
#[inline(always)]
pub(crate) fn largest_lane(lanes: [f32; LANES]) -> f32 {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let eight: [f32; 8] = std::array::from_fn(|lane| larger(lanes[lane], lanes[lane + 8]));
    let four: [f32; 4] = std::array::from_fn(|lane| larger(eight[lane], eight[lane + 4]));
    larger(larger(four[0], four[2]), larger(four[1], four[3]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::{Fused, Separate};

    fn relative_error(x: f32) -> f64 {
        let truth = f64::from(x).exp();
        let worst = |y: f32| ((f64::from(y) - truth) / truth).abs();
        worst(exp::<Fused>(x)).max(worst(exp::<Separate>(x)))
    }

    #[test]
    fn exp_is_close_over_its_range() {
        // 3 ULP are at most 3 * 2^-23 of the value.
        let worst = (-87_300..88_300).map(|step| relative_error(step as f32 * 1e-3)).fold(0.0, f64::max);
        assert!(worst < 3.0 / 8_388_608.0, "`{worst}`");
    }

    #[test]
    fn exp_keeps_to_its_borders_and_passes_nan_on() {
        assert_eq!(exp::<Fused>(f32::NEG_INFINITY), exp::<Fused>(-87.3), "below the range");
        assert!(exp::<Fused>(f32::INFINITY).is_finite(), "above the range");
        assert!(exp::<Fused>(f32::NAN).is_nan(), "NaN stays NaN");
    }
}
