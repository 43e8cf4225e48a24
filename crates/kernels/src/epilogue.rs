//! What happens to a product's sums on their way to memory.

use std::ops::Range;

use crate::grid::Cell;
use crate::level::{Arithmetic, Simd, vectorised};
use crate::math;
use crate::product::Finished;

/// What a layer does with `sum`, its product plus bias, before it stores it.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue<'a> {
    /// `y = sum`.
    None,
    /// `y = max(sum, 0)`.
    Relu,
    /// `y = sum` where positive, else `slopes[column] * sum`; a single slope serves all columns.
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
    let stride = simd.panel_columns();
    // A last panel of half as many columns or fewer takes half the work, by the same steps.
    if stride == 32 && width - finished.panel * stride > 16 {
        finish_panel::<32>(simd, cell, finished, stride, bias, width, epilogue);
    } else {
        finish_panel::<16>(simd, cell, finished, stride, bias, width, epilogue);
    }
}

vectorised! {
    fn finish_panel<A, const N: usize>(
        cell: &mut Cell<'_, f32>,
        finished: &Finished<'_>,
        stride: usize,
        bias: &[f32],
        width: usize,
        epilogue: Epilogue<'_>,
    ) {
        let columns = finished.panel * stride..width.min(finished.panel * stride + N);
        let bias: &[f32; N] = bias[finished.panel * stride..].first_chunk().expect("a bias for each column of a panel");
        match epilogue {
            Epilogue::None => each::<A, Plain, N>(cell, finished, stride, columns, bias, none),
            Epilogue::Relu => each::<A, Relu, N>(cell, finished, stride, columns, bias, none),
            Epilogue::Silu => each::<A, Silu, N>(cell, finished, stride, columns, bias, none),
            Epilogue::Gelu => each::<A, Gelu, N>(cell, finished, stride, columns, bias, none),
            Epilogue::AddTo => each::<A, AddTo, N>(cell, finished, stride, columns, bias, none),
            Epilogue::Prelu { slopes } => {
                let slopes: [f32; N] = match slopes {
                    [slope] => [*slope; N],
                    slopes => padded(&slopes[columns.clone()]),
                };
                each::<A, Prelu, N>(cell, finished, stride, columns, bias, |_| slopes);
            }
            Epilogue::GatedAdd { gate, rows_per_gate } => {
                let gate = |row: usize| padded(&gate[row / rows_per_gate * width..][columns.clone()]);
                each::<A, GatedAdd, N>(cell, finished, stride, columns.clone(), bias, gate);
            }
        }
    }
}

/// One element's new value. A trait and not a closure, because only a function can be told to be inlined always, and code
/// left outside a function compiled for wide vectors is many times slower.
trait Value {
    fn of<A: Arithmetic>(sum: f32, old: f32, other: f32) -> f32;
}

macro_rules! values {
    ($($name:ident<$arithmetic:ident>($sum:ident, $old:ident, $other:ident) => $value:expr;)*) => {$(
        struct $name;

        impl Value for $name {
            #[inline(always)]
            fn of<$arithmetic: Arithmetic>($sum: f32, $old: f32, $other: f32) -> f32 {
                $value
            }
        }
    )*};
}

values! {
    Plain<A>(sum, _old, _other) => sum;
    Relu<A>(sum, _old, _other) => if sum < 0.0 { 0.0 } else { sum };
    Prelu<A>(sum, _old, slope) => if sum < 0.0 { slope * sum } else { sum };
    Silu<A>(sum, _old, _other) => math::silu::<A>(sum);
    Gelu<A>(sum, _old, _other) => math::gelu::<A>(sum);
    AddTo<A>(sum, old, _other) => old + sum;
    GatedAdd<A>(sum, old, gate) => A::multiply_add(gate, sum, old);
}

/// No third operand.
#[inline(always)]
fn none<const N: usize>(_row: usize) -> [f32; N] {
    [0.0; N]
}

/// The first `N` values, zeros where they end.
#[inline(always)]
pub(crate) fn padded<const N: usize>(values: &[f32]) -> [f32; N] {
    match values.first_chunk() {
        Some(values) => *values,
        None if values.is_empty() => [0.0; N],
        None => std::array::from_fn(|column| values.get(column).copied().unwrap_or(0.0)),
    }
}

/// Stores a value for each element; always computes a whole panel, so that a narrow last panel takes the same steps as
/// the others.
#[inline(always)]
fn each<A: Arithmetic, V: Value, const N: usize>(
    cell: &mut Cell<'_, f32>,
    finished: &Finished<'_>,
    stride: usize,
    columns: Range<usize>,
    bias: &[f32; N],
    other: impl Fn(usize) -> [f32; N],
) {
    for (row, sums) in finished.rows.clone().zip(finished.sums.chunks_exact(stride)) {
        let sums: &[f32; N] = sums.first_chunk().expect("a sum for each column of a panel");
        let other = other(row);
        let y = cell.part(row, columns.clone());
        // Local arrays, so that the loop below is plainly free of aliases and becomes vector code.
        let old = padded::<N>(y);
        let mut new = [0.0; N];
        for column in 0..N {
            new[column] = V::of::<A>(sums[column] + bias[column], old[column], other[column]);
        }
        store(&new, y);
    }
}

#[inline(always)]
fn store<const N: usize>(values: &[f32; N], y: &mut [f32]) {
    match y.first_chunk_mut() {
        Some(y) => *y = *values,
        // One by one: a block copy of unknown length would be a call.
        None => y.iter_mut().zip(values).for_each(|(y, value)| *y = *value),
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
            let mut new = [0.0; HALF];
            for column in 0..HALF {
                let gate = sums[0][column] + bias[0][column];
                new[column] = math::silu::<A>(gate) * (sums[1][column] + bias[1][column]);
            }
            store(&new, cell.part(row, columns.clone()));
        }
    }
}
