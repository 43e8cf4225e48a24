//! The kernels written plainly in f64: the judges of the tests, and the place to read what a kernel computes.
//!
//! Shapes are those of the kernels; `rounding` is what a level does to the factors of products.

use crate::panels::{from_bf16, scale_and_inverse, to_bf16, to_code};
use crate::{Attention, Epilogue, Level, Modulation};

/// What happens to the factors of a product before they are multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Nothing.
    Exact,
    /// Rounded to the nearest bf16, ties to even.
    Bf16,
    /// Rounded to the nearest whole number, ties to even, of 1/127 of the largest absolute value of their row.
    Int8,
}

impl Rounding {
    /// What a level does in attention and in convolutions that are not [`crate::Conv3x3::quantised`].
    #[must_use]
    pub fn of(level: Level) -> Self {
        if level >= Level::Avx512Bf16 { Self::Bf16 } else { Self::Exact }
    }

    /// What a level does in linear layers that are not [`crate::Linear::precise`].
    #[must_use]
    pub fn of_linear(level: Level) -> Self {
        if level == Level::Avx512Int8 { Self::Int8 } else { Self::of(level) }
    }

    /// The factors of one row.
    #[must_use]
    pub fn row(self, x: &[f32]) -> Vec<f64> {
        match self {
            Self::Exact => x.iter().map(|x| f64::from(*x)).collect(),
            Self::Bf16 => x.iter().map(|x| f64::from(from_bf16(to_bf16(*x) as u16))).collect(),
            Self::Int8 => {
                let (scale, inverse) =
                    scale_and_inverse(x.iter().fold(0.0, |largest, x| x.abs().max(largest)));
                x.iter().map(|x| f64::from(to_code(*x, inverse)) * f64::from(scale)).collect()
            }
        }
    }
}

/// `x * weight^T + bias` as sums, and beside each the sum of absolute products that bounds its error.
#[must_use]
pub fn linear(
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    in_features: usize,
    rounding: Rounding,
) -> Vec<(f64, f64)> {
    let mut sums = Vec::new();
    let weights: Vec<_> = weight.chunks_exact(in_features).map(|weight| rounding.row(weight)).collect();
    for x in x.chunks_exact(in_features).map(|x| rounding.row(x)) {
        for (column, weight) in weights.iter().enumerate() {
            let products = x.iter().zip(weight).map(|(x, w)| x * w);
            sums.push(total(products, bias.map_or(0.0, |bias| bias[column])));
        }
    }
    sums
}

/// The sums of a 3x3 convolution, with bounds as in [`linear`]; `(height, width)` is `size`, rows for the rounding are
/// the whole slices.
#[must_use]
pub fn conv3x3(
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    size: (usize, usize),
    channels: (usize, usize),
    rounding: Rounding,
) -> Vec<(f64, f64)> {
    let ((height, width), (inputs, outputs)) = (size, channels);
    let (x, weight) = (rounding.row(x), rounding.row(weight));
    let mut sums = Vec::new();
    for (row, column, output) in triples(height, width, outputs) {
        let mut products = Vec::new();
        for (i, j, input) in triples(3, 3, inputs) {
            if (1..=height).contains(&(row + i)) && (1..=width).contains(&(column + j)) {
                let x = x[((row + i - 1) * width + column + j - 1) * inputs + input];
                let w = weight[((output * inputs + input) * 3 + i) * 3 + j];
                products.push(x * w);
            }
        }
        sums.push(total(products.into_iter(), bias.map_or(0.0, |bias| bias[output])));
    }
    sums
}

fn triples(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a).flat_map(move |a| (0..b).flat_map(move |b| (0..c).map(move |c| (a, b, c))))
}

fn total(products: impl Iterator<Item = f64>, bias: f32) -> (f64, f64) {
    let start = (f64::from(bias), f64::from(bias).abs());
    products.fold(start, |(sum, bound), product| (sum + product, bound + product.abs()))
}

/// What an epilogue stores for `sum` where `old` stood.
#[must_use]
pub fn epilogue(
    epilogue: Epilogue<'_>,
    sum: f64,
    old: f64,
    row: usize,
    column: usize,
    columns: usize,
) -> f64 {
    match epilogue {
        Epilogue::None => sum,
        Epilogue::Relu => sum.max(0.0),
        Epilogue::Prelu { slopes } if sum < 0.0 => f64::from(slopes[column % slopes.len()]) * sum,
        Epilogue::Prelu { .. } => sum,
        Epilogue::Silu => silu(sum),
        Epilogue::Gelu => gelu(sum),
        Epilogue::AddTo => old + sum,
        Epilogue::GatedAdd { gate, rows_per_gate } => {
            old + f64::from(gate[row / rows_per_gate * columns + column]) * sum
        }
    }
}

/// `x * sigmoid(x)`.
#[must_use]
pub fn silu(x: f64) -> f64 {
    x / (1.0 + (-x).exp())
}

/// `x * (1 + erf(x / sqrt 2)) / 2`.
#[must_use]
pub fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2))
}

/// The error function by its series `2 / sqrt(pi) * sum (-1)^n x^(2n+1) / (n! (2n+1))`, which is 1 beyond 6 in f64's
/// eyes; Abramowitz and Stegun 1964, 7.1.6, the form without cancelling signs.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let mut term = x;
    let mut sum = x;
    for n in 1..200 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    sum * (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI
}

/// Attention without any rounding.
#[must_use]
pub fn attention(shape: &Attention<'_>, qkv: &[f32]) -> Vec<f64> {
    let width = shape.heads * shape.head_dim;
    let mut out = vec![0.0; shape.batch * shape.tokens * width];
    for (entry, token, head) in triples(shape.batch, shape.tokens, shape.heads) {
        let columns =
            |row: &[f32], part: usize| row[part * width + head * shape.head_dim..][..shape.head_dim].to_vec();
        let own = |token: usize| &qkv[(entry * shape.tokens + token) * 3 * width..][..3 * width];
        let length = shape.lengths.map_or(shape.tokens, |lengths| lengths[entry]);
        let mut keys: Vec<_> = (0..length).map(|key| (columns(own(key), 1), columns(own(key), 2))).collect();
        if let Some(extra) = &shape.extra {
            let prompt = extra.prompts[entry];
            for key in 0..extra.lengths[prompt] {
                let row = &extra.keys_values[(prompt * extra.tokens + key) * 2 * width..][..2 * width];
                keys.push((columns(row, 0), columns(row, 1)));
            }
        }
        let query = columns(own(token), 0);
        let out =
            &mut out[(entry * shape.tokens + token) * width + head * shape.head_dim..][..shape.head_dim];
        attend(&query, &keys, out);
    }
    out
}

fn attend(query: &[f32], keys: &[(Vec<f32>, Vec<f32>)], out: &mut [f64]) {
    let scale = 1.0 / (query.len() as f64).sqrt();
    let dot = |key: &[f32]| query.iter().zip(key).map(|(q, k)| f64::from(*q) * f64::from(*k)).sum::<f64>();
    let scores: Vec<f64> = keys.iter().map(|(key, _)| dot(key) * scale).collect();
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|score| (score - largest).exp()).collect();
    let sum: f64 = weights.iter().sum();
    for (weight, (_, value)) in weights.iter().zip(keys) {
        for (out, value) in out.iter_mut().zip(value) {
            *out += weight / sum * f64::from(*value);
        }
    }
}

/// RMS normalisation with modulation.
#[must_use]
pub fn rms_norm_modulate(x: &[f32], width: usize, modulation: Modulation<'_>, eps: f32) -> Vec<f64> {
    let mut y = Vec::new();
    for (row, x) in x.chunks_exact(width).enumerate() {
        let group = row / modulation.rows_per_group * width;
        let mean = x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / width as f64;
        let factor = 1.0 / (mean + f64::from(eps)).sqrt();
        for (column, x) in x.iter().enumerate() {
            let (shift, scale) = (modulation.shift[group + column], modulation.scale[group + column]);
            y.push(f64::from(*x) * factor * (1.0 + f64::from(scale)) + f64::from(shift));
        }
    }
    y
}

/// Layer normalisation.
#[must_use]
pub fn layer_norm(x: &[f32], weight: &[f32], bias: &[f32], eps: f32) -> Vec<f64> {
    let width = weight.len();
    let mut y = Vec::new();
    for x in x.chunks_exact(width) {
        let mean = x.iter().map(|x| f64::from(*x)).sum::<f64>() / width as f64;
        let variance = x.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / width as f64;
        let factor = 1.0 / (variance + f64::from(eps)).sqrt();
        for (column, x) in x.iter().enumerate() {
            y.push((f64::from(*x) - mean) * factor * f64::from(weight[column]) + f64::from(bias[column]));
        }
    }
    y
}
