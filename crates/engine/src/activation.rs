//! `SiLU` where no product stands before it whose epilogue could take it along.

use danqing_kernels::Cpu;

use crate::rows;

/// Values of one task: about ten microseconds.
const TASK_VALUES: usize = 16_384;

/// `x = x * sigmoid(x)`; relative error at most 1e-6 above -87.
///
/// Source: Elfwing, Uchibe and Doya 2017, arXiv:1702.03118.
pub(crate) fn silu(cpu: &Cpu, x: &mut [f32]) {
    rows::for_each(cpu, x, TASK_VALUES, |_, x| x.iter_mut().for_each(|x| *x /= 1.0 + exp(-*x)));
}

/// The exponential as straight-line code, which becomes vector code; beyond ±87.3 the value at that border.
///
/// `x = n ln 2 + r` with `|r| <= ln 2 / 2`, then a polynomial in r. Source: coefficients from Cephes `expf`, Moshier 1992.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding and subtracting it rounds to whole numbers, which then stand in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = if x > 87.3 { 87.3 } else { x };
    let x = if x < -87.3 { -87.3 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let p = 1.987_569_1e-4 * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let p = p * (r * r) + r + 1.0;
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silu_is_close_over_its_range() {
        let mut values: Vec<f32> = (-870..1000).map(|step| step as f32 * 0.1).collect();
        let inputs = values.clone();
        silu(&Cpu::detect(2), &mut values);
        for (x, y) in inputs.into_iter().map(f64::from).zip(values) {
            let truth = x / (1.0 + (-x).exp());
            assert!((f64::from(y) - truth).abs() <= 1e-6 * truth.abs(), "silu of {x}");
        }
    }
}
