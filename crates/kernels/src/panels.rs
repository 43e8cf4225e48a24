//! Factors as the microkernels read them: words of four bytes, one f32, two neighbouring bf16 or four 8-bit codes.
//!
//! The right factor of a product lies in *panels* of `Simd::panel_columns` columns. A panel holds, for each word of the
//! sum, that word of all its columns: `(words, columns)`. With bf16 pairs that is the layout `vdpbf16ps` wants, with codes
//! that of `vpdpbusd`, and 16 words by 16 columns of pairs, with a stride, are the layout an AMX tile wants.
//!
//! A code is a value in units of its row's (for weights: its column's) scale, the largest absolute value by 127. Left
//! factors are stored plus 128, because `vpdpbusd` takes them without a sign, or, in convolutions, plus the zero of their channel;
//! what that adds to the sum of a column is the same for all rows and stands, negated, behind the column's codes.

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

/// Largest code; -128 is not used, so that a code and its negative are the same distance from zero.
const LARGEST_CODE: f32 = 127.0;

/// Added to the codes of left factors in linear layers.
pub(crate) const CODE_OFFSET: u8 = 128;

/// What a code stands for in a row whose largest absolute value is `largest`, and the factor from values to codes.
///
/// Rows smaller than any that a model has are taken for zeros; the reciprocal would overflow.
#[inline(always)]
pub(crate) fn scale_and_inverse(largest: f32) -> (f32, f32) {
    if largest < 1e-30 { (0.0, 0.0) } else { (largest / LARGEST_CODE, LARGEST_CODE / largest) }
}

/// The nearest code, ties to even.
#[inline(always)]
pub(crate) fn to_code(x: f32, inverse: f32) -> i8 {
    // Adding and subtracting it rounds to whole numbers.
    const ROUND: f32 = 12_582_912.0;
    let nearest = x * inverse + ROUND - ROUND;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number, at most 127 either way; NaN becomes zero"
    )]
    let code = nearest as i8;
    code
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
    if simd.is_bf16() {
        elements.div_ceil(2)
    } else if simd.is_int8() {
        elements.div_ceil(4)
    } else {
        elements
    }
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
pub(crate) struct Segments<'a> {
    pub(crate) count: usize,
    /// Values in one segment, without padding.
    pub(crate) elements: usize,
    /// What is added to 8-bit codes of the left factor, again and again over a segment: one number, or one for each channel.
    pub(crate) zeros: &'a [u8],
}

impl Panels {
    /// Packs `columns` columns for `simd`; `value(column, segment, element)` is asked for each once.
    pub(crate) fn pack(
        cpu: &Cpu,
        simd: Simd,
        columns: usize,
        segments: Segments<'_>,
        value: impl Fn(usize, usize, usize) -> f32 + Sync,
    ) -> Self {
        let panel_columns = simd.panel_columns();
        let count = columns.div_ceil(panel_columns);
        let segment_words = simd.words(segments.elements);
        let depth = segment_words * segments.count + simd.column_tail();
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
            if simd.is_int8() {
                let mut values = vec![0.0; 4 * segment_words * segments.count];
                let mut codes = vec![0; values.len() / 4 + 4];
                for column in 0..panel_columns {
                    for (index, value) in values.iter_mut().enumerate() {
                        let (segment, index) = (index / (4 * segment_words), index % (4 * segment_words));
                        *value = element(first + column, segment, index);
                    }
                    let words = panel[column..].iter_mut().step_by(panel_columns);
                    pack_codes(simd, &values, segments.zeros, &mut codes, words);
                }
                return;
            }
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

/// Writes a column's codes, four to a word, then what to add to its sum and its scale. `codes`: room for them.
fn pack_codes<'a>(
    simd: Simd,
    values: &[f32],
    zeros: &[u8],
    codes: &mut [u32],
    words: impl Iterator<Item = &'a mut u32>,
) {
    crate::product::quantise(simd, values, codes);
    let (codes, scale) = (&codes[..simd.words(values.len())], codes[simd.words(values.len())]);
    // Right factors have a sign.
    let signed = codes.iter().map(|word| word ^ 0x8080_8080);
    let codes = signed.clone().flat_map(u32::to_le_bytes).map(|code| i32::from(code.cast_signed()));
    let sum: i32 = codes.zip(zeros.iter().cycle()).map(|(code, zero)| code * i32::from(*zero)).sum();
    let tail = [(-sum).cast_unsigned(), scale];
    words.zip(signed.chain(tail)).for_each(|(slot, word)| *slot = word);
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
pub(crate) fn rows_to_words<'a>(
    cpu: &Cpu,
    simd: Simd,
    x: &[f32],
    width: usize,
    buffer: &'a mut Buffer<u32>,
) -> Rows<'a> {
    let depth = simd.words(width) + simd.row_tail();
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
            if simd.is_int8() {
                crate::product::quantise(simd, values, words);
                continue;
            }
            words[bare_words(simd, width)..].fill(0);
            to_words(simd, values, words);
        }
    });
    Rows { words, stride }
}
