//! Elementary functions from additions, multiplications and divisions alone.
//!
//! The system's own differ in the last bit from one C library to the next, and with it would the noise of a seed.

use std::f64::consts::{FRAC_2_PI, LN_2, LOG2_E};

/// The natural logarithm of a positive normal number; relative error at most 1e-15.
///
/// `x = 2^n m` with `m` in [sqrt 1/2, sqrt 2), then the series of `2 artanh((m - 1) / (m + 1))`.
pub(crate) fn ln(x: f64) -> f64 {
    const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    let n = x.to_bits().wrapping_sub(SQRT_HALF).cast_signed() >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_sub((n << 52).cast_unsigned()));
    let s = (m - 1.0) / (m + 1.0);
    let series = (0..=10).rev().fold(0.0, |sum, k| sum * (s * s) + 1.0 / f64::from(2 * k + 1));
    2.0 * s * series + n as f64 * LN_2
}

/// Sine and cosine of `x`; error at most 1e-13 up to 1e5.
///
/// `x = n pi / 2 + r` with `|r| <= pi / 4`, then Taylor's series in `r`. Source: splitting of pi after Cody and Waite 1980.
pub(crate) fn sine_cosine(x: f64) -> (f64, f64) {
    // The 33 leading bits of pi / 2, so that `n` times it is exact, and the rest.
    const HIGH: f64 = 1.570_796_326_734_125_6;
    const LOW: f64 = 6.077_100_506_506_192e-11;
    let n = (x * FRAC_2_PI).round();
    let r = (x - n * HIGH) - n * LOW;
    let square = r * r;
    let series = |first: i32| {
        (0..8).rev().fold(1.0, |sum, k| {
            let order = f64::from(2 * k + first);
            1.0 - sum * square / ((order + 1.0) * (order + 2.0))
        })
    };
    let (sine, cosine) = (r * series(1), series(0));
    match n.rem_euclid(4.0) {
        0.0 => (sine, cosine),
        1.0 => (cosine, -sine),
        2.0 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

/// The exponential between -20 and 20; relative error at most 1e-14.
pub(crate) fn exp(x: f64) -> f64 {
    let n = (x * LOG2_E).round();
    let r = x - n * LN_2;
    let series = (1..=14).rev().fold(1.0, |sum, k| 1.0 + sum * r / f64::from(k));
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most four digits")]
    let exponent = (n as i64 + 1023).cast_unsigned() << 52;
    series * f64::from_bits(exponent)
}

/// The angle in [0, pi] whose cosine is `x`, for `x` in [-1, 1]; error at most 1e-12 where `|x|` is at most 0.9999.
///
/// Newton's method on the cosine, from the line that touches the curve in the middle.
pub(crate) fn arc_cosine(x: f64) -> f64 {
    (0..24).fold(std::f64::consts::FRAC_PI_2 - x, |angle, _| {
        let (sine, cosine) = sine_cosine(angle);
        if sine.abs() < 1e-12 { angle } else { angle + (cosine - x) / sine }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_close() {
        for x in [1e-300, 2f64.powi(-53), 0.1, 0.707, 0.708, 0.999_999, 1.0, 1.5, 3.0, 1e300] {
            assert!((ln(x) - x.ln()).abs() <= 1e-15 * x.ln().abs().max(1e-3), "ln {x}");
        }
    }

    #[test]
    fn sines_and_cosines_are_close() {
        for step in -40_000..40_000 {
            let x = f64::from(step) * 0.0371;
            let (sine, cosine) = sine_cosine(x);
            let error = (sine - x.sin()).abs().max((cosine - x.cos()).abs());
            assert!(error < 1e-13, "sine and cosine of {x}: {error}");
        }
    }

    #[test]
    fn arc_cosines_are_close() {
        for step in -9_999..=9_999 {
            let x = f64::from(step) / 10_000.0;
            let error = (arc_cosine(x) - x.acos()).abs();
            assert!(error < 1e-12, "arc cosine of {x}: {error}");
        }
    }

    #[test]
    fn exponentials_are_close() {
        for step in -200..200 {
            let x = f64::from(step) * 0.099;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-14, "exp {x}");
        }
    }
}
