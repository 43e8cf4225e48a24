//! What happens to a product's sums on their way to memory.

use std::ops::Range;

use crate::grid::Cell;
use crate::level::{Simd, vectorised};
use crate::math;
use crate::product::Finished;

/// What a layer does with `sum`, its product plus bias, before it stores it.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue<'a> {
    /// `y = sum`.
    None,
    /// `y = max(sum, 0)`.
    Relu,
    /// `y = sum` where positive, else `slopes[column] * sum`; one slope makes it a leaky ReLU.
    ///
    /// `slopes`: (columns) or (1). Source: He et al. 2015, arXiv:1502.01852.
    Prelu {
        /// Factors below zero.
        slopes: &'a [f32],
    },
    /// `y = sum * sigmoid(sum)`.
    Silu,
    /// `y = sum * (1 + erf(sum / sqrt 2)) / 2`.
    Gelu,
    /// `y += sum`.
    AddTo,
    /// `y += gate[row / rows_per_gate] * sum`.
    ///
    /// `gate`: (groups, columns). Source: Peebles and Xie 2022, arXiv:2212.09748, section 3.2 (adaLN-Zero).
    GatedAdd {
        /// One factor for each column, for each group of rows.
        gate: &'a [f32],
        /// Rows that share a gate, usually the tokens of one picture.
        rows_per_gate: usize,
    },
}

impl Epilogue<'_> {
    /// Panics unless the slices fit an output of (`rows`, `columns`).
    pub(crate) fn check(&self, rows: usize, columns: usize) {
        match self {
            Self::Prelu { slopes } => {
                assert!(
                    slopes.len() == columns || slopes.len() == 1,
                    "slopes do not fit `{columns}` columns"
                );
            }
            Self::GatedAdd { gate, rows_per_gate } => {
                assert!(
                    *rows_per_gate > 0 && rows.is_multiple_of(*rows_per_gate),
                    "gates do not divide rows"
                );
                assert_eq!(
                    gate.len(),
                    rows / rows_per_gate * columns,
                    "gates do not fit `{columns}` columns"
                );
            }
            _ => {}
        }
    }
}

/// Turns sums into values of the output.
///
/// `bias`: one value for each column of all panels; `width`: columns of the output.
pub(crate) fn finish(
    simd: Simd,
    cell: &mut Cell<'_, f32>,
    finished: &Finished<'_>,
    bias: &[f32],
    width: usize,
    epilogue: Epilogue<'_>,
) {
    if simd.panel_columns() == 32 {
        finish_panel::<32>(simd, cell, finished, bias, width, epilogue);
    } else {
        finish_panel::<16>(simd, cell, finished, bias, width, epilogue);
    }
}

vectorised! {
    fn finish_panel<A, const N: usize>(
        cell: &mut Cell<'_, f32>,
        finished: &Finished<'_>,
        bias: &[f32],
        width: usize,
        epilogue: Epilogue<'_>,
    ) {
        let columns = finished.panel * N..width.min((finished.panel + 1) * N);
        let bias: &[f32; N] = bias[finished.panel * N..].first_chunk().expect("a bias for each column of a panel");
        match epilogue {
            Epilogue::None => each(cell, finished, columns, bias, none, |sum, _, _| sum),
            Epilogue::Relu => {
                each(cell, finished, columns, bias, none, |sum, _, _| if sum < 0.0 { 0.0 } else { sum });
            }
            Epilogue::Prelu { slopes } => {
                let slopes: [f32; N] = match slopes {
                    [slope] => [*slope; N],
                    slopes => padded(&slopes[columns.clone()]),
                };
                each(cell, finished, columns, bias, |_| slopes, |sum, _, slope| {
                    if sum < 0.0 { slope * sum } else { sum }
                });
            }
            Epilogue::Silu => each(cell, finished, columns, bias, none, |sum, _, _| math::silu::<A>(sum)),
            Epilogue::Gelu => each(cell, finished, columns, bias, none, |sum, _, _| math::gelu::<A>(sum)),
            Epilogue::AddTo => each(cell, finished, columns, bias, none, |sum, old, _| old + sum),
            Epilogue::GatedAdd { gate, rows_per_gate } => {
                let gate = |row: usize| padded(&gate[row / rows_per_gate * width..][columns.clone()]);
                each(cell, finished, columns.clone(), bias, gate, |sum, old, gate| A::multiply_add(gate, sum, old));
            }
        }
    }
}

/// No third operand.
#[inline(always)]
fn none<const N: usize>(_row: usize) -> [f32; N] {
    [0.0; N]
}

#[inline(always)]
fn padded<const N: usize>(values: &[f32]) -> [f32; N] {
    let mut all = [0.0; N];
    match values.first_chunk() {
        Some(values) => all = *values,
        None => all[..values.len()].copy_from_slice(values),
    }
    all
}

/// Applies `value(sum, old, other)` to each element; always a whole panel at once, so that a narrow last panel takes the
/// same steps as the others.
#[inline(always)]
fn each<const N: usize>(
    cell: &mut Cell<'_, f32>,
    finished: &Finished<'_>,
    columns: Range<usize>,
    bias: &[f32; N],
    other: impl Fn(usize) -> [f32; N],
    value: impl Fn(f32, f32, f32) -> f32,
) {
    let sums = finished.sums.as_chunks::<N>().0;
    for (row, sums) in finished.rows.clone().zip(sums) {
        let y = cell.part(row, columns.clone());
        let (old, other) = (padded::<N>(y), other(row));
        let mut new = [0.0; N];
        for column in 0..N {
            new[column] = value(sums[column] + bias[column], old[column], other[column]);
        }
        store(&new, y);
    }
}

#[inline(always)]
fn store<const N: usize>(values: &[f32; N], y: &mut [f32]) {
    match y.first_chunk_mut() {
        Some(y) => *y = *values,
        None => y.copy_from_slice(&values[..y.len()]),
    }
}

/// `y = silu(gate) * up`, where each panel holds columns of the gate, then as many of the up projection.
pub(crate) fn finish_swiglu(
    simd: Simd,
    cell: &mut Cell<'_, f32>,
    finished: &Finished<'_>,
    bias: &[f32],
    width: usize,
) {
    if simd.panel_columns() == 32 {
        swiglu_panel::<16>(simd, cell, finished, bias, width);
    } else {
        swiglu_panel::<8>(simd, cell, finished, bias, width);
    }
}

vectorised! {
    fn swiglu_panel<A, const HALF: usize>(
        cell: &mut Cell<'_, f32>,
        finished: &Finished<'_>,
        bias: &[f32],
        width: usize,
    ) {
        let columns = finished.panel * HALF..width.min((finished.panel + 1) * HALF);
        let (bias, _) = bias[2 * finished.panel * HALF..].as_chunks::<HALF>();
        let (sums, _) = finished.sums.as_chunks::<HALF>();
        for (row, sums) in finished.rows.clone().zip(sums.chunks_exact(2)) {
            let mut values = [0.0; HALF];
            for column in 0..HALF {
                let gate = sums[0][column] + bias[0][column];
                values[column] = math::silu::<A>(gate) * (sums[1][column] + bias[1][column]);
            }
            store(&values, cell.part(row, columns.clone()));
        }
    }
}
