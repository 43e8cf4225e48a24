//! Normalisation of rows.

use crate::grid::strips;
use crate::level::vectorised;
use crate::math::{LANES, sum_lanes};
use crate::pool::Cpu;

/// Values in one task: a few microseconds.
const TASK_VALUES: usize = 16_384;

/// Shift and scale of adaptive normalisation, one row of each for a group of rows.
#[derive(Clone, Copy, Debug)]
pub struct Modulation<'a> {
    /// (groups, width), added last.
    pub shift: &'a [f32],
    /// (groups, width); rows are multiplied by one plus it.
    pub scale: &'a [f32],
    /// Rows that share a shift and a scale, usually the tokens of one picture.
    pub rows_per_group: usize,
}

/// Writes `x / sqrt(mean(x^2) + eps) * (1 + scale) + shift` for each row; relative error at most 1e-5 before the shift.
///
/// `x`, `y`: (rows, width). Source: Zhang and Sennrich 2019, arXiv:1910.07467; modulation: Peebles and Xie 2022,
/// arXiv:2212.09748, section 3.2.
pub fn rms_norm_modulate(
    cpu: &Cpu,
    x: &[f32],
    width: usize,
    modulation: Modulation<'_>,
    eps: f32,
    y: &mut [f32],
) {
    let Modulation { shift, scale, rows_per_group } = modulation;
    assert_eq!(x.len(), y.len(), "input and output differ in length");
    assert!(width > 0 && x.len().is_multiple_of(width), "x is not (rows, width)");
    let rows = x.len() / width;
    assert!(rows_per_group > 0 && rows.is_multiple_of(rows_per_group), "groups do not divide rows");
    let values = rows / rows_per_group * width;
    assert!(shift.len() == values && scale.len() == values, "shift and scale are not (groups, width)");
    strips(cpu, y, width, (TASK_VALUES / width).max(1), |first, y| {
        for (row, y) in y.chunks_exact_mut(width).enumerate() {
            let row = first + row;
            let group = row / rows_per_group * width;
            let (shift, scale) = (&shift[group..][..width], &scale[group..][..width]);
            rms_row(cpu.simd(), &x[row * width..][..width], shift, scale, eps, y);
        }
    });
}

vectorised! {
    fn rms_row<A>(x: &[f32], shift: &[f32], scale: &[f32], eps: f32, y: &mut [f32]) {
        let mean = sum_of(x, |x| x, |x, total| A::multiply_add(x, x, total)) / x.len() as f32;
        let factor = 1.0 / (mean + eps).sqrt();
        for (((y, x), shift), scale) in y.iter_mut().zip(x).zip(shift).zip(scale) {
            *y = A::multiply_add(x * factor, 1.0 + scale, *shift);
        }
    }
}

/// Writes `(x - mean) / sqrt(variance + eps) * weight + bias` for each row; error at most 1e-5 of the largest value.
///
/// `x`, `y`: (rows, width); `weight`, `bias`: (width). Source: Ba, Kiros and Hinton 2016, arXiv:1607.06450.
pub fn layer_norm(cpu: &Cpu, x: &[f32], weight: &[f32], bias: &[f32], eps: f32, y: &mut [f32]) {
    let width = weight.len();
    assert_eq!(x.len(), y.len(), "input and output differ in length");
    assert_eq!(bias.len(), width, "weight and bias differ in length");
    assert!(width > 0 && x.len().is_multiple_of(width), "x is not (rows, width)");
    strips(cpu, y, width, (TASK_VALUES / width).max(1), |first, y| {
        for (row, y) in y.chunks_exact_mut(width).enumerate() {
            layer_row(cpu.simd(), &x[(first + row) * width..][..width], weight, bias, eps, y);
        }
    });
}

vectorised! {
    fn layer_row<A>(x: &[f32], weight: &[f32], bias: &[f32], eps: f32, y: &mut [f32]) {
        let mean = sum_of(x, |x| x, |x, total| total + x) / x.len() as f32;
        // The second pass is cheap and loses nothing where the mean is large.
        let variance = sum_of(x, |x| x - mean, |x, total| A::multiply_add(x, x, total)) / x.len() as f32;
        let factor = 1.0 / (variance + eps).sqrt();
        for (((y, x), weight), bias) in y.iter_mut().zip(x).zip(weight).zip(bias) {
            *y = A::multiply_add((x - mean) * factor, *weight, *bias);
        }
    }
}

/// A sum in sixteen lanes; `prepare` must not turn a value into one that changes what `add` of zero gives.
#[inline(always)]
fn sum_of(x: &[f32], prepare: impl Fn(f32) -> f32, add: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for values in whole {
        for lane in 0..LANES {
            lanes[lane] = add(prepare(values[lane]), lanes[lane]);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane = add(prepare(*value), *lane);
    }
    sum_lanes(lanes)
}
