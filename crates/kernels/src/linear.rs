//! Linear layers with packed weights and fused epilogues.

use crate::epilogue::{Epilogue, finish, finish_swiglu};
use crate::level::{Level, Simd};
use crate::panels::{CODE_OFFSET, Panels, Segments, from_bf16, rows_to_words};
use crate::pool::Cpu;
use crate::product::{Factor, PlacedTile, RowTile, TILE_ROWS, multiply_all};
use crate::scratch::{Purpose, with_scratch};

/// So many products of two codes fit an i32.
const MOST_FEATURES: usize = 1 << 17;

/// `y = epilogue(x * weight^T + bias)` with the weight packed for one [`Level`].
///
/// Each sum differs from the exact sum of the factors by at most `in_features * 2^-22` of the sum of the factors'
/// absolute products. Factors are the values themselves; at bf16 levels rounded to bf16; at [`Level::Avx512Int8`] rounded
/// to whole numbers of 1/127 of the largest absolute value in their row of `x` or of the weight, which for each factor is
/// an error of at most 1/254 of that largest value. Source: Dettmers et al. 2022, arXiv:2208.07339, section 3.1, with rows of
/// both matrices as vectors.
pub struct Linear {
    panels: Panels,
    bias: Vec<f32>,
    level: Level,
    simd: Simd,
    in_features: usize,
    out_features: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    SwiGlu,
}

impl Linear {
    /// `weight`: (`out_features`, `in_features`), row-major, as torch stores it; `bias`: (`out_features`).
    #[must_use]
    pub fn new(
        cpu: &Cpu,
        weight: &[f32],
        bias: Option<&[f32]>,
        in_features: usize,
        out_features: usize,
    ) -> Self {
        assert_eq!(weight.len(), in_features * out_features, "weight is not (out_features, in_features)");
        Self::plain(cpu, cpu.linear_simd(), |index| weight[index], bias, in_features, out_features)
    }

    /// As [`Linear::new`], but with bf16 factors where the level has 8-bit ones.
    #[must_use]
    pub fn precise(
        cpu: &Cpu,
        weight: &[f32],
        bias: Option<&[f32]>,
        in_features: usize,
        out_features: usize,
    ) -> Self {
        assert_eq!(weight.len(), in_features * out_features, "weight is not (out_features, in_features)");
        Self::plain(cpu, cpu.simd(), |index| weight[index], bias, in_features, out_features)
    }

    /// As [`Linear::new`], from the bits of bf16 values.
    #[must_use]
    pub fn from_bf16(
        cpu: &Cpu,
        weight: &[u16],
        bias: Option<&[f32]>,
        in_features: usize,
        out_features: usize,
    ) -> Self {
        assert_eq!(weight.len(), in_features * out_features, "weight is not (out_features, in_features)");
        let weight = |index: usize| from_bf16(weight[index]);
        Self::plain(cpu, cpu.linear_simd(), weight, bias, in_features, out_features)
    }

    /// A layer that gives `silu(x * gate^T) * (x * up^T)` of `hidden` columns.
    ///
    /// `weight`: (2 * `hidden`, `in_features`), first the rows of the gate, then those of the up projection; `bias`:
    /// (2 * `hidden`). Source: Shazeer 2020, arXiv:2002.05202, equation 6.
    #[must_use]
    pub fn swiglu(
        cpu: &Cpu,
        weight: &[f32],
        bias: Option<&[f32]>,
        in_features: usize,
        hidden: usize,
    ) -> Self {
        assert_eq!(weight.len(), 2 * in_features * hidden, "weight is not (2 * hidden, in_features)");
        Self::interleaved(cpu, |index| weight[index], bias, in_features, hidden)
    }

    /// As [`Linear::swiglu`], from the bits of bf16 values.
    #[must_use]
    pub fn swiglu_from_bf16(
        cpu: &Cpu,
        weight: &[u16],
        bias: Option<&[f32]>,
        in_features: usize,
        hidden: usize,
    ) -> Self {
        assert_eq!(weight.len(), 2 * in_features * hidden, "weight is not (2 * hidden, in_features)");
        Self::interleaved(cpu, |index| from_bf16(weight[index]), bias, in_features, hidden)
    }

    fn plain(
        cpu: &Cpu,
        simd: Simd,
        weight: impl Fn(usize) -> f32 + Sync,
        bias: Option<&[f32]>,
        in_features: usize,
        out_features: usize,
    ) -> Self {
        assert!(in_features > 0 && out_features > 0, "a layer without features");
        assert!(in_features <= MOST_FEATURES, "sums of `{in_features}` products would not fit");
        assert!(bias.is_none_or(|bias| bias.len() == out_features), "bias is not (out_features)");
        let segments = Segments { count: 1, elements: in_features, zeros: &[CODE_OFFSET] };
        let panels = Panels::pack(cpu, simd, out_features, segments, |column, _, element| {
            weight(column * in_features + element)
        });
        let mut padded = vec![0.0; panels.count() * simd.panel_columns()];
        padded[..out_features].copy_from_slice(bias.unwrap_or(&vec![0.0; out_features]));
        Self { panels, bias: padded, level: cpu.level(), simd, in_features, out_features, kind: Kind::Plain }
    }

    fn interleaved(
        cpu: &Cpu,
        weight: impl Fn(usize) -> f32 + Sync,
        bias: Option<&[f32]>,
        in_features: usize,
        hidden: usize,
    ) -> Self {
        assert!(in_features > 0 && hidden > 0, "a layer without features");
        assert!(in_features <= MOST_FEATURES, "sums of `{in_features}` products would not fit");
        assert!(bias.is_none_or(|bias| bias.len() == 2 * hidden), "bias is not (2 * hidden)");
        let simd = cpu.linear_simd();
        let half = simd.panel_columns() / 2;
        let columns = hidden.div_ceil(half) * 2 * half;
        // Column of the panels -> row of the weight: half a panel of gates, then the same half of ups.
        let source = |column: usize| {
            let unit = column / (2 * half) * half + column % half;
            (unit < hidden).then_some(unit + column % (2 * half) / half * hidden)
        };
        // Asked for once for every value of a column, so worked out once.
        let sources: Vec<_> = (0..columns).map(source).collect();
        let segments = Segments { count: 1, elements: in_features, zeros: &[CODE_OFFSET] };
        let panels = Panels::pack(cpu, simd, columns, segments, |column, _, element| {
            sources[column].map_or(0.0, |row| weight(row * in_features + element))
        });
        let bias =
            sources.iter().map(|source| source.zip(bias).map_or(0.0, |(row, bias)| bias[row])).collect();
        Self { panels, bias, level: cpu.level(), simd, in_features, out_features: hidden, kind: Kind::SwiGlu }
    }

    /// Columns of the input.
    #[must_use]
    pub fn in_features(&self) -> usize {
        self.in_features
    }

    /// Columns of the output.
    #[must_use]
    pub fn out_features(&self) -> usize {
        self.out_features
    }

    /// `x`: (rows, `in_features`); `y`: (rows, `out_features`), overwritten.
    pub fn forward(&self, cpu: &Cpu, x: &[f32], y: &mut [f32]) {
        self.forward_with(cpu, x, Epilogue::None, y);
    }

    /// As [`Linear::forward`], with `epilogue` in place of plain storing; a `SwiGLU` layer takes none.
    pub fn forward_with(&self, cpu: &Cpu, x: &[f32], epilogue: Epilogue<'_>, y: &mut [f32]) {
        assert_eq!(self.level, cpu.level(), "the weights were packed for another level");
        let rows = x.len() / self.in_features;
        assert_eq!(x.len(), rows * self.in_features, "x is not (rows, in_features)");
        assert_eq!(y.len(), rows * self.out_features, "y is not (rows, out_features)");
        let swiglu = self.kind == Kind::SwiGlu;
        assert!(!swiglu || matches!(epilogue, Epilogue::None), "a SwiGLU layer takes no epilogue");
        epilogue.check(rows, self.out_features);
        let (simd, width) = (self.simd, self.out_features);
        let panel_width = if swiglu { simd.panel_columns() / 2 } else { simd.panel_columns() };
        with_scratch(Purpose::Operand, |scratch| {
            let left = rows_to_words(cpu, simd, x, self.in_features, &mut scratch.factors);
            let segment_words = simd.words(self.in_features);
            let factor = Factor {
                words: left.words,
                stride: left.stride,
                segments: &[0],
                segment_words,
                has_scales: true,
            };
            let tiles = |rows: std::ops::Range<usize>| {
                rows.clone().step_by(TILE_ROWS).map(move |first_row| PlacedTile {
                    tile: RowTile {
                        offset: first_row * left.stride,
                        rows: TILE_ROWS.min(rows.end - first_row),
                    },
                    first_row,
                })
            };
            multiply_all(
                cpu,
                simd,
                &factor,
                &self.panels,
                y,
                width,
                panel_width,
                1,
                tiles,
                |cell, finished| {
                    if swiglu {
                        finish_swiglu(simd, cell, &finished, &self.bias, width);
                    } else {
                        finish(simd, cell, &finished, &self.bias, width, epilogue);
                    }
                },
            );
        });
    }
}
