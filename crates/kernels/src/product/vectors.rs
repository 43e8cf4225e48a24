//! The block product in AVX2, AVX-512 and AVX-512 with bf16 and with 8-bit factors.
#![expect(
    unsafe_code,
    reason = "vector intrinsics over raw pointers: the inner loop, where 90 % of the time goes"
)]

use std::arch::x86_64::*;

use super::{Factor, Panel, RowTile};
use crate::level::{Level, Simd};
use crate::panels::{CODE_OFFSET, scale_and_inverse};

/// The scale of rows that have none.
static ONE: u32 = 1.0f32.to_bits();

/// Defines the product of `ROWS` rows with one panel of two vectors, or with the first of them. The accumulators stay in
/// registers; each word of a row is broadcast and meets the vectors of the panel. What is stored may need the words behind
/// the row and those behind the vector's columns.
macro_rules! microkernel {
    ($name:ident, $features:literal, $vector:ty, $lanes:literal, $zero:expr, $load:expr, $broadcast:expr,
     $multiply_add:expr, $store:expr) => {
        /// # Safety
        ///
        /// The features must be present; for each segment, `ROWS` rows of `left` must be readable, `right` must hold all
        /// words of a panel, and `ROWS` rows of `sums` must be writable. Rows and panel must have the level's tails.
        #[target_feature(enable = $features)]
        unsafe fn $name<const ROWS: usize, const VECTORS: usize>(
            left: *const u32,
            factor: &Factor<'_>,
            mut right: *const u32,
            sums: *mut f32,
            sums_stride: usize,
        ) {
            let mut totals: [[$vector; VECTORS]; ROWS] = [[$zero; VECTORS]; ROWS];
            for segment in factor.segments {
                // SAFETY: the caller vouches for the segment's words in each row.
                let left = unsafe { left.add(*segment) };
                for word in 0..factor.segment_words {
                    // SAFETY: the caller vouches for a panel of two vectors for each word.
                    let mut panel = unsafe { [$load(right); VECTORS] };
                    for (vector, panel) in panel.iter_mut().enumerate().skip(1) {
                        // SAFETY: `VECTORS` is at most two.
                        *panel = unsafe { $load(right.add(vector * $lanes)) };
                    }
                    for (row, totals) in totals.iter_mut().enumerate() {
                        // SAFETY: `row` < `ROWS` and `word` < the segment's words.
                        let value = unsafe { $broadcast(left.add(row * factor.stride + word)) };
                        for (total, panel) in totals.iter_mut().zip(panel) {
                            *total = $multiply_add(*total, value, panel);
                        }
                    }
                    // SAFETY: at most one past the end of the panel.
                    right = unsafe { right.add(2 * $lanes) };
                }
            }
            for (row, totals) in totals.iter().enumerate() {
                for (vector, total) in totals.iter().enumerate() {
                    let row_tail = if factor.has_scales {
                        left.wrapping_add(row * factor.stride + factor.segment_words)
                    } else {
                        &raw const ONE
                    };
                    let column_tail = right.wrapping_add(vector * $lanes);
                    // SAFETY: the caller vouches for `ROWS` rows of sums of two vectors, and for the tails.
                    unsafe {
                        $store(sums.add(row * sums_stride + vector * $lanes), *total, row_tail, column_tail)
                    };
                }
            }
        }
    };
}

microkernel!(
    avx2,
    "avx2,fma",
    __m256,
    8,
    _mm256_setzero_ps(),
    |words: *const u32| _mm256_loadu_ps(words.cast()),
    |word: *const u32| _mm256_broadcast_ss(&*word.cast::<f32>()),
    |total, value, panel| _mm256_fmadd_ps(value, panel, total),
    |sums, total, _, _| _mm256_storeu_ps(sums, total)
);

microkernel!(
    avx512,
    "avx2,fma,avx512f",
    __m512,
    16,
    _mm512_setzero_ps(),
    |words: *const u32| _mm512_loadu_ps(words.cast()),
    |word: *const u32| _mm512_set1_ps(*word.cast::<f32>()),
    |total, value, panel| _mm512_fmadd_ps(value, panel, total),
    |sums, total, _, _| _mm512_storeu_ps(sums, total)
);

microkernel!(
    avx512_bf16,
    "avx2,fma,avx512f,avx512bf16",
    __m512,
    16,
    _mm512_setzero_ps(),
    |words: *const u32| std::mem::transmute::<__m512i, __m512bh>(_mm512_loadu_si512(words.cast())),
    |word: *const u32| std::mem::transmute::<__m512i, __m512bh>(_mm512_set1_epi32(*word.cast::<i32>())),
    |total, value, panel| _mm512_dpbf16_ps(total, value, panel),
    |sums, total, _, _| _mm512_storeu_ps(sums, total)
);

microkernel!(
    avx512_int8,
    "avx2,fma,avx512f,avx512vnni",
    __m512i,
    16,
    _mm512_setzero_si512(),
    |words: *const u32| _mm512_loadu_si512(words.cast()),
    |word: *const u32| _mm512_set1_epi32(*word.cast::<i32>()),
    |total, value, panel| _mm512_dpbusd_epi32(total, value, panel),
    |sums, total, row: *const u32, column: *const u32| {
        let sum = _mm512_cvtepi32_ps(_mm512_add_epi32(total, _mm512_loadu_si512(column.cast())));
        let scale = _mm512_mul_ps(_mm512_set1_ps(*row.cast()), _mm512_loadu_ps(column.add(32).cast()));
        _mm512_storeu_ps(sums, _mm512_mul_ps(sum, scale));
    }
);

/// Calls a microkernel for `$rows` rows and `$vectors` vectors, the rows a number known only at run time.
macro_rules! with_rows {
    ($name:ident, $vectors:literal, $rows:expr, [$($count:literal)*], $arguments:tt) => {
        match $rows {
            $($count => with_rows!(@call $name, $vectors, $count, $arguments),)*
            rows => unreachable!("`{rows}` rows do not fit the registers"),
        }
    };
    (@call $name:ident, $vectors:literal, $count:literal, ($($argument:expr),*)) => {
        $name::<$count, $vectors>($($argument),*)
    };
}

/// One tile times one panel. [`super::Multiplier::multiply`] has checked every length.
pub(super) fn multiply(
    simd: Simd,
    factor: &Factor<'_>,
    tile: RowTile,
    panel: Panel<'_>,
    sums: &mut [f32],
    sums_stride: usize,
) {
    // Two vectors for each row, two of the panel and one broadcast: 16 registers in AVX2, 32 in AVX-512, where eight
    // rows already hide the latency of the multiply-add and divide a tile evenly. A panel that is half empty takes half
    // the work: one vector for each row, and twice the rows.
    let narrow = 2 * panel.wanted <= simd.panel_columns();
    let most = match (simd.level(), narrow) {
        (Level::Avx2, false) => 6,
        (_, false) => 8,
        (Level::Avx2, true) => 8,
        (_, true) => 16,
    };
    let parts = tile.rows.div_ceil(most);
    for part in 0..parts {
        let (row, end) = (tile.rows * part / parts, tile.rows * (part + 1) / parts);
        let left = &factor.words[tile.offset + row * factor.stride..];
        let sums = &mut sums[row * sums_stride..];
        let (left, right, sums) = (left.as_ptr(), panel.words.as_ptr(), sums.as_mut_ptr());
        // SAFETY: a `Simd` of a level exists only where its features were detected. `Multiplier::multiply` asserted that
        // whole tiles of the left factor lie in its words, that the panel has all words of all segments, both with their
        // tails, and that the sums have room for each row of the tile; the rows here are among those.
        unsafe {
            match (simd.level(), narrow) {
                (Level::Avx2, false) => {
                    with_rows!(avx2, 2, end - row, [1 2 3 4 5 6], (left, factor, right, sums, sums_stride));
                }
                (Level::Avx2, true) => {
                    with_rows!(avx2, 1, end - row, [1 2 3 4 5 6 7 8], (left, factor, right, sums, sums_stride));
                }
                (Level::Avx512, false) => {
                    with_rows!(avx512, 2, end - row, [1 2 3 4 5 6 7 8], (left, factor, right, sums, sums_stride));
                }
                (Level::Avx512, true) => {
                    with_rows!(avx512, 1, end - row, [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16], (left, factor, right, sums, sums_stride));
                }
                (Level::Avx512Int8, false) => {
                    with_rows!(avx512_int8, 2, end - row, [1 2 3 4 5 6 7 8], (left, factor, right, sums, sums_stride));
                }
                (Level::Avx512Int8, true) => {
                    with_rows!(avx512_int8, 1, end - row, [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16], (left, factor, right, sums, sums_stride));
                }
                (_, false) => {
                    with_rows!(avx512_bf16, 2, end - row, [1 2 3 4 5 6 7 8], (left, factor, right, sums, sums_stride));
                }
                (_, true) => {
                    with_rows!(avx512_bf16, 1, end - row, [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16], (left, factor, right, sums, sums_stride));
                }
            }
        }
    }
}

/// Turns values into words of bf16 pairs, 32 at a time; the count of words done (the rest is the caller's).
pub(super) fn pairs_to_words(simd: Simd, values: &[f32], words: &mut [u32]) -> usize {
    if !simd.is_bf16() {
        return 0;
    }
    // SAFETY: bf16 levels exist only where AVX512-BF16 was detected.
    unsafe { pairs_to_words_bf16(values, words) }
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn pairs_to_words_bf16(values: &[f32], words: &mut [u32]) -> usize {
    let (values, words) = (values.as_chunks::<32>().0, words.as_chunks_mut::<16>().0);
    for (values, words) in values.iter().zip(words.iter_mut()) {
        // SAFETY: 32 values are read and 16 words written, which is what the arrays hold.
        unsafe {
            let (low, high) = (_mm512_loadu_ps(values.as_ptr()), _mm512_loadu_ps(values.as_ptr().add(16)));
            let pairs = std::mem::transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(high, low));
            _mm512_storeu_si512(words.as_mut_ptr().cast(), pairs);
        }
    }
    16 * values.len().min(words.len())
}

/// Writes a row as codes plus 128, four to a word, and its scale behind them. Words behind the scale may be written with
/// anything.
pub(super) fn quantise(simd: Simd, values: &[f32], words: &mut [u32]) {
    assert!(simd.is_int8(), "`{}` has no codes", simd.level());
    let scale = simd.words(values.len());
    let most = 4 * values.len().div_ceil(16);
    assert!(scale < words.len() && most <= words.len(), "more values than words hold");
    // SAFETY: int8 levels exist only where AVX-512 was detected.
    words[scale] = unsafe { quantise_avx512(values, &mut words[..most]) }.to_bits();
}

/// The scale of the codes.
#[target_feature(enable = "avx512f")]
fn quantise_avx512(values: &[f32], words: &mut [u32]) -> f32 {
    let (whole, rest) = values.as_chunks::<16>();
    // SAFETY: only the values that are there are read.
    let rest = unsafe { _mm512_maskz_loadu_ps((1 << rest.len()) - 1, rest.as_ptr()) };
    // SAFETY: sixteen values are what the array holds.
    let load = |values: &[f32; 16]| unsafe { _mm512_loadu_ps(values.as_ptr()) };
    // NaN is passed over: of two operands one of which is NaN the maximum is the second.
    let larger = |largest, values| _mm512_max_ps(_mm512_abs_ps(values), largest);
    let largest = whole.iter().map(load).fold(larger(_mm512_setzero_ps(), rest), larger);
    let (scale, inverse) = scale_and_inverse(_mm512_reduce_max_ps(largest));
    let (inverse, offset) = (_mm512_set1_ps(inverse), _mm512_set1_epi32(i32::from(CODE_OFFSET)));
    let values = whole.iter().map(load).chain([rest]);
    for (words, values) in words.as_chunks_mut::<4>().0.iter_mut().zip(values) {
        let codes = _mm512_cvtps_epi32(_mm512_mul_ps(values, inverse));
        let codes = _mm512_cvtepi32_epi8(_mm512_add_epi32(codes, offset));
        // SAFETY: sixteen bytes are what four words hold.
        unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), codes) };
    }
    scale
}

/// Writes pixels as codes of their channels.
pub(super) fn quantise_pixels(
    simd: Simd,
    values: &[f32],
    inverses: &[f32],
    zeros: &[f32],
    words: &mut [u32],
) {
    assert!(simd.is_int8(), "`{}` has no codes", simd.level());
    assert!(
        inverses.len() == zeros.len() && inverses.len().is_multiple_of(16),
        "channels are no whole vectors"
    );
    assert_eq!(values.len(), 4 * words.len(), "values and words differ");
    // SAFETY: int8 levels exist only where AVX-512 was detected.
    unsafe { quantise_pixels_avx512(values, inverses, zeros, words) };
}

#[target_feature(enable = "avx512f")]
fn quantise_pixels_avx512(values: &[f32], inverses: &[f32], zeros: &[f32], words: &mut [u32]) {
    let (inverses, zeros) = (inverses.as_chunks::<16>().0, zeros.as_chunks::<16>().0);
    // SAFETY: sixteen values are what the array holds.
    let load = |values: &[f32; 16]| unsafe { _mm512_loadu_ps(values.as_ptr()) };
    let channels = inverses.iter().zip(zeros).cycle();
    let words = words.as_chunks_mut::<4>().0.iter_mut();
    for ((values, words), (inverse, zero)) in values.as_chunks::<16>().0.iter().zip(words).zip(channels) {
        let codes = _mm512_cvtps_epi32(_mm512_fmadd_ps(load(values), load(inverse), load(zero)));
        let codes = _mm512_cvtusepi32_epi8(_mm512_max_epi32(codes, _mm512_setzero_si512()));
        // SAFETY: sixteen bytes are what four words hold.
        unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), codes) };
    }
}
