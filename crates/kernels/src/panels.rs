//! Factors as the microkernels read them: words of four bytes, one f32 or two neighbouring bf16.
//!
//! The right factor of a product lies in *panels* of `Simd::panel_columns` columns. A panel holds, for each word of the
//! sum, that word of all its columns: `(words, columns)`. With bf16 pairs that is the layout `vdpbf16ps` wants, and
//! 16 words by 16 columns of it, with a stride, are the layout an AMX tile wants.

use crate::level::{Simd, vectorised};
use crate::pool::Cpu;
use crate::scratch::Buffer;

/// The nearest bf16, ties to even, as bits.
#[inline(always)]
pub(crate) fn to_bf16(x: f32) -> u32 {
    let bits = x.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16;
    // A NaN with low payload bits would round to infinity, one of all ones to zero.
    if bits & 0x7fff_ffff > 0x7f80_0000 { bits >> 16 | 0x40 } else { rounded }
}

/// The f32 of bf16 bits.
#[inline(always)]
pub(crate) fn from_bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// Two values as one word, the first in the low half.
#[inline(always)]
pub(crate) fn pair(low: f32, high: f32) -> u32 {
    to_bf16(low) | to_bf16(high) << 16
}

vectorised! {
    fn pairs_to_words<A>(values: &[f32], words: &mut [u32]) {
        let (whole, last) = values.as_chunks::<2>();
        for (word, values) in words.iter_mut().zip(whole) {
            *word = pair(values[0], values[1]);
        }
        if let [last] = last {
            words[whole.len()] = to_bf16(*last);
        }
    }
}

/// Writes `values` as left factors; words beyond them stay as they are.
pub(crate) fn to_words(simd: Simd, values: &[f32], words: &mut [u32]) {
    if !simd.is_bf16() {
        for (word, value) in words.iter_mut().zip(values) {
            *word = value.to_bits();
        }
        return;
    }
    assert!(values.len().div_ceil(2) <= words.len(), "more values than words hold");
    crate::product::pairs_to_words(simd, values, words, pairs_to_words);
}

/// Words that hold `elements` values, without padding.
pub(crate) fn bare_words(simd: Simd, elements: usize) -> usize {
    if simd.is_bf16() { elements.div_ceil(2) } else { elements }
}

/// A right factor, packed once.
pub(crate) struct Panels {
    words: Vec<u32>,
    start: usize,
    /// Words of one column: of all segments, with padding.
    depth: usize,
    panel_columns: usize,
    count: usize,
}

/// How the sum over one column is laid out.
#[derive(Clone, Copy)]
pub(crate) struct Segments {
    pub(crate) count: usize,
    /// Values in one segment, without padding.
    pub(crate) elements: usize,
}

impl Panels {
    /// Packs `columns` columns; `value(column, segment, element)` is asked for each once.
    pub(crate) fn pack(
        cpu: &Cpu,
        columns: usize,
        segments: Segments,
        value: impl Fn(usize, usize, usize) -> f32 + Sync,
    ) -> Self {
        let simd = cpu.simd();
        let panel_columns = simd.panel_columns();
        let count = columns.div_ceil(panel_columns);
        let segment_words = simd.words(segments.elements);
        let depth = segment_words * segments.count;
        let mut packed = Self {
            words: vec![0; count * depth * panel_columns + 16],
            start: 0,
            depth,
            panel_columns,
            count,
        };
        packed.start = packed.words.as_ptr().align_offset(64).min(16);
        let end = packed.start + count * depth * panel_columns;
        let panels = &mut packed.words[packed.start..end];
        let element = |column, segment, element| {
            if column < columns && element < segments.elements {
                value(column, segment, element)
            } else {
                0.0
            }
        };
        crate::grid::strips(cpu, panels, panel_columns, depth.max(1), |row, panel| {
            let first = row / depth.max(1) * panel_columns;
            for (word, row) in panel.chunks_exact_mut(panel_columns).enumerate() {
                let (segment, word) = (word / segment_words, word % segment_words);
                for (column, slot) in row.iter_mut().enumerate() {
                    let column = first + column;
                    *slot = if simd.is_bf16() {
                        pair(element(column, segment, 2 * word), element(column, segment, 2 * word + 1))
                    } else {
                        element(column, segment, word).to_bits()
                    };
                }
            }
        });
        packed
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn panel(&self, index: usize) -> &[u32] {
        let words = self.depth * self.panel_columns;
        &self.words[self.start..][index * words..][..words]
    }

    /// The panel after `index`, if there is one, in `parts` parts.
    ///
    /// Weights come from the third cache or memory, so each panel is fetched while the one before it is at work.
    pub(crate) fn upcoming(&self, index: usize, parts: usize) -> impl Iterator<Item = &[u32]> {
        let words = if index + 1 < self.count { self.panel(index + 1) } else { &[] };
        words.chunks(words.len().div_ceil(parts.max(1)).max(1))
    }
}

/// Values the left factor may be read beyond its last row: one tile of rows and one block of words.
pub(crate) fn slack(stride: usize, segment_words: usize) -> usize {
    16 * stride + segment_words
}

/// The left factor of a product over whole rows.
pub(crate) struct Rows<'a> {
    pub(crate) words: &'a [u32],
    pub(crate) stride: usize,
}

/// Writes the rows of `x` as left factors into `buffer`.
///
/// `x`: (rows, width).
pub(crate) fn rows_to_words<'a>(cpu: &Cpu, x: &[f32], width: usize, buffer: &'a mut Buffer<u32>) -> Rows<'a> {
    let simd = cpu.simd();
    let depth = simd.words(width);
    // An odd number of cache lines to a row spreads the rows of a tile over all sets of the first cache.
    let stride = (depth.div_ceil(16) | 1) * 16;
    let rows = x.len() / width;
    let words = buffer.take(rows * stride + slack(stride, depth));
    let (body, rest) = words.split_at_mut(rows * stride);
    rest.fill(0);
    let strip = (16_384 / width).max(1);
    crate::grid::strips(cpu, body, stride, strip, |first, words| {
        for (row, words) in words.chunks_exact_mut(stride).enumerate() {
            let values = &x[(first + row) * width..][..width];
            words[bare_words(simd, width)..].fill(0);
            to_words(simd, values, words);
        }
    });
    Rows { words, stride }
}
