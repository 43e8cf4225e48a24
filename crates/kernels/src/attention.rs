//! Attention of a picture's or sentence's tokens to themselves and, in the same softmax, to extra keys.

use std::ops::Range;

use crate::epilogue::padded;
use crate::grid::{Cell, CellSize, grid};
use crate::level::{Simd, vectorised};
use crate::math::{self, LANES, largest_lane, sum_lanes};
use crate::panels::{bare_words, pair, slack, to_words};
use crate::pool::Cpu;
use crate::product::{BLOCK_ROWS, Factor, Multiplier, Panel, RowTile, TILE_ROWS};
use crate::scratch::{Purpose, Scratch, with_scratch};

/// Shape of one call of [`attention`].
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    /// Pictures or sentences.
    pub batch: usize,
    /// Tokens of each, padding included.
    pub tokens: usize,
    /// Heads.
    pub heads: usize,
    /// Columns of one head; the width is `heads * head_dim`.
    pub head_dim: usize,
    /// Tokens of each entry of the batch that may be attended to, at least one; `None` for all.
    pub lengths: Option<&'a [usize]>,
    /// Keys and values beside the tokens' own.
    pub extra: Option<ExtraKeys<'a>>,
}

/// Keys and values that queries attend to beside their own, such as those of a prompt.
#[derive(Clone, Copy, Debug)]
pub struct ExtraKeys<'a> {
    /// (prompts, tokens, 2 * width): the keys of all heads, then the values.
    pub keys_values: &'a [f32],
    /// Tokens of each prompt, padding included.
    pub tokens: usize,
    /// Tokens of each prompt that may be attended to: (prompts).
    pub lengths: &'a [usize],
    /// The prompt of each entry of the batch: (batch).
    pub prompts: &'a [usize],
}

/// Writes `softmax(q * k^T / sqrt(head_dim)) * v` for each head.
///
/// `qkv`: (batch, tokens, 3 * width), queries of all heads, then keys, then values; `out`: (batch, tokens, width).
/// Error at most 2e-5 of the largest value in f32, 2e-2 at bf16 levels, where queries, keys, values and weights are
/// rounded to bf16. Padding tokens get an output too; what they and keys beyond a length hold changes nothing else.
/// Source: Vaswani et al. 2017, arXiv:1706.03762, equation 1.
pub fn attention(cpu: &Cpu, shape: &Attention<'_>, qkv: &[f32], out: &mut [f32]) {
    shape.check(qkv, out);
    let size = CellSize { rows: shape.tokens, columns: shape.head_dim };
    grid(cpu, out, shape.width(), size, |mut cell| {
        let entry = cell.rows.start / shape.tokens;
        let head = Head { simd: cpu.simd(), shape, qkv, entry, first: cell.columns.start };
        with_scratch(Purpose::Task, |scratch| head.attend(scratch, &mut cell));
    });
}

impl Attention<'_> {
    fn width(&self) -> usize {
        self.heads * self.head_dim
    }

    fn check(&self, qkv: &[f32], out: &[f32]) {
        let values = self.batch * self.tokens * self.width();
        assert!(values > 0, "attention without values");
        assert_eq!(qkv.len(), 3 * values, "qkv is not (batch, tokens, 3 * width)");
        assert_eq!(out.len(), values, "out is not (batch, tokens, width)");
        if let Some(lengths) = self.lengths {
            assert_eq!(lengths.len(), self.batch, "lengths are not (batch)");
            let fit = lengths.iter().all(|length| (1..=self.tokens).contains(length));
            assert!(fit, "a length is zero or beyond the tokens");
        }
        if let Some(extra) = &self.extra {
            let prompts = extra.lengths.len();
            let values = prompts * extra.tokens * 2 * self.width();
            assert_eq!(extra.keys_values.len(), values, "extra keys are not (prompts, tokens, 2 * width)");
            assert!(
                extra.lengths.iter().all(|length| *length <= extra.tokens),
                "a length is beyond the tokens"
            );
            assert_eq!(extra.prompts.len(), self.batch, "prompts are not (batch)");
            assert!(extra.prompts.iter().all(|prompt| *prompt < prompts), "an entry names no prompt");
        }
    }
}

/// One head of one entry of the batch.
struct Head<'a> {
    simd: Simd,
    shape: &'a Attention<'a>,
    qkv: &'a [f32],
    entry: usize,
    /// The head's first column.
    first: usize,
}

/// Sizes that follow from the count of keys.
struct Sizes {
    keys: usize,
    /// Keys, filled up to whole panels.
    padded_keys: usize,
    panel_columns: usize,
    /// Words of one query or key.
    head_words: usize,
    /// Words of one row of attention weights.
    weight_words: usize,
    /// Words from row to row of them, room for padding.
    weight_stride: usize,
    /// Panels of values.
    value_panels: usize,
}

impl Head<'_> {
    fn attend(&self, scratch: &mut Scratch, cell: &mut Cell<'_, f32>) {
        let sizes = self.sizes();
        let Sizes {
            panel_columns, padded_keys, head_words, weight_words, weight_stride, value_panels, ..
        } = sizes;
        let keys_words = padded_keys * head_words;
        let panels = scratch.panels.take(keys_words + value_panels * weight_words * panel_columns);
        let (keys, values) = panels.split_at_mut(keys_words);
        let row = scratch.weights.take(head_words);
        self.pack_keys(&sizes, row, keys);
        self.pack_values(&sizes, values);
        let queries = scratch.factors.take(self.shape.tokens * head_words + slack(head_words, head_words));
        self.pack_queries(head_words, queries);
        let weights = scratch.weights.take(BLOCK_ROWS * weight_stride + slack(0, weight_words));
        weights.fill(0);
        let scores = scratch.scores.take(BLOCK_ROWS * padded_keys);
        let sums = scratch.sums.take(BLOCK_ROWS * panel_columns);
        let multiplier = Multiplier::new(self.simd);
        for first in (0..self.shape.tokens).step_by(BLOCK_ROWS) {
            let rows = first..self.shape.tokens.min(first + BLOCK_ROWS);
            let factor = Factor {
                words: queries,
                stride: head_words,
                segments: &[0],
                segment_words: head_words,
                has_scales: false,
            };
            let tiles = Tiles::new(first * head_words, head_words, rows.len());
            for (panel, keys) in keys.chunks_exact(head_words * panel_columns).enumerate() {
                let keys = Panel { words: keys, wanted: sizes.keys - panel * panel_columns };
                multiplier.multiply(
                    &factor,
                    tiles.all(),
                    keys,
                    &[],
                    &mut scores[panel * panel_columns..],
                    padded_keys,
                );
            }
            let scale = 1.0 / (self.shape.head_dim as f32).sqrt();
            let mut inverse_sums = [0.0; BLOCK_ROWS];
            let scores = &mut scores[..rows.len() * padded_keys];
            soften(self.simd, scores, padded_keys, sizes.keys, scale, &mut inverse_sums);
            for (scores, weights) in
                scores.chunks_exact(padded_keys).zip(weights.chunks_exact_mut(weight_stride))
            {
                to_words(self.simd, scores, weights);
            }
            let factor = Factor {
                words: weights,
                stride: weight_stride,
                segments: &[0],
                segment_words: weight_words,
                has_scales: false,
            };
            let tiles = Tiles::new(0, weight_stride, rows.len());
            for (panel, values) in values.chunks_exact(weight_words * panel_columns).enumerate() {
                let values = Panel { words: values, wanted: panel_columns };
                multiplier.multiply(&factor, tiles.all(), values, &[], sums, panel_columns);
                self.store(cell, rows.clone(), panel * panel_columns, sums, &inverse_sums);
            }
        }
    }

    fn sizes(&self) -> Sizes {
        let (simd, shape) = (self.simd, self.shape);
        let panel_columns = simd.panel_columns();
        let keys = self.own_keys() + self.extra_keys().len();
        let padded_keys = keys.next_multiple_of(panel_columns);
        Sizes {
            keys,
            padded_keys,
            panel_columns,
            head_words: simd.words(shape.head_dim),
            weight_words: simd.words(keys),
            weight_stride: simd.words(padded_keys),
            value_panels: shape.head_dim.div_ceil(panel_columns),
        }
    }

    fn own_keys(&self) -> usize {
        self.shape.lengths.map_or(self.shape.tokens, |lengths| lengths[self.entry])
    }

    /// Rows of the extra keys.
    fn extra_keys(&self) -> Range<usize> {
        self.shape.extra.map_or(0..0, |extra| {
            let prompt = extra.prompts[self.entry];
            prompt * extra.tokens..prompt * extra.tokens + extra.lengths[prompt]
        })
    }

    /// One token's query (0), key (1) or value (2) of this head.
    fn own(&self, token: usize, part: usize) -> &[f32] {
        let width = self.shape.width();
        let row = (self.entry * self.shape.tokens + token) * 3 * width;
        &self.qkv[row + part * width + self.first..][..self.shape.head_dim]
    }

    /// A key (1) or value (2): the tokens' own, then the extra ones.
    fn key(&self, index: usize, part: usize) -> &[f32] {
        let (own, width) = (self.own_keys(), self.shape.width());
        match &self.shape.extra {
            Some(extra) if index >= own => {
                let row = (self.extra_keys().start + index - own) * 2 * width;
                &extra.keys_values[row + (part - 1) * width + self.first..][..self.shape.head_dim]
            }
            _ => self.own(index, part),
        }
    }

    fn pack_queries(&self, head_words: usize, queries: &mut [u32]) {
        let bare = bare_words(self.simd, self.shape.head_dim);
        let mut rows = queries.chunks_exact_mut(head_words.max(1));
        for (token, words) in (0..self.shape.tokens).zip(&mut rows) {
            words[bare..].fill(0);
            to_words(self.simd, self.own(token, 0), words);
        }
        queries[self.shape.tokens * head_words..].fill(0);
    }

    /// Keys as columns: (panels, head words, panel columns). `row` has room for one key.
    fn pack_keys(&self, sizes: &Sizes, row: &mut [u32], panels: &mut [u32]) {
        row.fill(0);
        let whole = sizes.keys / sizes.panel_columns * sizes.head_words * sizes.panel_columns;
        panels[whole..].fill(0);
        for index in 0..sizes.keys {
            to_words(self.simd, self.key(index, 1), row);
            let (panel, column) = (index / sizes.panel_columns, index % sizes.panel_columns);
            let panel = &mut panels[panel * sizes.head_words * sizes.panel_columns..];
            for (slots, word) in panel.chunks_exact_mut(sizes.panel_columns).zip(&*row) {
                slots[column] = *word;
            }
        }
    }

    /// Values as they are, two rows to a word at bf16 levels: (panels, weight words, panel columns).
    fn pack_values(&self, sizes: &Sizes, panels: &mut [u32]) {
        let step = if self.simd.is_bf16() { 2 } else { 1 };
        let nothing = &[][..];
        let row = |index| if index < sizes.keys { self.key(index, 2) } else { nothing };
        for word in 0..sizes.weight_words {
            let (low, high) = (row(word * step), if step == 2 { row(word * 2 + 1) } else { nothing });
            for panel in 0..sizes.value_panels {
                let start = (panel * sizes.weight_words + word) * sizes.panel_columns;
                let columns = &mut panels[start..][..sizes.panel_columns];
                let part = |row: &'_ [f32]| {
                    let start = row.len().min(panel * sizes.panel_columns);
                    start..row.len().min(start + sizes.panel_columns)
                };
                let (low, high) = (&low[part(low)], &high[part(high)]);
                if step == 2 {
                    pack_pairs(self.simd, low, high, columns);
                } else {
                    columns[low.len()..].fill(0);
                    to_words(self.simd, low, columns);
                }
            }
        }
    }

    fn store(
        &self,
        cell: &mut Cell<'_, f32>,
        rows: Range<usize>,
        column: usize,
        sums: &[f32],
        inverse_sums: &[f32; BLOCK_ROWS],
    ) {
        let columns = self.simd.panel_columns();
        let top = cell.rows.start;
        let width = columns.min(self.shape.head_dim - column);
        let start = cell.columns.start + column;
        for ((row, sums), inverse_sum) in rows.zip(sums.chunks_exact(columns)).zip(inverse_sums) {
            for (y, sum) in cell.part(top + row, start..start + width).iter_mut().zip(sums) {
                *y = sum * inverse_sum;
            }
        }
    }
}

/// One or two tiles of consecutive rows.
struct Tiles {
    tiles: [RowTile; 2],
    count: usize,
}

impl Tiles {
    fn new(offset: usize, stride: usize, rows: usize) -> Self {
        let upper = RowTile { offset, rows: rows.min(TILE_ROWS) };
        let lower = RowTile { offset: offset + TILE_ROWS * stride, rows: rows.saturating_sub(TILE_ROWS) };
        Self { tiles: [upper, lower], count: rows.div_ceil(TILE_ROWS) }
    }

    fn all(&self) -> &[RowTile] {
        &self.tiles[..self.count]
    }
}

vectorised! {
    fn pack_pairs<A>(low: &[f32], high: &[f32], words: &mut [u32]) {
        // Local arrays, so that the loop below has no tail and no aliases.
        let (low, high) = (padded::<32>(low), padded::<32>(high));
        let words = words.first_chunk_mut::<32>().expect("a panel of bf16 has 32 columns");
        for column in 0..32 {
            words[column] = pair(low[column], high[column]);
        }
    }
}

vectorised! {
    /// Replaces each row of scores by `exp(scale * (score - largest))`, zero beyond the first `keys`, and gives one over
    /// its sum.
    ///
    /// `scores`: (rows, `stride`); the stride is a multiple of sixteen.
    fn soften<A>(scores: &mut [f32], stride: usize, keys: usize, scale: f32, inverse_sums: &mut [f32; BLOCK_ROWS]) {
        let used = keys.div_ceil(LANES);
        let last_keys = keys - (used - 1) * LANES;
        let mut largest = [0.0; BLOCK_ROWS];
        // Two loops, so that each has little to wait for: the rows of either do not depend on one another.
        for (row, largest) in scores.chunks_exact_mut(stride).zip(&mut largest) {
            let (chunks, _) = row.as_chunks_mut::<LANES>();
            let last = &mut chunks[used - 1];
            *last = std::array::from_fn(|lane| if lane < last_keys { last[lane] } else { f32::NEG_INFINITY });
            let mut lanes = [f32::NEG_INFINITY; LANES];
            for chunk in &chunks[..used] {
                for lane in 0..LANES {
                    lanes[lane] = if chunk[lane] > lanes[lane] { chunk[lane] } else { lanes[lane] };
                }
            }
            *largest = largest_lane(lanes);
        }
        for ((row, largest), inverse_sum) in scores.chunks_exact_mut(stride).zip(&largest).zip(inverse_sums) {
            let (chunks, _) = row.as_chunks_mut::<LANES>();
            let (chunks, rest) = chunks.split_at_mut(used);
            let mut sums = [0.0; LANES];
            for chunk in chunks {
                for lane in 0..LANES {
                    let value = math::exp::<A>((chunk[lane] - largest) * scale);
                    // Such a weight changes no sum, which is at least one, but its products would be denormal and slow.
                    // It also turns the keys that are not there, for which `exp` gives its smallest value, to zero.
                    let value = if value < 1e-30 { 0.0 } else { value };
                    chunk[lane] = value;
                    sums[lane] += value;
                }
            }
            rest.fill([0.0; LANES]);
            *inverse_sum = 1.0 / sum_lanes(sums);
        }
    }
}
